"""The budget of a protein result: readings, standard curve, choice of the curve, dilution."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from paracrine.characterization.plate_curve import StandardCurve, WellDilution
from paracrine.core.product import Sample
from paracrine.core.quantity import Basis, Budget, Component
from paracrine.numerics.fit.curve import CurveFit, FloatArray

_CLEARLY = 0.99
"""Level of the F test that lets a sample's own wells decide instead of the standards."""


def protein_budget(
    dilutions: Sequence[WellDilution], curve: StandardCurve, sample: Sample
) -> tuple[float, Budget, Basis]:
    """Return the protein of a sample (µg/mL), its relative budget and what the interval rests on.

    Dilutions count by their wells. Parts that come from the curve carry its identity and their sign, so that they
    cancel as they should between samples of one plate.

    References:
        doi:10.59161/JCGM100-2008E
    """
    fit = curve.fit
    wells = sum(len(item.wells) for item in dilutions)
    weights = [len(item.wells) / wells * item.factor for item in dilutions]
    amounts = [item.in_well for item in dilutions]
    value = math.fsum(weight * amount for weight, amount in zip(weights, amounts, strict=True))
    relative = [weight / value for weight in weights]
    reading = math.hypot(
        *(
            weight * fit.reading_deviation(item.in_well, readings=len(item.wells))
            for weight, item in zip(relative, dilutions, strict=True)
        )
    )
    curved = np.sum([w * fit.inverse_parts(x) for w, x in zip(relative, amounts, strict=True)], axis=0)
    chosen = np.sum([w * fit.rival_shifts(x) for w, x in zip(relative, amounts, strict=True)], axis=0)
    scatter, basis = _scatter(dilutions, value, reading, fit)
    components = (*scatter, *_curve_parts(curve, curved, chosen), *_pipetting(dilutions, sample))
    return value, Budget(scale="relative", components=components, calibrated=True), basis


def _curve_parts(curve: StandardCurve, curved: FloatArray, chosen: FloatArray) -> Iterator[Component]:
    fit = curve.fit
    for index, part in enumerate(curved.tolist(), 1):
        yield Component(
            name="standard curve",
            standard_uncertainty=abs(part),
            degrees_of_freedom=float(fit.degrees_of_freedom),
            shared_id=f"curve:{curve.identity}:{index}",
            sensitivity=math.copysign(1.0, part),
            source=f"covariance of the {fit.name} parameters, part {index}",
        )
    for rival, part in zip(fit.rivals, chosen.tolist(), strict=True):
        yield Component(
            name="choice of the curve",
            standard_uncertainty=abs(part),
            shared_id=f"curve:{curve.identity}:{rival.name}",
            sensitivity=math.copysign(1.0, part),
            source=f"what a {rival.name} curve would give, by its Akaike weight",
        )


def _scatter(
    dilutions: Sequence[WellDilution], value: float, reading: float, fit: CurveFit
) -> tuple[list[Component], Basis]:
    """Take the scatter around the curve, or that of the sample's own wells where they clearly scatter more."""
    from scipy.special import fdtri

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
    wide = (error / reading) ** 2 > float(fdtri(freedom, float(fit.degrees_of_freedom), _CLEARLY)) if reading else True
    wells = Component(
        name="replicates",
        standard_uncertainty=error,
        degrees_of_freedom=freedom,
        sensitivity=1.0 if wide else 0.0,
        source=f"between {len(own)} wells" + ("" if wide else "; not clearly more than around the curve"),
    )
    basis = Basis.REPLICATES if wide else Basis.MODEL
    return [wells, around.model_copy(update={"sensitivity": 0.0 if wide else 1.0})], basis


def _pipetting(dilutions: Sequence[WellDilution], sample: Sample) -> list[Component]:
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
