"""How numbers, limits and units look in print."""

from __future__ import annotations

import pytest

from paracrine.core.quantity import Quantity
from paracrine.core.specification import Limit, LimitKind
from paracrine.report.numbers import THIN, supported_place, write_column, write_decimals, write_quantity, write_share
from paracrine.report.words import write_bytes, write_limit, write_time, write_unit


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (126.437, 118.2, 134.9, "126 (118 to 135)"),
        (12.3456, 12.2, 12.5, "12.35 (12.20 to 12.50)"),
        (1.2345e10, 1.08e10, 1.4e10, "1.23 × 10¹⁰ (1.08 to 1.40) × 10¹⁰"),
        (-23.41, -25.2, -21.6, "−23.4 (−25.2 to −21.6)"),
        (12345.0, 11800.0, 12900.0, f"12{THIN}300 (11{THIN}800 to 12{THIN}900)"),
        (1.234e-4, 1.0e-4, 1.5e-4, "1.23 × 10⁻⁴ (1.00 to 1.50) × 10⁻⁴"),
        (999999.0, 9e5, 1.1e6, "1.00 × 10⁶ (0.90 to 1.10) × 10⁶"),
        (3.3e8, 1e5, 9e9, f"3 × 10⁸ (100{THIN}000 to 9 × 10⁹)"),
    ],
)
def test_a_quantity_shows_the_digits_its_interval_supports(value: float, low: float, high: float, text: str) -> None:
    """Rung 1: two digits of the half width where it leads with 10 to 35, else one, worked by hand."""
    assert write_quantity(Quantity(value=value, unit="nm", low=low, high=high)).text == text


def test_zero_with_an_upper_end_is_written_as_zero() -> None:
    written = write_quantity(Quantity(value=0.0, unit="1/mL", low=0.0, high=3.7e7))
    assert (written.value, written.interval) == ("0", "(0 to 4) × 10⁷")


def test_no_quantity_is_not_assessed() -> None:
    assert write_quantity(None).text == "not assessed"


def test_a_censored_result_keeps_its_sign_and_digits() -> None:
    assert write_quantity(Quantity(value=0.125, unit="EU/mL", comparator="<")).text == f"<{THIN}0.125"


def test_an_interval_of_no_width_supports_no_digits() -> None:
    with pytest.raises(ValueError, match="supports no digits"):
        supported_place(0.0)


def test_a_column_keeps_its_zeros() -> None:
    assert write_column([119.5, 121.0, None, 99.87]) == ["119.5", "121.0", "not assessed", "99.9"]


@pytest.mark.parametrize(
    ("value", "decimals", "power", "text"),
    [(200.0, None, False, "200"), (90.0, 1, False, "90.0"), (500.0, -2, False, "500"), (1e10, 1, True, "1.0 × 10¹⁰")],
)
def test_a_limit_is_written_with_its_own_decimals(value: float, decimals: int | None, power: bool, text: str) -> None:
    assert write_decimals(value, decimals, power=power) == text


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (0.001, "<1 %"), (0.786, "79 %")])
def test_a_share_is_whole_per_cent(share: float, text: str) -> None:
    assert write_share(share).replace(THIN, " ") == text


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit(attribute="d", unit="nm", low=80.0, high=200.0), "80 to 200 nm"),
        (Limit(attribute="d", unit="nm", high=210.0, decimals=0), "≤ 210 nm"),
        (Limit(attribute="d", unit="EU/mL", high=0.5, high_inclusive=False), "< 0.5 EU/mL"),
        (Limit(attribute="d", unit="1/mL", low=1e11, decimals=1, power_of_ten=True), "≥ 1.0 × 10¹¹ mL⁻¹"),
        (Limit(attribute="d", unit="%", low=1.0, high=5.0, low_inclusive=False), "1 to 5 %, without 1"),
        (
            Limit(attribute="d", limit_kind=LimitKind.FINDING, accept=("negative", "not detected")),
            "negative or not detected",
        ),
        (Limit(attribute="d", limit_kind=LimitKind.LABEL, tolerance_pct=15.0), "label ± 15 %"),
        (Limit(attribute="d", limit_kind=LimitKind.REPORT), "report"),
    ],
)
def test_a_limit_reads_as_words_and_signs(limit: Limit, text: str) -> None:
    assert write_limit(limit).replace(THIN, " ") == text


def test_units_times_and_sizes_read_as_people_write_them() -> None:
    assert [write_unit(unit) for unit in ("1/mL", "ug/mL", "1", "nm")] == ["mL⁻¹", "µg/mL", "", "nm"]
    assert write_time("2026-03-10T09:30:00+01:00") == "2026-03-10 09:30 UTC+01:00"
    assert write_time("2026-03-10T09:30:00+00:00") == "2026-03-10 09:30 UTC"
    assert write_time("last Tuesday") == "last Tuesday"
    assert [write_bytes(size).replace(THIN, " ") for size in (812, 48_211, 2_345_678)] == ["812 B", "48 kB", "2.3 MB"]
