"""Rows of a delimited text or workbook under the header they belong to."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from paracrine.core.errors import InputError
from paracrine.evidence.file import EvidenceFile

_MISSING = frozenset({"NA", "N/A", "#N/A", "NAN", "NULL", "NONE"})
_HEADER_ROWS = 30
_MAX_FIELD_LETTERS = 5_000_000
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_ESCAPED = re.compile(r"_x000[dD]_")


class Row(NamedTuple):
    """A row: where it stands, its cells by column, and what is odd about it."""

    locator: str
    cells: dict[str, str]
    doubt: str = ""


Recognise = Callable[[list[str]], bool]


def normal(name: str) -> str:
    """Return a column name in lower case, words parted by one blank."""
    return " ".join(re.sub(r"[_\s]+", " ", name.strip().lstrip("\ufeff")).casefold().split())


def find_header(file: EvidenceFile, recognise: Recognise) -> list[str] | None:
    """Return the column names of a table whose header `recognise` accepts, None when there is none near the top."""
    if file.is_zip:
        for sheet in file.sheets:
            for row in sheet.rows[:_HEADER_ROWS]:
                names = [normal(str(cell)) for cell in row]
                if recognise(names):
                    return names
        return None
    found = _delimited_header(file.head_text, recognise)
    return found[1] if found else None


def rows(file: EvidenceFile, recognise: Recognise) -> Iterator[Row]:
    """Yield the rows below the header.

    Raises:
        InputError: when there is no header, or a field is over 5 million letters.
    """
    yield from (_sheet_rows if file.is_zip else _text_rows)(file, recognise)


def _delimited_header(head: str, recognise: Recognise) -> tuple[str, list[str]] | None:
    for delimiter in (",", ";", "\t"):
        try:
            reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
            for _, row in zip(range(_HEADER_ROWS), reader, strict=False):
                names = [normal(cell) for cell in row]
                if recognise(names):
                    return delimiter, names
        except csv.Error:
            continue
    return None


def _text_rows(file: EvidenceFile, recognise: Recognise) -> Iterator[Row]:
    found = _delimited_header(file.head_text, recognise)
    if not found:
        raise InputError("has no header that names a title", where=file.name)
    delimiter, names = found
    csv.field_size_limit(_MAX_FIELD_LETTERS)
    with io.TextIOWrapper(file.open(), encoding=file.encoding, errors="replace", newline="") as text:
        reader = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
        waiting, number = True, 0
        try:
            for cells in reader:
                if waiting:
                    waiting = [normal(cell) for cell in cells] != names
                elif any(cell.strip() for cell in cells):
                    number += 1
                    yield _row(f"row {number}, line {reader.line_num}", names, cells)
        except csv.Error as error:
            raise InputError(f"the table is broken: {error}", where=f"line {reader.line_num}") from error


def _sheet_rows(file: EvidenceFile, recognise: Recognise) -> Iterator[Row]:
    for sheet in file.sheets:
        names: list[str] = []
        for number, row in enumerate(sheet.rows, 1):
            cells = [_cell_text(cell) for cell in row]
            if not names:
                candidate = [normal(cell) for cell in cells]
                names = candidate if number <= _HEADER_ROWS and recognise(candidate) else []
            elif any(cell.strip() for cell in cells):
                yield _row(f"sheet {sheet.name!r}, row {number}", names, cells)


def _cell_text(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _row(locator: str, names: list[str], cells: list[str]) -> Row:
    found: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        value = _ESCAPED.sub(" ", cell).strip()
        formula = _FORMULA.fullmatch(value)
        value = formula[1] if formula else value
        if name and value and value.upper() not in _MISSING and not found.get(name):
            found[name] = value
    odd = len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :])
    doubt = f"{len(cells)} cells under {len(names)} columns: the row may be shifted" if odd else ""
    return Row(locator, found, doubt)
