from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sheet_builders import READINGS, ROLES, Grid, delimited, plate_block, xlsx

from paracrine.core.errors import InputError
from paracrine.core.run import Run
from paracrine.payloads.plate import Plate
from paracrine.readers.formats.plate_grid import read, sniff
from paracrine.readers.source import SourceFile


def _source(folder: Path, content: str | bytes, name: str = "bca.csv") -> SourceFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return SourceFile(path)


def _read(folder: Path, content: str | bytes, name: str = "bca.csv") -> tuple[Run, ...]:
    source = _source(folder, content, name)
    assert sniff(source).claims
    return read(source)


def _codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def _both() -> Grid:
    return [["Instrument", "X"], [], *plate_block("Absorbance 562 nm", READINGS), [], *plate_block("Roles", ROLES)]


def _assert_expected(plate: Plate) -> None:
    assert plate.readings[0, 0] == 0.091
    assert plate.readings[1, 1] == 0.3315
    assert plate.readings[7, 11] == 1.25
    assert int(np.isfinite(plate.readings).sum()) == 7
    assert plate.summary()["wells"] == {"blank": 2, "standard": 2, "sample": 3}
    assert (plate.standard_ug_per_ml[0, 1], plate.standard_ug_per_ml[1, 1]) == (62.5, 125)
    assert (plate.names[2, 2], plate.dilution_factor[2, 2]) == ("B-017", 10)
    assert (plate.names[3, 2], plate.dilution_factor[3, 2]) == ("wash 2", 2.5)
    assert plate.names[7, 11] == "B-018"
    assert np.isnan(plate.dilution_factor[7, 11])


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ","), ("\t", ","), ("\t", "."), (",", ",")])
def test_separator_and_decimal_mark_do_not_matter(tmp_path: Path, separator: str, decimal: str) -> None:
    grid = _both()
    for row in grid:
        row[:] = [
            cell.replace(".", decimal) if isinstance(cell, str) and cell.startswith(("std", "sample")) else cell
            for cell in row
        ]
    (run,) = _read(tmp_path, delimited(grid, separator=separator, decimal=decimal))
    _assert_expected(run.payloads[0])
    assert run.name == "Absorbance 562 nm"
    assert _codes(run) == set()


def test_workbook_with_the_role_map_on_another_sheet(tmp_path: Path) -> None:
    sheets = {
        "Values": [[], ["", "", "562"], *[["", *row] for row in plate_block("OD", READINGS)]],
        "Map": plate_block("Plate layout", ROLES),
    }
    (run,) = _read(tmp_path, xlsx(sheets), "bca.xlsx")
    _assert_expected(run.payloads[0])
    assert run.source.locator == "Values!B4"


def test_role_file_beside_the_plate(tmp_path: Path) -> None:
    rows = [
        "well;role;name;standard_ug_per_ml;dilution_factor",
        "A01;blank;;;", "B1;blank;;;", "A2;standard;;62,5;", "B2;standard;;125;",
        "C3;sample;B-017;;10", "D3;sample;wash 2;;2,5", "H12;sample;B-018;;",
    ]  # fmt: skip
    (tmp_path / "bca.roles.csv").write_text("\n".join(rows) + "\n")
    (run,) = _read(tmp_path, delimited(plate_block("A562", READINGS), separator=";", decimal=","))
    _assert_expected(run.payloads[0])
    assert run.settings["Roles / file"] == "bca.roles.csv"
    assert len(run.settings["Roles / sha256"]) == 64


def test_without_role_map_the_roles_are_empty_and_it_says_so(tmp_path: Path) -> None:
    (run,) = _read(tmp_path, delimited(plate_block("A562", READINGS)))
    assert not run.payloads[0].roles.any()
    assert _codes(run) == {"no-role-map"}


def test_two_readings_share_the_role_map(tmp_path: Path) -> None:
    grid = [*plate_block("562 nm", READINGS), *plate_block("750 nm", {"A1": 0.04}), *plate_block("roles", ROLES)]
    first, second = _read(tmp_path, delimited(grid))
    assert (first.name, second.name) == ("562 nm", "750 nm")
    assert second.payloads[0].readings[0, 0] == 0.04
    assert "wells-without-reading" in _codes(second)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("std", "no role"),
        ("standard high", "not a number"),
        ("blank 2", "no role"),
        ("0.5", "no role"),
        ("B-017 x0.5", "below 1"),
        ("std -5", "-5 ug/mL"),
    ],
)
def test_role_outside_the_grammar_is_refused(tmp_path: Path, cell: str, message: str) -> None:
    grid = [*plate_block("562 nm", READINGS), *plate_block("roles", {**ROLES, "E5": cell})]
    with pytest.raises(InputError, match=message):
        _read(tmp_path, delimited(grid))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A13,blank,,,", "no well"),
        ("A1,control,,,", "no role"),
        ("A1,standard,,,", "belongs to standards"),
        ("A1,sample,,,", "without name"),
        ("A1,blank,,,10", "belongs to samples"),
        ("A1,blank,,,\nA01,blank,,,", "twice"),
    ],
)
def test_role_file_that_is_wrong_is_refused(tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "bca.roles.csv").write_text(f"well,role,name,standard_ug_per_ml,dilution_factor\n{row}\n")
    with pytest.raises(InputError, match=message):
        _read(tmp_path, delimited(plate_block("A562", READINGS)))


def test_two_role_maps_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bca.roles.csv").write_text("well,role,name,standard_ug_per_ml,dilution_factor\nA1,blank,,,\n")
    with pytest.raises(InputError, match="contradict"):
        _read(tmp_path, delimited(_both()))
    with pytest.raises(InputError, match="2 role maps"):
        _read(tmp_path, delimited([*_both(), *plate_block("layout", ROLES)]), "other.csv")


def test_well_over_range_is_missing_and_named(tmp_path: Path) -> None:
    (run,) = _read(tmp_path, delimited(plate_block("A562", {**READINGS, "G7": "OVRFLW", "G8": -0.01})))
    assert np.isnan(run.payloads[0].readings[6, 6])
    over = next(notice for notice in run.notices if notice.code == "wells-over-range")
    assert "G7" in over.message
    assert "negative-readings" in _codes(run)


@pytest.mark.parametrize("cell", ["abc", "0.1.2", "1e400x"])
def test_reading_that_is_no_number_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match="not a number"):
        _read(tmp_path, delimited(plate_block("A562", {**READINGS, "E5": cell})))


def test_thousand_or_decimal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="decimal or a thousand"):
        _read(tmp_path, delimited(plate_block("RFU", {"A1": "12,345", "A2": "9,000"}), separator=";"))


def test_truncated_plate_is_refused(tmp_path: Path) -> None:
    text = delimited(plate_block("A562", READINGS))
    for end in (len(text) - 1, len(text) - 3, text.index("\nE,") + 1, text.index("\nH,") + 9):
        with pytest.raises(InputError):
            _read(tmp_path, text[:end])


def test_merged_wells_are_missing_but_the_first(tmp_path: Path) -> None:
    (run,) = _read(tmp_path, xlsx({"P": plate_block("A562", READINGS)}, merge="B3:B4"), "bca.xlsx")
    readings = run.payloads[0].readings
    assert readings[0, 0] == 0.091
    assert np.isnan(readings[1, 0])


def test_people_around_the_block_are_left_out(tmp_path: Path) -> None:
    grid = [["User", "Jane Doe"], ["Protocol", r"C:\Users\jane\bca.xpt"], *plate_block("A562", READINGS)]
    (run,) = _read(tmp_path, delimited(grid))
    assert "ane" not in str(run.unread)
    assert "Protocol bca.xpt" in run.unread.values()


def test_table_without_a_plate_is_not_claimed(tmp_path: Path) -> None:
    assert not sniff(_source(tmp_path, "1,2,3,4,5,6,7,8,9,10,11,12\n5,6,7\n")).claims
    assert not sniff(_source(tmp_path, xlsx({"x": [["a", 1]]}), "x.xlsx")).claims
