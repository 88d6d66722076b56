from __future__ import annotations

from pathlib import Path

import pytest
from sheet_builders import Grid, xlsx

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity, Run
from paracrine.readers.formats import correlogram_xlsx, stunner_xlsx
from paracrine.readers.source import SourceFile

OLD = ["Plate\nPosition", "Sample name", "Sample group", "Z Ave. Dia\n(nm)", "PdI", "Diffusion coefficient\n(um^2/s)"]
NEW = ["Plate\nPosition", "Sample name", "Sample group", "Intercept", "Z-Avg Dia.\n(nm)", "PdI", "Temperature\n(°C)"]


def _source(folder: Path, sheets: dict[str, Grid], name: str = "x.xlsx") -> SourceFile:
    path = folder / name
    path.write_bytes(xlsx(sheets))
    return SourceFile(path)


def _codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def _old_report(*rows: list[object]) -> dict[str, Grid]:
    info: Grid = [
        ["Report"], [], ["Info"], ["Date", "", "23/05/2025 11:10:10"], ["Test performed by", "", "Jane Doe"],
        ["Software version", "", "8.2.0.259"], ["Blanks", "", "group 'a'"], ["", "", "group 'b'"], [], ["Table"],
    ]  # fmt: skip
    return {"Report": [*info, OLD, *rows]}


def test_stunner_rows_are_runs_and_missing_cells_are_missing(tmp_path: Path) -> None:
    source = _source(
        tmp_path,
        _old_report(["A1", "blank", "0", "N/A", "N/A", "N/A"], ["B1", "B-017", "EV", 98.5, 0.12, 4.35]),
    )
    assert stunner_xlsx.sniff(source).claims
    blank, sample = stunner_xlsx.read(source)
    assert (blank.payloads, _codes(blank)) == ((), {"no-result-columns"})
    assert sample.payloads[0].values == {
        "z_average_nm": 98.5, "polydispersity_index": 0.12, "diffusion_coefficient_um2_per_s": 4.35,
    }  # fmt: skip
    assert (sample.measured_at, sample.maturity) == ("2025-05-23T11:10:10", Maturity.TESTED)
    assert sample.settings["Info / Blanks"] == "group 'a'; group 'b'"
    assert "Jane" not in str(sample)


@pytest.mark.parametrize(("group", "z_average"), [("error", 98.5), ("EV", 143572.81)])
def test_rejected_stunner_rows_are_shown_and_not_used(tmp_path: Path, group: str, z_average: float) -> None:
    source = _source(tmp_path, _old_report(["B1", "B-017", group, z_average, 0.01, 4.35]))
    (run,) = stunner_xlsx.read(source)
    assert run.payloads == ()
    assert _codes(run) == {"rejected-by-instrument"}
    assert run.vendor[0].value == z_average


@pytest.mark.parametrize(
    ("intercept", "codes"), [(0.025, {"intercept-below-tenth"}), (0.8, set()), (1.2, {"intercept-above-one"})]
)
def test_newer_stunner_names_and_intercept(tmp_path: Path, intercept: float, codes: set[str]) -> None:
    source = _source(tmp_path, {" Report": [[], [], NEW, ["C1", "B-018", "EV", intercept, 242.6, 0.36, 25]]})
    assert stunner_xlsx.sniff(source).claims
    (run,) = stunner_xlsx.read(source)
    assert run.payloads[0].values["z_average_nm"] == 242.6
    assert (_codes(run), run.maturity) == (codes, Maturity.CANDIDATE)
    assert run.settings["Table / Temperature (°C)"] == "25"


@pytest.mark.parametrize(
    ("row", "header"),
    [
        (["A1", "x", "EV", -5.0, 0.1, 4.0], OLD),
        (["A1", "x", "EV", "many", 0.1, 4.0], OLD),
        (["A1", "x", "EV", 98.0, 0.1, 4.0], [*OLD[:3], "Z Ave. Dia\n(um)", *OLD[4:]]),
        (["A1", "x", "EV", 98.0, 0.1, 99.0], [*OLD[:5], "Z-Avg Dia. (nm)"]),
    ],
)
def test_wrong_stunner_cells_and_units_are_refused(tmp_path: Path, row: list[object], header: list[object]) -> None:
    with pytest.raises(InputError):
        stunner_xlsx.read(_source(tmp_path, {"Report": [header, row]}))


def test_other_sheets_are_no_stunner_report(tmp_path: Path) -> None:
    assert not stunner_xlsx.sniff(_source(tmp_path, {"Sheet1": [NEW]})).claims
    assert not stunner_xlsx.sniff(_source(tmp_path, {"Report": [["Sample name", "Size"]]}, "y.xlsx")).claims


def _pair(sample: str) -> list[object]:
    return [f"Time (µs) - {sample} [Steady state]", f"Correlation Coefficient (g₂-1) - {sample} [Steady state]"]


def test_repeats_with_one_header_are_told_apart_by_position(tmp_path: Path) -> None:
    grid: Grid = [
        [*_pair("B-017"), *_pair("B-017"), *_pair("B-018")],
        [0.5, 0.93, 0.5, 1.4, 0.5, 0.027],
        [1.0, 0.91, 1.0, 1.1, 1.0, 0.020],
        ["", "", 2.0, 0.9, "", ""],
    ]
    source = _source(tmp_path, {"water": grid, "notes": [["x"]]})
    assert correlogram_xlsx.sniff(source).claims
    first, second, third = correlogram_xlsx.read(source)
    assert [run.name for run in (first, second, third)] == [
        "water, B-017 repeat 1", "water, B-017 repeat 2", "water, B-018 repeat 1",
    ]  # fmt: skip
    assert [run.payloads[0].values.tolist() for run in (first, second, third)] == [
        [0.93, 0.91], [1.4, 1.1, 0.9], [0.027, 0.020],
    ]  # fmt: skip
    assert [_codes(run) for run in (first, second, third)] == [
        set(), {"intercept-above-one"}, {"intercept-below-tenth"},
    ]  # fmt: skip
    assert first.source.locator == "water!A:B"
    assert all(run.rederived == () and run.vendor == () for run in (first, second, third))


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ([[*_pair("a"), *_pair("b")[:1]], [0.5, 1, 0.5], [1, 1, 1]], "no pair"),
        ([[*_pair("a"), _pair("b")[0], _pair("c")[1]], [0.5, 1, 0.5, 1], [1, 1, 1, 1]], "no pair"),
        ([_pair("a"), [0.5, 1], [0.4, 1]], "do not rise"),
        ([_pair("a"), [0.5, 1], ["", 1], [2, 1]], "a gap"),
        ([_pair("a"), [0.5, 1], [1, "x"]], "not a number"),
        ([_pair("a")], "0 lag times"),
    ],
)
def test_damaged_correlograms_are_refused(tmp_path: Path, grid: Grid, message: str) -> None:
    with pytest.raises(InputError, match=message):
        correlogram_xlsx.read(_source(tmp_path, {"s": grid}))
