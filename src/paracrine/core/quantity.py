"""A value with unit and interval, and the budget behind the interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Self

from pydantic import model_validator

from paracrine.core.records import Record


class Basis(StrEnum):
    """Where an interval comes from."""

    REPLICATES = "replicates"
    COUNTING = "counting"
    MODEL = "model"
    STATED = "stated"


class Quantity(Record):
    """One number: value, unit, interval, coverage and basis.

    `comparator` is `<` or `>` for a censored result such as `<0.1 EU/mL`.
    """

    kind: ClassVar[str] = "quantity"

    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    coverage_pct: float = 95.0
    basis: Basis | None = None
    comparator: str = "="

    @model_validator(mode="after")
    def _interval_holds_value(self) -> Self:
        if self.comparator not in ("=", "<", ">"):
            raise ValueError(f"comparator must be =, < or >, not {self.comparator!r}")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval needs both ends")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value} lies outside its interval {self.low} to {self.high}")
        return self


class Component(Record):
    """One part of a budget.

    `standard_uncertainty` is in the budget's scale: relative (0.05 = 5 %) or in the unit of the value.
    Two components with the same `shared_id` are the same physical effect (one dilution, one calibration)
    and keep their sign in `sensitivity`, so that they cancel or add in ratios and products.
    """

    kind: ClassVar[str] = "component"

    name: str
    standard_uncertainty: float
    degrees_of_freedom: float | None = None
    """None: known well enough to be taken as infinite."""
    distribution: str = "normal"
    shared_id: str | None = None
    sensitivity: float = 1.0
    source: str = ""
    """Where the number comes from, in plain words (`stated pipetting CV`, `between 5 videos`)."""


class Budget(Record):
    """The parts of an interval, on a relative (multiplicative) or an absolute scale."""

    kind: ClassVar[str] = "budget"

    scale: str
    """`relative` or `absolute`."""
    components: tuple[Component, ...]
    calibrated: bool = False
    """False: no bead or standard run backs it, and the interval is called repeatability."""

    @model_validator(mode="after")
    def _scale_is_known(self) -> Self:
        if self.scale not in ("relative", "absolute"):
            raise ValueError(f"scale must be relative or absolute, not {self.scale!r}")
        return self

    @property
    def interval_name(self) -> str:
        """What the interval may be called."""
        return "confidence interval" if self.calibrated else "repeatability interval"

    def standard_uncertainty(self) -> float:
        """Combine the components; those with one `shared_id` add with sign before squaring."""
        return math.sqrt(sum(part**2 for part, _ in self.independent_parts()))

    def degrees_of_freedom(self) -> float:
        """Return Welch-Satterthwaite effective degrees of freedom (infinite when all are known).

        References:
            doi:10.2307/3002019
        """
        total = self.standard_uncertainty()
        weight = sum(part**4 / dof for part, dof in self.independent_parts() if math.isfinite(dof))
        return total**4 / weight if weight > 0 and total > 0 else math.inf

    def independent_parts(self) -> list[tuple[float, float]]:
        """Return (signed standard uncertainty, degrees of freedom), one for each physical effect."""
        shared: dict[str, list[Component]] = {}
        parts: list[tuple[float, float]] = []
        for component in self.components:
            if component.shared_id is None:
                parts.append((component.sensitivity * component.standard_uncertainty, _dof(component)))
            else:
                shared.setdefault(component.shared_id, []).append(component)
        for same in shared.values():
            signed = sum(c.sensitivity * c.standard_uncertainty for c in same)
            parts.append((signed, min(_dof(c) for c in same)))
        return parts

    def times(self, other: Budget, *, power: float = 1.0) -> Budget:
        """Return the relative budget of `self * other**power`; power -1 gives a ratio.

        Raises:
            ValueError: when either budget is absolute.
        """
        if self.scale != "relative" or other.scale != "relative":
            raise ValueError("products and ratios need relative budgets")
        scaled = (c.model_copy(update={"sensitivity": c.sensitivity * power}) for c in other.components)
        return Budget(
            scale="relative",
            components=(*self.components, *scaled),
            calibrated=self.calibrated and other.calibrated,
        )

    def with_components(self, components: Iterable[Component]) -> Budget:
        """Return this budget with further components."""
        return self.model_copy(update={"components": (*self.components, *components)})


def _dof(component: Component) -> float:
    return math.inf if component.degrees_of_freedom is None else component.degrees_of_freedom
