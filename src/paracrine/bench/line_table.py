"""Tables of batches and experiments, as CSV: refused with the row and the reason, never read with numbers left out."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError

_DECIMAL_COMMA = re.compile(r"^[-+]?\d+,\d+([eE][-+]?\d+)?$")


def read_rows(path: Path, needed: Sequence[str], *, columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """Return the rows of a table with the place of each.

    Args:
        path: CSV with a header.
        needed: columns that must be there.
        columns: all columns that are read, for the messages.

    Raises:
        InputError: when the file cannot be read, is empty, has no rows, or lacks a column.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("no such file", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 at byte {error.start}", where=path.name, hint="save it as CSV, UTF-8"
        ) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    wanted = f"columns: {', '.join(columns)}"
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError("is empty", where=path.name, hint=wanted)
    if "," not in lines[0] and ";" in lines[0]:
        hint = "save it with commas between columns and points in numbers"
        raise InputError("has ';' between its columns", where=path.name, hint=hint)
    header, *rows = list(csv.reader(lines))
    header = [name.strip() for name in header]
    for name in needed:
        if name not in header:
            near = nearest(name, header)
            raise InputError(f"the column {name!r} is missing", where=path.name, hint=near or wanted)
    if not rows:
        raise InputError("has a header and no rows", where=path.name, hint=wanted)
    found = []
    for number, row in enumerate(rows, 2):
        place = f"{path.name}: row {number}"
        if len(row) != len(header):
            hint = "a decimal comma splits a number in two: write a point" if len(row) > len(header) else ""
            raise InputError(f"has {len(row)} cells, the header {len(header)}", where=place, hint=hint)
        found.append((place, {name: cell.strip() for name, cell in zip(header, row, strict=True)}))
    return found


def number_in(row: Mapping[str, str], column: str, *, where: str) -> float:
    """Return the number in a cell.

    Raises:
        InputError: when it is none.
    """
    text = row[column]
    try:
        value = float(text)
    except ValueError as error:
        hint = ""
        if _DECIMAL_COMMA.match(text):
            hint = f"write a point: {text.replace(',', '.')}"
        elif any(_is_number(cell) for name, cell in row.items() if name not in (column, "batch", "cv_pct")):
            hint = "are two columns swapped?"
        message = f"{column} {text!r} is not a number" if text else f"{column} is empty"
        raise InputError(message, where=where, hint=hint) from error
    if not math.isfinite(value):
        raise InputError(f"{column} {text!r} is not a number", where=where)
    return value


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
