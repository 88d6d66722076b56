"""What concentrating and washing over a membrane have in common: settings, parameters, flux and sieving."""

from __future__ import annotations

from typing import Any

import numpy as np

from paracrine.core.parameter import Grade, Parameter
from paracrine.facts.production_facts import find_membrane
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.filtration import PROTEIN_DIAMETER_NM, filtration_hours, steric_sieving
from paracrine.production.populations import CENTRES_NM, column
from paracrine.production.step import Setting, Task, assumed

_REFERENCE_KPA = 50.0
_REFERENCE_PORE_NM = 26.0
_THESIS = (
    "Oxford thesis on ultrafiltration of MSC-EV, abstract: 60.88 % over concentration and washing; "
    "split evenly over both, width is an assumption"
)

MEMBRANE_SETTINGS = (
    Setting("membrane", default="500 kDa", is_word=True, meaning="nominal cut-off as in the fact table"),
    Setting("area_cm2", unit="cm2", required=True, low=1e-3, meaning="membrane area"),
    Setting("pressure_kpa", unit="kPa", default=_REFERENCE_KPA, low=1.0, high=500.0, meaning="transmembrane pressure"),
    Setting("stirring_ratio", unit="1", default=1.0, low=0.1, high=10.0, meaning="cross-flow over its usual value"),
    Setting("load_limit_ml_per_cm2", unit="mL/cm2", meaning="largest volume per area, for the check"),
)
MEMBRANE_PARAMETERS = (
    Parameter(
        name="recovery_frac",
        value=0.78,
        low=0.55,
        high=0.93,
        unit="1",
        spread="logit",
        meaning="vesicles not left on the membrane",
        source=_THESIS,
        grade=Grade.EV_LITERATURE,
    ),
    assumed("flux_l_m2_h", 30.0, 8.0, 110.0, unit="L/(m2.h)", spread="log", meaning="flux of a clean 500 kDa membrane"),
    assumed("fouling_m2_per_l", 0.01, 0.001, 0.1, unit="m2/L", spread="log", meaning="flux decline"),
    assumed("flux_pore_exponent_ratio", 0.6, 0.1, 1.6, spread="log", meaning="flux over pore diameter; sign from I005"),
    assumed("stirring_exponent_ratio", 0.45, 0.15, 0.85, spread="log", meaning="flux over cross-flow; sign from I006"),
    assumed("pressure_half_kpa", 60.0, 20.0, 180.0, unit="kPa", spread="log", meaning="pressure of half the flux"),
    assumed("cake_ratio", 0.4, 0.05, 1.5, spread="log", meaning="fall of sieving with pressure; sign from I007"),
)
MEMBRANE_COST = {"membrane_cm2": "membrane area used", "buffer_l": "buffer", "labour_h": "operator hours"}


def protein_sieving(task: Task) -> FloatArray:
    """Return the sieving of protein, shape (draws,): steric, less where pressure builds a cake."""
    steric = steric_sieving(PROTEIN_DIAMETER_NM, _pore_nm(task))
    cake = task.draw("cake_ratio")
    fall = (1 + cake) / (1 + cake * np.asarray(task.number("pressure_kpa")) / _REFERENCE_KPA)
    return np.asarray(np.minimum(1.0, steric * fall))


def particle_sieving(task: Task) -> FloatArray:
    """Return the sieving of particles over the size axis, shape (draws, bins)."""
    return np.asarray(steric_sieving(CENTRES_NM, column(_pore_nm(task))))


def hours_for(task: Task, permeate_ml: Any) -> FloatArray:
    """Return the time to draw off a volume, h."""
    pressure = np.asarray(task.number("pressure_kpa"))
    half = task.draw("pressure_half_kpa")
    driven = (pressure / (pressure + half)) / (_REFERENCE_KPA / (_REFERENCE_KPA + half))
    stirred = np.asarray(task.number("stirring_ratio")) ** task.draw("stirring_exponent_ratio")
    opened = (_pore_nm(task) / _REFERENCE_PORE_NM) ** task.draw("flux_pore_exponent_ratio")
    return np.asarray(
        filtration_hours(
            np.asarray(permeate_ml) * 1e-3,
            flux_l_m2_h=task.draw("flux_l_m2_h") * driven * stirred * opened,
            area_m2=np.asarray(task.number("area_cm2")) * 1e-4,
            fouling_m2_per_l=task.draw("fouling_m2_per_l"),
        )
    )


def _pore_nm(task: Task) -> FloatArray:
    return task.draws.of(find_membrane(task.word("membrane")))
