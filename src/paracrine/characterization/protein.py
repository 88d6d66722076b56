"""Protein by standard curve on a 96-well plate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.characterization.metric import Metric
from paracrine.characterization.request import BatchRequest, RunUse
from paracrine.core.errors import LimitError, SolveError
from paracrine.core.measurement import Beside, Measurement, ReplicateValue, State
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import Role, Sample
from paracrine.core.provenance import Provenance
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.core.run import Run
from paracrine.numerics.fit.curve import CurveFit, fit_curve
from paracrine.numerics.interval import coverage_factor, expand_budget
from paracrine.payloads.plate import Plate

PROTEIN = Metric(
    name="protein_ug_per_ml",
    title="Protein concentration",
    unit="ug/mL",
    payload_kind="plate",
    scale="relative",
    definition=(
        "Mean response of the wells of one dilution read off the standard curve (linear, quadratic or 4PL by AICc, "
        "blank wells being standards of 0), times the dilution of the wells. Detection limits: curve at the blank mean "
        "+ 3.3 and + 10 standard deviations of the blank wells. Outside the curve there is no value."
    ),
    cites=("doi:10.1093/biomet/76.2.297", "doi:10.59161/JCGM100-2008E"),
)
DETECTION_DEVIATIONS, QUANTIFICATION_DEVIATIONS = 3.3, 10.0
_PARALLEL_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class StandardCurve:
    """The curve of one plate with its limits, µg/mL in the well."""

    fit: CurveFit
    detection_limit: float | None
    quantification_limit: float | None
    lowest: float
    """Below this nothing is reported: the detection limit, or the lowest standard where there is none."""
    identity: str


@dataclass(frozen=True, slots=True)
class _Dilution:
    """The wells of one sample at one dilution that lie on the curve."""

    factor: float
    wells: tuple[str, ...]
    readings: tuple[float, ...]
    in_well: float


def measure_protein(request: BatchRequest) -> tuple[Measurement, ...]:
    """Measure the protein of every sample of the batch that a plate names."""
    plates = [(use, payload) for use in request.uses for payload in use.run.payloads if isinstance(payload, Plate)]
    found: list[Measurement] = []
    for use, plate in plates:
        suffix = f" ({use.run.name})" if len(plates) > 1 else ""
        found.extend(_measure_plate(request, use, plate, suffix))
    return tuple(found)


def fit_standards(plate: Plate, *, identity: str = "") -> StandardCurve:
    """Fit the standard curve of a plate and read its detection limits.

    Raises:
        SolveError: when the standards give no curve.
    """
    filled = np.isfinite(plate.readings)
    blanks = plate.readings[filled & (plate.roles == "blank")]
    standards = filled & (plate.roles == "standard") & np.isfinite(plate.standard_ug_per_ml)
    amounts = np.concatenate((plate.standard_ug_per_ml[standards], np.zeros(blanks.size)))
    fit = fit_curve(amounts, np.concatenate((plate.readings[standards], blanks)))
    detection = _limit(fit, blanks, DETECTION_DEVIATIONS)
    lowest_standard = float(amounts[amounts > 0].min())
    return StandardCurve(
        fit=fit,
        detection_limit=detection,
        quantification_limit=_limit(fit, blanks, QUANTIFICATION_DEVIATIONS),
        lowest=lowest_standard if detection is None else detection,
        identity=identity,
    )


def _limit(fit: CurveFit, blanks: np.ndarray[tuple[int, ...], np.dtype[np.float64]], deviations: float) -> float | None:
    """Return the amount whose response is the blank mean plus some standard deviations; None with under 2 blanks."""
    if blanks.size < 2:
        return None
    direction = 1.0 if fit.slope((fit.low + fit.high) / 2) > 0 else -1.0
    response = float(blanks.mean()) + direction * deviations * float(blanks.std(ddof=1))
    at_low, at_high = (float(y) for y in fit.predict((fit.low, fit.high)))
    if (response - at_low) * direction <= 0:
        return fit.low
    return fit.invert(response) if (at_high - response) * direction >= 0 else fit.high


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
        method=", ".join(part for part in (run.technique.value, run.instrument) if part) + suffix,
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
    dilutions, refusals = _dilutions(plate, curve, name)
    replicates = tuple(_replicates(use, dilutions, refusals, curve))
    described = frame.provenance.model_copy(update={"assumptions": (*frame.provenance.assumptions, _describe(curve))})
    frame = frame.model_copy(update={"replicates": replicates, "provenance": described})
    if not dilutions:
        return frame.model_copy(update={"reason": "; ".join(dict.fromkeys(reason for _, reason in refusals))})
    value, budget, basis = _budget(dilutions, curve, sample)
    largest = max(item.factor for item in dilutions)
    return frame.model_copy(
        update={
            "state": State.MEASURED,
            "reason": "",
            "quantity": expand_budget(value, PROTEIN.unit, budget=budget, basis=basis),
            "budget": budget,
            "beside": tuple(_limits_beside(curve, largest)),
            "notices": (*frame.notices, *_doubts(dilutions, refusals, curve, sample)),
        }
    )


def _dilutions(
    plate: Plate, curve: StandardCurve, name: str
) -> tuple[list[_Dilution], list[tuple[tuple[str, ...], str]]]:
    """Return what lies on the curve, and the wells that do not with the reason."""
    here = (plate.roles == "sample") & (plate.names == name) & np.isfinite(plate.readings)
    groups: dict[float, list[tuple[str, float]]] = {}
    for row, column in zip(*np.nonzero(here), strict=True):
        factor = float(plate.dilution_factor[row, column])
        well = f"{'ABCDEFGH'[row]}{column + 1}"
        groups.setdefault(factor if math.isfinite(factor) else math.nan, []).append(
            (well, float(plate.readings[row, column]))
        )
    kept: list[_Dilution] = []
    refused: list[tuple[tuple[str, ...], str]] = []
    for factor, members in groups.items():
        wells, readings = tuple(well for well, _ in members), tuple(reading for _, reading in members)
        try:
            in_well = _read_off(curve, math.fsum(readings) / len(readings), factor)
        except LimitError as error:
            refused.append((wells, error.message))
        else:
            kept.append(_Dilution(factor, wells, readings, in_well))
    return kept, refused


def _read_off(curve: StandardCurve, response: float, factor: float) -> float:
    if not math.isfinite(factor):
        raise LimitError("the dilution of the wells is not stated (1 if undiluted)")
    try:
        in_well = curve.fit.invert(response)
    except LimitError as error:
        below = error.message.startswith("below")
        limit = curve.lowest if below else curve.fit.high
        raise LimitError(_outside(below, limit, factor)) from error
    if in_well < curve.lowest or in_well <= 0:
        raise LimitError(_outside(True, curve.lowest, factor))
    return in_well


def _outside(below: bool, limit: float, factor: float) -> str:
    side, sign = ("below", "<") if below else ("above", ">")
    advice = "dilute less" if below else "dilute more"
    return f"{side} the standard curve: {sign} {limit * factor:.3g} ug/mL at dilution {factor:g}; {advice}"


def _budget(dilutions: Sequence[_Dilution], curve: StandardCurve, sample: Sample) -> tuple[float, Budget, Basis]:
    fit = curve.fit
    wells = sum(len(item.wells) for item in dilutions)
    shares = [len(item.wells) / wells for item in dilutions]
    value = math.fsum(share * item.factor * item.in_well for share, item in zip(shares, dilutions, strict=True))
    curved = sum(
        share * item.factor * fit.inverse_parts(item.in_well) / value
        for share, item in zip(shares, dilutions, strict=True)
    )
    reading = math.sqrt(
        math.fsum(
            (share * item.factor * fit.reading_deviation(item.in_well, readings=len(item.wells)) / value) ** 2
            for share, item in zip(shares, dilutions, strict=True)
        )
    )
    parts = [
        Component(
            name="standard curve",
            standard_uncertainty=abs(float(part)),
            degrees_of_freedom=float(fit.degrees_of_freedom),
            shared_id=f"curve:{curve.identity}:{index}",
            sensitivity=math.copysign(1.0, part),
            source=f"covariance of the {fit.name} parameters, part {index + 1}",
        )
        for index, part in enumerate(np.atleast_1d(curved).tolist())
    ]
    wider, basis = _scatter(dilutions, value, reading, fit)
    components = (*wider, *parts, *_pipetting(dilutions, sample))
    return value, Budget(scale="relative", components=components, calibrated=True), basis


def _scatter(
    dilutions: Sequence[_Dilution], value: float, reading: float, fit: CurveFit
) -> tuple[list[Component], Basis]:
    """Take the scatter around the curve or that of the sample's own wells, whichever gives the wider interval."""
    around = Component(
        name="readings",
        standard_uncertainty=reading,
        degrees_of_freedom=float(fit.degrees_of_freedom),
        source="scatter of the standards around the curve",
    )
    own = [
        item.factor * (item.in_well + (r - math.fsum(item.readings) / len(item.readings)) / fit.slope(item.in_well))
        for item in dilutions
        for r in item.readings
    ]
    if len(own) < 2:
        return [around], Basis.MODEL
    error = math.sqrt(math.fsum((x - value) ** 2 for x in own) / (len(own) - 1) / len(own)) / value
    freedom = float(len(own) - 1)
    wide = coverage_factor(freedom) * error > coverage_factor(float(fit.degrees_of_freedom)) * reading
    wells = Component(
        name="replicates",
        standard_uncertainty=error,
        degrees_of_freedom=freedom,
        sensitivity=1.0 if wide else 0.0,
        source=f"between {len(own)} wells" + ("" if wide else "; smaller than the scatter around the curve"),
    )
    return [wells, around.model_copy(update={"sensitivity": 0.0 if wide else 1.0})], Basis.REPLICATES


def _pipetting(dilutions: Sequence[_Dilution], sample: Sample) -> list[Component]:
    if sample.pipetting_cv_pct is None or all(item.factor == 1 for item in dilutions):
        return []
    return [
        Component(
            name="dilution",
            standard_uncertainty=sample.pipetting_cv_pct / 100,
            shared_id=f"plate dilution:{sample.batch}:{sample.name}",
            source=f"stated pipetting CV {sample.pipetting_cv_pct:g} %, dilution of the wells",
        )
    ]


def _replicates(
    use: RunUse, dilutions: Sequence[_Dilution], refusals: Sequence[tuple[tuple[str, ...], str]], curve: StandardCurve
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


def _doubts(
    dilutions: Sequence[_Dilution],
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
