"""Roles of wells: the words of a role block, and the rows of a role file.

A cell of a role block says one of

    blank                     a well without protein
    std 2000                  a standard of 2000 ug/mL (`standard 2000 ug/mL` is the same)
    B-017 x10                 a sample, diluted 1:10 (`sample B-017 x10` is the same)
    B-017                     a sample whose dilution the study states

and an empty cell gives the well no role.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paracrine.core.errors import InputError
from paracrine.readers.decoding.sheet import cell_text, split_text
from paracrine.readers.decoding.text import require_number, to_number
from paracrine.readers.plate.blocks import ROWS, Block

_STANDARD = re.compile(r"(?:std|standard)\s+(\S+)(?:\s*(?:ug|µg|μg)/ml)?", re.IGNORECASE)
_SAMPLE = re.compile(r"(?:sample\s+)?(.+?)(?:\s+[x×]\s?(\d+(?:[.,]\d+)?))?", re.IGNORECASE)
_RESERVED = re.compile(r"(?:blank|std|standard)\b", re.IGNORECASE)
_WELL = re.compile(r"([A-Ha-h])0?([1-9]|1[0-2])")
_COLUMNS = ("well", "role", "name", "standard_ug_per_ml", "dilution_factor")
_ROLES = ("standard", "blank", "sample")


@dataclass(frozen=True, slots=True)
class WellRole:
    """What a well is for; numbers are None where they do not apply or are not stated."""

    role: str
    name: str = ""
    standard_ug_per_ml: float | None = None
    dilution_factor: float | None = None


def number_texts(block: Block) -> Iterator[str]:
    """Yield the numbers in the role cells, which help to decide the decimal mark."""
    for _, _, _, cell in block.wells():
        text = cell_text(cell)
        standard = _STANDARD.fullmatch(text)
        sample = None if standard or _RESERVED.match(text) else _SAMPLE.fullmatch(text)
        if standard:
            yield standard.group(1)
        elif sample and sample.group(2):
            yield sample.group(2)


def read_role_block(block: Block, *, decimal: str) -> Mapping[str, WellRole]:
    """Read a role block into roles by well.

    Raises:
        InputError: when a cell follows no rule of the grammar.
    """
    roles: dict[str, WellRole] = {}
    for well, _, _, cell in block.wells():
        text = cell_text(cell)
        if text:
            roles[well] = _read_role(text, decimal, f"{block.locator} well {well}")
    return roles


def _read_role(text: str, decimal: str, where: str) -> WellRole:
    if text.lower() == "blank":
        return WellRole("blank")
    standard = _STANDARD.fullmatch(text)
    if standard:
        return _checked(
            WellRole("standard", standard_ug_per_ml=require_number(standard.group(1), decimal=decimal, where=where)),
            where,
        )
    sample = _SAMPLE.fullmatch(text)
    if _RESERVED.match(text) or sample is None or _is_number(text):
        raise InputError(
            f"{text!r} is no role", where=where, hint="write `blank`, `std 2000` or a sample name with `x10`"
        )
    dilution = to_number(sample.group(2), decimal=decimal, where=where) if sample.group(2) else None
    return _checked(WellRole("sample", name=sample.group(1), dilution_factor=dilution), where)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[\d.,eE+-]+", text) is not None


def _checked(role: WellRole, where: str) -> WellRole:
    if role.standard_ug_per_ml is not None and role.standard_ug_per_ml < 0:
        raise InputError(f"a standard of {role.standard_ug_per_ml:g} ug/mL", where=where)
    if role.dilution_factor is not None and role.dilution_factor < 1:
        raise InputError(f"a dilution of {role.dilution_factor:g} is below 1", where=where)
    return role


def role_file_rows(text: str) -> list[dict[str, str]]:
    """Split a role file into rows by column name; comma, semicolon or tab.

    Raises:
        InputError: when a column is missing.
    """
    first = text.split("\n", 1)[0]
    delimiter = max(("\t", ";", ","), key=first.count)
    grid = [row for row in split_text(text, delimiter) if any(row)]
    header = [name.lower() for name in grid[0]]
    for column in _COLUMNS:
        if column not in header:
            raise InputError(f"the role file has no column {column!r}", hint=f"columns: {','.join(_COLUMNS)}")
    return [dict(zip(header, row, strict=False)) for row in grid[1:]]


def read_role_rows(rows: list[dict[str, str]], *, decimal: str, where: str) -> Mapping[str, WellRole]:
    """Read the rows of a role file into roles by well.

    Raises:
        InputError: when a well or a role is not known, stands twice or lacks its number.
    """
    roles: dict[str, WellRole] = {}
    for number, row in enumerate(rows, start=2):
        place = f"{where} line {number}"
        match = _WELL.fullmatch(row["well"])
        if match is None:
            raise InputError(f"{row['well']!r} is no well", where=place, hint="A1 to H12")
        well = f"{match.group(1).upper()}{match.group(2)}"
        if well in roles:
            raise InputError(f"well {well} stands there twice", where=place)
        roles[well] = _role_of_row(row, decimal, place)
    return roles


def _role_of_row(row: dict[str, str], decimal: str, where: str) -> WellRole:
    role = row.get("role", "").lower()
    if role not in _ROLES:
        raise InputError(f"{role!r} is no role", where=where, hint=", ".join(_ROLES))
    standard = to_number(row.get("standard_ug_per_ml", ""), decimal=decimal, where=where)
    dilution = to_number(row.get("dilution_factor", ""), decimal=decimal, where=where)
    name = row.get("name", "")
    if (role == "standard") != (standard is not None):
        raise InputError("standard_ug_per_ml belongs to standards, and to each of them", where=where)
    if role == "sample" and not name:
        raise InputError("a sample without name", where=where)
    if role != "sample" and dilution is not None:
        raise InputError("dilution_factor belongs to samples", where=where)
    return _checked(WellRole(role, name if role == "sample" else "", standard, dilution), where)


def place_of(well: str) -> tuple[int, int]:
    """Return row and column of a well, from 0."""
    return ROWS.index(well[0]), int(well[1:]) - 1
