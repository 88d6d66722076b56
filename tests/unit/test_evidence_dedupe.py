"""Records of one work: joined with reasons, kept apart where they contradict, taken back by a person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.core.errors import InputError
from paracrine.evidence.dedupe.grouping import find_duplicates
from paracrine.evidence.dedupe.merging import merge
from paracrine.evidence.dedupe.registries import registry_links
from paracrine.evidence.origin import Origin
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Author, Section, Work

ORIGIN = Origin("a", "b", "record 1", "ris", "1")
PAPER = Work(
    origin=ORIGIN, database="pubmed", accession="1", pmid="1", doi="10.1000/x",
    title="Vesicles of stromal cells heal skin",
    authors=(Author("Byron", "Ada"), Author("Doe", "Jo")), journal="Annals of Vesicle Biology", volume="7", issue="2",
    pages="345-351", year=2019, abstract=(Section("", "We gave vesicles to mice with wounds. " * 8),),
)  # fmt: skip
TWIN = replace(
    PAPER, database="embase", accession="L9", pmid="", doi="", title="Vesicles of Stromal Cells heal skin.",
    journal="Ann. Vesicle Biol.", pages="345-51", keywords=("wound",),
)  # fmt: skip


def groups(*works: Work) -> list[tuple[str, ...]]:
    return [group.keys for group in find_duplicates(works).groups]


def test_two_databases_describe_one_paper() -> None:
    found = find_duplicates([PAPER, TWIN])
    assert [group.keys for group in found.groups] == [("pubmed:1", "embase:L9")]
    assert found.works_count == 1
    (match,) = found.groups[0].matches
    assert {"same title", "same journal", "same volume", "same first page"} <= set(match.reasons)


@pytest.mark.parametrize(
    "changes",
    [
        {"pages": "401-9", "journal": "Other Letters", "volume": "31", "year": 2023},
        {"title": "Vesicles of stromal cells heal bone", "pages": "352-9"},
        {"doi": "10.1000/y", "pages": "401-9"},
        {"title": "Erratum: Vesicles of stromal cells heal skin"},
        {"pmid": "2"},
    ],
)
def test_what_contradicts_stays_apart(changes: dict[str, object]) -> None:
    assert groups(PAPER, replace(TWIN, **changes)) == []  # type: ignore[arg-type]


def test_conference_abstracts_of_one_page_stay_apart() -> None:
    talk = replace(PAPER, accession="", pmid="", database="", doi="", title="Dose of vesicles in rats", pages="S1")
    other = replace(talk, title="Storage of vesicles at 4 degrees", authors=(Author("Roe", "Max"),))
    assert groups(talk, other) == []


def test_parts_of_a_series_stay_apart() -> None:
    first = replace(PAPER, accession="3", pmid="", doi="", title="Vesicles in practice part 1")
    second = replace(first, accession="4", title="Vesicles in practice part 2")
    assert groups(first, second) == []


def test_a_preprint_is_linked_not_merged() -> None:
    preprint = replace(
        PAPER, database="crossref", accession="p", pmid="", doi="10.1101/2018.01.01.1", journal="bioRxiv", volume="",
        pages="", year=2018, work_type="preprint",
    )  # fmt: skip
    found = find_duplicates([PAPER, preprint])
    assert found.groups == ()
    assert [match.verdict for match in found.preprints] == ["preprint and article"]


def test_a_merge_keeps_every_field() -> None:
    merged = merge([TWIN, PAPER])
    assert (merged.key, merged.pmid, merged.doi, merged.keywords) == ("pubmed:1", "1", "10.1000/x", ("wound",))
    assert [extra.value for extra in merged.extra if extra.field == "joined record"] == ["embase:L9"]


def trial(number: str, registry: str, **changes: str) -> Trial:
    return replace(
        Trial(
            origin=ORIGIN, registry=registry, trial_id=number, sponsor="Ruijin Hospital",
            title="Inhaled vesicles of stromal cells in severe pneumonia: a controlled trial",
        ),
        **changes,  # type: ignore[arg-type]
    )  # fmt: skip


def test_one_trial_in_two_registries_is_linked_and_a_cited_number_is_not() -> None:
    first = trial("NCT00000001", "ClinicalTrials.gov", summary="unlike NCT00000003")
    second, other = trial("CHICTR2000000002", "ChiCTR"), trial("NCT00000003", "ClinicalTrials.gov", title="Another one")
    assert [(link.one, link.other) for link in registry_links([first, second, other])] == [
        ("trial:NCT00000001", "trial:CHICTR2000000002")
    ]


def test_a_title_less_alike_needs_the_same_sponsor_size_and_year() -> None:
    first = trial(
        "NCT00000001", "ClinicalTrials.gov", title="Vesicles with saline in the treatment of knee pain of 2019"
    )
    second = trial("CHICTR2000000002", "ChiCTR", title="Vesicles with saline in the treatment of old knee ache (OA-19)")
    first, second = (
        replace(one, scientific_title="", sponsor="One Hospital", enrollment_count=31) for one in (first, second)
    )
    assert [link.verdict for link in registry_links([first, second])] == ["registered twice"]
    assert registry_links([first, replace(second, enrollment_count=32)]) == ()
    assert registry_links([first, replace(second, sponsor="Another Institute")]) == ()


def test_parts_of_an_umbrella_name_the_same_study_and_stay_apart() -> None:
    whole = trial("ISRCTN00000001", "ISRCTN", title="An emergency MUTUALITY trial of four treatments")
    part = trial("NCT00000002", "ClinicalTrials.gov", title="Norwegian Mutuality Multicentre Trial of two drugs")
    word = trial("NCT00000003", "ClinicalTrials.gov", title="Does mutuality in a trial help people to stay")
    whole, part, word = (replace(one, scientific_title="") for one in (whole, part, word))
    (link,) = registry_links([whole, part, word])
    assert (link.one, link.other, link.verdict) == ("trial:ISRCTN00000001", "trial:NCT00000002", "names the same study")


def test_a_decision_joins_and_parts_and_can_be_taken_back(tmp_path: Path) -> None:
    records = (
        "TI  - One title of a work\nPY  - 2001\nAN  - WOS:1",
        "TI  - Quite another title\nPY  - 2009\nAN  - WOS:2",
    )
    (tmp_path / "a.ris").write_text("".join(f"TY  - JOUR\n{text}\nER  - \n" for text in records))
    evidence = open_bench(tmp_path / "base", person="Ada").evidence
    evidence.add([tmp_path / "a.ris"])
    assert evidence.dedupe().groups == ()
    evidence.decide_link("wos:WOS:1", "wos:WOS:2", together=True, reason="same thesis")
    assert evidence.dedupe().groups == (("wos:WOS:1", "wos:WOS:2"),)
    assert evidence.search("title", where=["duplicate=wos:WOS:1"]).total_count == 1
    evidence.decide_link("wos:WOS:1", "wos:WOS:2", together=False, reason="no, two")
    assert evidence.dedupe().groups == ()
    assert len(list(evidence.records())) == 2
    with pytest.raises(InputError, match="needs a reason"):
        evidence.decide_link("wos:WOS:1", "wos:WOS:2", together=True, reason=" ")
