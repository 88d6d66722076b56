"""Rounding to the digits of a limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from paracrine.release.region import Place, Span
from paracrine.release.rounding import exact_decimal, round_half_up

# Rung 2: the table of worked examples in the rounding rules of USP General Notices 7.20.
USP_EXAMPLES = [
    (97.96, 1, "98.0"),
    (97.92, 1, "97.9"),
    (97.95, 1, "98.0"),
    (101.55, 1, "101.6"),
    (101.46, 1, "101.5"),
    (101.45, 1, "101.5"),
    (0.025, 2, "0.03"),
    (0.015, 2, "0.02"),
    (0.027, 2, "0.03"),
    (0.00035, 4, "0.0004"),
    (0.00025, 4, "0.0003"),
    (0.00028, 4, "0.0003"),
]


@pytest.mark.parametrize(("value", "decimals", "rounded"), USP_EXAMPLES)
def test_rounding_follows_the_compendial_examples(value: float, decimals: int, rounded: str) -> None:
    """Rung 2."""
    assert str(round_half_up(exact_decimal(value), decimals)) == rounded


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [(9.96e9, 1, 1.0e10), (9.94e9, 1, 9.9e9), (1.05e10, 1, 1.1e10), (1.04e10, 0, 1e10), (2.5e-7, 0, 3e-7)],
)
def test_powers_of_ten_keep_significant_digits_of_the_value(value: float, decimals: int, rounded: float) -> None:
    """Rung 1: worked by hand."""
    assert round_half_up(exact_decimal(value), decimals, power_of_ten=True) == exact_decimal(rounded)


def test_a_dropped_five_moves_a_negative_number_away_from_zero() -> None:
    assert round_half_up(Decimal("-20.5"), 0) == Decimal("-21")


def test_the_binary_rest_of_a_calculation_does_not_decide() -> None:
    assert exact_decimal(0.1 + 0.2) == Decimal("0.3")
    assert round_half_up(exact_decimal(97.94999999999999), 1) == Decimal("98.0")


def test_negative_places_round_to_tens_and_hundreds() -> None:
    assert round_half_up(Decimal(549), -2) == Decimal(500)
    assert round_half_up(Decimal(550), -2) == Decimal(600)


def test_zero_and_none_are_left_alone() -> None:
    assert round_half_up(Decimal(0), 3, power_of_ten=True) == 0
    assert round_half_up(Decimal("1.23456"), None) == Decimal("1.23456")


def test_no_number_is_not_rounded() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        exact_decimal(float("nan"))


@pytest.mark.parametrize(
    ("span", "accepted", "place"),
    [
        ((1, 2, True, True), (1, 2, True, True), Place.INSIDE),
        ((1, 2, True, True), (1, 2, False, True), Place.ACROSS),
        ((2, 3, True, True), (None, 2, True, True), Place.ACROSS),
        ((2, 3, True, True), (None, 2, True, False), Place.OUTSIDE),
        ((2, 3, False, True), (None, 2, True, True), Place.OUTSIDE),
        ((0, 2, True, False), (None, 2, True, False), Place.INSIDE),
        ((None, 1, True, True), (0, 5, True, True), Place.ACROSS),
        ((6, None, True, True), (0, 5, True, True), Place.OUTSIDE),
    ],
)
def test_open_and_closed_ends_decide_at_the_border(
    span: tuple[int, int, bool, bool], accepted: tuple[int, int, bool, bool], place: Place
) -> None:
    """Rung 1: set inclusion by hand."""

    def make(low: int | None, high: int | None, low_closed: bool, high_closed: bool) -> Span:
        return Span(
            None if low is None else Decimal(low), None if high is None else Decimal(high), low_closed, high_closed
        )

    assert make(*span).place_in(make(*accepted)) is place
