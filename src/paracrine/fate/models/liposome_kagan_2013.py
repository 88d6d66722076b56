"""Liposomal amphotericin B in the rat as published: the whole-body model that ours is built after (Kagan 2013).

    dP/dt = Q (L/v_L) - Q (P/v_P) - r P                                          plasma
    dO/dt = q_O (P/v_P) - q_O (O/v_O) - U_O (O/v_O) (1 - E/(c_O x_O)) - r O       plasma of an organ
    dE/dt = U_O (O/v_O) (1 - E/(c_O x_O)) - r E                                  outside the vessels of the organ

in mg, L and hours; spleen and gut drain into the liver, all else into the lung; the bracket stands for liver and spleen
alone. Uptake is the mouse's times (0.25/0.024)^0.75; `r` releases the drug everywhere. Of the dose, 1.83 % is free at
the start and not followed. Not in the tables at hand, and assumed: haematocrit 0.45, plasma 3.94 % of body weight
(7.17 % blood, measured in rats, times 0.55). The small-molecule half of the published model is not here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from paracrine.core.parameter import Grade, Parameter
from paracrine.fate.model import Form, Formulas, Known, State
from paracrine.numerics.ode.flows import Flow

TITLE = "Liposome in the rat, as published"
ENTRY = "plasma"
REFERENCES = ("doi:10.1007/s11095-013-1127-z",)
_KAGAN = "doi:10.1007/s11095-013-1127-z"
WEIGHT_KG = 0.25
HAEMATOCRIT = 0.45
OUTPUT_L_H = 14.1 * WEIGHT_KG**0.75 * (1 - HAEMATOCRIT)
SCALE = (0.25 / 0.024) ** 0.75
_FLOW_PCT = {"liver": 18.3, "kidney": 14.1, "spleen": 1.0, "gut": 14.3, "heart": 4.9}
_VOLUME_PCT = {"liver": 3.66, "kidney": 0.73, "spleen": 0.2, "gut": 2.7, "heart": 0.33, "lung": 0.5}
_VESSELS_PCT = {"liver": 21.0, "kidney": 16.0, "spleen": 22.0, "gut": 19.0, "heart": 26.0, "lung": 36.0, "rest": 4.0}
_UPTAKE_L_H = {"liver": 4.62e-4, "spleen": 5.95e-5, "gut": 2.04e-4, "rest": 1.97e-5}
_CAPACITY_MG_L = {"liver": 121.0, "spleen": 270.0}
PLASMA_PCT = 3.94
ORGANS = ("lung", "liver", "spleen", "kidney", "heart", "gut", "rest")
_REST_PCT = 100 - 7.17 - sum(_VOLUME_PCT.values())

STATES = (
    State("plasma", "blood", Form.CIRCULATING, "liposomal drug in plasma", unit="mg"),
    *(State(f"{organ}_plasma", organ, Form.CIRCULATING, f"in plasma of the {organ}", unit="mg") for organ in ORGANS),
    *(State(f"{organ}_outside", organ, Form.HELD, f"outside the vessels: {organ}", unit="mg") for organ in ORGANS),
    State("released", "", Form.GONE, "released from liposomes", unit="mg"),
)


def _published(name: str, value: float, unit: str, meaning: str, source: str = _KAGAN) -> Parameter:
    grade = Grade.OTHER_PARTICLE if source == _KAGAN else Grade.ASSUMPTION
    return Parameter(name=name, value=value, unit=unit, low=0.0, meaning=meaning, source=source, grade=grade)


def _parameters() -> Iterator[Parameter]:
    yield _published(
        "plasma_l", PLASMA_PCT / 100 * WEIGHT_KG, "L", "plasma", "assumption: rat blood 7.17 % times (1 - haematocrit)"
    )
    for organ in ORGANS:
        volume = _VOLUME_PCT.get(organ, _REST_PCT) / 100 * WEIGHT_KG
        yield _published(f"{organ}_plasma_l", volume * _VESSELS_PCT[organ] / 100, "L", f"vascular space of the {organ}")
        if organ in _CAPACITY_MG_L:
            outside = volume * (1 - _VESSELS_PCT[organ] / 100)
            yield _published(f"{organ}_outside_l", outside, "L", f"{organ} outside its vessels")
            yield _published(f"{organ}_capacity_mg_l", _CAPACITY_MG_L[organ], "mg/L", f"what the {organ} can hold")
        if organ in _FLOW_PCT:
            yield _published(f"{organ}_flow_l_h", _FLOW_PCT[organ] / 100 * OUTPUT_L_H, "L/h", f"plasma flow of {organ}")
        if organ in _UPTAKE_L_H:
            yield _published(
                f"{organ}_uptake_l_h", _UPTAKE_L_H[organ] * SCALE, "L/h", f"plasma that the {organ} clears"
            )
    yield _published("output_l_h", OUTPUT_L_H, "L/h", "cardiac output of plasma")
    yield _published("release_per_h", 0.0035, "1/h", "drug that leaves the liposomes")


PARAMETERS = tuple(_parameters())
CONSERVED = {"drug": tuple(state.name for state in STATES)}
KNOWN = (
    Known(
        what="what is released does not depend on where the liposomes are",
        values={},
        time_h=24.0,
        state="released",
        amount_frac=1 - math.exp(-0.0035 * 24),
        tolerance=1e-8,
        origin="analytic: every state releases at the same rate",
    ),
)


def rates(state: Formulas, parameter: Formulas) -> Iterator[Flow]:
    """Yield every flow [mg/h]."""
    flow = {organ: parameter[f"{organ}_flow_l_h"] for organ in _FLOW_PCT}
    flow["rest"] = parameter.output_l_h - flow["liver"] - flow["kidney"] - flow["heart"]
    content = {organ: state[f"{organ}_plasma"] / parameter[f"{organ}_plasma_l"] for organ in ORGANS}
    plasma = state.plasma / parameter.plasma_l
    yield Flow("lung_plasma", "plasma", parameter.output_l_h * content["lung"])
    for organ in ORGANS:
        if organ != "lung":
            arriving = flow["liver"] - flow["spleen"] - flow["gut"] if organ == "liver" else flow[organ]
            yield Flow("plasma", f"{organ}_plasma", arriving * plasma)
            drain = "liver_plasma" if organ in ("spleen", "gut") else "lung_plasma"
            yield Flow(f"{organ}_plasma", drain, flow[organ] * content[organ])
        if organ in _UPTAKE_L_H:
            taken = parameter[f"{organ}_uptake_l_h"] * content[organ]
            if organ in _CAPACITY_MG_L:
                held = state[f"{organ}_outside"] / parameter[f"{organ}_outside_l"]
                taken = taken * (1 - held / parameter[f"{organ}_capacity_mg_l"])
            yield Flow(f"{organ}_plasma", f"{organ}_outside", taken)
    for place in (one.name for one in STATES if one.name != "released"):
        yield Flow(place, "released", parameter.release_per_h * state[place])
