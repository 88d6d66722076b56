"""Searches as people write them, over a small base."""

from __future__ import annotations

from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.bench.bench import Bench
from paracrine.core.errors import InputError, UnknownName
from paracrine.evidence.query import parse_query

RECORDS = (
    ("Exosomes for kidney injury", "Umbilical vesicles in renal ischaemia.", "Byron, A", "2019"),
    ("Exosomes in cancer of the kidney", "Tumour biomarkers.", "Lovelace, B", "2021"),
    ("Liposomes for the liver", "No exosome was used; 10^9 particles.", "Byron, A", "2023"),
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    text = "".join(
        f"TY  - JOUR\nTI  - {title}\nAB  - {abstract}\nAU  - {author}\nPY  - {year}\nER  - \n"
        for title, abstract, author, year in RECORDS
    )
    (tmp_path / "a.ris").write_text(text)
    bench = open_bench(tmp_path / "base", person="Ada")
    bench.evidence.add([tmp_path / "a.ris"])
    return bench


def titles(bench: Bench, query: str, **asked: object) -> set[str]:
    report = bench.evidence.search(query, **asked)  # type: ignore[arg-type]
    assert report.total_count == len(report.hits)
    return {hit.record.title.split()[-1] for hit in report.hits}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("exosome AND (kidney OR renal) NOT cancer", {"injury"}),
        ("exosome", {"injury", "kidney", "liver"}),
        ("exosome kidney", {"injury", "kidney"}),
        ("title:exosome", {"injury", "kidney"}),
        ("title:(exosome OR liposome) author:byron", {"injury", "liver"}),
        ('"for the liver"', {"liver"}),
        ('"liver the for"', set()),
        ("lipo*", {"liver"}),
        ("10^9", {"liver"}),
        ("and", set()),
    ],
)
def test_boolean_fielded_and_phrase_searches(bench: Bench, query: str, found: set[str]) -> None:
    assert titles(bench, query) == found


def test_filters_and_facets(bench: Bench) -> None:
    assert titles(bench, "exosome", where=["year>=2021"]) == {"kidney", "liver"}
    assert titles(bench, "exosome", where=["year=2019..2021"]) == {"injury", "kidney"}
    report = bench.evidence.search("exosome", facets=True)
    assert set(report.facets["year"]) == {("2019", 1), ("2021", 1), ("2023", 1)}


def test_the_best_match_comes_first_with_its_words_marked(bench: Bench) -> None:
    first = bench.evidence.search("kidney renal").hits[0].to_data()
    assert first["title_marked"] == "Exosomes for **kidney** injury"
    assert "**renal**" in first["passage_marked"]


def test_a_saved_search_tells_what_is_new(bench: Bench, tmp_path: Path) -> None:
    bench.evidence.search("exosome", save="mine")
    (tmp_path / "b.ris").write_text("TY  - JOUR\nTI  - A new exosome\nPY  - 2024\nER  - \n")
    bench.evidence.add([tmp_path / "b.ris"])
    report = bench.evidence.search(saved="mine")
    assert (report.total_count, report.new_count) == (4, 1)
    assert [hit.record.title for hit in report.hits if hit.is_new] == ["A new exosome"]  # type: ignore[union-attr]
    with pytest.raises(UnknownName, match="no search is saved"):
        bench.evidence.search(saved="yours")


@pytest.mark.parametrize("text", ["", "(a", "a)", '"a', "NOT a", "a AND", "AND a", "a OR", "()", "!!"])
def test_what_cannot_be_understood_is_said(text: str) -> None:
    with pytest.raises(InputError):
        parse_query(text)


def test_unknown_fields_and_filters_are_named(bench: Bench) -> None:
    with pytest.raises(UnknownName, match="titel"):
        bench.evidence.search("titel:x")
    with pytest.raises(UnknownName, match="yaer"):
        bench.evidence.search("x", where=["yaer=2"])


def test_the_index_language_cannot_be_smuggled_in() -> None:
    assert parse_query("NEAR(a b) x-y title*").match == '("NEAR" AND (("a" AND "b")) AND "x-y" AND "title"*)'


SAID = (
    ("Exosomes of umbilical cord mesenchymal stem cells in kidney injury", "Intravenous infusion of exosomes.", "2018"),
    ("Exosomes from adipose mesenchymal stem cells in renal failure", "Exosomes, 3e9 particles, were given.", "2019"),
    ("Umbilical cord mesenchymal stem cell exosomes in kidney cancer", "Exosomes and tumours.", "2020"),
    ("Umbilical granuloma of the kidney", "No such product here.", "2022"),
)


@pytest.fixture
def said(tmp_path: Path) -> Bench:
    text = "".join(f"TY  - JOUR\nTI  - {t}\nAB  - {a}\nPY  - {y}\nER  - \n" for t, a, y in SAID)
    (tmp_path / "said.ris").write_text(text)
    bench = open_bench(tmp_path / "base", person="Ada")
    bench.evidence.add([tmp_path / "said.ris"])
    return bench


def test_what_rules_read_in_a_record_can_be_filtered_by(said: Bench) -> None:
    query = "exosome AND (kidney OR renal) NOT cancer"
    assert titles(said, query, where=["source=umbilical"]) == {"injury"}
    assert titles(said, query, where=["source=ADIPOSE"]) == {"failure"}
    assert titles(said, query, where=["dose_kind=particles"]) == {"failure"}
    assert titles(said, query, where=["route=intravenous", "year<=2018"]) == {"injury"}
    assert titles(said, query, where=["source=menstrual"]) == set()
    assert titles(said, "kidney", where=["source=umbilical"]) == {"injury", "cancer"}


def test_what_rules_read_is_counted_and_an_unknown_name_lists_the_known(said: Bench) -> None:
    counted = dict(said.evidence.search("kidney OR renal", facets=True).facets["source"])
    assert sorted(counted.values()) == [1, 2]
    with pytest.raises(UnknownName, match="'sorce'") as error:
        said.evidence.search("kidney", where=["sorce=umbilical"])
    assert "did you mean 'source'?" in error.value.hint
    assert "dose_kind" in error.value.hint
