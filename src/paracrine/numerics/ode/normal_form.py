"""A flow system as `A y` plus what is not linear, with everything that depends on parameters alone taken out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paracrine.numerics.ode.expression import (
    ONE,
    ZERO,
    Expression,
    Number,
    Operation,
    Symbol,
    add,
    derivative,
    divide,
    multiply,
    subtract,
    symbols,
)
from paracrine.numerics.ode.flows import Flow, FlowSystem

Place = tuple[int, int]
Polynomial = dict[tuple[str, ...], Expression]
"""Sorted states of a product, and the formula of parameters before it."""


@dataclass(frozen=True)
class NormalForm:
    """Slopes are `sum of linear[i, j] y[j]` plus the bent flows; coefficients are computed once an individual."""

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    coefficients: Mapping[str, Expression]
    """Name of a coefficient, and its formula of parameters alone."""
    linear: Mapping[Place, str]
    """Entry of the constant part of the Jacobian, and the name of its coefficient."""
    bent: tuple[Flow, ...]
    """Flows that are not linear, written with states and coefficients."""
    bent_jacobian: Mapping[Place, Expression]
    """What the bent flows add to the Jacobian."""


@dataclass
class _Coefficients:
    found: dict[Expression, str] = field(default_factory=dict)

    def name(self, formula: Expression) -> str:
        return self.found.setdefault(formula, f"c{len(self.found)}")


def normal_form(system: FlowSystem) -> NormalForm:
    """Split a system into what is linear in the states and what is not."""
    states = frozenset(system.states)
    place = {name: index for index, name in enumerate(system.states)}
    coefficients = _Coefficients()
    linear: dict[Place, Expression] = {}
    bent: list[Flow] = []
    for flow in system.flows:
        terms = polynomial(flow.rate, states)
        rest: Expression = ZERO
        for product, before in (terms or {}).items():
            if len(product) == 1:
                _move(linear, place, flow, product[0], before)
            else:
                rest = add(rest, _joined(Symbol(coefficients.name(before)), product))
        if terms is None:
            rest = _hoisted(flow.rate, states, coefficients)
        if rest != ZERO:
            bent.append(Flow(flow.source, flow.target, rest, flow.name))
    named = {at: coefficients.name(formula) for at, formula in linear.items()}
    return NormalForm(
        states=system.states,
        parameters=system.parameters,
        coefficients={name: formula for formula, name in coefficients.found.items()},
        linear=named,
        bent=tuple(bent),
        bent_jacobian=_bent_jacobian(bent, place),
    )


def polynomial(formula: Expression, states: frozenset[str]) -> Polynomial | None:
    """Return a formula as a sum of products of states, None where it is none."""
    if not states & set(symbols(formula)):
        return {(): formula}
    if isinstance(formula, Symbol):
        return {(formula.name,): ONE}
    assert isinstance(formula, Operation)
    left, right = polynomial(formula.left, states), polynomial(formula.right, states)
    if left is None or right is None:
        return None
    if formula.sign in "+-":
        join = add if formula.sign == "+" else subtract
        return {key: join(left.get(key, ZERO), right.get(key, ZERO)) for key in {**left, **right}}
    if formula.sign == "*":
        return _product(left, right)
    if formula.sign == "/" and set(right) == {()}:
        return {key: divide(before, right[()]) for key, before in left.items()}
    whole = formula.right.value if isinstance(formula.right, Number) else -1.0
    if formula.sign == "^" and whole in (2.0, 3.0):
        square = _product(left, left)
        return square if whole == 2.0 else _product(square, left)
    return None


def _product(left: Polynomial, right: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for one, before in left.items():
        for other, after in right.items():
            key = tuple(sorted((*one, *other)))
            result[key] = add(result.get(key, ZERO), multiply(before, after))
    return result


def _joined(before: Expression, product: tuple[str, ...]) -> Expression:
    for name in product:
        before = multiply(before, Symbol(name))
    return before


def _move(linear: dict[Place, Expression], place: Mapping[str, int], flow: Flow, name: str, before: Expression) -> None:
    column = place[name]
    if flow.target is not None:
        at = (place[flow.target], column)
        linear[at] = add(linear.get(at, ZERO), before)
    if flow.source is not None:
        at = (place[flow.source], column)
        linear[at] = subtract(linear.get(at, ZERO), before)


def _hoisted(formula: Expression, states: frozenset[str], coefficients: _Coefficients) -> Expression:
    inside = set(symbols(formula))
    if inside and not inside & states:
        return Symbol(coefficients.name(formula))
    if not isinstance(formula, Operation):
        return formula
    left, right = (_hoisted(side, states, coefficients) for side in (formula.left, formula.right))
    return Operation(formula.sign, left, right)


def _bent_jacobian(bent: list[Flow], place: Mapping[str, int]) -> dict[Place, Expression]:
    entries: dict[Place, Expression] = {}
    for flow in bent:
        for name in sorted(set(symbols(flow.rate)) & place.keys()):
            slope = derivative(flow.rate, name)
            if flow.target is not None:
                at = (place[flow.target], place[name])
                entries[at] = add(entries.get(at, ZERO), slope)
            if flow.source is not None:
                at = (place[flow.source], place[name])
                entries[at] = subtract(entries.get(at, ZERO), slope)
    return entries
