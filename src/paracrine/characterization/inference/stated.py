"""A number as a person writes it, with or without its interval."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from paracrine.core.errors import InputError

_NORMAL_975 = 1.959964
_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_PLAIN = re.compile(rf"({_NUMBER})")
_AROUND = re.compile(rf"({_NUMBER})\s*(?:±|\+/-|\+-)\s*({_NUMBER})")
_BETWEEN = re.compile(rf"({_NUMBER})\s*(?:\.\.|–)\s*({_NUMBER})")
_FORMS = "write 25, 25±0.5 (95 % half width) or 24.5..25.5 (95 % interval), with a point as decimal mark"


@dataclass(frozen=True, slots=True)
class Stated:
    """A number and its standard uncertainty, 0 where no interval was stated."""

    value: float
    standard_uncertainty: float = 0.0

    @property
    def relative(self) -> float:
        """Relative standard uncertainty."""
        return self.standard_uncertainty / abs(self.value) if self.value else 0.0


def parse_stated(name: str, said: float | str) -> Stated:
    """Read a number with or without a 95 % interval.

    Args:
        name: of the setting, for messages.
        said: `25`, `25±0.5`, `25+-0.5` or `24.5..25.5`.

    Raises:
        InputError: when it is none of these, or the interval is empty.
    """
    if isinstance(said, int | float):
        return _checked(name, said, Stated(float(said)))
    text = said.strip()
    if found := _AROUND.fullmatch(text):
        value, half = float(found[1]), float(found[2])
        return _checked(name, said, Stated(value, half / _NORMAL_975), half_width=half)
    if found := _BETWEEN.fullmatch(text):
        low, high = float(found[1]), float(found[2])
        half = (high - low) / 2
        return _checked(name, said, Stated((low + high) / 2, half / _NORMAL_975), half_width=half)
    if found := _PLAIN.fullmatch(text):
        return _checked(name, said, Stated(float(found[1])))
    raise InputError(f"{name}: {said!r} is no number", hint=_FORMS)


def _checked(name: str, said: float | str, stated: Stated, *, half_width: float = 1.0) -> Stated:
    if not math.isfinite(stated.value):
        raise InputError(f"{name}: {said} is no number", hint=_FORMS)
    if not half_width > 0:
        raise InputError(f"{name}: the interval of {said!r} is empty", hint=_FORMS)
    return stated
