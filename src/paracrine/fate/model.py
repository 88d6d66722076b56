"""The contract of a fate model: states, parameters and one list of flows that serves every solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import TypeVar

from paracrine.core.catalog import Catalog
from paracrine.core.errors import LimitError, UnknownName
from paracrine.core.parameter import Grade, Parameter
from paracrine.numerics.ode.expression import Expression, Symbol
from paracrine.numerics.ode.flows import Flow, FlowSystem

CONTRACT = ("TITLE", "STATES", "PARAMETERS", "rates", "ENTRY", "CONSERVED", "KNOWN", "REFERENCES")
MODELS = Catalog("paracrine.fate.models", CONTRACT)
ROUTES = Catalog("paracrine.fate.routes", ("TITLE", "STATES", "PARAMETERS", "rates", "ENTRY", "GRADE", "REFERENCES"))
PARTS = Catalog("paracrine.fate.parts", ("TITLE", "STATES", "PARAMETERS", "rates", "REFERENCES"))
Term = TypeVar("Term")


class Form(StrEnum):
    """What the amount in a state is, as a label would care."""

    OUTSIDE = "not yet arrived"
    CIRCULATING = "intact, in the blood of an organ"
    HELD = "intact, in cells or tissue of an organ"
    REMNANT = "broken down, its label still in the organ"
    GONE = "left the body, or no longer followed"


@dataclass(frozen=True, slots=True)
class State:
    """One amount that the model follows."""

    name: str
    organ: str
    form: Form
    meaning: str
    unit: str = "particles"


@dataclass(frozen=True, slots=True)
class Known:
    """A number that a model must give, and who says so: analytic, a paper, or a peer program, never ourselves."""

    what: str
    values: Mapping[str, float]
    """Parameters that differ from the defaults."""
    time_h: float
    state: str
    amount_frac: float
    """Of the dose."""
    tolerance: float
    origin: str


class Names(Mapping[str, Term]):
    """States or parameters of a model: `state.liver_blood`, or `state["liver_blood"]` where the name is made."""

    def __init__(self, values: Mapping[str, Term]) -> None:
        self._values = dict(values)

    def __getattr__(self, name: str) -> Term:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Term:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"the model has no {name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


Formulas = Names[Expression]
"""What `rates` is given; arithmetic with them makes formulas."""


@dataclass(frozen=True)
class FateModel:
    """A model file, with the route and the parts that were added to it."""

    name: str
    title: str
    states: tuple[State, ...]
    parameters: tuple[Parameter, ...]
    system: FlowSystem
    entry: str
    """The state into which a dose goes."""
    grade: Grade
    """Of the route; the parameters carry their own."""
    needs_duration: bool
    """Whether the route gives a dose over a time, not at once."""
    references: tuple[str, ...]

    @property
    def defaults(self) -> dict[str, float]:
        """Value of every parameter as the files state it."""
        return {one.name: one.value for one in self.parameters}

    @property
    def meanings(self) -> dict[str, str]:
        """What each state and parameter is."""
        said = {state.name: state.meaning for state in self.states}
        return said | {one.name: one.meaning for one in self.parameters}

    def place(self, name: str) -> int:
        """Return the column of a state."""
        return self.system.states.index(name)

    def organs(self) -> tuple[str, ...]:
        """Return the organs in the order of the states."""
        return tuple(dict.fromkeys(one.organ for one in self.states if one.organ))


def load_model(name: str, *, route: str = "iv", parts: Iterable[str] = ()) -> FateModel:
    """Read a model file, and add a route and parts to it: their states, parameters and flows are appended.

    Raises:
        UnknownName: when there is no such model, route or part; the hint names the nearest.
        LimitError: when the route or part needs a state that the model does not follow.
    """
    return assemble_model(name, MODELS.load(name), ROUTES.load(route), *(PARTS.load(part) for part in parts))


def assemble_model(name: str, core: ModuleType, *added: ModuleType) -> FateModel:
    """Join a model with routes and parts.

    Raises:
        LimitError: when a route or part needs a state that the model does not follow.
    """
    modules = (core, *added)
    way = next((module for module in added if hasattr(module, "GRADE")), None)
    states = tuple(state for module in modules for state in module.STATES)
    parameters = tuple(parameter for module in modules for parameter in module.PARAMETERS)
    amounts = Names[Expression]({state.name: Symbol(state.name) for state in states})
    constants = Names[Expression]({parameter.name: Symbol(parameter.name) for parameter in parameters})
    flows = [flow for module in modules for flow in _flows(module, amounts, constants, core=core)]
    names = tuple(state.name for state in states)
    return FateModel(
        name=name,
        title=core.TITLE,
        states=states,
        parameters=parameters,
        system=_joined(names, tuple(one.name for one in parameters), flows, [module.TITLE for module in modules]),
        entry=str((way.ENTRY if way else "") or core.ENTRY),
        grade=way.GRADE if way else Grade.OTHER_PARTICLE,
        needs_duration=bool(getattr(way, "NEEDS_DURATION", False)),
        references=tuple(dict.fromkeys(cite for module in modules for cite in module.REFERENCES)),
    )


def _flows(module: ModuleType, amounts: Formulas, constants: Formulas, *, core: ModuleType) -> tuple[Flow, ...]:
    try:
        return tuple(module.rates(amounts, constants))
    except AttributeError as error:
        if module is core:
            raise
        raise LimitError(f"{module.TITLE} does not fit {core.TITLE!r}: {error}") from error


def _joined(names: tuple[str, ...], parameters: tuple[str, ...], flows: list[Flow], modules: list[str]) -> FlowSystem:
    try:
        return FlowSystem(names, parameters, tuple(flows))
    except ValueError as error:
        raise LimitError(f"{' and '.join(modules)} do not fit together: {error}") from error


def check_values(model: FateModel, values: Mapping[str, float]) -> None:
    """Refuse names that the model does not have.

    Raises:
        UnknownName: naming the first, with the nearest that exists.
    """
    from paracrine.core.catalog import nearest

    for name in values:
        if name not in model.system.parameters:
            raise UnknownName(f"{model.name} has no parameter {name!r}", hint=nearest(name, model.system.parameters))
