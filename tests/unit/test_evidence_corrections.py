"""Corrections by hand reach the search, survive a new index, go to `dose`, and are taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.bench import Bench
from paracrine.core.errors import InputError, UnknownName
from paracrine.evidence.extract.correcting import read_doses


def study(number: str, what: str, **more: object) -> dict[str, object]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": number, "briefTitle": "Vesicles", "officialTitle": what},
            "armsInterventionsModule": {
                "interventions": [{"type": "BIOLOGICAL", "name": "MSC exosomes", "description": what}]
            },
            **more,
        }
    }


WHAT = "Intravenous exosomes of umbilical cord mesenchymal stem cells, 2 x 10^9 particles"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = open_bench(tmp_path / "base", person="Ada")
    (tmp_path / "a.json").write_text(
        json.dumps([study("NCT00000001", WHAT), study("NCT00000002", WHAT.replace("umbilical cord", "bone marrow"))])
    )
    bench.evidence.add([tmp_path / "a.json"])
    return bench


def corrected(bench: Bench, tmp_path: Path, *rows: str) -> None:
    (tmp_path / "mine.csv").write_text("\n".join(("key,item,value", *rows)), encoding="utf-8")
    bench.evidence.extract(corrections=tmp_path / "mine.csv")


def count(bench: Bench, where: str) -> int:
    return bench.evidence.search(where=[where]).total_count


def test_a_correction_is_what_the_search_filters_by(bench: Bench, tmp_path: Path) -> None:
    assert (count(bench, "source=umbilical cord"), count(bench, "source=placenta")) == (1, 0)
    corrected(bench, tmp_path, "trial:NCT00000001,source,placenta", "trial:NCT00000001,route,topical")
    assert (count(bench, "source=umbilical cord"), count(bench, "source=placenta")) == (0, 1)
    assert count(bench, "route=topical") == 1
    for file in (tmp_path / "base").glob("search.db*"):
        file.unlink()
    assert count(bench, "source=placenta") == 1
    corrected(bench, tmp_path, "trial:NCT00000001,source,")
    assert (count(bench, "source=umbilical cord"), count(bench, "source=placenta")) == (1, 0)
    assert count(bench, "route=topical") == 1


def test_a_correction_outlives_a_newer_export(bench: Bench, tmp_path: Path) -> None:
    corrected(bench, tmp_path, "trial:NCT00000001,source,placenta")
    newer = study("NCT00000001", WHAT, statusModule={"overallStatus": "COMPLETED"})
    (tmp_path / "b.json").write_text(json.dumps([newer]))
    assert bench.evidence.add([tmp_path / "b.json"]).files[0].filled.updated_count == 1  # type: ignore[union-attr]
    assert count(bench, "source=placenta") == 1


def test_doses_of_the_base_stand_beside_a_scaled_dose_as_corrected(bench: Bench, tmp_path: Path) -> None:
    corrected(bench, tmp_path, "trial:NCT00000002,dose,30 pmol phospholipid per kg; 4e8-6e8 particles")
    report = open_bench().fate.dose("mouse:1e10particles:iv", "human", evidence=tmp_path / "base")
    shown = [(one.trial, one.amount, one.unit) for one in report.trials if one.trial.startswith("NCT0000000")]
    assert shown == [
        ("NCT00000001", 2e9, "particles"),
        ("NCT00000002", 30, "pmol phospholipid/kg"),
        ("NCT00000002", 4e8, "particles"),
        ("NCT00000002", 6e8, "particles"),
    ]
    assert {one.trial for one in report.trials} > {"NCT04493242"}
    assert any("corrected by hand" in one.read_from for one in report.trials)


def test_what_fits_no_record_or_item_is_refused_and_nothing_is_entered(bench: Bench, tmp_path: Path) -> None:
    for row, error in (
        ("trial:NCT00000009,source,placenta", UnknownName),
        ("trial:NCT00000001,colour,blue", InputError),
        ("trial:NCT00000001,dose,5 apples", InputError),
    ):
        with pytest.raises(error):
            corrected(bench, tmp_path, "trial:NCT00000002,source,placenta", row)
    assert count(bench, "source=placenta") == 0


def test_a_dose_by_hand_needs_a_unit_it_knows() -> None:
    (dose,) = read_doses("1e10-3e10 particles / kg", where="x")
    assert (dose.low, dose.high, dose.dose_kind, dose.per) == (1e10, 3e10, "particles", "kg")
    assert read_doses("not stated", where="x") == ()
    for text in ("1e10", "particles", "-3 ug", "nan particles"):
        with pytest.raises(InputError):
            read_doses(text, where="x")


def test_the_page_marks_the_words_and_hides_nothing_without_scripts(bench: Bench, tmp_path: Path) -> None:
    corrected(bench, tmp_path, "trial:NCT00000001,route,<b>topical</b>")
    report = bench.evidence.extract(out=tmp_path / "out")
    assert report.page is not None
    page = report.page.read_text(encoding="utf-8")
    assert "<mark>umbilical cord</mark>" in page
    assert "&lt;b&gt;topical&lt;/b&gt;" in page
    assert "<script" not in page
    assert page.index("<h1>2 records read") < page.index("<table")
