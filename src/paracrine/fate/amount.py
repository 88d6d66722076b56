"""A dose as people write it: a number with its unit, in particles, protein or producing cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.core.units import convert, spelling

_TEXT = re.compile(r"\s*([-+]?[0-9.]+(?:e[-+]?[0-9]+)?)\s*(.*?)\s*", re.IGNORECASE | re.ASCII)
_MASS = ("ug", "mg", "ng")
_UNITS = ("particles", *_MASS, "cells")


@dataclass(frozen=True, slots=True)
class Amount:
    """A dose in one of three quantities that only a measured ratio connects: particles, ug of protein, cells."""

    value: float
    unit: str

    @property
    def text(self) -> str:
        """The amount as it may be typed again."""
        return f"{self.value:g}".replace("e+", "e") + f" {self.unit}"


def read_amount(text: str) -> Amount:
    """Read `1e10particles`, `20 ug` or `1e6 cells`; mass is returned in ug.

    Raises:
        InputError: when there is no unit, or the number is not above zero.
        UnknownName: when the unit is not one of a dose.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise InputError(f"{text!r} is not a dose", where="dose", hint="such as 1e10particles or 20ug")
    try:
        value = float(found[1])
    except ValueError as error:
        raise InputError(f"{found[1]!r} is not a number", where="dose") from error
    if not found[2]:
        raise InputError(f"{text!r} has no unit", where="dose", hint="particles, ug or cells, such as 1e10particles")
    unit = spelling(found[2])
    if unit not in _UNITS:
        raise UnknownName(f"no dose unit called {found[2]!r}", where="dose", hint=nearest(unit, _UNITS))
    if not 0 < value < 1e300:
        raise InputError(f"a dose is above zero, not {value:g}", where="dose")
    return Amount(convert(value, unit, "ug"), "ug") if unit in _MASS else Amount(value, unit)


def read_ratio(text: str) -> tuple[float, str]:
    """Read a measured ratio, `2e9particles/ug` or `1500particles/cell`: particles per unit, and the unit.

    Raises:
        InputError: when it is not one.
    """
    top, _, below = text.partition("/")
    unit = {"ug": "ug", "cell": "cells", "cells": "cells"}.get(spelling(below.strip()))
    if unit is None:
        raise InputError(
            f"{text!r} is not a ratio", where="ratio", hint="such as 2e9particles/ug or 1500particles/cell"
        )
    amount = read_amount(top)
    if amount.unit != "particles":
        raise InputError("a ratio states particles per ug or per cell", where="ratio")
    return amount.value, unit


def in_particles(amount: Amount, ratio: str = "") -> float:
    """Return the particles of an amount, by a measured ratio where it is not stated in particles.

    Raises:
        InputError: when a ratio is needed and none, or one of another quantity, is given.
    """
    if amount.unit == "particles":
        if ratio:
            raise InputError("the dose is in particles already", where="ratio", hint="leave the ratio out")
        return amount.value
    if not ratio:
        wanted = "particles/ug" if amount.unit == "ug" else "particles/cell"
        raise InputError(
            f"{amount.text} is no number of particles", where="dose", hint=f"state your measured {wanted} with --ratio"
        )
    per, unit = read_ratio(ratio)
    if unit != amount.unit:
        raise InputError(f"the dose is in {amount.unit}, the ratio is per {unit}", where="ratio")
    return amount.value * per
