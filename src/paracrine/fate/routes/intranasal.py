"""Into the nose: a little may reach the brain past the blood, some the blood, most is swallowed.

Ordinal evidence alone: images, no transfer of mass. Both shares start at nothing.
"""

from __future__ import annotations

from paracrine.core.parameter import Grade, Parameter
from paracrine.fate.model import Form, Formulas, State
from paracrine.numerics.ode.flows import Flow

TITLE = "intranasal"
ENTRY = "nose"
GRADE = Grade.ASSUMPTION
REFERENCES: tuple[str, ...] = ()
STATES = (State("nose", "nose", Form.OUTSIDE, "vesicles in the nose"),)
PARAMETERS = (
    Parameter(
        name="nose_leaving_per_h",
        value=0.9,
        unit="1/h",
        low=0.1,
        high=10.0,
        spread="lognormal",
        meaning="vesicles that leave the nose, whole or broken",
        source="assumption: no rate for vesicles is known here",
    ),
    Parameter(
        name="nose_to_brain_frac",
        value=0.0041,
        unit="1",
        low=0.0,
        high=0.1,
        spread="nothing to all",
        meaning="of those that leave, the share that reaches the brain past the blood",
        source="assumption: never measured beside intravenous; nothing is possible",
    ),
    Parameter(
        name="nose_to_blood_frac",
        value=0.13,
        unit="1",
        low=0.0,
        high=1.0,
        spread="nothing to all",
        meaning="of the others, the share that reaches the blood whole",
        source="assumption: no transfer of mass was measured, so nothing to all is possible",
    ),
)


def rates(state: Formulas, parameter: Formulas) -> tuple[Flow, ...]:
    """Return every flow [particles/h]."""
    leaving = parameter.nose_leaving_per_h * state.nose
    brain, blood = parameter.nose_to_brain_frac, parameter.nose_to_blood_frac
    return (
        Flow("nose", "brain_parenchyma", brain * leaving),
        Flow("nose", "blood", (1 - brain) * blood * leaving),
        Flow("nose", "gone", (1 - brain) * (1 - blood) * leaving),
    )
