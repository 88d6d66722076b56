"""Rounding of a reported value to the digits a limit is written with."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_TRUSTED_DIGITS = 12


def exact_decimal(value: float) -> Decimal:
    """Return the decimal number a float stands for, to 12 significant digits.

    Twelve digits remove the binary rest of a calculation (97.94999999999999 is 97.95) and keep every digit an
    instrument has.

    Raises:
        ValueError: when the value is not finite.
    """
    number = Decimal(f"{value:.{_TRUSTED_DIGITS}g}")
    if not number.is_finite():
        raise ValueError(f"{value} cannot be compared with a limit")
    return number


def round_half_up(number: Decimal, decimals: int | None, *, power_of_ten: bool = False) -> Decimal:
    """Round as compendia do: a dropped 5 raises the digit before it, away from zero.

    With `power_of_ten` the number keeps `1 + decimals` significant digits, else `decimals` places; None keeps it.
    """
    if decimals is None or number.is_zero():
        return number
    place = number.adjusted() - decimals if power_of_ten else -decimals
    if place <= number.as_tuple().exponent:  # type: ignore[operator]  # finite, so the exponent is a number
        return number
    return number.quantize(Decimal((0, (1,), place)), rounding=ROUND_HALF_UP)
