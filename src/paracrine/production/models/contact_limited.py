"""Cells attach and grow to contact only: the simplest curve that fits counts from one vessel.

    dU/dt = -U / lag, dX/dt = e U / lag + ln2 / td (1 - X / Xmax)+ X
    dG/dt = -q X / V, dL/dt = y q X / V, dA/dt = 0, dP/dt = mu / ln2, dD/dt = (1 - e) U / lag

It has no limit by glucose, waste, oxygen or age: for cultures in which none of them runs short.
"""

from __future__ import annotations

import math

import numpy as np

from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.culture_model import PMOL_PER_ML_IN_MM, ModelInfo, Vessel
from paracrine.production.models import attached_growth

MODEL = ModelInfo(title="Contact-limited growth", method="logistic growth after attachment, no other limit")
STATES = attached_growth.STATES
PARAMETERS = tuple(
    parameter
    for parameter in attached_growth.PARAMETERS
    if parameter.name
    in (
        "doubling_time_h",
        "lag_h",
        "attached_frac",
        "glucose_uptake_pmol_per_cell_h",
        "lactate_per_glucose_ratio",
        "oxygen_uptake_fmol_per_cell_h",
        "oxygen_half_um",
    )
)
KNOWN = ("after attachment the cells follow the logistic curve (analytic)",)
start = attached_growth.start
glucose_uptake = attached_growth.glucose_uptake


def rates(state: FloatArray, vessel: Vessel) -> FloatArray:
    """Return the time derivative of the state, shape (states, draws), per hour."""
    waiting, cells, glucose = state[:3]
    attaching = waiting / vessel["lag_h"]
    crowding = np.minimum(cells / vessel.area_cm2 / vessel.density_limit_per_cm2, 1.0)
    growth = math.log(2) / vessel["doubling_time_h"] * (1 - crowding)
    uptake = glucose_uptake(glucose, vessel) * cells / vessel.volume_ml * PMOL_PER_ML_IN_MM
    change = np.zeros_like(state)
    change[0] = -attaching
    change[1] = vessel["attached_frac"] * attaching + growth * cells
    change[2] = -uptake
    change[3] = vessel["lactate_per_glucose_ratio"] * uptake
    change[5] = growth / math.log(2)
    change[6] = (1 - vessel["attached_frac"]) * attaching
    return change
