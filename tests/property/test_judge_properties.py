"""What holds for every number and every limit."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from paracrine.core.quantity import Quantity
from paracrine.core.specification import DecisionRule, Limit, Outcome
from paracrine.release.number import judge_number
from paracrine.release.rounding import exact_decimal, round_half_up

VALUES = st.floats(min_value=1e-6, max_value=1e13).map(lambda value: float(f"{value:.9g}"))
PARTS = st.floats(min_value=0.0, max_value=0.9)
WIDE_PARTS = st.floats(min_value=0.001, max_value=0.9)
INSIDE = st.floats(min_value=0.01, max_value=0.99)
DIGITS = st.one_of(st.none(), st.integers(min_value=-3, max_value=6))


def limit(low: float | None, high: float | None, *, rule: DecisionRule = DecisionRule.SIMPLE, **more: object) -> Limit:
    return Limit(attribute="x", unit="nm", low=low, high=high, rule=rule, **more)  # type: ignore[arg-type]


def outcome(asked: Limit, value: float, below: float = 0.0, above: float = 0.0, *, interval: bool = False) -> Outcome:
    ends = {"low": value * (1 - below), "high": value * (1 + above)} if interval else {}
    return judge_number(asked, Quantity(value=value, unit="nm", **ends)).outcome


@settings(deadline=None)
@given(VALUES, VALUES, VALUES, DIGITS, st.booleans())
def test_a_larger_value_never_fails_a_lower_limit_that_a_smaller_one_meets(
    first: float, second: float, bound: float, decimals: int | None, power_of_ten: bool
) -> None:
    smaller, larger = sorted((first, second))
    asked = limit(bound, None, decimals=decimals, power_of_ten=power_of_ten and (decimals or 0) >= 0)
    if outcome(asked, smaller) is Outcome.PASS:
        assert outcome(asked, larger) is Outcome.PASS


@settings(deadline=None)
@given(VALUES, VALUES, VALUES, DIGITS)
def test_widening_a_limit_never_turns_a_pass_into_a_fail(
    value: float, bound: float, wider: float, decimals: int | None
) -> None:
    low, high = sorted((bound, wider))
    if outcome(limit(None, low, decimals=decimals), value) is Outcome.PASS:
        assert outcome(limit(None, high, decimals=decimals), value) is Outcome.PASS


@settings(deadline=None)
@given(VALUES, WIDE_PARTS, WIDE_PARTS, INSIDE)
def test_an_interval_that_holds_the_limit_is_borderline(
    value: float, below: float, above: float, position: float
) -> None:
    low, high = value * (1 - below), value * (1 + above)
    bound = low + position * (high - low)
    for asked in (limit(bound, None, rule=DecisionRule.GUARD_BAND), limit(None, bound, rule=DecisionRule.GUARD_BAND)):
        assert outcome(asked, value, below, above, interval=True) is Outcome.BORDERLINE


@settings(deadline=None)
@given(VALUES, VALUES, VALUES, PARTS, PARTS)
def test_the_guard_band_never_contradicts_the_unrounded_value(
    value: float, first: float, second: float, below: float, above: float
) -> None:
    low, high = sorted((first, second))
    guarded = judge_number(
        limit(low, high, rule=DecisionRule.GUARD_BAND),
        Quantity(value=value, unit="nm", low=value * (1 - below), high=value * (1 + above)),
    )
    assert guarded.other is outcome(limit(low, high), value)
    if guarded.outcome is not Outcome.BORDERLINE:
        assert guarded.outcome is guarded.other


@settings(deadline=None)
@given(VALUES, VALUES, PARTS, st.floats(min_value=1.0, max_value=3.0))
def test_a_wider_interval_never_turns_a_doubt_into_an_answer(
    value: float, bound: float, part: float, factor: float
) -> None:
    asked = limit(bound, None, rule=DecisionRule.GUARD_BAND)
    wider = min(1.0, part * factor)
    if outcome(asked, value, part, part, interval=True) is Outcome.BORDERLINE:
        assert outcome(asked, value, wider, wider, interval=True) is Outcome.BORDERLINE


@settings(deadline=None)
@given(VALUES, VALUES, INSIDE)
def test_a_censored_pass_or_fail_holds_for_every_value_it_allows(value: float, bound: float, part: float) -> None:
    censored = judge_number(limit(None, bound), Quantity(value=value, unit="nm", comparator="<"))
    assert censored.outcome is (Outcome.PASS if value <= bound else Outcome.NOT_ASSESSED)
    if censored.outcome is Outcome.PASS:
        assert outcome(limit(None, bound), value * part) is Outcome.PASS


@settings(deadline=None)
@given(st.floats(min_value=-1e12, max_value=1e12), st.integers(min_value=-6, max_value=9))
def test_rounding_moves_by_at_most_half_a_step_and_only_once(value: float, decimals: int) -> None:
    exact = exact_decimal(value)
    rounded = round_half_up(exact, decimals)
    assert abs(rounded - exact) <= Decimal(1).scaleb(-decimals) / 2
    assert round_half_up(rounded, decimals) == rounded
