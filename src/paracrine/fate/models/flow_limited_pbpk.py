"""Flow-limited whole body, after Kagan 2013: blood carries, phagocytes in liver and spleen fill up.

    dB/dt       = Q (L/v_L) - Q (B/v_B) - k B                                        blood, Q the sum of the organ flows
    dL/dt       = sum of what leaves the organs - Q (L/v_L) - U_L (L/v_L) - k L      blood of the lung
    dO/dt       = q_O (B/v_B) - q_O (O/v_O) - U_O (O/v_O) - k O                      blood of an organ
    dC/dt       = U_O (O/v_O) (1 - C/N_O) - d C                                      cells; N_O: liver and spleen only
    dR/dt       = d C - r R                                                          remnants: the label they leave
    brain: blood <-> endothelium <-> parenchyma, linear

Gut and spleen drain into the liver, all else into the lung. `k` breaks vesicles down in the blood, `d` in cells, `r`
carries label away. Uptake is one-way and scales with body weight to the power `uptake_exponent`; capacity is a number
of particles per mL of organ. Concentrations are per mL of blood.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from paracrine.core.parameter import Grade, Parameter
from paracrine.fate.model import Form, Formulas, Known, State
from paracrine.numerics.ode.expression import Expression
from paracrine.numerics.ode.flows import Flow

TITLE = "Flow-limited whole body with saturable phagocytes"
ORGANS = ("lung", "liver", "spleen", "kidney", "heart", "gut", "brain", "rest")
SATURABLE = ("liver", "spleen")
REFERENCE_WEIGHT_G = 24.0
ENTRY = "blood"
REFERENCES = ("doi:10.1007/s11095-013-1127-z",)


def _states() -> Iterator[State]:
    yield State("blood", "blood", Form.CIRCULATING, "vesicles in the large vessels")
    for organ in ORGANS:
        yield State(f"{organ}_blood", organ, Form.CIRCULATING, f"vesicles in the blood of the {organ}")
        if organ == "brain":
            yield State("brain_endothelium", organ, Form.HELD, "vesicles in the cells of the brain's vessel wall")
            yield State("brain_parenchyma", organ, Form.HELD, "vesicles beyond the vessel wall")
        else:
            yield State(f"{organ}_cells", organ, Form.HELD, f"vesicles in cells of the {organ}")
        yield State(f"{organ}_remnants", organ, Form.REMNANT, f"what vesicles broken down in the {organ} left")
    yield State("gone", "", Form.GONE, "broken down in the blood, or carried away")


def _body(name: str, value: float, unit: str, meaning: str) -> Parameter:
    return Parameter(
        name=name, value=value, unit=unit, low=0.0, meaning=meaning, grade=Grade.OTHER_PARTICLE,
        source="doi:10.1007/s11095-013-1127-z", spread="set from the species table",
    )  # fmt: skip


def _taken(name: str, value: float, low: float, high: float, source: str, grade: Grade) -> Parameter:
    organ = name.split("_")[0]
    return Parameter(
        name=name, value=value, unit="mL/h", low=low, high=high, source=source, grade=grade,
        spread="lognormal", meaning=f"blood that cells of the {organ} clear, at 24 g body weight",
    )  # fmt: skip


def _assumed(name: str, value: float, unit: str, low: float, high: float, meaning: str, why: str) -> Parameter:
    return Parameter(
        name=name, value=value, unit=unit, low=low, high=high, meaning=meaning, source=f"assumption: {why}",
        spread="lognormal",
    )  # fmt: skip


_KAGAN = "doi:10.1007/s11095-013-1127-z"
_NOT_SEEN = "assumption: fixed to zero for liposomes in doi:10.1007/s11095-013-1127-z, vesicles may differ"
_BODY_ML_H = {"liver": 161.97, "spleen": 11.318, "kidney": 91.55, "heart": 66.4, "gut": 129.47, "brain": 33.2}
_VOLUME_ML = {"liver": 1.3176, "spleen": 0.084}
CENTRAL_ML = 0.294
BLOOD_ML = {
    "lung": 0.0484, "liver": 0.2257, "spleen": 0.00789, "kidney": 0.0532, "heart": 0.01724, "gut": 0.1063,
    "brain": 0.00676, "rest": 0.4178,
}  # fmt: skip

STATES = tuple(_states())
PARAMETERS = (
    _body("weight_g", 24.5, "g", "body weight"),
    _body("blood_ml", CENTRAL_ML, "mL", "blood outside the organs"),
    *(_body(f"{organ}_flow_ml_h", value, "mL/h", f"blood flow of the {organ}") for organ, value in _BODY_ML_H.items()),
    _body("rest_flow_ml_h", 652.9, "mL/h", "blood flow of the rest of the body"),
    *(_body(f"{organ}_vascular_ml", value, "mL", f"blood in the {organ}") for organ, value in BLOOD_ML.items()),
    *(_body(f"{organ}_volume_ml", value, "mL", f"volume of the {organ}") for organ, value in _VOLUME_ML.items()),
    _taken("liver_uptake_ml_h", 0.84, 0.1, 60.0, _KAGAN, Grade.OTHER_PARTICLE),
    _taken("spleen_uptake_ml_h", 0.108, 0.01, 10.0, _KAGAN, Grade.OTHER_PARTICLE),
    _taken("gut_uptake_ml_h", 0.371, 0.01, 10.0, _KAGAN, Grade.OTHER_PARTICLE),
    _taken("rest_uptake_ml_h", 0.0358, 0.001, 10.0, _KAGAN, Grade.OTHER_PARTICLE),
    _taken("lung_uptake_ml_h", 0.012, 0.0, 10.0, _NOT_SEEN, Grade.ASSUMPTION),
    _taken("kidney_uptake_ml_h", 0.011, 0.0, 10.0, _NOT_SEEN, Grade.ASSUMPTION),
    _taken("heart_uptake_ml_h", 0.0021, 0.0, 1.0, _NOT_SEEN, Grade.ASSUMPTION),
    Parameter(
        name="uptake_exponent", value=0.75, unit="1", low=0.67, high=1.0, source=_KAGAN, grade=Grade.OTHER_PARTICLE,
        spread="uniform", meaning="power of body weight with which uptake scales between species",
    ),
    _assumed("liver_capacity_per_ml", 3.1e12, "1/mL", 1e9, 1e15, "vesicles that 1 mL of liver can hold",
             "the lipid capacity of liposomes (121 mg/L) is no count of particles"),
    _assumed("spleen_capacity_per_ml", 7.2e12, "1/mL", 1e9, 1e15, "vesicles that 1 mL of spleen can hold",
             "the lipid capacity of liposomes (270 mg/L) is no count of particles"),
    _assumed("brain_influx_ml_h", 0.0052, "mL/h", 0.0, 0.5, "blood that the brain's vessel wall clears, at 24 g",
             "ten populations spread more than tenfold"),
    _assumed("brain_return_per_h", 0.31, "1/h", 0.0, 10.0, "from the vessel wall back to the blood",
             "five of ten populations reach a plateau within the hour"),
    _assumed("brain_crossing_per_h", 0.043, "1/h", 0.0, 1.0, "from the vessel wall into the parenchyma",
             "no transfer of mass was measured"),
    _assumed("brain_efflux_per_h", 0.21, "1/h", 0.0, 10.0, "from the parenchyma back to the blood",
             "seen for some populations, no rate published here"),
    _assumed("blood_breakdown_per_h", 0.0037, "1/h", 0.0, 5.0, "vesicles broken down in the blood",
             "release from liposomes is 0.0035 per hour, half-lives of vesicles reach minutes"),
    _assumed("cell_breakdown_per_h", 0.058, "1/h", 0.001, 2.0, "vesicles broken down in cells",
             "no rate for vesicles is known here"),
    _assumed("label_loss_per_h", 0.0145, "1/h", 0.0, 2.0, "label of broken vesicles that leaves the organ",
             "a matter of the label; the observation layer sets it"),
)  # fmt: skip
CONSERVED = {"particles": tuple(state.name for state in STATES)}
NOTHING_TAKEN = {one.name: 0.0 for one in PARAMETERS if one.name.endswith(("_uptake_ml_h", "_influx_ml_h"))}
KNOWN = (
    Known(
        what="without uptake all is broken down in the blood at one rate",
        values=NOTHING_TAKEN | {"blood_breakdown_per_h": 0.35},
        time_h=2.0,
        state="gone",
        amount_frac=1 - math.exp(-0.7),
        tolerance=1e-8,
        origin="analytic: 1 - exp(-k t)",
    ),
    Known(
        what="without any loss the liver's blood holds its share of all blood",
        values=NOTHING_TAKEN | {"blood_breakdown_per_h": 0.0},
        time_h=1.0,
        state="liver_blood",
        amount_frac=BLOOD_ML["liver"] / (CENTRAL_ML + sum(BLOOD_ML.values())),
        tolerance=1e-8,
        origin="analytic: equal concentrations",
    ),
)


def rates(state: Formulas, parameter: Formulas) -> Iterator[Flow]:
    """Yield every flow [particles/h]."""
    scale = (parameter.weight_g / REFERENCE_WEIGHT_G) ** parameter.uptake_exponent
    yield from circulation(state, parameter)
    for organ in ORGANS:
        offered = scale * state[f"{organ}_blood"] / parameter[f"{organ}_vascular_ml"]
        if organ in SATURABLE:
            yield from saturable_uptake(organ, state, parameter, offered, becomes=f"{organ}_remnants")
        elif organ == "brain":
            yield from _brain(state, parameter, offered)
        else:
            held = state[f"{organ}_cells"]
            yield Flow(f"{organ}_blood", f"{organ}_cells", parameter[f"{organ}_uptake_ml_h"] * offered)
            yield Flow(f"{organ}_cells", f"{organ}_remnants", parameter.cell_breakdown_per_h * held)
        yield Flow(f"{organ}_remnants", "gone", parameter.label_loss_per_h * state[f"{organ}_remnants"])


def circulation(state: Formulas, parameter: Formulas) -> Iterator[Flow]:
    """Yield what the heart drives round, in portal order, and what breaks down on the way."""
    content = {organ: state[f"{organ}_blood"] / parameter[f"{organ}_vascular_ml"] for organ in ORGANS}
    arterial = state.blood / parameter.blood_ml
    flow = {organ: parameter[f"{organ}_flow_ml_h"] for organ in ORGANS if organ != "lung"}
    into_liver = flow["liver"] - flow["spleen"] - flow["gut"]
    whole = flow["liver"] + flow["kidney"] + flow["heart"] + flow["brain"] + flow["rest"]
    yield Flow("lung_blood", "blood", whole * content["lung"])
    for organ in ORGANS:
        if organ != "lung":
            yield Flow("blood", f"{organ}_blood", (into_liver if organ == "liver" else flow[organ]) * arterial)
            drain = "liver_blood" if organ in ("spleen", "gut") else "lung_blood"
            yield Flow(f"{organ}_blood", drain, flow[organ] * content[organ])
    for place in ("blood", *(f"{organ}_blood" for organ in ORGANS)):
        yield Flow(place, "gone", parameter.blood_breakdown_per_h * state[place])


def saturable_uptake(
    organ: str, state: Formulas, parameter: Formulas, offered: Expression, *, becomes: str
) -> Iterator[Flow]:
    """Yield what phagocytes take from the blood until they are full, and what they break down."""
    held = state[f"{organ}_cells"]
    room = 1 - held / (parameter[f"{organ}_capacity_per_ml"] * parameter[f"{organ}_volume_ml"])
    yield Flow(f"{organ}_blood", f"{organ}_cells", parameter[f"{organ}_uptake_ml_h"] * offered * room)
    yield Flow(f"{organ}_cells", becomes, parameter.cell_breakdown_per_h * held)


def _brain(state: Formulas, parameter: Formulas, offered: Expression) -> Iterator[Flow]:
    yield Flow("brain_blood", "brain_endothelium", parameter.brain_influx_ml_h * offered)
    yield Flow("brain_endothelium", "brain_blood", parameter.brain_return_per_h * state.brain_endothelium)
    yield Flow("brain_endothelium", "brain_parenchyma", parameter.brain_crossing_per_h * state.brain_endothelium)
    yield Flow("brain_parenchyma", "brain_blood", parameter.brain_efflux_per_h * state.brain_parenchyma)
    for place in ("brain_endothelium", "brain_parenchyma"):
        yield Flow(place, "brain_remnants", parameter.cell_breakdown_per_h * state[place])
