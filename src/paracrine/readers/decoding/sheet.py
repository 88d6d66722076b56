"""Spreadsheets and delimited text as grids of cells, hostile workbooks refused before they are opened."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from paracrine.core.errors import InputError
from paracrine.readers.decoding.text import to_number

MOST_CELLS = 2_000_000
WORKBOOK = "xl/workbook.xml"
Cell = str | float
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})(\d{1,9})["']""")
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_HINT = "save the sheet again from the spreadsheet program"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: cells as text or number, empty text where nothing stands; row 0 is row 1 of the sheet."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def read_sheets(data: bytes, *, where: str) -> tuple[Sheet, ...]:
    """Read every worksheet of an XLSX file.

    Raises:
        InputError: when the archive is damaged, hides its real size, declares entities or spans too many cells.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    _require_harmless(data, where)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        return tuple(
            Sheet(meta.name, _rows(workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)))
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        )
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(f"the workbook cannot be read: {error}", where=where, hint=_HINT) from error
    except BaseException as error:
        # A panic of the spreadsheet library arrives as a BaseException of its own.
        if type(error).__name__ != "PanicException":
            raise
        raise InputError("the workbook is damaged", where=where, hint=_HINT) from error


def _require_harmless(data: bytes, where: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for info in archive.infolist():
                # Reading stops at the declared size and checks the sum: a size that lies is refused here.
                content = archive.read(info)
                if not info.filename.endswith((".xml", ".rels")):
                    continue
                if any(word in content for word in _DECLARATIONS):
                    raise InputError("the workbook declares XML entities", where=where, hint=_HINT)
                if info.filename.startswith("xl/worksheets/"):
                    _require_small(content, where)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"the archive is damaged: {error}", where=where, hint=_HINT) from error


def _require_small(content: bytes, where: str) -> None:
    """Refuse a sheet whose farthest cell would make the reader fill an area beyond memory."""
    highest = widest = 1
    for match in _REFERENCE.finditer(content):
        highest = max(highest, int(match.group(2)))
        widest = max(widest, _column_number(match.group(1)))
    if highest * widest > MOST_CELLS:
        raise InputError(
            f"a sheet spans {highest} rows and {widest} columns", where=where, hint="delete stray cells and save again"
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _rows(rows: Sequence[Sequence[object]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(_cell(cell) for cell in row) for row in rows)


def _cell(cell: object) -> Cell:
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, (int, float)):
        return float(cell)
    return cell if isinstance(cell, str) else str(cell)


def split_text(text: str, delimiter: str) -> tuple[tuple[str, ...], ...]:
    """Split delimited text into rows of stripped cells; quoted cells may hold the delimiter."""
    return tuple(tuple(cell.strip() for cell in row) for row in csv.reader(text.split("\n"), delimiter=delimiter))


def cell_text(cell: Cell) -> str:
    """Return a cell as text; whole numbers without decimals, line breaks as blanks."""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return " ".join(cell.split())


def cell_number(cell: Cell, *, decimal: str, where: str) -> float | None:
    """Return a cell as number, None when it is missing.

    Raises:
        InputError: when it is no finite number.
    """
    if isinstance(cell, float):
        if cell != cell or cell in (float("inf"), float("-inf")):
            raise InputError("a cell holds NaN or infinity", where=where)
        return cell
    return to_number(cell, decimal=decimal, where=where)


def column_letters(index: int) -> str:
    """Return `A` for column 0, `AA` for column 26."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
