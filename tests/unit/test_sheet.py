from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sheet_builders import change_member, xlsx

from paracrine.core.errors import InputError
from paracrine.readers.decoding.decimal import decide_decimal, half_digit
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.decoding.sheet import cell_number, cell_text, column_letters, read_sheets
from paracrine.readers.source import SourceFile

SHEET = "xl/worksheets/sheet1.xml"
GOOD = xlsx({"Data": [["x", 1.5], ["", 2]]})


def test_cells_keep_their_place() -> None:
    (sheet,) = read_sheets(xlsx({"Data": [[], ["", "µ", 1.5], ["", "", 2]]}), where="x")
    assert sheet.rows == (("", "", ""), ("", "µ", 1.5), ("", "", 2.0))


@pytest.mark.parametrize(
    ("member", "old", "new", "message"),
    [
        (SHEET, b'r="B2"', b'r="XFD1048576"', "1048576 rows and 16384 columns"),
        (SHEET, b'<row r="2"', b'<row r="999999999"', "999999999 rows"),
        (SHEET, b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "bb">]><worksheet', "entities"),
        (SHEET, b"</row></sheetData>", b"", "cannot be read"),
        ("xl/worksheets/sheet1.xml", b"<v>1.5</v>", b"<v>1.5", "cannot be read"),
    ],
)
def test_hostile_or_damaged_workbook_is_refused(member: str, old: bytes, new: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_sheets(change_member(GOOD, member, old, new), where="x")


def test_every_truncation_is_refused() -> None:
    for end in range(30, len(GOOD) - 1, 97):
        with pytest.raises(InputError):
            read_sheets(GOOD[:end], where="x")


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(InputError, match="zip bomb"):
        SourceFile(path).sheets  # noqa: B018


def test_member_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(GOOD)
    with ZipFile(BytesIO(GOOD)) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert data.count(size) >= 2
    with pytest.raises(InputError, match="damaged"):
        read_sheets(bytes(data.replace(size, (20).to_bytes(4, "little"))), where="x")


@pytest.mark.parametrize(("cell", "text"), [(1.0, "1"), (0.25, "0.25"), ("a\n b", "a b"), (1e20, "1e+20")])
def test_cell_text(cell: str | float, text: str) -> None:
    assert cell_text(cell) == text


def test_cell_number_refuses_infinity() -> None:
    assert cell_number(2.5, decimal=",", where="x") == 2.5
    assert cell_number("2,5", decimal=",", where="x") == 2.5
    assert cell_number("N/A", decimal=",", where="x") is None
    with pytest.raises(InputError):
        cell_number(float("inf"), decimal=".", where="x")


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_letters(index: int, letters: str) -> None:
    assert column_letters(index) == letters


@pytest.mark.parametrize(
    ("text", "half"), [("99,147287", 5e-7), ("1.928E+5", 50.0), ("2235", 0.5), ("7,5E-2", 0.0005), ("N/A", 0.0)]
)
def test_half_of_the_last_printed_digit(text: str, half: float) -> None:
    assert half_digit(text) == pytest.approx(half)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1,5", "x", "2023-04-19"], ","),
        (["1.5", "8.05.16", "1e5"], "."),
        (["12", "."], "."),
        (["-1,000E+0"], ","),
        (["1,000", "0,5"], ","),
    ],
)
def test_decimal_mark_is_decided_once(cells: list[str], mark: str) -> None:
    assert decide_decimal(cells, where="x", thousands_possible=True) == mark


def test_decimal_mark_in_doubt_is_refused() -> None:
    with pytest.raises(InputError, match="decimal comma and"):
        decide_decimal(["1,5", "1.5"], where="x")
    with pytest.raises(InputError, match="thousand"):
        decide_decimal(["1,000", "20,000"], where="x", thousands_possible=True)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (r"C:\Users\Jane\a.sop", "a.sop"),
        (r"\\server\Jane", "(folder)"),
        ("/home/jane/a.csv", "a.csv"),
        ("D:/jane/b.txt", "b.txt"),
        ("19/04/2023", "19/04/2023"),
        ("LCD in FB 75/25", "LCD in FB 75/25"),
    ],
)
def test_folders_are_left_out(value: str, kept: str) -> None:
    assert without_folders(value) == kept


@pytest.mark.parametrize("key", ["Operator", "SOP User ID", "Operator Name", "Test performed by", "E-Mail"])
def test_people_are_recognised(key: str) -> None:
    assert is_personal(key)
    assert not is_personal("Operating voltage")
