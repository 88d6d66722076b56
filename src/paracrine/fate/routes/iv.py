"""Into a vein, at once: the dose stands in the blood at the time it is given."""

from __future__ import annotations

from paracrine.core.parameter import Grade, Parameter
from paracrine.fate.model import Formulas, State
from paracrine.numerics.ode.flows import Flow

TITLE = "intravenous"
STATES: tuple[State, ...] = ()
PARAMETERS: tuple[Parameter, ...] = ()
ENTRY = ""
GRADE = Grade.OTHER_PARTICLE
REFERENCES: tuple[str, ...] = ()


def rates(state: Formulas, parameter: Formulas) -> tuple[Flow, ...]:
    """Return no flow: nothing lies between the syringe and the blood."""
    return ()
