"""Into the airways: cells of the lung take some, some may pass into its blood, the rest is carried out.

No number for vesicles is known here; both shares run from nothing to all. The dose is what settles in the airways.
"""

from __future__ import annotations

from paracrine.core.parameter import Grade, Parameter
from paracrine.fate.model import Form, Formulas, State
from paracrine.numerics.ode.flows import Flow

TITLE = "inhaled"
ENTRY = "airways"
GRADE = Grade.ASSUMPTION
REFERENCES: tuple[str, ...] = ()
STATES = (State("airways", "airways", Form.OUTSIDE, "vesicles in the airways"),)
PARAMETERS = (
    Parameter(
        name="airway_leaving_per_h",
        value=0.33,
        unit="1/h",
        low=0.02,
        high=5.0,
        spread="lognormal",
        meaning="vesicles that leave the airways, whole or broken",
        source="assumption: no rate for vesicles is known here",
    ),
    Parameter(
        name="airway_to_cells_frac",
        value=0.23,
        unit="1",
        low=0.0,
        high=1.0,
        spread="nothing to all",
        meaning="of those that leave, the share that cells of the lung take up",
        source="assumption: no transfer of mass was measured, so nothing to all is possible",
    ),
    Parameter(
        name="airway_to_blood_frac",
        value=0.031,
        unit="1",
        low=0.0,
        high=1.0,
        spread="nothing to all",
        meaning="of the others, the share that reaches the blood of the lung whole",
        source="assumption: no transfer of mass was measured, so nothing to all is possible",
    ),
)


def rates(state: Formulas, parameter: Formulas) -> tuple[Flow, ...]:
    """Return every flow [particles/h]."""
    leaving = parameter.airway_leaving_per_h * state.airways
    cells, blood = parameter.airway_to_cells_frac, parameter.airway_to_blood_frac
    return (
        Flow("airways", "lung_cells", cells * leaving),
        Flow("airways", "lung_blood", (1 - cells) * blood * leaving),
        Flow("airways", "gone", (1 - cells) * (1 - blood) * leaving),
    )
