"""Into a joint: vesicles stay, break down, or leave for the blood.

No number for vesicles is known here, so the share that arrives runs from nothing to all.
"""

from __future__ import annotations

from paracrine.core.parameter import Grade, Parameter
from paracrine.fate.model import Form, Formulas, State
from paracrine.numerics.ode.flows import Flow

TITLE = "intra-articular"
ENTRY = "joint"
GRADE = Grade.ASSUMPTION
REFERENCES: tuple[str, ...] = ()
STATES = (State("joint", "joint", Form.OUTSIDE, "vesicles in the joint"),)
PARAMETERS = (
    Parameter(
        name="joint_leaving_per_h",
        value=0.11,
        unit="1/h",
        low=0.01,
        high=2.0,
        spread="lognormal",
        meaning="vesicles that leave the joint, whole or broken",
        source="assumption: no rate for vesicles is known here",
    ),
    Parameter(
        name="joint_to_blood_frac",
        value=0.29,
        unit="1",
        low=0.0,
        high=1.0,
        spread="nothing to all",
        meaning="of those that leave, the share that reaches the blood whole",
        source="assumption: no transfer of mass was measured, so nothing to all is possible",
    ),
)


def rates(state: Formulas, parameter: Formulas) -> tuple[Flow, ...]:
    """Return every flow [particles/h]."""
    leaving = parameter.joint_leaving_per_h * state.joint
    whole = parameter.joint_to_blood_frac
    return (Flow("joint", "blood", whole * leaving), Flow("joint", "gone", (1 - whole) * leaving))
