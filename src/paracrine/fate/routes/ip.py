"""Into the abdominal cavity: some reach the blood by the lymph, the rest breaks down there.

No number for vesicles is known here, so the share that arrives runs from nothing to all.
"""

from __future__ import annotations

from paracrine.core.parameter import Grade, Parameter
from paracrine.fate.model import Form, Formulas, State
from paracrine.numerics.ode.flows import Flow

TITLE = "intraperitoneal"
ENTRY = "peritoneum"
GRADE = Grade.ASSUMPTION
REFERENCES: tuple[str, ...] = ()
STATES = (State("peritoneum", "peritoneum", Form.OUTSIDE, "vesicles in the abdominal cavity"),)
PARAMETERS = (
    Parameter(
        name="peritoneum_leaving_per_h",
        value=0.21,
        unit="1/h",
        low=0.02,
        high=2.0,
        spread="lognormal",
        meaning="vesicles that leave the peritoneum, whole or broken",
        source="assumption: no rate for vesicles is known here",
    ),
    Parameter(
        name="peritoneum_to_blood_frac",
        value=0.37,
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
    leaving = parameter.peritoneum_leaving_per_h * state.peritoneum
    whole = parameter.peritoneum_to_blood_frac
    return (Flow("peritoneum", "blood", whole * leaving), Flow("peritoneum", "gone", (1 - whole) * leaving))
