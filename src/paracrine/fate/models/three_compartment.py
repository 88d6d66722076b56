"""Three compartments, cleared from the blood: the structure of the one population model of vesicles known here.

    dB/dt = -(CL + Q2 + Q3) B/V1 + Q2 P/V2 + Q3 S/V3          blood
    dP/dt = Q2 (B/V1 - P/V2)                                  what exchanges fast
    dS/dt = Q3 (B/V1 - S/V3)                                  what exchanges slowly

The paper (10.1007/s11095-021-03102-z) followed vesicles with an oligonucleotide in thirty rats; its table of estimates
is not among our facts, so the values are ranges for a mouse, and an answer is an assumption until data are fitted.
"""

from __future__ import annotations

import math

from paracrine.core.parameter import Parameter
from paracrine.fate.model import Form, Formulas, Known, State
from paracrine.numerics.ode.flows import Flow

TITLE = "Three compartments"
ENTRY = "blood"
REFERENCES: tuple[str, ...] = ()
STATES = (
    State("blood", "blood", Form.CIRCULATING, "vesicles in the blood"),
    State("fast_tissue", "fast tissue", Form.HELD, "vesicles that come back within hours"),
    State("slow_tissue", "slow tissue", Form.HELD, "vesicles that come back within days"),
    State("gone", "", Form.GONE, "cleared"),
)


def _assumed(name: str, value: float, unit: str, low: float, high: float, meaning: str) -> Parameter:
    return Parameter(
        name=name, value=value, unit=unit, low=low, high=high, spread="lognormal", meaning=meaning,
        source="assumption: range for a mouse, to be fitted",
    )  # fmt: skip


PARAMETERS = (
    _assumed("central_ml", 1.18, "mL", 0.5, 8.5, "volume in which the dose appears at once"),
    _assumed("clearance_ml_h", 0.93, "mL/h", 0.3, 25.0, "blood cleared for good"),
    _assumed("fast_exchange_ml_h", 2.1, "mL/h", 0.01, 50.0, "exchange with the fast tissue"),
    _assumed("fast_ml", 1.7, "mL", 0.1, 50.0, "apparent volume of the fast tissue"),
    _assumed("slow_exchange_ml_h", 0.19, "mL/h", 0.001, 10.0, "exchange with the slow tissue"),
    _assumed("slow_ml", 3.4, "mL", 0.1, 500.0, "apparent volume of the slow tissue"),
)
CONSERVED = {"particles": ("blood", "fast_tissue", "slow_tissue", "gone")}
KNOWN = (
    Known(
        what="without exchange the blood empties as one compartment",
        values={"fast_exchange_ml_h": 0.0, "slow_exchange_ml_h": 0.0, "central_ml": 2.0, "clearance_ml_h": 0.5},
        time_h=3.0,
        state="blood",
        amount_frac=math.exp(-0.75),
        tolerance=1e-8,
        origin="analytic: exp(-CL t / V)",
    ),
    Known(
        what="without clearance all spreads in proportion to the volumes",
        values={"clearance_ml_h": 0.0, "central_ml": 2.0, "fast_ml": 3.0, "slow_ml": 5.0, "slow_exchange_ml_h": 1.1},
        time_h=500.0,
        state="slow_tissue",
        amount_frac=0.5,
        tolerance=1e-7,
        origin="analytic: equal concentrations",
    ),
)


def rates(state: Formulas, parameter: Formulas) -> tuple[Flow, ...]:
    """Return every flow [particles/h]."""
    blood = state.blood / parameter.central_ml
    fast, slow = parameter.fast_exchange_ml_h, parameter.slow_exchange_ml_h
    return (
        Flow("blood", "gone", parameter.clearance_ml_h * blood),
        Flow("blood", "fast_tissue", fast * blood),
        Flow("fast_tissue", "blood", fast * state.fast_tissue / parameter.fast_ml),
        Flow("blood", "slow_tissue", slow * blood),
        Flow("slow_tissue", "blood", slow * state.slow_tissue / parameter.slow_ml),
    )
