"""The unit-operation contract: what a step declares, gets and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from paracrine.core.catalog import Catalog
from paracrine.core.errors import InputError, LimitError
from paracrine.core.notice import Notice
from paracrine.core.parameter import Grade, Parameter
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.populations import Amount, Feed, column
from paracrine.production.prior import Draws

STEPS = Catalog("paracrine.production.steps", ("STEP", "SETTINGS", "PARAMETERS", "COST", "run"))


_ENDINGS: dict[str, tuple[str, ...]] = {
    "x g": ("_xg",),
    "h": ("_h",),
    "mL": ("_ml",),
    "cm2": ("_cm2",),
    "nm": ("_nm",),
    "kPa": ("_kpa",),
    "degC": ("_c",),
    "rpm": ("_rpm",),
    "g/cm3": ("_g_per_cm3",),
    "mPa.s": ("_mpas",),
    "mL/cm2": ("_ml_per_cm2",),
    "cm2/mL": ("_cm2_per_ml",),
    "1/mL": ("_per_ml",),
    "%": ("_pct",),
    "1": ("_ratio", "_count", "_frac"),
}


@dataclass(frozen=True, slots=True)
class StepInfo:
    """What a step is.

    Attributes:
        title: as pages name it.
        stage: `clarify`, `concentrate`, `purify`, `modify`, `finish` or `store`.
        never_after: stages after which it makes no sense.
        needs_before: stages of which one must have come before; empty needs none.
        method: one sentence on the law.
    """

    title: str
    stage: str
    method: str
    never_after: tuple[str, ...] = ()
    needs_before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a user chooses: a number with unit, or a word.

    Attributes:
        name: key in the form, with unit.
        unit: canonical unit of the number; empty for a word.
        default: number or word; None: may stay away, `required`: must be given.
        low: smallest number that makes sense.
        high: largest.
        meaning: for people.
    """

    name: str
    unit: str = ""
    default: float | str | None = None
    low: float = 0.0
    high: float = float("inf")
    meaning: str = ""
    required: bool = False
    is_word: bool = False

    @property
    def key(self) -> str:
        """Name without its unit: the key in a form, where the unit stands beside the number."""
        for ending in _ENDINGS.get(self.unit, ()):
            if self.name.endswith(ending):
                return self.name.removesuffix(ending)
        return self.name


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a line: its settings, and draws of its parameters."""

    kind: str
    place: str
    """`3 ultracentrifugation`: the step's number and kind."""
    settings: Mapping[str, Any]
    draws: Draws
    parameters: Mapping[str, Parameter]

    def draw(self, name: str) -> FloatArray:
        """Return the draws of one of the step's parameters, shape (draws,)."""
        parameter = self.parameters[name]
        return self.draws.of(parameter, name=f"{self.kind}.{name}")

    def draw_column(self, name: str) -> FloatArray:
        """Return the draws of a parameter with an axis for the bins behind, shape (draws, 1)."""
        return column(self.draw(name))

    def number(self, name: str) -> Any:
        """Return a setting that is a number, or an array over draws."""
        return self.settings[name]

    def word(self, name: str) -> str:
        """Return a setting that is a word."""
        return str(self.settings[name])

    def has(self, name: str) -> bool:
        """Whether an optional setting was given."""
        return self.settings.get(name) is not None

    def require_at_most(self, asked: Any, limit_name: str, *, what: str, unit: str) -> tuple[Notice, ...]:
        """Hold what is asked of the equipment against the limit the user typed.

        Returns:
            A notice when no limit was typed.

        Raises:
            LimitError: when the centre of what is asked lies beyond the limit.
        """
        if not self.has(limit_name):
            message = f"{what} was not checked: no {limit_name} typed"
            return (Notice(code="limit-not-checked", message=message, concerns=self.place),)
        limit = np.asarray(self.settings[limit_name])
        if self.draws.beyond is not None:
            self.draws.beyond += np.maximum(0.0, np.asarray(asked) / limit - 1)
            return ()
        beyond = np.ravel(np.asarray(asked) > limit * (1 + 1e-9))
        if beyond[0]:
            most, has = float(np.ravel(limit)[0]), float(np.ravel(asked)[0])
            raise LimitError(f"{what} {has:.4g} {unit} is beyond the typed {limit_name} {most:.4g}", where=self.place)
        return ()


@dataclass(frozen=True)
class StepResult:
    """What a step gives back.

    Attributes:
        product: goes to the next step.
        lost: what left the line, by name.
        made: what the step made, by name (aggregates out of vesicles).
        hours: time it takes, shape (draws,) or a number.
        uses: what it takes, by name of a cost driver, shape (draws,) or a number each.
        notices: doubts.
    """

    product: Feed
    lost: Mapping[str, Amount]
    made: Mapping[str, Amount] = field(default_factory=dict)
    hours: Any = 0.0
    uses: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def assumed(name: str, value: float, low: float, high: float, **rest: str) -> Parameter:
    """Return a parameter that nobody published: a wide prior graded `assumption`."""
    why = rest.get("why", "no published value found; wide on purpose")
    return Parameter(
        name=name,
        value=value,
        low=low,
        high=high,
        unit=rest.get("unit", "1"),
        spread=rest.get("spread", "logit"),
        meaning=rest.get("meaning", ""),
        source=f"assumption: {why}",
        grade=Grade.ASSUMPTION,
    )


def settle(settings: tuple[Setting, ...], given: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """Return all settings of a step: given ones checked, the others by default.

    Raises:
        InputError: when one is unknown, missing, outside its bounds or no number.
    """
    from paracrine.core.catalog import nearest

    known = {setting.name: setting for setting in settings}
    for name in given:
        if name not in known:
            raise InputError(f"unknown setting {name!r}", where=where, hint=nearest(name, known) if known else "")
    found: dict[str, Any] = {}
    for setting in settings:
        value = given.get(setting.name, setting.default)
        if value is None and setting.required:
            raise InputError(f"the setting {setting.name!r} is missing", where=where, hint=setting.meaning)
        if value is not None and not setting.is_word:
            _require_within(setting, value, where)
        found[setting.name] = value
    return found


def _require_within(setting: Setting, value: Any, where: str) -> None:
    if isinstance(value, str):
        raise InputError(f"{setting.name} must be a number with unit {setting.unit!r}, not {value!r}", where=where)
    numbers = np.asarray(value, dtype=float)
    if not np.isfinite(numbers).all() or (numbers < setting.low).any() or (numbers > setting.high).any():
        shown = float(np.ravel(numbers)[0])
        bounds = f"at least {setting.low:g}" + (
            "" if setting.high == float("inf") else f" and at most {setting.high:g}"
        )
        unit = "" if setting.unit == "1" else f" {setting.unit}"
        raise InputError(f"{setting.name} {shown:g}{unit} makes no sense: must be {bounds}", where=where)
