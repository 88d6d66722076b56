"""What the calibration covers; beyond it a question is answered with a notice, or not at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from paracrine.core.errors import InputError, LimitError
from paracrine.core.notice import Notice, Severity
from paracrine.facts.species import Species

CALIBRATED_SPECIES = "mouse"
CALIBRATED_NM = (96.0, 120.0)
"""Hydrodynamic diameters of the soft particles in the calibration set."""
CALIBRATED_UNTIL_H = 120.0
LONGEST_H = 30 * 24.0
SIZES_NM = (30.0, 400.0)
_BLOOD_FILLED_FRAC = 0.01
"""More particle volume than this share of the blood is no longer a passenger of the blood."""
_NM3_PER_ML = 1e21


@dataclass(frozen=True, slots=True)
class Sizes:
    """Diameters of a preparation and where they come from."""

    d10_nm: float
    d50_nm: float
    d90_nm: float
    source: str

    def __post_init__(self) -> None:
        if not 0 < self.d10_nm <= self.d50_nm <= self.d90_nm:
            raise InputError("D10, D50 and D90 must rise from above zero", where=self.source)


def guard_question(species: Species, particles: float, *, until_h: float, sizes: Sizes | None) -> Iterator[Notice]:
    """Yield what lies outside the calibration.

    Raises:
        InputError: when a time or dose means nothing.
        LimitError: when the question lies where the model is not a model of the thing any more.
    """
    if not (math.isfinite(until_h) and until_h > 0):
        raise InputError(f"time must be above zero, not {until_h:g} h", where="until")
    if until_h > LONGEST_H:
        raise LimitError(f"{until_h:g} h is past {LONGEST_H:g} h", where="until", hint="no datum reaches past day 14")
    middle_nm = sizes.d50_nm if sizes else 100.0
    volume_ml = particles * math.pi / 6 * middle_nm**3 / _NM3_PER_ML
    if volume_ml > _BLOOD_FILLED_FRAC * species.blood_ml:
        raise LimitError(
            f"{particles:g} particles of {middle_nm:g} nm fill {100 * volume_ml / species.blood_ml:.0f} % of the blood",
            where="dose",
            hint="the model holds for particles that the blood carries",
        )
    if sizes is not None and not (SIZES_NM[0] <= sizes.d50_nm <= SIZES_NM[1]):
        raise LimitError(
            f"median diameter {sizes.d50_nm:g} nm lies outside {SIZES_NM[0]:g} to {SIZES_NM[1]:g} nm", where="size"
        )
    yield from _notices(species, until_h=until_h, sizes=sizes)


def _notices(species: Species, *, until_h: float, sizes: Sizes | None) -> Iterator[Notice]:
    if species.name != CALIBRATED_SPECIES:
        yield Notice(
            code="species-extrapolated",
            message=f"Every calibration row is from mice: the {species.name} rests on its own flows and volumes, and "
            "on uptake scaled with body weight to the power 0.67 to 1; that uptake and breakdown stay within a "
            "factor of 3 of that is an assumption.",
            severity=Severity.SERIOUS,
            concerns="species",
        )
    if until_h > CALIBRATED_UNTIL_H:
        yield Notice(
            code="time-extrapolated",
            message=f"The calibration ends at {CALIBRATED_UNTIL_H:g} h.",
            concerns="time",
        )
    if sizes is not None and not (CALIBRATED_NM[0] <= sizes.d50_nm <= CALIBRATED_NM[1]):
        yield Notice(
            code="size-extrapolated",
            message=f"Median diameter {sizes.d50_nm:.0f} nm; the calibration holds {CALIBRATED_NM[0]:g} to "
            f"{CALIBRATED_NM[1]:g} nm, and how size acts on uptake is an assumed range.",
            concerns="size",
        )
    yield Notice(
        code="dose-not-calibrated",
        message="No calibration row states its dose in particles: where liver and spleen fill up is an assumed range.",
        severity=Severity.NOTE,
        concerns="dose",
    )
