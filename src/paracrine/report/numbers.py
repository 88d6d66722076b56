"""Numbers as people read them: no digit the interval does not support, thin-spaced thousands, powers of ten."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from paracrine.core.quantity import Basis, Quantity

THIN = "\u202f"
"""Narrow no-break space: groups thousands and never breaks a line."""
NOT_ASSESSED = "not assessed"

_MINUS = "\u2212"
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
DIGITS_MEASURED = 3
"""Significant digits of a result without interval."""
DIGITS_STATED = 6
"""Significant digits kept of a number that somebody else reported."""
_WIDE_RATIO = 20.0
_POWER_FROM, _POWER_BELOW = 6, -3


@dataclass(frozen=True, slots=True)
class Written:
    """A quantity in print: `value` with comparator, `interval` in brackets or empty."""

    value: str
    interval: str = ""

    @property
    def text(self) -> str:
        """Value and interval on one line."""
        return f"{self.value} {self.interval}" if self.interval else self.value


def supported_place(half_width: float) -> int:
    """Return the power of ten of the last digit an interval of this half width supports.

    Two digits of the half width are kept where they lead with 10 to 35, else one: the rounding then
    moves an end by less than a sixth of the half width.

    Args:
        half_width: half of the interval, above 0.

    Raises:
        ValueError: when the half width is not above 0.
    """
    if not half_width > 0 or not math.isfinite(half_width):
        raise ValueError(f"an interval of half width {half_width} supports no digits")
    magnitude = math.floor(math.log10(half_width))
    lead = half_width / 10.0**magnitude if magnitude > -300 else 1.0
    return magnitude - 1 if lead < 3.55 else magnitude


def write_quantity(quantity: Quantity | None, *, digits: int = DIGITS_MEASURED) -> Written:
    """Write a quantity for print.

    Args:
        quantity: the number; None is written as not assessed.
        digits: significant digits where there is no interval; censored and stated numbers keep six.
    """
    if quantity is None:
        return Written(NOT_ASSESSED)
    low, high = quantity.low, quantity.high
    sign = "" if quantity.comparator == "=" else quantity.comparator + THIN
    if low is None or high is None or not high > low:
        keep = quantity.comparator != "=" or quantity.basis is Basis.STATED
        return Written(sign + write_value(quantity.value, digits=DIGITS_STATED if keep else digits))
    if low > 0 and high / low > _WIDE_RATIO:
        ends = f"({write_value(low, digits=2)} to {write_value(high, digits=2)})"
        return Written(sign + write_value(quantity.value, digits=1 + (quantity.value < 10 * low)), ends)
    place = _place_of(quantity.value, low, high)
    exponent = _shared_exponent(_rounded(quantity.value, place) or quantity.value, low, high)
    value, bottom, top = (_fixed(number, place, exponent) for number in (quantity.value, low, high))
    if exponent:
        value = "0" if quantity.value == 0 else value + _power(exponent)
        return Written(sign + value, f"({bottom} to {top}){_power(exponent)}")
    return Written(sign + value, f"({bottom} to {top})")


def write_value(value: float, *, digits: int = DIGITS_MEASURED) -> str:
    """Write a number without interval with at most `digits` significant digits and no trailing zeros."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    exponent = _shared_exponent(rounded, rounded, rounded)
    mantissa = f"{rounded:.{digits - 1}e}".partition("e")[0] if exponent else f"{rounded:.{digits + 3}f}"
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return _group(mantissa) + (_power(exponent) if exponent else "")


def write_column(values: Sequence[float | None], *, digits: int = 4) -> list[str]:
    """Write numbers that stand below one another: one power of ten and one last place for all.

    Args:
        values: None is written as not assessed.
        digits: significant digits of the largest.
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    if largest == 0:
        return [NOT_ASSESSED if value is None else "0" for value in values]
    place = math.floor(math.log10(largest)) - digits + 1
    exponent = _shared_exponent(largest, largest, largest)
    power = _power(exponent) if exponent else ""
    return [
        NOT_ASSESSED if value is None else f"{_fixed(value, min(place, exponent), exponent)}{power}" for value in values
    ]


def write_decimals(value: float, decimals: int | None, *, power: bool = False) -> str:
    """Write a limit with the decimals it was stated with.

    Args:
        value: the limit.
        decimals: digits after the point, of the mantissa when `power`; None writes up to six significant digits.
        power: whether the limit was stated as a power of ten.
    """
    if decimals is None:
        return write_value(value, digits=DIGITS_STATED)
    if power and value:
        mantissa, _, exponent = f"{value:.{max(decimals, 0)}e}".partition("e")
        return _group(mantissa) + _power(int(exponent))
    exponent_10 = _shared_exponent(value, value, value)
    if exponent_10:
        return write_value(value, digits=max(1 + decimals, DIGITS_STATED))
    return _group(f"{value:.{max(decimals, 0)}f}")


def write_share(fraction: float) -> str:
    """Write a fraction as whole per cent, `<1 %` for what would round to nothing."""
    percent = 100 * fraction
    if 0 < percent < 0.5:
        return f"<1{THIN}%"
    return f"{percent:.0f}{THIN}%"


def write_data(value: float | None) -> str:
    """Write a number for machines: shortest text that reads back the same, `1.2e10` style, empty for none."""
    if value is None:
        return ""
    if value == 0 or 10.0**_POWER_BELOW <= abs(value) < 10.0**_POWER_FROM:
        return repr(float(value)).removesuffix(".0")
    return f"{Decimal(repr(float(value))).normalize():e}".replace("e+", "e")


def read_written(text: str) -> float:
    """Read a number this module wrote; the inverse for tests and for pasted values.

    Raises:
        ValueError: when the text is not one number.
    """
    plain = text.replace(THIN, "").replace("\u2009", "").replace(_MINUS, "-").lstrip("<>")
    mantissa, times, power = plain.partition(" × 10")
    return float(mantissa) * 10.0 ** int(power.translate(_PLAIN_DIGITS)) if times else float(plain)


def split_at_mark(text: str) -> tuple[str, str]:
    """Split a written number before its decimal mark (or power), so that columns align on it."""
    ends = [position for position in (text.find("."), text.find(" × 10")) if position >= 0]
    cut = min(ends, default=len(text))
    return text[:cut], text[cut:]


def _place_of(value: float, low: float, high: float) -> int:
    """Digits by the shorter arm of the interval; one digit of the value is always kept."""
    arms = [arm for arm in (value - low, high - value) if arm > 0]
    place = supported_place(min(arms))
    return place if value == 0 else min(place, math.floor(math.log10(abs(value))))


def _rounded(value: float, place: int) -> float:
    return float(round(value, -place)) if place > -300 else value


def _shared_exponent(value: float, low: float, high: float) -> int:
    largest = abs(value) or max(abs(low), abs(high))
    if largest == 0:
        return 0
    magnitude = math.floor(math.log10(largest))
    return magnitude if magnitude >= _POWER_FROM or magnitude < _POWER_BELOW else 0


def _fixed(value: float, place: int, exponent: int) -> str:
    decimals = exponent - place
    scaled = value / 10.0**exponent if exponent > -300 else 0.0
    if decimals >= 0:
        return _group(f"{scaled:.{decimals}f}")
    return _group(f"{round(scaled, decimals):.0f}")


def _group(digits: str) -> str:
    sign, number = (_MINUS, digits[1:]) if digits.startswith("-") else ("", digits)
    whole, mark, rest = number.partition(".")
    if len(whole) > 4:
        whole = f"{int(whole):,}".replace(",", THIN)
    if not (whole + rest).strip("0" + THIN):
        sign = ""
    return sign + whole + mark + rest


def _power(exponent: int) -> str:
    return f" × 10{str(exponent).translate(_SUPERSCRIPTS)}"
