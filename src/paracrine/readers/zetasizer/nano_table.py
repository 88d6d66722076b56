"""Tables of a Zetasizer Nano text export: headers, indexed arrays, rows longer than their header."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product

from paracrine.core.errors import InputError
from paracrine.readers.decoding.text import is_missing

FIRST_CELLS = ("type", "record")
_ARRAY_NAME = re.compile(r"(?P<base>.+?)\[(?P<index>\d+)\](?P<unit>.*)")
_AXES = ("Sizes", "Correlation Delay Times", "Times", "Zeta Potentials")
_MOST_SURPLUS = 512
_TRUNCATED = "the file may be truncated; export it again"


@dataclass(frozen=True, slots=True)
class ArrayCells:
    """Cells of one expanded array with the unit of its header, such as `d.nm`."""

    base: str
    unit: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One row: scalar columns in the order of the file, arrays by base name."""

    table: int
    line: int
    scalars: tuple[tuple[str, str], ...]
    arrays: Mapping[str, ArrayCells]
    surplus_count: int = 0
    """Fields this row has beyond its header, shared among the arrays named in `grown`."""
    grown: tuple[str, ...] = ()

    def cell(self, name: str) -> str:
        """Return the first cell that is not missing under a column name, empty when there is none.

        Raises:
            InputError: when columns of that name disagree.
        """
        found = {cell for column, cell in self.scalars if column.lower() == name.lower() and not is_missing(cell)}
        if len(found) > 1:
            raise InputError(f"column {name!r} stands there twice with different values", where=f"line {self.line}")
        return found.pop() if found else ""


@dataclass(frozen=True, slots=True)
class _Group:
    base: str
    unit: str
    start: int
    length: int


def split_lines(text: str) -> list[tuple[int, list[str]]]:
    """Split an export into its non-empty rows with line numbers; tab, or what a spreadsheet put instead.

    Raises:
        InputError: when the last line has no end, so that its last number may be cut.
    """
    if not text.endswith("\n"):
        raise InputError("the last line does not end", hint=_TRUNCATED)
    separator = _separator(text)
    lines = text.split("\n")
    rows = csv.reader(lines, delimiter=separator) if separator != "\t" else (_split_tabs(line) for line in lines)
    return [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]


def is_header(row: list[str]) -> bool:
    """Whether a row names columns."""
    return row[0].strip().lower() in FIRST_CELLS and len(row) > 1


def read_measurements(text: str) -> Iterator[Measurement]:
    """Yield every row of every table of an export.

    Raises:
        InputError: when a row is shorter than its header, or longer in a way that cannot be shared out.
    """
    header: list[str] = []
    groups: list[_Group] = []
    table = 0
    for line, row in split_lines(text):
        if is_header(row):
            header = _strip_end([cell.strip() for cell in row], 1)
            groups = _find_groups(header, line)
            table += 1
        elif not header:
            raise InputError("a row stands before the first header", where=f"line {line}")
        else:
            yield _read_row(header, groups, _strip_end(row, len(header)), table=table, line=line)


def _separator(text: str) -> str:
    match = re.match(r"\W*(?:type|record)\"?([\t;,])", text, re.IGNORECASE)
    return match.group(1) if match else "\t"


def _split_tabs(line: str) -> list[str]:
    return [cell.strip().removeprefix('"').removesuffix('"') for cell in line.split("\t")]


def _strip_end(row: list[str], keep: int) -> list[str]:
    end = len(row)
    while end > keep and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _find_groups(header: list[str], line: int) -> list[_Group]:
    groups: list[_Group] = []
    for column, name in enumerate(header):
        match = _ARRAY_NAME.fullmatch(name)
        if match is None:
            continue
        base, unit, index = match["base"].strip(), match["unit"].strip().strip("()"), int(match["index"])
        if index == 1:
            if any(group.base == base for group in groups):
                raise InputError(f"array {base!r} stands there twice", where=f"line {line}")
            groups.append(_Group(base, unit, column, 1))
            continue
        last = groups[-1] if groups else None
        if last is None or (last.base, last.start + last.length, last.length + 1) != (base, column, index):
            raise InputError(f"array column {name!r} is out of order", where=f"line {line}, column {column + 1}")
        groups[-1] = _Group(base, last.unit, last.start, index)
    return groups


def _read_row(header: list[str], groups: list[_Group], row: list[str], *, table: int, line: int) -> Measurement:
    surplus = len(row) - len(header)
    if surplus < 0:
        raise InputError(f"{len(row)} fields under a header of {len(header)}", where=f"line {line}", hint=_TRUNCATED)
    growth = _share_out(groups, row, surplus, line) if surplus else {}
    scalars: list[tuple[str, str]] = []
    arrays: dict[str, ArrayCells] = {}
    starts = {group.start: group for group in groups}
    column = place = 0
    while column < len(header):
        group = starts.get(column)
        if group is None:
            scalars.append((header[column], row[place].strip()))
            column, place = column + 1, place + 1
            continue
        length = group.length + growth.get(group.base, 0)
        cells = tuple(cell.strip() for cell in row[place : place + length])
        arrays[group.base] = ArrayCells(group.base, group.unit, cells)
        column, place = column + group.length, place + length
    return Measurement(table, line, tuple(scalars), arrays, surplus, tuple(growth))


def _share_out(groups: list[_Group], row: list[str], surplus: int, line: int) -> dict[str, int]:
    """Find the one way to lengthen arrays of equal length alike that keeps every axis rising."""
    families: dict[int, list[_Group]] = {}
    for group in groups:
        families.setdefault(group.length, []).append(group)
    sizes = [len(family) for family in families.values()]
    fitting: list[dict[str, int]] = []
    if 0 < surplus <= _MOST_SURPLUS and len(sizes) <= 4:
        for shares in product(*(range(surplus // size + 1) for size in sizes)):
            if sum(share * size for share, size in zip(shares, sizes, strict=True)) != surplus:
                continue
            growth = {
                group.base: share
                for share, family in zip(shares, families.values(), strict=True)
                for group in family
                if share
            }
            if _axes_rise(groups, growth, row):
                fitting.append(growth)
    if len(fitting) != 1:
        raise InputError(
            f"{surplus} more fields than the header names, and {len(fitting)} ways to share them among its arrays",
            where=f"line {line}",
            hint="export this record alone, so that the header is made for it",
        )
    return fitting[0]


def _axes_rise(groups: list[_Group], growth: dict[str, int], row: list[str]) -> bool:
    shift = 0
    axes_seen = False
    for group in groups:
        length = group.length + growth.get(group.base, 0)
        cells = row[group.start + shift : group.start + shift + length]
        shift += length - group.length
        if group.base in _AXES and not all(is_missing(cell) for cell in cells):
            axes_seen = True
            values = [_as_float(cell) for cell in cells]
            if any(value is None for value in values):
                return False
            numbers = [value for value in values if value is not None]
            if any(after <= before for before, after in pairwise(numbers)):
                return False
    return axes_seen


def _as_float(cell: str) -> float | None:
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return None
