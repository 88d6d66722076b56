"""What may vary in a line: variables with bounds, and lines made of many designs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.design import LineDesign, StepPlan
from paracrine.production.step import STEPS

CULTURE_UNITS = {"seeded": "cells/cm2", "area": "cm2", "volume": "mL"}
_EVENT_UNITS = {"at": "h", "volume": "mL", "rate": "mL/h"}
_EVENT_FIELDS = {"at": "time_h", "volume": "volume_ml", "rate": "rate_ml_per_h"}
_CULTURE_FIELDS = {"seeded": "seeded_per_cm2", "area": "area_cm2", "volume": "volume_ml"}


@dataclass(frozen=True, slots=True)
class Variable:
    """A number of the line that may vary.

    Attributes:
        what: `culture.seeded`, `culture.area`, `culture.volume`, `event.2.at`, `event.3.volume`, `event.4.rate` or
            `step.3.time`, counted from 1.
        low: smallest value, canonical unit.
        high: largest.
        unit: for people.
        log: whether it is searched on a log scale.
    """

    what: str
    low: float
    high: float
    unit: str = ""
    log: bool = False

    def value(self, share: FloatArray) -> FloatArray:
        """Return values at shares of the range, 0 to 1."""
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** share)
        return np.asarray(self.low + (self.high - self.low) * share)


def unit_of(design: LineDesign, what: str) -> str:
    """Return the canonical unit of something that may vary.

    Raises:
        InputError: when the line has no such number.
    """
    head, number, key = _parts(design, what)
    if head == "culture":
        return CULTURE_UNITS[key]
    if head == "event":
        return _EVENT_UNITS[key]
    return _setting(design, number, key).unit or "1"


def require_variable(design: LineDesign, variable: Variable) -> None:
    """Refuse a variable the line does not have, or a range that makes no sense.

    Raises:
        InputError: with the reason.
    """
    unit_of(design, variable.what)
    if not variable.low < variable.high or (variable.log and not variable.low > 0):
        raise InputError(
            f"{variable.what}: the range {variable.low:g} to {variable.high:g} makes no sense", where="vary"
        )


def with_values(design: LineDesign, variables: Sequence[Variable], shares: FloatArray) -> LineDesign:
    """Return a line in which each draw is a design of its own.

    Args:
        design: the line.
        variables: what varies.
        shares: of each range, shape (designs, variables).
    """
    for position, variable in enumerate(variables):
        design = _with(design, variable.what, variable.value(shares[:, position]))
    return design


def with_design(design: LineDesign, variables: Sequence[Variable], shares: FloatArray) -> LineDesign:
    """Return one design of the line; shares has shape (variables,)."""
    for variable, share in zip(variables, shares, strict=True):
        design = _with(design, variable.what, float(variable.value(np.asarray(share))))
    return design


def _with(design: LineDesign, what: str, value: Any) -> LineDesign:
    head, number, key = _parts(design, what)
    culture = design.culture
    if head == "culture":
        return replace(design, culture=replace(culture, **{_CULTURE_FIELDS[key]: value}))
    if head == "event":
        events = list(culture.events)
        events[number - 1] = replace(events[number - 1], **{_EVENT_FIELDS[key]: value})
        return replace(design, culture=replace(culture, events=tuple(events)))
    steps = list(design.steps)
    plan = steps[number - 1]
    steps[number - 1] = StepPlan(plan.kind, {**plan.settings, _setting(design, number, key).name: value})
    return replace(design, steps=tuple(steps))


def _parts(design: LineDesign, what: str) -> tuple[str, int, str]:
    parts = what.split(".")
    if len(parts) == 2 and parts[0] == "culture" and parts[1] in _CULTURE_FIELDS:
        return "culture", 0, parts[1]
    counts = {"event": len(design.culture.events), "step": len(design.steps)}
    if len(parts) == 3 and parts[0] in counts and parts[1].isdigit() and 1 <= int(parts[1]) <= counts[parts[0]]:
        if parts[0] == "step":
            _setting(design, int(parts[1]), parts[2])
        else:
            _require_event_key(design, int(parts[1]), parts[2])
        return parts[0], int(parts[1]), parts[2]
    hint = "culture.seeded, culture.area, culture.volume, event.2.at, event.3.volume, event.4.rate, step.3.time"
    raise InputError(f"{what!r} is nothing that may vary in this line", where="vary", hint=hint)


def _require_event_key(design: LineDesign, number: int, key: str) -> None:
    if key not in _EVENT_FIELDS:
        raise InputError(f"of an event only `at`, `volume` and `rate` may vary, not {key!r}", where="vary")
    if getattr(design.culture.events[number - 1], _EVENT_FIELDS[key]) is None:
        raise InputError(f"event {number} has no {key} to vary", where="vary", hint=f"type its {key} first")


def _setting(design: LineDesign, number: int, key: str) -> Any:
    kind = design.steps[number - 1].kind
    known = {setting.key: setting for setting in STEPS.load(kind).SETTINGS if not setting.is_word}
    if key not in known:
        raise InputError(f"step {number} ({kind}) has no number {key!r}", where="vary", hint=nearest(key, known))
    return known[key]
