"""Protein by standard curve on a 96-well plate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from paracrine.characterization.measuring import method_of
from paracrine.characterization.metric import Metric
from paracrine.characterization.plate_curve import StandardCurve, WellDilution, fit_standards, read_wells
from paracrine.characterization.protein_budget import protein_budget
from paracrine.characterization.request import BatchRequest, RunUse
from paracrine.core.errors import SolveError
from paracrine.core.measurement import Beside, Measurement, ReplicateValue, State
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import Role, Sample
from paracrine.core.provenance import Provenance
from paracrine.core.quantity import Budget, Quantity
from paracrine.core.run import Run
from paracrine.numerics.interval import expand_budget
from paracrine.payloads.plate import Plate

PROTEIN = Metric(
    name="protein_ug_per_ml",
    title="Protein concentration",
    unit="ug/mL",
    payload_kind="plate",
    scale="relative",
    definition=(
        "Mean response of the wells of one dilution read off the standard curve (linear, quadratic or 4PL: the "
        "plainest within 2 of the lowest AICc; blank wells are standards of 0), times the dilution of the wells. "
        "Detection limits: curve at the blank mean + 3.3 and + 10 standard deviations of the blank wells. Outside the "
        "curve there is no value."
    ),
    cites=("doi:10.1093/biomet/76.2.297", "doi:10.2307/2533961", "doi:10.59161/JCGM100-2008E"),
)
_PARALLEL_SHARE = 0.2


def measure_protein(request: BatchRequest) -> tuple[Measurement, ...]:
    """Measure the protein of every sample of the batch that a plate names."""
    plates = [(use, payload) for use in request.uses for payload in use.run.payloads if isinstance(payload, Plate)]
    found: list[Measurement] = []
    for use, plate in plates:
        suffix = f" ({use.run.name})" if len(plates) > 1 else ""
        found.extend(_measure_plate(request, use, plate, suffix))
    return tuple(found)


def _measure_plate(request: BatchRequest, use: RunUse, plate: Plate, suffix: str) -> Iterator[Measurement]:
    names = np.unique(plate.names[plate.roles == "sample"]).tolist()
    wanted = {name: sample for name in names if (sample := _sample(name, request))}
    if not wanted:
        return
    source = use.run.source
    curve: StandardCurve | None = None
    trouble = "" if use.included else f"the plate is excluded: {use.reason}"
    if not trouble:
        try:
            curve = fit_standards(plate, identity=f"{source.sha256[:12]}:{use.run.name}")
        except SolveError as error:
            trouble = f"{error.message} ({error.hint})"
    for name, sample in wanted.items():
        frame = _frame(request, use.run, sample, suffix)
        if curve is None:
            yield frame.model_copy(update={"reason": trouble})
        else:
            yield _measure_sample(frame, use, plate, curve, name, sample)


def _sample(name: str, request: BatchRequest) -> Sample | None:
    """Return the sample a well names as `batch/sample`, `batch` or `sample`; None when it is another batch's."""
    batch, slash, own = name.partition("/")
    if slash and batch == request.batch.name:
        return next((sample for sample in request.samples if sample.name == own), None)
    named = next((sample for sample in request.samples if sample.name == name), None)
    if named is not None or name != request.batch.name:
        return named
    products = [sample for sample in request.samples if sample.role is Role.PRODUCT]
    final = [sample for sample in products if sample.stage == "final product"] or products
    return final[0] if len(final) == 1 else None


def _frame(request: BatchRequest, run: Run, sample: Sample, suffix: str) -> Measurement:
    return Measurement(
        attribute=PROTEIN.name,
        title=PROTEIN.title,
        batch=request.batch.name,
        sample=sample.name,
        role=sample.role,
        stage=sample.stage,
        method=method_of(run) + suffix,
        technique=run.technique.value,
        performed_at=run.measured_at,
        state=State.NOT_ASSESSED,
        reason="not yet read",
        provenance=Provenance(
            sources=(run.source,),
            made_by="characterization.protein",
            software_version=request.software_version,
            cites=PROTEIN.cites,
            assumptions=(PROTEIN.definition,),
        ),
        notices=run.notices,
    )


def _measure_sample(
    frame: Measurement, use: RunUse, plate: Plate, curve: StandardCurve, name: str, sample: Sample
) -> Measurement:
    dilutions, refusals = read_wells(plate, curve, name)
    replicates = tuple(_replicates(use, dilutions, refusals, curve))
    described = frame.provenance.model_copy(update={"assumptions": (*frame.provenance.assumptions, _describe(curve))})
    frame = frame.model_copy(update={"replicates": replicates, "provenance": described})
    if not dilutions:
        return frame.model_copy(update={"reason": "; ".join(dict.fromkeys(reason for _, reason in refusals))})
    value, budget, basis = protein_budget(dilutions, curve, sample)
    largest = max(item.factor for item in dilutions)
    return frame.model_copy(
        update={
            "state": State.MEASURED,
            "reason": "",
            "quantity": expand_budget(value, PROTEIN.unit, budget=budget, basis=basis),
            "budget": budget,
            "beside": tuple(_limits_beside(curve, largest)),
            "notices": (*frame.notices, *_scattered_wells(budget), *_doubts(dilutions, refusals, curve, sample)),
        }
    )


def _replicates(
    use: RunUse,
    dilutions: Sequence[WellDilution],
    refusals: Sequence[tuple[tuple[str, ...], str]],
    curve: StandardCurve,
) -> Iterator[ReplicateValue]:
    source = use.run.source
    for item in dilutions:
        mean = math.fsum(item.readings) / len(item.readings)
        slope = curve.fit.slope(item.in_well)
        for well, reading in zip(item.wells, item.readings, strict=True):
            value = item.factor * (item.in_well + (reading - mean) / slope)
            yield ReplicateValue(run=f"well {well}", value=value, unit=PROTEIN.unit, source=source)
    for wells, reason in refusals:
        for well in wells:
            yield ReplicateValue(
                run=f"well {well}", value=None, unit=PROTEIN.unit, source=source, included=False, reason=reason
            )


def _limits_beside(curve: StandardCurve, factor: float) -> Iterator[Beside]:
    for label, limit in (
        ("detection limit (blank + 3.3 SD)", curve.detection_limit),
        ("quantification limit (blank + 10 SD)", curve.quantification_limit),
    ):
        if limit is not None:
            quantity = Quantity(value=limit * factor, unit=PROTEIN.unit)
            yield Beside(label=f"{label} at dilution {factor:g}", quantity=quantity)


def _describe(curve: StandardCurve) -> str:
    fit = curve.fit
    worst = float(np.abs(fit.residuals).max())
    return (
        f"standard curve: {fit.name} by AICc over {fit.residuals.size} wells, {fit.low:g} to {fit.high:g} ug/mL; "
        f"residuals: standard deviation {fit.residual_deviation:.3g}, largest {worst:.3g}"
    )


def _scattered_wells(budget: Budget) -> Iterator[Notice]:
    if any(part.name == "replicates" and part.sensitivity for part in budget.components):
        yield Notice(
            code="wells-scatter",
            message="the wells of this sample scatter more than the standards; their own scatter gives the interval",
            action="look for a bad well",
        )


def _doubts(
    dilutions: Sequence[WellDilution],
    refusals: Sequence[tuple[tuple[str, ...], str]],
    curve: StandardCurve,
    sample: Sample,
) -> Iterator[Notice]:
    for wells, reason in refusals:
        yield Notice(code="wells-outside-curve", message=f"{', '.join(wells)}: {reason}", severity=Severity.NOTE)
    limit = curve.quantification_limit
    if limit is not None and any(item.in_well < limit for item in dilutions):
        yield Notice(
            code="below-quantification-limit",
            message=f"the wells lie below the quantification limit of {limit:.3g} ug/mL",
            action="dilute less",
        )
    if curve.detection_limit is None:
        yield Notice(code="no-detection-limit", message="fewer than two blank wells: the detection limit is not known")
    amounts = [item.factor * item.in_well for item in dilutions]
    if max(amounts) > (1 + _PARALLEL_SHARE) * min(amounts):
        yield Notice(
            code="dilutions-disagree",
            message=f"the dilutions give {min(amounts):.3g} to {max(amounts):.3g} ug/mL: not parallel to the standard",
            action="look for interference; report one dilution with a reason",
        )
    if any(item.factor != 1 for item in dilutions) and sample.pipetting_cv_pct is None:
        yield Notice(
            code="dilution-uncertainty-not-stated",
            message="no pipetting CV is stated: the interval leaves the error of the dilution out",
            action="state pipetting_cv_pct of the sample in study.toml",
        )
