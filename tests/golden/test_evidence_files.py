"""Real exports: record counts from a table made without this program, and fields read by eye or from the index."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from paracrine.core.errors import InputError
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import read_items
from paracrine.evidence.source import Item, Refused
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

# Rung 3: counted from TY, PMID and PT tags or stated in the index of the collection, not by this program.
COUNTS = {
    "dedup/asysd_labelled_development.csv": 1022,
    "dedup/tafenoquine.xml": 179,
    "dedup/zotero_export.bib.gz": 1000,
    "crossref_msc_ev/crossref_works_msc_ev.json": 53,
    "database_csv/lens_sample.csv": 8,
    "database_csv/openalex_sample.csv": 8,
    "database_csv/scopus_sample.csv": 8,
    "database_csv/wos_sample.txt": 8,
    "jats/PMC6358576_PMC6358589.xml": 10,
    "pubmed_xml/pubmed1.xml": 2,
    "pubmed_xml/efetch_pmc.xml": 1,
    "ris_citation_formats/_baseline.csv": 100,
    "ris_citation_formats/_baseline.tsv": 100,
    "ris_citation_formats/_baseline.xlsx": 100,
    "ris_citation_formats/_baseline_refworks.tsv": 100,
    "ris_citation_formats/_baseline_embase.xlsx": 10,
    "ictrp/ICTRP-Results_18Mar2020_nocontacts.xml": 578,
    "ictrp/COVID19-1135-trials_nocontacts.csv.gz": 1135,
    "ictrp/COVID19-web_7Jul2020_part_nocontacts.xlsx": 227,
    "ictrp/ictrp.csv": 315,
    "ctgov_v1_json/covid-19-search.json": 100,
    "msc_trials/msc_trials_studyfields_2022-10_1000.jsonl.gz": 1000,
}


def read(path: Path) -> list[Item]:
    return list(read_items(EvidenceFile(path)))


def records(path: Path) -> list[Work | Trial]:
    return [item for item in read(path) if isinstance(item, Work | Trial)]


def works(path: Path) -> list[Work]:
    return [item for item in read(path) if isinstance(item, Work)]


def trials(path: Path) -> dict[str, Trial]:
    return {item.trial_id: item for item in read(path) if isinstance(item, Trial)}


def test_every_counted_file_gives_its_records(evidence_files: Path) -> None:
    wrong = []
    with (evidence_files / "expected_record_counts.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        expected = max(int(row[name] or 0) for name in ("TY_tags", "PMID_tags", "ISI_PT_tags"))
        found = len(records(evidence_files / row["file"]))
        if found != expected:
            wrong.append((row["file"], expected, found))
    assert len(rows) == 73
    assert wrong == []


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_other_layouts_give_their_records(evidence_files: Path, name: str) -> None:
    assert len(records(evidence_files / name)) == COUNTS[name]


def test_one_reference_set_through_many_programs_has_the_same_titles(evidence_files: Path) -> None:
    folder = evidence_files / "ris_citation_formats"

    def titles(name: str) -> set[str]:
        return {re.sub(r"\W", "", work.title.casefold()) for work in works(folder / name)}

    embase = titles("_baseline_embase.ris")
    assert len(embase) == 10
    programs = ("endnote", "zotero", "mendeley", "rayyan")
    assert {name: len(titles(f"_baseline_{name}.ris") & embase) for name in programs} == dict.fromkeys(programs, 10)
    assert titles("_baseline_embase.csv") == titles("_baseline_embase.xlsx") == embase


def test_raised_and_lowered_letters_survive_in_pubmed_xml(evidence_files: Path) -> None:
    (work,) = works(evidence_files / "pubmed_xml" / "pubmed4.xml")
    assert work.title.endswith("variants at the TERT gene region and risk of pancreatic cancer.")
    assert "r^2<0.25" in work.abstract_text
    assert "p_trend=0.048" in work.abstract_text
    assert [section.label for section in work.abstract] == ["OBJECTIVE", "DESIGN", "RESULTS", "CONCLUSIONS"]


def test_a_crossref_list_holds_39_distinct_works(evidence_files: Path) -> None:
    found = works(evidence_files / "crossref_msc_ev" / "crossref_works_msc_ev.json")
    assert len({work.key for work in found}) == len({work.doi for work in found}) == 39
    assert sum(bool(work.abstract) for work in found) == 22


def test_posted_results_are_read_exactly(evidence_files: Path) -> None:
    found = trials(evidence_files / "msc_trials" / "msc_trials_studyfields_2022-10_1000.jsonl.gz")

    def serious(number: str) -> list[tuple[int | None, int | None]]:
        return [(group.serious_count, group.serious_at_risk_count) for group in found[number].event_groups]

    assert serious("NCT03857841") == [(1, 2), (0, 0), (0, 0), (0, 1)]
    assert found["NCT03857841"].event_groups[0].deaths_count == 1
    assert serious("NCT04313647") == [(0, 3), (0, 3), (0, 6), (0, 6), (0, 6)]
    assert [group.other_count for group in found["NCT04313647"].event_groups] == [1, 0, 0, 0, 1]
    assert serious("NCT04491240") == [(0, 10)] * 3
    assert sum(bool(trial.event_groups) for trial in found.values()) == 35


def test_one_trial_in_two_layouts_is_the_same_trial(evidence_files: Path) -> None:
    json = trials(evidence_files / "ctgov_v1_json" / "NCT00023673.json")["NCT00023673"]
    xml = trials(evidence_files / "ctgov_v1_xml" / "NCT00023673.xml")["NCT00023673"]
    assert json.title == xml.title
    assert [arm.label for arm in json.arms] == [arm.label for arm in xml.arms]
    assert (
        (json.enrollment_count, json.enrollment_basis) == (xml.enrollment_count, xml.enrollment_basis) == (63, "actual")
    )
    assert [outcome.measure for outcome in json.outcomes] == [outcome.measure for outcome in xml.outcomes]
    assert [(g.serious_count, g.serious_at_risk_count) for g in json.event_groups] == [(7, 8), (36, 53)]
    assert [(g.serious_count, g.serious_at_risk_count) for g in xml.event_groups] == [(7, 8), (36, 53)]


def test_a_file_name_is_no_trial_number(evidence_files: Path) -> None:
    assert list(trials(evidence_files / "ctgov_v2_json" / "NCT02278341.json")) == ["NCT02552212"]
    (trial,) = trials(evidence_files / "ctgov_v1_xml" / "NCT00980226.xml").values()
    assert (trial.trial_id, trial.aliases) == ("NCT00081588", ("NCT00980226",))


def test_a_target_size_by_group_is_their_sum(evidence_files: Path) -> None:
    found = trials(evidence_files / "ictrp" / "ICTRP-Results_18Mar2020_nocontacts.xml")
    assert found["CHICTR2000030484"].enrollment_count is not None
    written = {trial.enrollment_text: trial.enrollment_count for trial in found.values() if trial.enrollment_text}
    assert written["survival group:200;died:200;"] == 400
    assert {"CHICTR2000030261", "CHICTR2000030484", "NCT04276987"} <= set(found)


def test_no_contact_survives(evidence_files: Path) -> None:
    seen = Counter[str]()
    folders = ("ris", "ris_citation_formats", "pubmed_xml", "nbib", "ctgov_v1_xml")
    for path in sorted(path for folder in folders for path in (evidence_files / folder).iterdir()):
        try:
            for record in records(path):
                text = str({name: value for name, value in record.to_data().items() if name != "abstract"})
                seen[path.name] += len(re.findall(r"[\w.]+@[\w-]+\.\w", text))
        except InputError:
            continue
    assert {name: count for name, count in seen.items() if count} == {}


def test_what_is_no_bibliography_is_refused_with_what_it_is(evidence_files: Path) -> None:
    with pytest.raises(InputError, match="root element is IPGReportSet"):
        read(evidence_files / "pubmed_xml" / "efetch_schemas.xml")
    with pytest.raises(InputError, match="JSON without studies"):
        read(evidence_files / "ictrp" / "mappings.json")


def test_lines_between_records_are_told_with_their_number(evidence_files: Path) -> None:
    skipped = [item for item in read(evidence_files / "ris" / "ovid_psycinfo.ris") if isinstance(item, Refused)]
    assert [item.locator for item in skipped][:1] == ["line 26"]
    assert not any(item.is_record for item in skipped)
