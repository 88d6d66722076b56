"""Judge a number against a limit: by the rounded value, and by the interval.

The simple rule compares the value, rounded to the digits the limit is written with, as USP General Notices 7.20 asks.
The guard band rule asks whether the whole interval is accepted, the idea of JCGM 106:2012.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Context, Decimal, getcontext

from paracrine.core.attribute import can_be_negative, is_known_unit
from paracrine.core.errors import InputError
from paracrine.core.quantity import Quantity
from paracrine.core.specification import DecisionRule, Limit, LimitKind, Outcome
from paracrine.core.units import convert, spelling
from paracrine.release.region import Place, Span
from paracrine.release.rounding import exact_decimal, round_half_up
from paracrine.release.ruling import Ruling

_OUTCOME = {Place.INSIDE: Outcome.PASS, Place.OUTSIDE: Outcome.FAIL, Place.ACROSS: Outcome.BORDERLINE}


_DIGITS_IN_REASONS = 6
_FEWEST_DIGITS, _MOST_DIGITS = 4, 17


@dataclass(frozen=True, slots=True)
class _Case:
    """A value on the limit's scale: its unit, or per cent of the label."""

    value: Decimal
    span: Span | None
    """The interval, or all that a censored result allows; None when no interval is stated."""
    censored: bool
    accepted: Span
    unit: str
    interval: str
    coverage_pct: float


def judge_number(
    limit: Limit, quantity: Quantity, *, label_per_ml: float | None = None, interval_name: str = "interval"
) -> Ruling:
    """Return the outcome under the limit's rule, its reason, and the outcome under the other rule.

    Args:
        limit: numeric, percent in range or label.
        quantity: the result; `comparator` marks a censored one.
        label_per_ml: labelled amount of the batch, for a label limit.
        interval_name: how the interval may be called.
    """
    try:
        case = _on_scale(limit, quantity, label_per_ml, interval_name)
    except InputError as error:
        return Ruling(Outcome.NOT_ASSESSED, error.message)
    if case.censored:
        return _judge_censored(case)
    simple, guarded = _judge_simple(limit, case), _judge_guarded(case)
    own, other = (simple, guarded) if limit.rule is DecisionRule.SIMPLE else (guarded, simple)
    return Ruling(own.outcome, own.reason, other=other.outcome)


def _judge_simple(limit: Limit, case: _Case) -> Ruling:
    rounded = round_half_up(case.value, limit.decimals, power_of_ten=limit.power_of_ten)
    fits = case.accepted.holds(rounded)
    shown = f"{_say(rounded) if rounded is not case.value else _say_plain(rounded)} {case.unit}".strip()
    if rounded != case.value:
        shown += f" (rounded from {_say_short(case.value)})"
    return _met(shown, case) if fits else _not_met(shown, case)


def _judge_guarded(case: _Case) -> Ruling:
    if case.span is None:
        return Ruling(Outcome.NOT_ASSESSED, "the guard band rule needs an interval, and none is stated")
    place = case.span.place_in(case.accepted)
    words = {
        Place.INSIDE: "lies wholly within",
        Place.OUTSIDE: "lies wholly outside",
        Place.ACROSS: "reaches across",
    }[place]
    name = f"the {case.coverage_pct:g} % {case.interval}"
    ends = f"{_say_ends(case.span, case.accepted)} {case.unit}".strip()
    return Ruling(_OUTCOME[place], f"{name} {ends} {words} the limit ({_describe(case.accepted)})")


def _judge_censored(case: _Case) -> Ruling:
    assert case.span is not None
    below = case.span.high is not None
    shown = f"{'<' if below else '>'}{_say_plain(case.value)} {case.unit}".strip()
    place = case.span.place_in(case.accepted)
    if place is Place.ACROSS:
        reason = f"{shown} does not tell whether the limit is met ({_describe(case.accepted)})"
        return Ruling(Outcome.NOT_ASSESSED, reason, other=Outcome.NOT_ASSESSED)
    ruling = _met(shown, case) if place is Place.INSIDE else _not_met(shown, case)
    return replace(ruling, other=ruling.outcome)


def _met(shown: str, case: _Case) -> Ruling:
    return Ruling(Outcome.PASS, f"{shown} meets the limit ({_describe(case.accepted)})")


def _not_met(shown: str, case: _Case) -> Ruling:
    return Ruling(Outcome.FAIL, f"{shown} does not meet the limit ({_describe(case.accepted)})")


def _on_scale(limit: Limit, quantity: Quantity, label_per_ml: float | None, interval_name: str) -> _Case:
    """Put value, interval and limit on one scale.

    Raises:
        InputError: when they do not share one; the message is the reason for not assessing.
    """
    is_label = limit.limit_kind is LimitKind.LABEL
    if is_label and (label_per_ml is None or not label_per_ml > 0):
        raise InputError("the batch states no labelled amount (label_particles_per_ml)")
    unit = "1/mL" if is_label else limit.unit
    factor = 100.0 / label_per_ml if is_label and label_per_ml else 1.0

    def scaled(value: float) -> Decimal:
        if not math.isfinite(value):
            raise InputError("the result is not a finite number")
        return exact_decimal(_in_unit(value, quantity.unit, unit) * factor)

    value = scaled(quantity.value)
    censored = quantity.comparator != "="
    floor = Decimal(0) if not can_be_negative(unit) and value > 0 else None
    span: Span | None = None
    if quantity.comparator == "<":
        span = Span(floor, value, low_closed=True, high_closed=False)
    elif quantity.comparator == ">":
        span = Span(value, None, low_closed=False, high_closed=False)
    elif quantity.low is not None and quantity.high is not None:
        span = Span(scaled(quantity.low), scaled(quantity.high))
    return _Case(
        value=value,
        span=span,
        censored=censored,
        accepted=_accepted(limit),
        unit="% of label" if is_label else _shown_unit(unit),
        interval=interval_name,
        coverage_pct=quantity.coverage_pct,
    )


def _accepted(limit: Limit) -> Span:
    if limit.limit_kind is LimitKind.LABEL and limit.tolerance_pct is not None:
        tolerance = exact_decimal(limit.tolerance_pct)
        return Span(100 - tolerance, 100 + tolerance)
    return Span(
        None if limit.low is None else _as_written(limit.low, limit),
        None if limit.high is None else _as_written(limit.high, limit),
        low_closed=limit.low_inclusive,
        high_closed=limit.high_inclusive,
    )


def _as_written(bound: float, limit: Limit) -> Decimal:
    """Give a bound the trailing zeros it was written with, so that 0.50 is shown as 0.50."""
    number = exact_decimal(bound).normalize()
    if limit.decimals is None or number.is_zero():
        return number
    place = number.adjusted() - limit.decimals if limit.power_of_ten else -limit.decimals
    fits = place < int(number.as_tuple().exponent) and number.adjusted() - place < getcontext().prec
    return number.quantize(Decimal((0, (1,), place))) if fits else number


def _in_unit(value: float, unit: str, to: str) -> float:
    if spelling(unit) == spelling(to):
        return value
    if not is_known_unit(unit) or not is_known_unit(to):
        raise InputError(f"the result is in {unit!r}, the limit in {to!r}, and no conversion is known")
    return convert(value, unit, to)


def _shown_unit(unit: str) -> str:
    return "" if unit == "1" else unit


def _describe(accepted: Span) -> str:
    at_least = f"{'at least' if accepted.low_closed else 'above'} {_say(accepted.low)}"
    at_most = f"{'at most' if accepted.high_closed else 'below'} {_say(accepted.high)}"
    if accepted.low is None:
        return at_most
    if accepted.high is None:
        return at_least
    if accepted.low_closed and accepted.high_closed:
        return f"within {_say(accepted.low)} to {_say(accepted.high)}"
    return f"{at_least} and {at_most}"


def _say_plain(number: Decimal | None) -> str:
    """Write a number without trailing zeros."""
    return _say(None if number is None else number.normalize())


def _say_ends(span: Span, accepted: Span) -> str:
    """Write an interval with the fewest digits that lie where it lies; the full ones stand in the data."""
    place, shown = span.place_in(accepted), span
    for digits in range(_FEWEST_DIGITS, _MOST_DIGITS + 1):
        low, high = (None if end is None else Context(prec=digits).plus(end) for end in (span.low, span.high))
        shown = replace(span, low=low, high=high)
        if shown.place_in(accepted) is place:
            break
    return f"{_say_plain(shown.low)} to {_say_plain(shown.high)}"


def _say_short(number: Decimal | None) -> str:
    """Write a computed number with as many digits as a reader can use; the full one stands in the data."""
    return _say_plain(None if number is None else Context(prec=_DIGITS_IN_REASONS).plus(number))


def _say(number: Decimal | None) -> str:
    """Write a number as data, with the digits it has: 1.20e10, 0.50, 180."""
    if number is None:
        return "any"
    if number and not -4 <= number.adjusted() < 6:
        digits, exponent = f"{number:E}".split("E")
        return f"{digits}e{int(exponent)}"
    return f"{number:f}"
