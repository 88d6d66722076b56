"""Two populations of one kind of amount in one system, which differ in some parameters and crowd each other."""

from __future__ import annotations

from collections.abc import Collection

from paracrine.numerics.ode.expression import Expression, Operation, Symbol, add
from paracrine.numerics.ode.flows import Flow, FlowSystem

SECOND = "_second"
"""Ending of the states and parameters of the second population."""


def twice(system: FlowSystem, differing: Collection[str]) -> FlowSystem:
    """Return a system with every state twice.

    A flow is carried by its source. What else stands in its rate is surroundings, such as how full a cell is, and
    is the sum of both populations.

    Args:
        system: flows of one population.
        differing: parameters of which the second population has its own, named with the ending `_second`.
    """
    first = tuple(_copied(flow, system, frozenset(), "") for flow in system.flows)
    second = tuple(_copied(flow, system, frozenset(differing), SECOND) for flow in system.flows)
    return FlowSystem(
        (*system.states, *(f"{name}{SECOND}" for name in system.states)),
        (*system.parameters, *(f"{name}{SECOND}" for name in system.parameters if name in differing)),
        (*first, *second),
    )


def _copied(flow: Flow, system: FlowSystem, own: frozenset[str], ending: str) -> Flow:
    source, target = (None if end is None else f"{end}{ending}" for end in (flow.source, flow.target))
    return Flow(source, target, _renamed(flow.rate, flow, frozenset(system.states), own, ending), flow.name)


def _renamed(formula: Expression, flow: Flow, states: frozenset[str], own: frozenset[str], ending: str) -> Expression:
    if isinstance(formula, Operation):
        left, right = (_renamed(side, flow, states, own, ending) for side in (formula.left, formula.right))
        return Operation(formula.sign, left, right)
    if not isinstance(formula, Symbol):
        return formula
    if formula.name in states and formula.name != flow.source:
        return add(formula, Symbol(f"{formula.name}{SECOND}"))
    return Symbol(f"{formula.name}{ending}") if formula.name == flow.source or formula.name in own else formula
