"""Tables of facts: CSV that ships with the package, and a user's own in the same columns."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from paracrine.core.errors import InputError

Row = dict[str, str]


def read_fact_table(place: str | Path, *, columns: Sequence[str]) -> list[Row]:
    """Read a table of facts.

    Args:
        place: path inside `paracrine.facts` as text, or a file of the user's as a Path.
        columns: what the header must hold, in any order.

    Raises:
        InputError: when the file cannot be read, a column is missing or a row has more cells than the header.
    """
    if isinstance(place, Path):
        try:
            text = place.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("cannot read the table", where=str(place), hint=str(error)) from error
    else:
        text = files("paracrine.facts").joinpath(place).read_text(encoding="utf-8")
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"missing columns: {', '.join(missing)}", where=str(place), hint=f"need {', '.join(columns)}")
    return list(_rows(reader, str(place)))


def number(text: str, *, where: str) -> float:
    """Read one finite number.

    Raises:
        InputError: when the cell is not one.
    """
    try:
        value = float(text) if text.isascii() else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{text!r} is not a number", where=where)
    return value


def optional_number(text: str, *, where: str) -> float | None:
    """Read one finite number, None from an empty cell."""
    return None if not text.strip() else number(text.strip(), where=where)


def _rows(reader: csv.DictReader[str], where: str) -> Iterator[Row]:
    for line, row in enumerate(reader, 2):
        if None in row:
            raise InputError("more cells than the header has", where=f"{where}, line {line}")
        yield {name: (cell or "").strip() for name, cell in row.items()}
