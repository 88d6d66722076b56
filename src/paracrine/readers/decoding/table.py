"""Delimited number tables to arrays, without touching each cell in Python where the layout is plain."""

from __future__ import annotations

import csv

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.readers.decoding.text import require_number

FloatArray = npt.NDArray[np.float64]
_MOST_DIGITS = 18
_POWERS = 10 ** np.arange(_MOST_DIGITS, dtype=np.int64)


def read_counts(lines: list[str], *, delimiter: str, decimal: str, columns: int, where: str) -> FloatArray:
    """Read rows of an axis value followed by `columns` values; padding cells at the end must be empty.

    Returns:
        Shape (len(lines), 1 + columns): axis first. Whole-number tables take a vectorised path.

    Raises:
        InputError: when a cell is missing, is no number or stands outside the columns.
    """
    fast = _read_whole_numbers("\n".join(lines), len(lines), delimiter, decimal, columns)
    if fast is not None:
        return fast
    return read_numbers(lines, delimiter=delimiter, decimal=decimal, columns=columns, where=where)


def read_numbers(lines: list[str], *, delimiter: str, decimal: str, columns: int, where: str) -> FloatArray:
    """Read the same table cell by cell, quoted cells and any notation included.

    Raises:
        InputError: when a cell is missing, is no number or stands outside the columns.
    """
    width = columns + 1
    values: list[float] = []
    rows = csv.reader(lines, delimiter=delimiter) if any('"' in line for line in lines) else None
    for index, cells in enumerate(rows if rows is not None else (line.split(delimiter) for line in lines)):
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            raise InputError(
                f"row {index + 1} holds {len([c for c in cells if c.strip()])} cells, expected {width}",
                where=where,
                hint="the file may be truncated or edited; export it again",
            )
        values += [
            require_number(cell, decimal=decimal, where=f"{where}, row {index + 1}, cell {position + 1}")
            for position, cell in enumerate(cells[:width])
        ]
    return np.array(values, dtype=np.float64).reshape(len(lines), width)


def _read_whole_numbers(block: str, rows: int, delimiter: str, decimal: str, columns: int) -> FloatArray | None:
    """Return the table, or None when it holds anything but whole numbers behind the axis."""
    if not block.isascii() or not rows:
        return None
    digits = np.frombuffer(block.encode(), dtype=np.uint8) - np.uint8(ord("0"))
    ends = np.append(np.flatnonzero(digits > 9), digits.size)
    tokens, left_over = divmod(ends.size, rows)
    first_line = block[: block.find("\n") if rows > 1 else None]
    axis_tokens = 2 if decimal in first_line.split(delimiter, 1)[0] else 1
    needed = axis_tokens + columns
    if left_over or tokens < needed or not _is_regular(block, ends, tokens, axis_tokens, delimiter, decimal):
        return None
    lengths = np.diff(ends, prepend=-1) - 1
    shaped = lengths.reshape(rows, tokens)
    if shaped.max() >= _MOST_DIGITS or not shaped[:, :needed].all() or shaped[:, needed:].any():
        return None
    whole = _whole_numbers(digits, ends, lengths).reshape(rows, tokens)
    table = whole[:, axis_tokens - 1 : needed].astype(np.float64)
    if axis_tokens == 2:
        table[:, 0] = whole[:, 0] + whole[:, 1] / _POWERS[shaped[:, 1]]
    return table


def _is_regular(
    block: str, ends: npt.NDArray[np.intp], tokens: int, axis_tokens: int, delimiter: str, decimal: str
) -> bool:
    row = (decimal if axis_tokens == 2 else "") + delimiter * (tokens - axis_tokens) + "\n"
    found = np.frombuffer(block.encode(), dtype=np.uint8)[ends[:-1]].tobytes()
    return found == (row * (ends.size // tokens)).encode()[:-1]


def _whole_numbers(
    digits: npt.NDArray[np.uint8], ends: npt.NDArray[np.intp], lengths: npt.NDArray[np.intp]
) -> npt.NDArray[np.int64]:
    """Sum digit times power of ten, one decimal place of all tokens at a time."""
    values = np.zeros(ends.size, dtype=np.int64)
    chosen = np.flatnonzero(lengths > 0)
    for place in range(int(lengths.max())):
        values[chosen] += digits[ends[chosen] - 1 - place] * _POWERS[place]
        chosen = chosen[lengths[chosen] > place + 1]
    return values
