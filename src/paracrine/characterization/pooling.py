"""Runs to one value with a budget: nested means, scatter between replicates, counting error of a single run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.core.notice import Notice, Severity
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.numerics.interval import coverage_factor, expand_budget

FEW_TO_SEE_SKEW = 10
"""Below so many replicates no test tells skewed scatter from normal; assumption."""
LEVELS = ("biological replicate", "technical replicate", "run")


@dataclass(frozen=True, slots=True)
class Observation:
    """One run's value with its place in the hierarchy."""

    value: float
    standard_uncertainty: float | None
    """Counting error in the scale of the metric; None where unknown."""
    biological: str = ""
    technical: str = ""
    exact_low: float | None = None
    exact_high: float | None = None


@dataclass(frozen=True, slots=True)
class Pooled:
    """A mean with what is known of its interval."""

    value: float
    scale: str
    components: tuple[Component, ...]
    basis: Basis | None
    level: str
    """What was counted as independent: biological or technical replicates, or runs."""
    units_count: int
    notices: tuple[Notice, ...] = ()
    exact_low: float | None = None
    exact_high: float | None = None

    def budget(self, *more: Component, calibrated: bool = False) -> Budget | None:
        """Return the budget with further components; None when nothing is known of the scatter."""
        if not self.components:
            return None
        return Budget(scale=self.scale, components=(*self.components, *more), calibrated=calibrated)

    def quantity(self, unit: str, budget: Budget | None) -> Quantity:
        """Return value and interval."""
        if budget is not None and self.basis is not None:
            return expand_budget(self.value, unit, budget=budget, basis=self.basis)
        if self.exact_low is not None and self.exact_high is not None:
            return Quantity(value=self.value, unit=unit, low=self.exact_low, high=self.exact_high, basis=Basis.COUNTING)
        return Quantity(value=self.value, unit=unit)


def pool_runs(observations: Sequence[Observation], *, scale: str) -> Pooled:
    """Average runs and say how well the average is known.

    Technical replicates are averaged first, then biological ones; what varies at the highest level with more
    than one member gives the scatter and its degrees of freedom. Counting error is already inside that scatter
    and never adds to it; it stands alone where there is no scatter to see.

    Args:
        observations: at least one.
        scale: `relative` or `absolute`.
    """
    level, units = _independent_units(observations)
    weights = _weights(units)
    value = sum(weight * unit.value for weight, unit in weights)
    counting = _counting(weights, value, scale)
    scatter = _scatter([_mean(members) for members in units], value, scale)
    components, basis = _parts(scatter, counting, level=level, units=len(units), runs=len(observations))
    notices = _doubts(level, len(units), len(observations), bool(components) or value == 0)
    exact = observations[0] if len(observations) == 1 else None
    return Pooled(
        value=value,
        scale=scale,
        components=components,
        basis=basis,
        level=level,
        units_count=len(units),
        notices=(*notices, *_lucky_scatter(scatter, counting, len(units))),
        exact_low=exact.exact_low if exact else None,
        exact_high=exact.exact_high if exact else None,
    )


def _independent_units(observations: Sequence[Observation]) -> tuple[str, list[list[list[Observation]]]]:
    """Return the level and its units, each a list of technical groups of runs."""
    biological: dict[str, dict[str, list[Observation]]] = {}
    for item in observations:
        biological.setdefault(item.biological, {}).setdefault(item.technical, []).append(item)
    if len(biological) > 1:
        return LEVELS[0], [list(technical.values()) for technical in biological.values()]
    technical = next(iter(biological.values()))
    if len(technical) > 1:
        return LEVELS[1], [[runs] for runs in technical.values()]
    return LEVELS[2], [[[run]] for run in next(iter(technical.values()))]


def _mean(unit: list[list[Observation]]) -> float:
    return math.fsum(math.fsum(run.value for run in group) / len(group) for group in unit) / len(unit)


def _weights(units: list[list[list[Observation]]]) -> list[tuple[float, Observation]]:
    return [(1 / (len(units) * len(unit) * len(group)), run) for unit in units for group in unit for run in group]


def _counting(weights: list[tuple[float, Observation]], value: float, scale: str) -> float | None:
    variance = 0.0
    for weight, run in weights:
        if run.standard_uncertainty is None:
            if run.value == 0 and value > 0:
                continue
            return None
        absolute = run.standard_uncertainty * (abs(run.value) if scale == "relative" else 1.0)
        variance += (weight * absolute) ** 2
    error = math.sqrt(variance)
    if scale == "absolute":
        return error
    return error / abs(value) if value else None


def _scatter(values: list[float], value: float, scale: str) -> float | None:
    count = len(values)
    if count < 2 or (scale == "relative" and value == 0):
        return None
    variance = math.fsum((item - value) ** 2 for item in values) / (count - 1)
    if variance == 0:
        return None
    error = math.sqrt(variance / count)
    return error / abs(value) if scale == "relative" else error


def _parts(
    scatter: float | None, counting: float | None, *, level: str, units: int, runs: int
) -> tuple[tuple[Component, ...], Basis | None]:
    """Return scatter where there is one, else counting error; the other is shown with sensitivity 0."""
    parts: list[Component] = []
    if scatter is not None:
        parts.append(
            Component(
                name="replicates",
                standard_uncertainty=scatter,
                degrees_of_freedom=float(units - 1),
                source=f"between {units} {level}s",
            )
        )
    if counting is not None:
        inside = "" if scatter is None else "; already inside the scatter"
        parts.append(
            Component(
                name="counting",
                standard_uncertainty=counting,
                sensitivity=1.0 if scatter is None else 0.0,
                source=f"particles counted in {runs} run{'s' if runs > 1 else ''}{inside}",
            )
        )
    if scatter is not None:
        return tuple(parts), Basis.REPLICATES
    return tuple(parts), Basis.COUNTING if counting is not None else None


def _lucky_scatter(scatter: float | None, counting: float | None, units: int) -> list[Notice]:
    """Say when runs agree so well that counting error alone would give a wider interval."""
    if scatter is None or counting is None:
        return []
    counted = coverage_factor(math.inf) * counting
    if coverage_factor(float(units - 1)) * scatter >= counted:
        return []
    return [
        Notice(
            code="scatter-below-counting",
            message="the runs agree better than counted particles allow, by luck: counting alone would give a wider "
            "interval, as the budget shows",
            severity=Severity.NOTE,
            action="take the wider of the two where the result is close to a limit",
        )
    ]


def _doubts(level: str, units: int, runs: int, has_interval: bool) -> list[Notice]:
    found: list[Notice] = []
    if not has_interval:
        found.append(
            Notice(
                code="no-interval",
                message="one run without particle counts: its repeatability cannot be known"
                if units == 1
                else f"{units} {level}s agree to the last digit: the scatter is below the resolution of the file",
                action="measure at least three replicates",
            )
        )
    elif units == 1:
        found.append(
            Notice(
                code="single-run",
                message="one run only: the interval holds counting error, not the scatter between runs",
                action="measure at least three replicates",
            )
        )
    elif units == 2:
        found.append(
            Notice(
                code="two-replicates",
                message=f"two {level}s only ({runs} runs): the scatter is hardly known and the interval is wide",
                action="measure at least three replicates",
            )
        )
    if 2 < units < FEW_TO_SEE_SKEW:
        found.append(
            Notice(
                code="scatter-shape-unseen",
                message="so few replicates cannot show whether their scatter is skewed; with strongly skewed scatter "
                "93 % of simulated intervals held the truth instead of 95 %",
                severity=Severity.NOTE,
            )
        )
    if level == LEVELS[2] and units > 1:
        found.append(
            Notice(
                code="one-loading",
                message=f"all {units} runs come from one file or loading: what they have in common is not in the "
                "interval",
                action="load the sample at least three times",
            )
        )
    if level != LEVELS[0]:
        found.append(
            Notice(
                code="technical-replicates-only",
                message=f"the scatter is between {level}s of one sample, not between biological replicates",
                severity=Severity.NOTE,
            )
        )
    return found
