"""Released from a gel or scaffold: first order, with losses before the blood.

No number for vesicles is known here, so the share that arrives runs from nothing to all.
"""

from __future__ import annotations

from paracrine.core.parameter import Grade, Parameter
from paracrine.fate.model import Form, Formulas, State
from paracrine.numerics.ode.flows import Flow

TITLE = "depot"
ENTRY = "depot"
GRADE = Grade.ASSUMPTION
REFERENCES: tuple[str, ...] = ()
STATES = (State("depot", "depot", Form.OUTSIDE, "vesicles in the depot"),)
PARAMETERS = (
    Parameter(
        name="depot_leaving_per_h",
        value=0.013,
        unit="1/h",
        low=0.001,
        high=0.5,
        spread="lognormal",
        meaning="vesicles that leave the depot, whole or broken",
        source="assumption: no rate for vesicles is known here",
    ),
    Parameter(
        name="depot_to_blood_frac",
        value=0.53,
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
    leaving = parameter.depot_leaving_per_h * state.depot
    whole = parameter.depot_to_blood_frac
    return (Flow("depot", "blood", whole * leaving), Flow("depot", "gone", (1 - whole) * leaving))
