"""Formulas that are read, not run: rates of a model as trees that can be evaluated, differentiated and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""A float or an array of floats, one an individual."""


class Expression:
    """A formula over named symbols. Arithmetic with floats and other formulas gives formulas."""

    def __add__(self, other: Expression | float) -> Expression:
        return add(self, wrap(other))

    def __radd__(self, other: float) -> Expression:
        return add(wrap(other), self)

    def __sub__(self, other: Expression | float) -> Expression:
        return subtract(self, wrap(other))

    def __rsub__(self, other: float) -> Expression:
        return subtract(wrap(other), self)

    def __mul__(self, other: Expression | float) -> Expression:
        return multiply(self, wrap(other))

    def __rmul__(self, other: float) -> Expression:
        return multiply(wrap(other), self)

    def __truediv__(self, other: Expression | float) -> Expression:
        return divide(self, wrap(other))

    def __rtruediv__(self, other: float) -> Expression:
        return divide(wrap(other), self)

    def __pow__(self, other: Expression | float) -> Expression:
        return power(self, wrap(other))

    def __neg__(self) -> Expression:
        return subtract(ZERO, self)


@dataclass(frozen=True, eq=True, slots=True)
class Number(Expression):
    """A constant."""

    value: float


@dataclass(frozen=True, eq=True, slots=True)
class Symbol(Expression):
    """A state or a parameter, by name."""

    name: str


@dataclass(frozen=True, eq=True, slots=True)
class Operation(Expression):
    """Two formulas joined by `+`, `-`, `*`, `/` or `^`."""

    sign: str
    left: Expression
    right: Expression


ZERO, ONE = Number(0.0), Number(1.0)
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}


def wrap(value: Expression | float) -> Expression:
    """Return a formula as it is and a number as a constant."""
    return value if isinstance(value, Expression) else Number(float(value))


def add(left: Expression, right: Expression) -> Expression:
    """Return `left + right`, simplified where a side is a constant."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value + right.value)
    if left == ZERO:
        return right
    return left if right == ZERO else Operation("+", left, right)


def subtract(left: Expression, right: Expression) -> Expression:
    """Return `left - right`, simplified where a side is a constant."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value - right.value)
    return left if right == ZERO else Operation("-", left, right)


def multiply(left: Expression, right: Expression) -> Expression:
    """Return `left * right`, simplified where a side is a constant."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value * right.value)
    if ZERO in (left, right):
        return ZERO
    if left == ONE:
        return right
    return left if right == ONE else Operation("*", left, right)


def divide(left: Expression, right: Expression) -> Expression:
    """Return `left / right`, simplified where a side is a constant."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value / right.value)
    if left == ZERO:
        return ZERO
    return left if right == ONE else Operation("/", left, right)


def power(left: Expression, right: Expression) -> Expression:
    """Return `left ^ right`, simplified where a side is a constant."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value**right.value)
    if right == ZERO:
        return ONE
    return left if right == ONE else Operation("^", left, right)


def symbols(formula: Expression) -> Iterator[str]:
    """Yield the names in a formula, as often as they stand in it."""
    if isinstance(formula, Symbol):
        yield formula.name
    elif isinstance(formula, Operation):
        yield from symbols(formula.left)
        yield from symbols(formula.right)


def derivative(formula: Expression, name: str) -> Expression:
    """Return the derivative of a formula by one of its symbols.

    Raises:
        ValueError: when the symbol stands in an exponent.
    """
    if isinstance(formula, Symbol):
        return ONE if formula.name == name else ZERO
    if not isinstance(formula, Operation) or name not in set(symbols(formula)):
        return ZERO
    left, right = formula.left, formula.right
    d_left, d_right = derivative(left, name), derivative(right, name)
    if formula.sign == "+":
        return add(d_left, d_right)
    if formula.sign == "-":
        return subtract(d_left, d_right)
    if formula.sign == "*":
        return add(multiply(d_left, right), multiply(left, d_right))
    if formula.sign == "/":
        falling = divide(multiply(left, d_right), multiply(right, right))
        return subtract(divide(d_left, right), falling)
    if d_right != ZERO:
        raise ValueError(f"{name} stands in an exponent")
    return multiply(multiply(right, power(left, subtract(right, ONE))), d_left)


def written(formula: Expression, names: Mapping[str, str] | None = None, *, raised: str = "**") -> str:
    """Return a formula as text that Python reads, and SBML with `raised="^"`.

    Args:
        formula: what to write.
        names: what to write for a symbol; its own name where none is given.
        raised: the sign of a power.
    """
    if isinstance(formula, Number):
        return repr(formula.value) if formula.value >= 0 else f"({formula.value!r})"
    if isinstance(formula, Symbol):
        return (names or {}).get(formula.name, formula.name)
    assert isinstance(formula, Operation)
    left, right = written(formula.left, names, raised=raised), written(formula.right, names, raised=raised)
    rank = _RANK[formula.sign]
    if isinstance(formula.left, Operation) and (_RANK[formula.left.sign] < rank or formula.sign == "^"):
        left = f"({left})"
    if isinstance(formula.right, Operation) and _RANK[formula.right.sign] <= rank:
        right = f"({right})"
    return f"{left} {raised if formula.sign == '^' else formula.sign} {right}"


_ACTIONS: dict[str, Callable[[Value, Value], Value]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": lambda left, right: left**right,
}


def evaluate(formula: Expression, values: Mapping[str, Value]) -> Value:
    """Return the value of a formula for floats or arrays behind its symbols."""
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Symbol):
        return values[formula.name]
    assert isinstance(formula, Operation)
    return _ACTIONS[formula.sign](evaluate(formula.left, values), evaluate(formula.right, values))
