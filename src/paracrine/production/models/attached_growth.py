"""Cells attach, grow to contact, slow down with limits and with age.

    dU/dt = -U / lag
    dX/dt = e U / lag + (mu - kd) X
    mu = (ln2 / td + kd) (1 - (X / Xmax)^theta)+ g o / (1 + (L / KL)^4) / (1 + (A / KA)^4) exp(-c P) s(P)
    g = G / (KG + G) and o = O / (KO + O), each over its value in fresh medium under air
    s(P) = 1 / (1 + (P / Pmax)^8)
    dG/dt = -q X / V, dL/dt = y q X / V, dA/dt = a X / V with q = qG G / (KQ + G)
    dP/dt = mu / ln2, dD/dt = kd X + (1 - e) U / lag

U waits to attach, X grows, P population doublings since isolation, D cells that died. Oxygen: see `Vessel.oxygen_um`.
"""

from __future__ import annotations

import math

import numpy as np

from paracrine.core.parameter import Grade, Parameter
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.culture_model import AIR_OXYGEN_UM, FRESH_GLUCOSE_MM, PMOL_PER_ML_IN_MM, ModelInfo, Vessel
from paracrine.production.step import assumed

MODEL = ModelInfo(
    title="Attached growth",
    method="Monod growth with contact limit, lag, lactate, ammonia, oxygen, slow-down and senescence",
)
STATES = ("waiting", "cells", "glucose_mm", "lactate_mm", "ammonia_mm", "doublings", "dead")
_REVIEW = "doi:10.1155/2018/2547098"
_SCHOP = "doi:10.1089/ten.tea.2008.0345"
_WJ = "doi:10.1155/2013/246134"


def _published(
    name: str, value: float, low: float, high: float, *, unit: str, meaning: str, source: str, spread: str = "log"
) -> Parameter:
    return Parameter(
        name=name,
        value=value,
        low=low,
        high=high,
        unit=unit,
        spread=spread,
        meaning=meaning,
        source=source,
        grade=Grade.EV_LITERATURE,
    )


PARAMETERS = (
    _published(
        "doubling_time_h",
        31.9,
        15.0,
        50.0,
        unit="h",
        meaning="net doubling time of young cells in fresh medium",
        source=f"{_REVIEW} (15 to 50 h), {_WJ} (31.9 h, P1-10)",
    ),
    Parameter(
        name="slow_down_per_doubling",
        value=0.0064,
        low=0.001,
        high=0.03,
        unit="1",
        spread="log",
        meaning="growth rate falls by this share each doubling",
        source=f"{_WJ}: 31.9 h at P1-10, 38.4 h at P11-20, 2.9 doublings a passage; width is an assumption",
        grade=Grade.EV_LITERATURE,
    ),
    assumed("senescence_doublings_count", 40.0, 25.0, 60.0, spread="log", meaning="doublings of half growth"),
    assumed("lag_h", 12.0, 4.0, 30.0, unit="h", spread="log", meaning="mean time to attach"),
    assumed("attached_frac", 0.85, 0.5, 0.97, meaning="seeded cells that attach"),
    assumed("contact_exponent_ratio", 1.5, 0.7, 4.0, spread="log", meaning="sharpness of the contact limit"),
    assumed("death_per_h", 0.001, 0.0002, 0.005, unit="1/h", spread="log", meaning="death rate"),
    _published(
        "glucose_uptake_pmol_per_cell_h",
        0.383,
        0.13,
        0.7,
        unit="pmol/cell/h",
        meaning="glucose uptake at plenty",
        source=f"{_SCHOP} (9.2 pmol/cell/d), {_REVIEW} (0.13 to 0.7)",
    ),
    assumed("glucose_half_mm", 0.4, 0.1, 1.2, unit="mM", spread="log", meaning="glucose of half growth"),
    Parameter(
        name="lactate_per_glucose_ratio",
        value=2.0,
        unit="mol/mol",
        spread="fixed",
        meaning="lactate made of glucose (the glycolytic maximum)",
        source=_SCHOP,
        grade=Grade.EV_LITERATURE,
    ),
    _published(
        "lactate_half_mm",
        35.4,
        16.0,
        60.0,
        unit="mM",
        meaning="lactate that halves growth",
        source=f"{_SCHOP} (35.4 mM inhibits, read as half; rat 16 mM as low end)",
    ),
    _published(
        "ammonia_half_mm",
        2.4,
        1.9,
        5.0,
        unit="mM",
        meaning="ammonia that halves growth",
        source=f"{_SCHOP} (2.4 mM inhibits, read as half; rat 1.9 mM as low end)",
    ),
    assumed("ammonia_pmol_per_cell_h", 0.03, 0.005, 0.12, unit="pmol/cell/h", spread="log", meaning="ammonia release"),
    _published(
        "oxygen_uptake_fmol_per_cell_h",
        98.0,
        60.0,
        130.0,
        unit="fmol/cell/h",
        meaning="oxygen uptake at plenty",
        source=f"PMID 21792913 (98 fmol/cell/h), {_REVIEW} (90 to 100); widened",
    ),
    assumed("oxygen_half_um", 2.5, 0.6, 8.0, unit="umol/L", spread="log", meaning="oxygen of half uptake"),
)
CONSERVED = ("lactate made = lactate_per_glucose_ratio x glucose used",)
KNOWN = (
    "ln2 / 1.1 per day = 15.1 h, ln2 / 0.33 per day = 50.4 h: two forms of one range (doi:10.1155/2018/2547098)",
    "9.2 pmol/cell/d = 0.383 pmol/cell/h (doi:10.1089/ten.tea.2008.0345)",
)
_GLUCOSE_UPTAKE_HALF_MM = 0.1


def start(cells_count: FloatArray, *, glucose_mm: float, doublings_count: float) -> FloatArray:
    """Return the state at seeding, shape (states, draws)."""
    state = np.zeros((len(STATES), cells_count.size))
    state[0], state[2], state[5] = cells_count, glucose_mm, doublings_count
    return state


def rates(state: FloatArray, vessel: Vessel) -> FloatArray:
    """Return the time derivative of the state, shape (states, draws), per hour."""
    waiting, cells, glucose = state[:3]
    attaching = waiting / vessel["lag_h"]
    growth = growth_per_h(state, vessel)
    uptake = glucose_uptake(glucose, vessel) * cells / vessel.volume_ml * PMOL_PER_ML_IN_MM
    change = np.empty_like(state)
    change[0] = -attaching
    change[1] = vessel["attached_frac"] * attaching + (growth - vessel["death_per_h"]) * cells
    change[2] = -uptake
    change[3] = vessel["lactate_per_glucose_ratio"] * uptake
    change[4] = vessel["ammonia_pmol_per_cell_h"] * cells / vessel.volume_ml * PMOL_PER_ML_IN_MM
    change[5] = growth / math.log(2)
    change[6] = vessel["death_per_h"] * cells + (1 - vessel["attached_frac"]) * attaching
    return change


def growth_per_h(state: FloatArray, vessel: Vessel) -> FloatArray:
    """Return the specific growth rate, 1/h."""
    _, cells, glucose, lactate, ammonia, doublings, _ = state
    glucose = np.maximum(glucose, 0.0)
    crowding = np.minimum(cells / vessel.area_cm2 / vessel.density_limit_per_cm2, 1.0)
    oxygen = vessel.oxygen_um(cells)
    factors = 1 - crowding ** vessel["contact_exponent_ratio"]
    factors = factors * _saturation(glucose, vessel["glucose_half_mm"], FRESH_GLUCOSE_MM)
    factors = factors * _saturation(oxygen, vessel["oxygen_half_um"], AIR_OXYGEN_UM)
    lactate_sq, ammonia_sq = (lactate / vessel["lactate_half_mm"]) ** 2, (ammonia / vessel["ammonia_half_mm"]) ** 2
    factors = factors / ((1 + lactate_sq**2) * (1 + ammonia_sq**2))
    aged = np.exp(-vessel["slow_down_per_doubling"] * doublings)
    aged = aged / (1 + (((doublings / vessel["senescence_doublings_count"]) ** 2) ** 2) ** 2)
    fastest = math.log(2) / vessel["doubling_time_h"] + vessel["death_per_h"]
    return np.asarray(fastest * factors * aged)


def _saturation(value: FloatArray, half: FloatArray, fresh: float) -> FloatArray:
    return np.asarray(value / (half + value) * (half + fresh) / fresh)


def glucose_uptake(glucose_mm: FloatArray, vessel: Vessel) -> FloatArray:
    """Return glucose uptake per cell, pmol/cell/h; it ends where glucose ends."""
    glucose = np.maximum(glucose_mm, 0.0)
    return np.asarray(vessel["glucose_uptake_pmol_per_cell_h"] * glucose / (_GLUCOSE_UPTAKE_HALF_MM + glucose))
