"""Whole body in which phagocytes of liver and spleen alone take vesicles up: twelve states, for large populations.

    dB/dt  = Q (L/v_L) - Q (B/v_B) - k B                              blood, Q the sum of the organ flows
    dL/dt  = sum of what leaves the organs - Q (L/v_L) - k L          blood of the lung
    dO/dt  = q_O (B/v_B) - q_O (O/v_O) - U_O (O/v_O) (1 - C/N_O) - k O   blood of an organ; U for liver and spleen only
    dC/dt  = U_O (O/v_O) (1 - C/N_O) - d C                            cells

Gut and spleen drain into the liver, all else into the lung. Names and meaning of parameters are those of
`flow_limited_pbpk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from paracrine.fate.model import Form, Formulas, State
from paracrine.fate.models import flow_limited_pbpk as whole
from paracrine.numerics.ode.flows import Flow

TITLE = "Whole body with phagocytes in liver and spleen alone"
ENTRY = "blood"
REFERENCES = whole.REFERENCES
ORGANS = whole.ORGANS
TAKING = whole.SATURABLE

STATES = (
    State("blood", "blood", Form.CIRCULATING, "vesicles in the large vessels"),
    *(State(f"{organ}_blood", organ, Form.CIRCULATING, f"vesicles in the blood of the {organ}") for organ in ORGANS),
    *(State(f"{organ}_cells", organ, Form.HELD, f"vesicles in cells of the {organ}") for organ in TAKING),
    State("gone", "", Form.GONE, "broken down"),
)
_NAMES = {
    "weight_g", "blood_ml", "uptake_exponent", "blood_breakdown_per_h", "cell_breakdown_per_h",
    *(f"{organ}_{what}" for organ in ORGANS for what in ("flow_ml_h", "vascular_ml")),
    *(f"{organ}_{what}" for organ in TAKING for what in ("uptake_ml_h", "capacity_per_ml", "volume_ml")),
}  # fmt: skip
PARAMETERS = tuple(parameter for parameter in whole.PARAMETERS if parameter.name in _NAMES)
CONSERVED = {"particles": tuple(state.name for state in STATES)}
KNOWN = tuple(
    replace(known, values={name: value for name, value in known.values.items() if name in _NAMES})
    for known in whole.KNOWN
)


def rates(state: Formulas, parameter: Formulas) -> Iterator[Flow]:
    """Yield every flow [particles/h]."""
    scale = (parameter.weight_g / whole.REFERENCE_WEIGHT_G) ** parameter.uptake_exponent
    yield from whole.circulation(state, parameter)
    for organ in TAKING:
        offered = scale * state[f"{organ}_blood"] / parameter[f"{organ}_vascular_ml"]
        yield from whole.saturable_uptake(organ, state, parameter, offered, becomes="gone")
