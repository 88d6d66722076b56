"""One result as a person types it: `no growth`, `<0.1`, `1.2e10`, `0,05 EU/mL`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from paracrine.core.attribute import can_be_negative, is_known_unit, stored_unit
from paracrine.core.errors import InputError
from paracrine.core.measurement import State
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.core.units import convert, spelling
from paracrine.readers.decoding.decimal import decide_decimal
from paracrine.readers.decoding.text import is_missing, require_number

_NUMBER = r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
_RESULT = re.compile(rf"(?P<comparator>[<>]?)\s*(?P<number>{_NUMBER})(?:\s*(?P<unit>[^\d\s.,+\-].*))?")
_LOOKS_NUMERIC = re.compile(r"[<>≤≥=~≈±\s]*[+-]?[.,]?\d")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_NOT_DONE = frozenset({"not tested", "not done", "pending", "in progress", "not assessed", "not measured"})
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class ResultCell:
    """What a value cell says: a quantity, a finding, or why neither."""

    state: State = State.MEASURED
    reason: str = ""
    quantity: Quantity | None = None
    finding: str | None = None
    budget: Budget | None = None
    assumptions: tuple[str, ...] = ()


def decide_decimal_of(cells: Sequence[tuple[str, str]], *, commas_separate: bool) -> str:
    """Return the decimal mark of all number cells, given as (text, place).

    Args:
        cells: of the columns that hold numbers, each with the words that name its place.
        commas_separate: commas stand between cells, so that a point is a decimal point without doubt.

    Raises:
        InputError: when both marks occur, or `12.500` could be twelve and a half or twelve thousand.
    """
    first, doubtful = "", ("", "")
    certain = False
    for text, place in cells:
        match = _RESULT.fullmatch(text)
        number = match["number"] if match else ""
        if "." not in number and "," not in number:
            continue
        first = first or number
        decide_decimal([first, number], where=place)
        if _THOUSANDS.fullmatch(number) and not (commas_separate and "." in number):
            doubtful = doubtful if doubtful[0] else (number, place)
        else:
            certain = True
    if doubtful[0] and not certain:
        raise InputError(
            f"{doubtful[0]!r} may be thousands or a decimal fraction",
            where=doubtful[1],
            hint="write 12500 or 12.50: no mark for thousands, and not three digits behind the mark",
        )
    return decide_decimal([first], where="")


def read_result(
    *,
    attribute: str,
    value: str,
    unit: str,
    uncertainty: str,
    decimal: str,
    laboratory: str,
    at: Callable[[str], str],
) -> ResultCell:
    """Read value, unit and expanded uncertainty (95 %) of one row into the unit the attribute is kept in.

    `at` names the place of a column, for messages.

    Raises:
        InputError: when the cell is neither a number with a unit nor a finding.
    """
    if is_missing(value) or value.casefold() in _NOT_DONE:
        return ResultCell(State.NOT_ASSESSED, value if value.casefold() in _NOT_DONE else "no result is entered")
    if value.casefold() == State.NOT_APPLICABLE.value:
        return ResultCell(State.NOT_APPLICABLE, "stated as not applicable")
    if not _LOOKS_NUMERIC.match(value):
        if unit and unit not in ("-", "1"):
            raise InputError(
                f"{value!r} is a finding in words, but the row has the unit {unit!r}",
                where=at("unit"),
                hint="write a number, or leave the unit empty",
            )
        if not is_missing(uncertainty):
            raise InputError("a finding in words has no uncertainty", where=at("uncertainty"))
        return ResultCell(finding=value)
    return _read_number(attribute, value, unit, uncertainty, decimal, laboratory, at)


def _read_number(
    attribute: str,
    value: str,
    unit: str,
    uncertainty: str,
    decimal: str,
    laboratory: str,
    at: Callable[[str], str],
) -> ResultCell:
    match = _RESULT.fullmatch(value)
    if match is None:
        raise InputError(
            f"{value!r} is neither a number nor a finding in words",
            where=at("value"),
            hint="write 0.05, <0.1, >20 or 1.2e10, and the unit in its own column",
        )
    typed = _unit_of(match["unit"] or "", unit, at)
    try:
        kept = stored_unit(attribute, typed)
    except InputError as error:
        raise InputError(error.message, where=at("unit"), hint=error.hint) from error
    given = typed or kept
    number = _finite(require_number(match["number"], decimal=decimal, where=at("value")), at("value"))
    converted = _finite(_to_kept(number, given, kept), at("value"))
    if converted < 0 and not can_be_negative(kept):
        raise InputError(f"{value!r} is below zero, which {attribute} cannot be", where=at("value"))
    if is_missing(uncertainty):
        return ResultCell(quantity=Quantity(value=converted, unit=kept, comparator=match["comparator"] or "="))
    if match["comparator"]:
        raise InputError(f"{value!r} is no number that could have an uncertainty", where=at("uncertainty"))
    expanded = _expanded(uncertainty, number, given, decimal, at("uncertainty"))
    half_width = expanded * abs(_to_kept(1.0, given, kept) - _to_kept(0.0, given, kept))
    low = converted - half_width if can_be_negative(kept) else max(0.0, converted - half_width)
    relative = converted > 0
    component = Component(
        name="stated by the laboratory",
        standard_uncertainty=half_width / _NORMAL_95 / (converted if relative else 1.0),
        source=f"expanded uncertainty stated by {laboratory or 'the laboratory'}",
    )
    return ResultCell(
        quantity=Quantity(
            value=converted,
            unit=kept,
            low=low,
            high=converted + half_width,
            basis=Basis.STATED,
        ),
        budget=Budget(scale="relative" if relative else "absolute", components=(component,), calibrated=True),
        assumptions=("the stated uncertainty is expanded to 95 % and normal",),
    )


def _unit_of(in_cell: str, in_column: str, at: Callable[[str], str]) -> str:
    in_cell = in_cell.strip()
    if not in_cell:
        return in_column
    if not is_known_unit(in_cell):
        raise InputError(
            f"{in_cell!r} behind the number is no unit we know", where=at("value"), hint="put the unit into its column"
        )
    if in_column and spelling(in_cell) != spelling(in_column):
        raise InputError(f"the value says {in_cell!r}, the unit column says {in_column!r}", where=at("unit"))
    return in_cell


def _expanded(cell: str, number: float, unit: str, decimal: str, where: str) -> float:
    text = cell.lstrip("±").strip()
    per_cent = text.endswith("%")
    if per_cent and spelling(unit) == "%":
        raise InputError("per cent of the value or percentage points?", where=where, hint="write the points without %")
    amount = _finite(require_number(text.removesuffix("%").strip(), decimal=decimal, where=where), where)
    if amount < 0:
        raise InputError("an uncertainty cannot be negative", where=where)
    return abs(number) * amount / 100.0 if per_cent else amount


def _to_kept(number: float, unit: str, kept: str) -> float:
    return number if spelling(unit) == kept or not is_known_unit(unit) else convert(number, unit, kept)


def _finite(number: float, where: str) -> float:
    if not math.isfinite(number):
        raise InputError("the number is too large to be a result", where=where)
    return number
