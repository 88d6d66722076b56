"""Numbers in print say no more than their interval supports and read back as what they stand for.

Rung 1: the place of the last digit follows from the interval's shorter arm.
"""

from __future__ import annotations

import math
import re

from hypothesis import example, given
from hypothesis import strategies as st

from paracrine.core.quantity import Quantity
from paracrine.report.numbers import (
    THIN,
    read_written,
    split_at_mark,
    supported_place,
    write_column,
    write_data,
    write_quantity,
    write_value,
)

sizes = st.floats(min_value=1e-9, max_value=1e18)
signed = st.builds(lambda size, sign: size * sign, sizes, st.sampled_from([-1.0, 1.0]))
shares = st.floats(min_value=1e-4, max_value=0.6)


def last_place(text: str) -> int:
    """The power of ten of the last digit written."""
    mantissa, _, power = text.partition(" × 10")
    exponent = int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))) if power else 0
    return exponent - len(mantissa.partition(".")[2])


def trailing_zeros(text: str) -> int:
    """Zeros at the end of a whole number, which may hold a place only: 70 is written for seven tens."""
    mantissa = text.partition(" × 10")[0].replace(THIN, "")
    return 0 if "." in mantissa else len(mantissa) - len(mantissa.rstrip("0"))


@given(value=signed, down=shares, up=shares)
@example(value=-71.0, down=0.5, up=0.5)
def test_a_value_is_written_to_no_place_its_interval_does_not_support(value: float, down: float, up: float) -> None:
    low, high = value - down * abs(value), value + up * abs(value)
    below, above = value - low, high - value
    written = write_quantity(Quantity(value=value, unit="nm", low=low, high=high))
    place = last_place(written.value)
    one_digit = place >= math.floor(math.log10(abs(value)))
    assert place + trailing_zeros(written.value) >= supported_place(min(below, above)) or one_digit
    assert abs(read_written(written.value) - value) <= 0.5000001 * 10.0 ** max(
        place, supported_place(min(below, above))
    )


@given(value=signed, down=shares, up=shares)
def test_the_ends_of_an_interval_are_written_to_the_place_of_the_value(value: float, down: float, up: float) -> None:
    low, high = value - down * abs(value), value + up * abs(value)
    written = write_quantity(Quantity(value=value, unit="nm", low=low, high=high))
    ends, power = re.fullmatch(r"\((.*)\)(.*)", written.interval).groups()  # type: ignore[union-attr]
    bottom, top = (f"{end}{power}" for end in ends.split(" to "))
    place = max(last_place(written.value), supported_place(min(value - low, high - value)))
    for text, end in ((bottom, low), (top, high)):
        assert abs(read_written(text) - end) <= 0.5000001 * 10.0**place
    assert read_written(bottom) <= read_written(written.value) <= read_written(top)


@given(
    low=st.floats(min_value=1e-3, max_value=1e6), wide=st.floats(min_value=21.0, max_value=1e6), at=st.floats(0.0, 1.0)
)
def test_a_very_wide_interval_keeps_both_its_ends(low: float, wide: float, at: float) -> None:
    high = low * wide
    value = min(max(low * wide**at, low), high)
    written = write_quantity(Quantity(value=value, unit="1/mL", low=low, high=high))
    bottom, top = written.interval.strip("()").split(" to ")
    assert math.isclose(read_written(bottom), low, rel_tol=0.051)
    assert math.isclose(read_written(top), high, rel_tol=0.051)


@given(value=signed, digits=st.integers(1, 6))
def test_a_value_without_interval_keeps_the_digits_asked_for(value: float, digits: int) -> None:
    text = write_value(value, digits=digits)
    assert math.isclose(read_written(text), value, rel_tol=0.5000001 * 10.0 ** (1 - digits))
    assert len(re.sub(r"\D", "", text.partition(" × ")[0]).lstrip("0").rstrip("0")) <= digits


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_data_keeps_every_digit(value: float) -> None:
    assert float(write_data(value)) == value


@given(values=st.lists(signed, min_size=1, max_size=8))
def test_a_column_has_one_last_place_and_one_power(values: list[float]) -> None:
    written = write_column(values)
    assert len({last_place(text) for text in written}) == 1
    assert len({text.partition(" × ")[2] for text in written}) == 1
    largest = max(abs(value) for value in values)
    for text, value in zip(written, values, strict=True):
        assert abs(read_written(text) - value) <= 0.51e-3 * 10.0 ** math.floor(math.log10(largest))


@given(value=signed, digits=st.integers(1, 6))
def test_cutting_at_the_decimal_mark_loses_nothing(value: float, digits: int) -> None:
    text = write_value(value, digits=digits)
    whole, rest = split_at_mark(text)
    assert whole + rest == text
    assert not rest or rest.startswith((".", " × "))
