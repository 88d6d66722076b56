"""96-well plates as plate readers print them: a block of readings, with a role map beside it.

The role map is a second block titled `roles` or `layout` in the same file, or a file `<name>.roles.csv` with the
columns well, role, name, standard_ug_per_ml, dilution_factor. `readers/plate/roles.py` states the words of a cell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.plate import Plate
from paracrine.readers.decoding.decimal import decide_decimal
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.decoding.sheet import Sheet, cell_number, cell_text, split_text
from paracrine.readers.decoding.text import decode, is_missing
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.plate.blocks import COLUMNS_COUNT, ROWS, Block, find_blocks, has_block
from paracrine.readers.plate.roles import (
    WellRole,
    number_texts,
    place_of,
    read_role_block,
    read_role_rows,
    role_file_rows,
)
from paracrine.readers.source import SourceFile

FORMAT = Format(
    name="plate_grid",
    title="96-well plate readings (CSV or XLSX blocks)",
    technique=Technique.PLATE,
    version="1",
    maturity=Maturity.CANDIDATE,
    suffixes=(".csv", ".txt", ".tsv", ".xlsx"),
    samples=("none",),
    known_limits="one role map per file; 96 wells only",
    generic=True,
)
_COLUMN_NUMBERS = {mark: mark.join(str(number) for number in range(1, COLUMNS_COUNT + 1)) for mark in "\t;,"}
_LAST_NUMBERS = re.compile(r"10[^\n\d]{1,40}11[^\n\d]{1,40}12")
_OVER_RANGE = frozenset({"over", "overflow", "ovrflw", "ovflw", "ovrfl", "sat", "saturated", ">max", "*****", "#####"})
_SHAPE = (len(ROWS), COLUMNS_COUNT)


def sniff(source: SourceFile) -> Sniffed:
    """Say whether the file holds a plate block."""
    if source.zip_listing:
        found = any(has_block(sheet) for sheet in source.sheets)
    else:
        mark = _separator(source.head_text)
        found = bool(mark) and has_block(Sheet("", split_text(source.head_text, mark)))
    if found:
        return Sniffed(True, "column numbers 1 to 12 above row letters from A")
    return Sniffed(False, "no block with column numbers 1 to 12 above row letters A to H")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read every block of readings with the one role map.

    Raises:
        InputError: when a block is incomplete, a cell is no number or the role map is ambiguous.
    """
    sheets = _sheets(source)
    blocks = [block for sheet in sheets for block in find_blocks(sheet)]
    maps = [block for block in blocks if block.is_role_map]
    readings = [block for block in blocks if not block.is_role_map]
    if not readings:
        raise InputError("no block of readings", hint="the readings need a block of their own beside the role map")
    if len(maps) > 1:
        raise InputError(f"{len(maps)} role maps in one file", hint="one plate and one role map a file")
    role_text, role_origin = _role_file(source)
    if maps and role_text:
        raise InputError("a role block and a role file contradict each other", hint="keep one of them")
    rows = role_file_rows(role_text) if role_text else []
    decimal = _decide(readings, maps, rows, source.name)
    if maps:
        roles: Mapping[str, WellRole] = read_role_block(maps[0], decimal=decimal)
    else:
        roles = read_role_rows(rows, decimal=decimal, where=role_origin.get("Roles / file", ""))
    others = _other_rows(sheets, blocks)
    return tuple(_make_run(source, block, roles, decimal, role_origin, others) for block in readings)


def _separator(text: str) -> str:
    """Return what separates the column numbers 1 to 12 of a plate, empty when they do not stand there."""
    if not _LAST_NUMBERS.search(text):
        return ""
    bare = text.replace('"', "").replace(" ", "")
    return next((mark for mark, numbers in _COLUMN_NUMBERS.items() if numbers in bare), "")


def _sheets(source: SourceFile) -> tuple[Sheet, ...]:
    if source.zip_listing:
        return source.sheets
    text = decode(source.data, where=source.name)
    mark = _separator(text)
    if not mark:
        raise InputError("no row of column numbers 1 to 12")
    if not text.endswith("\n"):
        raise InputError(
            "the last line does not end", hint="the file may be truncated; end the last row with a new line"
        )
    return (Sheet("", split_text(text, mark)),)


def _role_file(source: SourceFile) -> tuple[str, dict[str, str]]:
    path = source.path.with_name(f"{source.path.stem}.roles.csv")
    if not path.is_file():
        return "", {}
    data = path.read_bytes()
    text = decode(data, where=path.name)
    if not text.strip():
        raise InputError("the role file is empty", where=path.name)
    return text, {"Roles / file": path.name, "Roles / sha256": hashlib.sha256(data).hexdigest()}


def _decide(readings: list[Block], maps: list[Block], rows: list[dict[str, str]], where: str) -> str:
    cells = [cell for block in readings for _, _, _, cell in block.wells() if isinstance(cell, str)]
    cells += [text for block in maps for text in number_texts(block)]
    cells += [row.get(column, "") for row in rows for column in ("standard_ug_per_ml", "dilution_factor")]
    return decide_decimal(cells, where=where, thousands_possible=True)


def _make_run(
    source: SourceFile,
    block: Block,
    roles: Mapping[str, WellRole],
    decimal: str,
    origin: dict[str, str],
    others: dict[str, str],
) -> Run:
    values, over_range = _readings(block, decimal)
    return Run(
        source=source.ref(locator=block.locator, reader=FORMAT.name, reader_version=FORMAT.version),
        name=block.title or block.locator,
        technique=Technique.PLATE,
        instrument="plate reader",
        settings=origin,
        payloads=(_plate(values, roles),),
        maturity=Maturity.CANDIDATE,
        unread=others,
        notices=tuple(_judge(values, roles, over_range)),
    )


def _readings(block: Block, decimal: str) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], list[str]]:
    values = np.full(_SHAPE, np.nan)
    over_range: list[str] = []
    for well, row, column, cell in block.wells():
        if isinstance(cell, str) and cell.strip().lower() in _OVER_RANGE:
            over_range.append(well)
            continue
        number = cell_number(cell, decimal=decimal, where=f"{block.locator} well {well}")
        if number is not None:
            values[row, column] = number
    if np.all(np.isnan(values)):
        raise InputError("the block holds no reading", where=block.locator)
    return values, over_range


def _plate(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], roles: Mapping[str, WellRole]) -> Plate:
    words = np.full(_SHAPE, "", dtype=object)
    names = np.full(_SHAPE, "", dtype=object)
    standards, dilutions = np.full(_SHAPE, np.nan), np.full(_SHAPE, np.nan)
    for well, role in roles.items():
        place = place_of(well)
        words[place], names[place] = role.role, role.name
        if role.standard_ug_per_ml is not None:
            standards[place] = role.standard_ug_per_ml
        if role.dilution_factor is not None:
            dilutions[place] = role.dilution_factor
    return Plate(values, "AU", words.astype(np.str_), names.astype(np.str_), standards, dilutions)


def _other_rows(sheets: tuple[Sheet, ...], blocks: list[Block]) -> dict[str, str]:
    """Return what stands around the blocks, row by row, without people and folders."""
    others: dict[str, str] = {}
    for sheet in sheets:
        owned = [block for block in blocks if block.sheet == sheet.name]
        for index, row in enumerate(sheet.rows):
            texts = [without_folders(cell_text(cell)) for cell in row if not is_missing(cell_text(cell))]
            if texts and not any(block.covers(index) for block in owned) and not is_personal(texts[0]):
                others[f"{sheet.name} row {index + 1}".strip()] = " ".join(texts)
    return others


def _judge(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], roles: Mapping[str, WellRole], over_range: list[str]
) -> Iterator[Notice]:
    if over_range:
        yield Notice(
            code="wells-over-range",
            message=f"over the range of the plate reader: {', '.join(over_range)}",
            severity=Severity.SERIOUS,
            action="dilute these wells and measure again",
        )
    if np.nanmin(values) < 0:
        yield Notice(
            code="negative-readings",
            message="some readings are negative: a blank may have been subtracted already",
            action="export raw readings",
        )
    if not roles:
        yield Notice(
            code="no-role-map",
            message="no role map says which wells are standards, blanks or samples",
            severity=Severity.SERIOUS,
            action="add a block titled `roles`, or a file with the same name and the ending .roles.csv",
        )
        return
    empty = [well for well in roles if np.isnan(values[place_of(well)]) and well not in over_range]
    if empty:
        yield Notice(
            code="wells-without-reading",
            message=f"wells with a role and without a reading: {', '.join(empty)}",
            action="check the role map",
        )
    extra = int(np.isfinite(values).sum()) - sum(bool(np.isfinite(values[place_of(well)])) for well in roles)
    if extra:
        yield Notice(
            code="wells-without-role",
            message=f"{extra} wells have a reading and no role; they are not used",
            severity=Severity.NOTE,
        )
    for role, code in (("blank", "no-blank-wells"), ("standard", "no-standard-wells")):
        if not any(entry.role == role for entry in roles.values()):
            yield Notice(code=code, message=f"no well is a {role}", action="add it to the role map")
