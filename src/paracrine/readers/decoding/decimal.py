"""The decimal mark of a file, decided once, and the rounding of a printed number."""

from __future__ import annotations

import re
from collections.abc import Iterable

from paracrine.core.errors import InputError

_MARKED = re.compile(r"(?=[+-]?[.,]?\d)[+-]?\d*([.,])\d*(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_DIGITS = re.compile(r"[+-]?\d*(?:[.,](\d*))?(?:[eE]([+-]?\d+))?")
_HALVES = tuple(0.5 * 10.0**-places for places in range(20))


def decide_decimal(cells: Iterable[str], *, where: str, thousands_possible: bool = False) -> str:
    """Return the one decimal mark (`.` or `,`) that the number cells of a file use; `.` when none has one.

    Args:
        cells: texts; those that are no number are passed over.
        where: file, for the message.
        thousands_possible: whether people typed the numbers, so that `1,000` may mean a thousand.

    Raises:
        InputError: when both marks occur, or only numbers such as `1,000`: none of them can be trusted.
    """
    # Each text once: tables repeat their zeros a thousand times.
    likely = (cell.strip() for cell in dict.fromkeys(cells) if "." in cell or "," in cell)
    marked = [(cell, match.group(1)) for cell in likely if (match := _MARKED.fullmatch(cell))]
    marks = {mark for _, mark in marked}
    if len(marks) > 1:
        raise InputError(
            "numbers with decimal comma and with decimal point in one file",
            where=where,
            hint="export again with one decimal mark throughout",
        )
    if thousands_possible and marked and all(_THOUSANDS.fullmatch(cell) for cell, _ in marked):
        raise InputError(
            f"{marked[0][0]!r} may be a decimal or a thousand",
            where=where,
            hint="write 1000 without a mark, or one decimal number with other than three decimals",
        )
    return marks.pop() if marks else "."


def half_digit(cell: str) -> float:
    """Return half of the last printed digit of a number, its rounding error: 5e-7 for `99,147287`; 0 for no number."""
    head, point, decimal_places = cell.partition(".")
    if point and cell.isascii() and head.isdigit() and decimal_places.isdigit() and len(decimal_places) < len(_HALVES):
        return _HALVES[len(decimal_places)]
    match = _DIGITS.fullmatch(cell.strip())
    if match is None or not any(sign.isdigit() for sign in cell):
        return 0.0
    decimals, exponent = len(match.group(1) or ""), int(match.group(2) or 0)
    return 0.5 * 10.0 ** (exponent - decimals)
