"""The standard curve of a plate, its limits, and the wells read off it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import LimitError
from paracrine.numerics.fit.curve import CurveFit, fit_curve
from paracrine.payloads.plate import Plate

DETECTION_DEVIATIONS, QUANTIFICATION_DEVIATIONS = 3.3, 10.0


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
class WellDilution:
    """The wells of one sample at one dilution that lie on the curve."""

    factor: float
    wells: tuple[str, ...]
    readings: tuple[float, ...]
    in_well: float


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


def read_wells(
    plate: Plate, curve: StandardCurve, name: str
) -> tuple[list[WellDilution], list[tuple[tuple[str, ...], str]]]:
    """Return what lies on the curve, and the wells that do not with the reason."""
    here = (plate.roles == "sample") & (plate.names == name) & np.isfinite(plate.readings)
    groups: dict[float, list[tuple[str, float]]] = {}
    for row, column in zip(*np.nonzero(here), strict=True):
        factor = float(plate.dilution_factor[row, column])
        well = f"{'ABCDEFGH'[row]}{column + 1}"
        groups.setdefault(factor if math.isfinite(factor) else math.nan, []).append(
            (well, float(plate.readings[row, column]))
        )
    kept: list[WellDilution] = []
    refused: list[tuple[tuple[str, ...], str]] = []
    for factor, members in groups.items():
        wells, readings = tuple(well for well, _ in members), tuple(reading for _, reading in members)
        try:
            in_well = _read_off(curve, math.fsum(readings) / len(readings), factor)
        except LimitError as error:
            refused.append((wells, error.message))
        else:
            kept.append(WellDilution(factor, wells, readings, in_well))
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
