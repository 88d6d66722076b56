"""A tumour or another lesion beside the organs: its own flow and leaky uptake, all of it assumed.

    dB/dt = q (A/v_A) - q (B/v_B) - U (B/v_B)      blood of the lesion
    dC/dt = U (B/v_B) - d C                        vesicles in it
    dR/dt = d C - r R                              what they leave

Its blood comes on top of the organ flows and drains into the lung. Uptake of vesicles by tumours is not supported by
numbers, so the range of `U` starts at nothing.
"""

from __future__ import annotations

from paracrine.core.parameter import Parameter
from paracrine.fate.model import Form, Formulas, State
from paracrine.numerics.ode.flows import Flow

TITLE = "lesion"
REFERENCES: tuple[str, ...] = ()
STATES = (
    State("lesion_blood", "lesion", Form.CIRCULATING, "vesicles in the blood of the lesion"),
    State("lesion_cells", "lesion", Form.HELD, "vesicles in the lesion, past its vessels"),
    State("lesion_remnants", "lesion", Form.REMNANT, "what vesicles broken down in the lesion left"),
)
PARAMETERS = (
    Parameter(
        name="lesion_flow_ml_h", value=3.3, unit="mL/h", low=0.1, high=30.0, spread="lognormal",
        meaning="blood flow of the lesion", source="assumption: state the flow of your lesion",
    ),
    Parameter(
        name="lesion_vascular_ml", value=0.0091, unit="mL", low=0.001, high=0.1, spread="lognormal",
        meaning="blood in the lesion", source="assumption: state the blood volume of your lesion",
    ),
    Parameter(
        name="lesion_uptake_ml_h", value=0.0062, unit="mL/h", low=0.0, high=0.5, spread="nothing to all",
        meaning="blood that the lesion clears", source="assumption: no vesicle was counted in a lesion here",
    ),
)  # fmt: skip


def rates(state: Formulas, parameter: Formulas) -> tuple[Flow, ...]:
    """Return every flow [particles/h]."""
    content = state.lesion_blood / parameter.lesion_vascular_ml
    flow = parameter.lesion_flow_ml_h
    return (
        Flow("blood", "lesion_blood", flow * state.blood / parameter.blood_ml),
        Flow("lesion_blood", "lung_blood", flow * content),
        Flow("lung_blood", "blood", flow * state.lung_blood / parameter.lung_vascular_ml),
        Flow("lesion_blood", "gone", parameter.blood_breakdown_per_h * state.lesion_blood),
        Flow("lesion_blood", "lesion_cells", parameter.lesion_uptake_ml_h * content),
        Flow("lesion_cells", "lesion_remnants", parameter.cell_breakdown_per_h * state.lesion_cells),
        Flow("lesion_remnants", "gone", parameter.label_loss_per_h * state.lesion_remnants),
    )
