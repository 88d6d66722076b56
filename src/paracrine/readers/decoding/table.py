"""Delimited number tables to arrays, without touching each cell in Python where the layout is regular."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from io import StringIO

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.readers.decoding.text import require_number

FloatArray = npt.NDArray[np.float64]
_ZERO = np.uint8(ord("0"))
_MOST_DIGITS = 15
"""Whole numbers up to here, and their quotients by powers of ten, are exact in double precision."""
_POWERS = 10.0 ** np.arange(_MOST_DIGITS + 1)
_WORTH_VECTORISING = 2000
_MOST_BYTES = 2**31 - 1
_LONGEST_FINITE = 308
"""More digits than that are beyond any double precision number."""
_PLAIN = b"0123456789.+-eE"


def read_table(block: str, *, delimiter: str, decimal: str, columns: int, where: str) -> FloatArray:
    """Read lines of `columns` numbers each; padding cells behind them must be empty.

    Returns:
        Shape (lines, columns), the very numbers that `float` gives cell by cell.

    Raises:
        InputError: when a cell is missing, is no number or stands outside the columns.
    """
    rows = block.count("\n") + 1
    regular = None
    if rows * columns >= _WORTH_VECTORISING and block.isascii():
        regular = _read_regular(block.encode(), rows, delimiter, decimal, columns)
    return _read_cells(block, delimiter, decimal, columns, where) if regular is None else regular


def _read_cells(block: str, delimiter: str, decimal: str, columns: int, where: str) -> FloatArray:
    """Read rows whose numbers are written in different ways, quoted or with exponents."""
    cells: list[str] = []
    for index, row in enumerate(_split_rows(block, delimiter)):
        if len(row) < columns or any(map(str.strip, row[columns:])):
            raise InputError(
                f"row {index + 1} holds {sum(bool(cell.strip()) for cell in row)} cells, expected {columns}",
                where=where,
                hint="the file may be truncated or edited; export it again",
            )
        cells += row[:columns]
    numbers = plain_floats(cells, decimal)
    if numbers is None:
        numbers = [
            require_number(
                cell, decimal=decimal, where=f"{where}, row {index // columns + 1}, cell {index % columns + 1}"
            )
            for index, cell in enumerate(cells)
        ]
    return np.array(numbers, dtype=np.float64).reshape(-1, columns)


def _split_rows(block: str, delimiter: str) -> list[list[str]]:
    if '"' not in block:
        return [line.split(delimiter) for line in block.split("\n")]
    try:
        return list(csv.reader(StringIO(block, newline="\n"), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(f"cannot be split into cells: {error}", hint="a quotation mark may be missing") from error


def plain_floats(cells: Sequence[str], decimal: str) -> list[float] | None:
    """Return the numbers at once, or None when a cell is anything but one plain number."""
    text = "\n".join(cells)
    if decimal != ".":
        if "." in text:
            return None
        text = text.replace(decimal, ".")
    if not text.isascii() or text.encode().translate(None, _PLAIN + b"\n"):
        return None
    try:
        numbers = [float(cell) for cell in text.split("\n")]
    except ValueError:
        return None
    may_be_endless = "e" in text or "E" in text or len(text) > _LONGEST_FINITE
    return numbers if not may_be_endless or all(map(math.isfinite, numbers)) else None


def _read_regular(block: bytes, rows: int, delimiter: str, decimal: str, columns: int) -> FloatArray | None:
    """Return the table, or None when any row is written differently from the first or a cell is not plain digits."""
    raw = np.frombuffer(block, dtype=np.uint8)
    padded = np.zeros(raw.size + 16, dtype=np.uint8)
    if raw.size > _MOST_BYTES:
        return None
    marks = np.flatnonzero(np.subtract(raw, _ZERO, out=padded[16:]) > 9)
    tokens, left_over = divmod(marks.size + 1, rows)
    pattern = raw[marks[: tokens - 1]].tobytes().decode()
    if left_over or pattern.strip(delimiter + decimal) or raw[marks].tobytes() != _repeated(pattern, rows):
        return None
    ends = np.empty(marks.size + 1, dtype=np.int32)
    ends[:-1], ends[-1] = marks, raw.size
    lengths = ends.copy()
    lengths[1:] -= ends[:-1] + 1
    starts = [0, *(index + 1 for index, mark in enumerate(pattern) if mark == delimiter)]
    needed = starts[columns] if len(starts) > columns else tokens
    by_row = lengths.reshape(rows, tokens)
    wanted = by_row[:, :needed]
    if len(starts) < columns or wanted.min() == 0 or by_row[:, needed:].any() or int(wanted.max()) > _MOST_DIGITS:
        return None
    whole = _whole_numbers(padded, ends.reshape(rows, tokens)[:, :needed].ravel(), wanted.ravel()).reshape(rows, needed)
    if needed == columns:
        return whole
    return _join(whole, wanted, pattern, starts[:columns], decimal)


def _repeated(pattern: str, rows: int) -> bytes:
    return ((pattern + "\n") * rows)[:-1].encode()


def _join(
    whole: FloatArray, lengths: npt.NDArray[np.int32], pattern: str, starts: list[int], decimal: str
) -> FloatArray | None:
    """Put the two halves of decimal numbers together."""
    table = whole[:, starts]
    if decimal + decimal in pattern:
        return None
    for column, start in enumerate(starts):
        if pattern[start : start + 1] == decimal:
            digits = lengths[:, start + 1]
            if int(lengths[:, start].max() + digits.max()) > _MOST_DIGITS:
                return None
            scale = _POWERS[digits]
            # One division of two exact numbers rounds as `float` does; adding a decimal fraction would not.
            table[:, column] = (whole[:, start] * scale + whole[:, start + 1]) / scale
    return table


def _whole_numbers(
    padded: npt.NDArray[np.uint8], ends: npt.NDArray[np.int32], lengths: npt.NDArray[np.int32]
) -> FloatArray:
    """Turn digit runs that end before `ends` into numbers, eight digits at a time."""
    values = padded[ends + 15].astype(np.float64)
    long = np.flatnonzero(lengths > 1)
    if long.size:
        words = np.ndarray((padded.size - 7,), dtype="<u8", buffer=padded, strides=(1,))
        size, last = lengths[long], ends[long] + 8
        found = _eight_digits(words[last], np.minimum(size, 8))
        more = np.flatnonzero(size > 8)
        found[more] += _eight_digits(words[last[more] - 8], size[more] - 8) * np.uint64(10**8)
        values[long] = found
    return values


def _eight_digits(words: npt.NDArray[np.uint64], used: npt.NDArray[np.int32]) -> npt.NDArray[np.uint64]:
    """Read the last `used` (1 to 8) of eight digits packed little-endian, one a byte: pairs, fours, eights."""
    unused_bits = ((8 - used) * 8).astype(np.uint64)
    words >>= unused_bits
    words <<= unused_bits
    words *= np.uint64(10 * 2**8 + 1)
    words >>= np.uint64(8)
    words &= np.uint64(0x00FF00FF00FF00FF)
    words *= np.uint64(100 * 2**16 + 1)
    words >>= np.uint64(16)
    words &= np.uint64(0x0000FFFF0000FFFF)
    words *= np.uint64(10000 * 2**32 + 1)
    words >>= np.uint64(32)
    return words
