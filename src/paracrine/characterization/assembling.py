"""One metric over the runs of a sample: the measurement with replicates, budget, numbers beside and notices."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.characterization.material import Material
from paracrine.characterization.measuring import RunValue
from paracrine.characterization.metric import Metric
from paracrine.characterization.pooling import Observation, Pooled, pool_runs
from paracrine.characterization.request import BatchRequest, RunUse
from paracrine.characterization.spread import spread_notices
from paracrine.core.measurement import Beside, Measurement, ReplicateValue, State
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import DilutionBy, Role
from paracrine.core.provenance import Provenance
from paracrine.core.quantity import Basis, Component, Quantity
from paracrine.numerics.interval import poisson_limits
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.size_distribution import SizeDistribution


@dataclass(frozen=True, slots=True)
class Subject:
    """What a group of measurements has in common: material, method and the request behind it."""

    material: Material
    method: str
    request: BatchRequest
    concentration_per_count: float | None = None
    """What one counted particle stands for, per mL, learned from the other runs by this method."""
    shared_parts: tuple[Component, ...] = ()
    """What all runs have in common and their scatter cannot show, such as one dilution."""


def assemble_measurement(metric: Metric, subject: Subject, values: Sequence[RunValue]) -> Measurement:
    """Pool the runs of one sample by one method into one measurement."""
    included = [item for item in values if item.use.included]
    counted = [item for item in included if item.value.value is not None]
    frame = _frame(metric, subject, values)
    if not counted:
        reason = included[0].value.reason if included else "every run is excluded"
        return frame.model_copy(update={"state": State.NOT_ASSESSED, "reason": reason})
    pooled = pool_runs(_observations(counted, subject.material), scale=metric.scale)
    budget = pooled.budget(*subject.shared_parts, *_setting_parts(metric, counted))
    quantity = _zero_quantity(metric, subject, counted) if _is_zero(metric, pooled) else None
    notices = [*frame.notices, *_missing_runs(metric, included, counted)]
    about_product = subject.material.role is Role.PRODUCT
    notices += [n for n in pooled.notices if about_product or n.code != "technical-replicates-only"]
    notices += spread_notices(metric, counted)
    notices += [notice for item in counted for notice in item.value.notices]
    done = frame.model_copy(
        update={
            "state": State.MEASURED,
            "reason": "",
            "quantity": quantity or within_bounds(pooled.quantity(metric.unit, budget), metric.bounds),
            "budget": None if quantity else budget,
            "beside": tuple(_beside(metric, subject, values)),
            "notices": unique_notices(notices),
        }
    )
    return Measurement.model_validate(dict(done))


def _setting_parts(metric: Metric, counted: Sequence[RunValue]) -> list[Component]:
    """Return what all runs owe to their settings; of several runs the mean effect, as if it were one and the same."""
    found: dict[str, list[Component]] = {}
    for item in counted:
        for start, parts in item.use.run.shared_parts.items():
            if metric.scale == "relative" and metric.unit != "1" and metric.name.startswith(start):
                for part in parts:
                    found.setdefault(part.shared_id or part.name, []).append(part)
    return [
        same[0].model_copy(
            update={"standard_uncertainty": math.fsum(p.standard_uncertainty for p in same) / len(counted)}
        )
        for same in found.values()
    ]


def _frame(metric: Metric, subject: Subject, values: Sequence[RunValue]) -> Measurement:
    """Everything that does not depend on the value."""
    first = values[0].use.run
    request = subject.request
    counted = [item for item in values if item.use.included and item.value.value is not None] or list(values)
    return Measurement(
        attribute=metric.name,
        title=metric.title,
        batch=request.batch.name,
        sample=subject.material.name,
        role=subject.material.role,
        stage=subject.material.stage,
        method=subject.method,
        technique=first.technique.value,
        performed_at=min((item.use.run.measured_at for item in values if item.use.run.measured_at), default=""),
        state=State.NOT_ASSESSED,
        reason="not yet pooled",
        measurand=next((item.value.measurand for item in counted if item.value.measurand), None),
        replicates=tuple(_replicates(metric, values)),
        provenance=Provenance(
            sources=tuple(dict.fromkeys(item.use.run.source for item in counted)),
            made_by=f"characterization.metrics.{metric.name}",
            software_version=request.software_version,
            cites=metric.cites,
            assumptions=tuple(_assumptions(metric, values)),
        ),
        notices=_run_notices(subject.material, [item.use for item in values if item.use.included]),
    )


def _replicates(metric: Metric, values: Sequence[RunValue]) -> list[ReplicateValue]:
    names = run_names([item.use for item in values])
    return [
        ReplicateValue(
            run=name,
            value=item.value.value,
            unit=metric.unit,
            source=item.use.run.source,
            included=item.use.included,
            reason=item.use.reason or (item.value.reason if item.value.value is None else ""),
        )
        for name, item in zip(names, values, strict=True)
    ]


def run_names(uses: Sequence[RunUse]) -> list[str]:
    """Return names unique within a sample: the run's own, with its file where two files use the same."""
    seen = Counter(use.run.name for use in uses)
    names = [use.run.name if seen[use.run.name] == 1 else f"{use.run.source.name}: {use.run.name}" for use in uses]
    again = Counter(names)
    return [
        name if again[name] == 1 else f"{name} ({use.run.source.locator or index})"
        for index, (name, use) in enumerate(zip(names, uses, strict=True), 1)
    ]


def _run_notices(material: Material, uses: Sequence[RunUse]) -> tuple[Notice, ...]:
    """Return the notices of runs without the question for a dilution that is answered or has no meaning."""
    answered = material.role is Role.DILUENT_BLANK or all(s.dilution_factor is not None for s in material.samples)
    return tuple(n for n in run_notices(uses) if not (answered and n.code in ("dilution-not-stated", "dilution-one")))


def run_notices(uses: Sequence[RunUse]) -> tuple[Notice, ...]:
    """Return the notices of runs, each once, with the runs it concerns."""
    found: dict[tuple[str, str], list[tuple[Notice, str]]] = {}
    for name, use in zip(run_names(uses), uses, strict=True):
        for notice in use.run.notices:
            found.setdefault((notice.code, notice.message), []).append((notice, name))
    merged: list[Notice] = []
    for same in found.values():
        names = list(dict.fromkeys(name for _, name in same))
        if len(names) == len(uses):
            where = f"all {len(uses)} runs" if len(uses) > 1 else names[0]
        else:
            where = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        merged.append(same[0][0].model_copy(update={"concerns": where}))
    return tuple(merged)


def unique_notices(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return notices without repetition, in order."""
    return tuple({(notice.code, notice.message): notice for notice in notices}.values())


def _observations(values: Sequence[RunValue], material: Material) -> list[Observation]:
    return [
        Observation(
            value=item.value.value,
            standard_uncertainty=item.value.standard_uncertainty,
            biological=material.biological_replicate(item.use.sample),
            technical=f"{item.use.sample}/{item.use.technical_replicate}",
            exact_low=item.value.exact_low,
            exact_high=item.value.exact_high,
        )
        for item in values
        if item.value.value is not None
    ]


def _is_zero(metric: Metric, pooled: Pooled) -> bool:
    return metric.zero_is_a_result and pooled.value == 0


def _zero_quantity(metric: Metric, subject: Subject, counted: Sequence[RunValue]) -> Quantity:
    """Return 0 with the exact upper limit of no counts, where what a count stands for is known."""
    if subject.concentration_per_count is None:
        return Quantity(value=0.0, unit=metric.unit)
    high = poisson_limits(0)[1] * subject.concentration_per_count / len(counted)
    return Quantity(value=0.0, unit=metric.unit, low=0.0, high=high, basis=Basis.COUNTING)


def _missing_runs(metric: Metric, included: Sequence[RunValue], counted: Sequence[RunValue]) -> list[Notice]:
    missing = len(included) - len(counted)
    empty = sum(1 for item in counted if item.value.value == 0) if metric.zero_is_a_result else 0
    found: list[Notice] = []
    if missing:
        reason = next(item.value.reason for item in included if item.value.value is None)
        found.append(
            Notice(
                code="runs-without-value",
                message=f"{missing} of {len(included)} runs give no value: {reason}",
                concerns=metric.name,
            )
        )
    if empty:
        found.append(
            Notice(
                code="empty-runs",
                message=f"{empty} of {len(counted)} runs hold no particle and count as 0 in the mean",
                severity=Severity.SERIOUS if empty < len(counted) else Severity.CAUTION,
                concerns=metric.name,
                action="exclude a failed video with a reason, or keep it as a true zero",
            )
        )
    return found


def _assumptions(metric: Metric, values: Sequence[RunValue]) -> list[str]:
    found = [metric.definition]
    runs = [item.use.run for item in values]
    if metric.name == "particle_concentration_per_ml":
        factors = {run.dilution_factor for run in runs if run.dilution_by is DilutionBy.INSTRUMENT}
        found += [
            f"the file's concentration was divided by {factor:g}: the instrument had multiplied it"
            for factor in sorted(factor for factor in factors if factor)
        ]
    origins = {p.origin for run in runs for p in run.payloads if isinstance(p, Scalars) and p.origin}
    if metric.payload_kind == Scalars.payload_kind and origins:
        found.append(f"taken from: {', '.join(sorted(origins))}")
    return found


def _beside(metric: Metric, subject: Subject, values: Sequence[RunValue]) -> list[Beside]:
    included = [item for item in values if item.use.included]
    found = [mean_of_vendor(metric.vendor_names, metric.unit, [item.use for item in included])]
    everything = [item for item in values if item.value.value is not None]
    if len(included) < len(values):
        found.append(_again(metric, subject, everything, f"all {len(values)} runs, before the exclusion"))
    filled = [item for item in included if item.value.value]
    if metric.zero_is_a_result and 0 < len(filled) < len(included):
        found.append(_again(metric, subject, filled, f"without {len(included) - len(filled)} empty runs"))
    return [item for item in found if item is not None]


def _again(metric: Metric, subject: Subject, values: Sequence[RunValue], label: str) -> Beside | None:
    observations = _observations(values, subject.material)
    if not observations:
        return None
    pooled = pool_runs(observations, scale=metric.scale)
    quantity = pooled.quantity(metric.unit, pooled.budget(*subject.shared_parts))
    return Beside(label=label, quantity=within_bounds(quantity, metric.bounds))


def mean_of_vendor(names: Sequence[str], unit: str, uses: Sequence[RunUse], *, diluted: bool = False) -> Beside | None:
    """Return the mean of a number the instrument printed in every run; None when a run lacks it.

    A printed concentration that the instrument had multiplied belongs beside the undiluted value: `diluted`.
    """
    is_concentration = "particle_concentration_per_ml" in names
    values: list[float] = []
    for use in uses:
        multiplied = use.run.dilution_by is DilutionBy.INSTRUMENT
        printed = next((number for number in use.run.vendor if number.name in names), None)
        if printed is None or (is_concentration and multiplied is not diluted):
            return None
        values.append(printed.value)
    if not values:
        return None
    run = uses[0].run
    return Beside(
        label=f"printed by the instrument ({run.software})" if run.software else "printed by the instrument",
        quantity=Quantity(value=math.fsum(values) / len(values), unit=unit),
        source=run.source if len(uses) == 1 else None,
    )


def learn_concentration_per_count(values: Sequence[RunValue]) -> float | None:
    """Return what one counted particle stands for (per mL): the median over runs that state their counts."""
    ratios = []
    for item in values:
        count = next((p.tracks_count for p in item.use.run.payloads if isinstance(p, SizeDistribution)), None)
        if count and item.value.value:
            ratios.append(item.value.value / count)
    return sorted(ratios)[len(ratios) // 2] if ratios else None


def within_bounds(quantity: Quantity, bounds: tuple[float, float] | None) -> Quantity:
    """Cut an interval where the value cannot go."""
    if bounds is None or quantity.low is None or quantity.high is None:
        return quantity
    low, high = (min(max(end, bounds[0]), bounds[1]) for end in (quantity.low, quantity.high))
    return quantity.model_copy(update={"low": min(low, quantity.value), "high": max(high, quantity.value)})
