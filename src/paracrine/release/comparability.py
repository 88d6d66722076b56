"""Compare two batches: two one-sided tests on the log scale, and what the replicates could have shown.

References:
    doi:10.1007/BF01068419
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.core.attribute import is_known_unit
from paracrine.core.errors import InputError
from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Role
from paracrine.core.quantity import Budget
from paracrine.core.units import convert, spelling
from paracrine.release.comparison import AttributeComparison

ASSUMED_MARGIN_RATIO = 1.25
"""Used where nobody stated a margin; the bioequivalence convention, an assumption for vesicles."""
ONE_SIDED_LEVEL = 0.05
POWER = 0.80


@dataclass(frozen=True, slots=True)
class LogRatio:
    """Log of the ratio b/a of two geometric means, with Welch's standard error and degrees of freedom."""

    estimate: float
    standard_error: float
    degrees_of_freedom: float

    def with_error(self, budget: Budget) -> LogRatio:
        """Return this ratio with the relative error of a budget added, that the replicates do not scatter by."""
        added = budget.standard_uncertainty()
        if added == 0:
            return self
        total = math.hypot(self.standard_error, added)
        weight = self.standard_error**4 / self.degrees_of_freedom + added**4 / budget.degrees_of_freedom()
        return LogRatio(self.estimate, total, total**4 / weight)

    def interval(self, *, one_sided_level: float = ONE_SIDED_LEVEL) -> tuple[float, float]:
        """Return the ratio's interval, 90 % for two one-sided tests at 5 %."""
        from scipy.special import stdtrit

        half = float(stdtrit(self.degrees_of_freedom, 1 - one_sided_level)) * self.standard_error
        return math.exp(self.estimate - half), math.exp(self.estimate + half)

    def smallest_ratio(self, *, power: float = POWER) -> float:
        """Return the smallest true ratio (> 1) that a two-sided 5 % test would have shown with this power.

        Infinite where the replicates could show none that a float can write.
        """
        from scipy.optimize import brentq
        from scipy.special import nctdtr, stdtrit

        dof = self.degrees_of_freedom
        critical = float(stdtrit(dof, 1 - ONE_SIDED_LEVEL / 2))

        def lacking(shift: float) -> float:
            return power - (1 - float(nctdtr(dof, shift, critical)))

        highest = critical
        while lacking(highest) > 0:
            highest *= 2.0
        shift = float(brentq(lacking, 0.0, highest, xtol=1e-10))
        exponent = shift * self.standard_error
        return math.exp(exponent) if exponent < 700 else math.inf


def measure_log_ratio(a_values: Sequence[float], b_values: Sequence[float]) -> LogRatio:
    """Compare the logs of two sets of at least two positive values by Welch's method.

    With two values in a set, Welch's test calls batches at the margin equivalent in up to 7.5 % of cases; its degrees
    of freedom are then replaced by the smallest that can be right, one. From three values on that rate is 3 to 6 %.

    Raises:
        ValueError: when a set is too small, holds a value that is not positive, or neither set scatters.
    """
    logs = []
    for values in (a_values, b_values):
        if len(values) < 2:
            found = "only one replicate" if len(values) else "no replicates of its own"
            raise ValueError(f"a batch has {found}, two are needed in each")
        if not all(math.isfinite(value) and value > 0 for value in values):
            raise ValueError("a replicate is zero or negative, so there is no ratio")
        logs.append(np.log(np.asarray(values, dtype=float)))
    a, b = logs
    of_a, of_b = float(a.var(ddof=1)) / a.size, float(b.var(ddof=1)) / b.size
    variance = of_a + of_b
    if math.sqrt(variance) < 1e-12:
        raise ValueError("the replicates do not scatter at all, so nothing is known of their error")
    weight = of_a**2 / (a.size - 1) + of_b**2 / (b.size - 1)
    smaller = min(a.size, b.size)
    dof = variance**2 / weight if smaller > 2 else 1.0
    return LogRatio(float(b.mean() - a.mean()), math.sqrt(variance), dof)


def compare_attribute(
    a_values: Sequence[float],
    b_values: Sequence[float],
    *,
    margin_ratio: float,
    attribute: str = "",
    title: str = "",
    unit: str = "",
    batch_a: str = "A",
    batch_b: str = "B",
    shared_error: Budget | None = None,
    remarks: Sequence[str] = (),
) -> AttributeComparison:
    """Test whether b is equivalent to a: the 90 % interval of b/a inside 1/margin to margin.

    `equivalent`: the interval lies inside. `different`: it lies wholly outside. `not shown`: it reaches across.
    `not assessed`: fewer than two replicates in a batch, a value that is not positive, or no scatter.

    Args:
        a_values: replicates of batch a, in `unit`.
        b_values: replicates of batch b, in `unit`.
        margin_ratio: largest ratio that does not matter, above 1.
        attribute: name of what is compared.
        title: the same in words.
        unit: unit of the values.
        batch_a: name of batch a.
        batch_b: name of batch b.
        shared_error: relative budget of the ratio for what all replicates of a batch share, such as one dilution.
        remarks: what a reader must know of the replicates, put behind the reason.

    Raises:
        ValueError: when the margin is not a ratio above 1.
    """
    if not (math.isfinite(margin_ratio) and margin_ratio > 1):
        raise ValueError(f"the margin must be a ratio above 1, not {margin_ratio}")
    labels = {"attribute": attribute, "title": title or attribute, "unit": unit, "batch_a": batch_a, "batch_b": batch_b}
    try:
        log_ratio = measure_log_ratio(a_values, b_values)
    except ValueError as error:
        return _not_assessed(labels, margin_ratio, str(error))
    if shared_error is not None:
        log_ratio = log_ratio.with_error(shared_error)
    counts = f"{len(a_values)} and {len(b_values)} replicates"
    return _tested(log_ratio, margin_ratio, labels, counts, remarks)


def _tested(
    log_ratio: LogRatio, margin_ratio: float, labels: Mapping[str, str], counts: str, remarks: Sequence[str]
) -> AttributeComparison:
    low, high = log_ratio.interval()
    inside = 1 / margin_ratio < low and high < margin_ratio
    outside = high < 1 / margin_ratio or low > margin_ratio
    outcome = "equivalent" if inside else "different" if outside else "not shown"
    where = {"equivalent": "lies inside", "different": "lies outside", "not shown": "reaches across the ends of"}
    smallest = log_ratio.smallest_ratio()
    reason = (
        f"the 90 % interval of {labels['batch_b']}/{labels['batch_a']} {where[outcome]} "
        f"{1 / margin_ratio:.3g} to {margin_ratio:.3g} ({counts})"
    )
    return AttributeComparison(
        **labels,
        ratio=math.exp(log_ratio.estimate),
        ratio_low=low,
        ratio_high=high,
        margin_ratio=margin_ratio,
        outcome=outcome,
        smallest_ratio=smallest if math.isfinite(smallest) else None,
        reason="; ".join((reason, *remarks)),
    )


def compare_batches(
    measurements_a: Sequence[Measurement],
    measurements_b: Sequence[Measurement],
    *,
    margins: Mapping[str, float] | None = None,
) -> tuple[AttributeComparison, ...]:
    """Compare every number that both batches have by the same method at the same stage.

    Several samples of both batches are compared sample by sample; else the replicates of the one sample, which then
    show repeatability and not the scatter between samples or batches.

    Args:
        measurements_a: of one batch.
        measurements_b: of another.
        margins: largest ratio that does not matter, by attribute; 1.25 is assumed elsewhere, and said.
    """
    of_a, of_b = _by_key(measurements_a), _by_key(measurements_b)
    keys = [*of_a, *(key for key in of_b if key not in of_a)]
    names = [_batch_name(measurements, word) for measurements, word in ((measurements_a, "A"), (measurements_b, "B"))]
    attributes = [key.attribute for key in keys]
    return tuple(
        _compare_key(
            of_a.get(key, []),
            of_b.get(key, []),
            batches=(names[0], names[1]),
            say_method=attributes.count(key.attribute) > 1,
            margin=(margins or {}).get(key.attribute),
        )
        for key in keys
    )


@dataclass(frozen=True, slots=True)
class _Key:
    attribute: str
    method: str
    stage: str


@dataclass(frozen=True, slots=True)
class _Replicates:
    values: tuple[float, ...]
    technical: bool


def _by_key(measurements: Sequence[Measurement]) -> dict[_Key, list[Measurement]]:
    groups: dict[_Key, list[Measurement]] = {}
    for measurement in measurements:
        if measurement.role is Role.PRODUCT and measurement.state is State.MEASURED and measurement.quantity:
            key = _Key(measurement.attribute, measurement.method, measurement.stage)
            groups.setdefault(key, []).append(measurement)
    return groups


def _batch_name(measurements: Sequence[Measurement], default: str) -> str:
    return next((measurement.batch for measurement in measurements), default)


def _compare_key(
    of_a: list[Measurement],
    of_b: list[Measurement],
    *,
    batches: tuple[str, str],
    say_method: bool,
    margin: float | None,
) -> AttributeComparison:
    first = (of_a or of_b)[0]
    unit = first.quantity.unit if first.quantity else ""
    title = f"{first.title} ({first.method}, {first.stage})" if say_method else first.title
    labels = {
        "attribute": first.attribute, "title": title, "unit": unit, "batch_a": batches[0], "batch_b": batches[1]
    }  # fmt: skip
    margin_ratio = ASSUMED_MARGIN_RATIO if margin is None else margin
    if not of_a or not of_b:
        return _not_assessed(labels, margin_ratio, f"measured only in batch {batches[0] if of_a else batches[1]}")
    try:
        a, b = _replicates(of_a, of_b, unit)
    except ValueError as error:
        return _not_assessed(labels, margin_ratio, str(error))
    except InputError as error:
        return _not_assessed(labels, margin_ratio, error.message)
    shared = _shared_error(of_b).times(_shared_error(of_a), power=-1.0)
    remarks = []
    if a.technical:
        remarks.append("replicates of one sample: this is repeatability, not the scatter between samples or batches")
    if shared.standard_uncertainty() > 0:
        remarks.append(f"an error of {100 * shared.standard_uncertainty():.2g} % that replicates share is added")
    if margin is None:
        remarks.append(f"the margin {margin_ratio:g} is an assumption")
    return compare_attribute(
        a.values, b.values, margin_ratio=margin_ratio, shared_error=shared, remarks=remarks, **labels
    )


def _shared_error(measurements: list[Measurement]) -> Budget:
    """Return the budget parts that all replicates of a batch share: one dilution, one calibration.

    Parts that also the other batch shares (the same bead run) cancel when the ratio is formed.
    """
    budgets = [measurement.budget for measurement in measurements]
    named = [{c.shared_id for c in budget.components if c.shared_id} for budget in budgets if budget]
    everywhere = set.intersection(*named) if len(named) == len(budgets) else set()
    parts = [
        component.model_copy(update={"sensitivity": component.sensitivity / len(budgets)})
        for budget in budgets
        if budget is not None and budget.scale == "relative"
        for component in budget.components
        if component.shared_id in everywhere
    ]
    return Budget(scale="relative", components=tuple(parts))


def _replicates(of_a: list[Measurement], of_b: list[Measurement], unit: str) -> tuple[_Replicates, _Replicates]:
    """Take sample values where both batches have several samples, else the replicates of the one sample.

    Raises:
        ValueError: when only one batch has several samples, a result is censored, or the units differ.
    """
    counts = len(of_a), len(of_b)
    if min(counts) == 1 and max(counts) > 1:
        raise ValueError(
            f"{counts[0]} and {counts[1]} samples: measure several samples of both batches, or one of each"
        )
    technical = max(counts) == 1
    sets = []
    for measurements in (of_a, of_b):
        values: list[float] = []
        for measurement in measurements:
            if measurement.quantity is None or measurement.quantity.comparator != "=":
                raise ValueError("a result beyond a detection limit has no ratio")
            if technical:
                values += [
                    _in_unit(replicate.value, replicate.unit, unit)
                    for replicate in measurement.replicates
                    if replicate.included and replicate.value is not None
                ]
            else:
                values.append(_in_unit(measurement.quantity.value, measurement.quantity.unit, unit))
        sets.append(_Replicates(tuple(values), technical))
    return sets[0], sets[1]


def _in_unit(value: float, unit: str, to: str) -> float:
    if spelling(unit) == spelling(to):
        return value
    if not is_known_unit(unit) or not is_known_unit(to):
        raise ValueError(f"the results are in {unit!r} and {to!r}, and no conversion is known")
    return convert(value, unit, to)


def _not_assessed(labels: Mapping[str, str], margin_ratio: float, reason: str) -> AttributeComparison:
    return AttributeComparison(
        **labels,
        ratio=None,
        ratio_low=None,
        ratio_high=None,
        margin_ratio=margin_ratio,
        outcome="not assessed",
        smallest_ratio=None,
        reason=reason,
    )
