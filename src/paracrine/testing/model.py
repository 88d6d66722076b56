"""Holds fate models, routes and parts, ours or other people's, to their contract."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np

from paracrine.core.parameter import Grade
from paracrine.facts.references import read_references
from paracrine.fate.model import FateModel, Form, Known, assemble_model
from paracrine.numerics.ode.solve import Injection, solve_system

_TIMES_H = np.array([0.0, 0.01, 0.3, 2.0, 12.0, 96.0])
_DOSE = 1.7e10


def check_model(module: ModuleType) -> None:
    """Assert that a model keeps the contract of `fate/models/`.

    Parameters have a unit, a meaning, a source in the bibliography or a stated assumption, and defaults inside their
    bounds that are all different, so that two swapped ones show. Every flow goes from a state to a state, amounts stay
    finite and not negative, what is conserved is conserved, and the numbers in `KNOWN` are met.

    Raises:
        AssertionError: naming the promise that was broken.
    """
    _check_parts(module)
    model = assemble_model(module.__name__.rpartition(".")[2], module)
    assert len(module.TITLE.split()) >= 2, f"{model.name}: the title is no title"
    assert module.__doc__, f"{model.name}: no equations in the docstring"
    assert "d" in module.__doc__, f"{model.name}: no equations in the docstring"
    assert "/dt" in module.__doc__, f"{model.name}: no equations in the docstring"
    _check_amounts(model, module.CONSERVED)
    assert module.KNOWN, f"{model.name}: KNOWN is empty"
    for known in module.KNOWN:
        _check_known(model, known)


def check_route(module: ModuleType, core: ModuleType) -> None:
    """Assert that a route or part keeps its contract beside a model that has all organs.

    A route that is graded an assumption must allow that nothing arrives.

    Raises:
        AssertionError: naming the promise that was broken.
    """
    _check_parts(module)
    model = assemble_model("probe", core, module)
    _check_amounts(model, {"particles": tuple(state.name for state in model.states)})
    if getattr(module, "GRADE", None) is Grade.ASSUMPTION:
        shares = [one for one in module.PARAMETERS if one.name.endswith("_frac")]
        assert shares, f"{module.TITLE}: an assumed route states what share arrives"
        assert all(one.low == 0 for one in shares), f"{module.TITLE}: a share that cannot be nothing"
        nothing = _amounts(model, {one.name: 0.0 for one in shares})
        gone = [state.form in (Form.OUTSIDE, Form.GONE) for state in model.states]
        assert np.allclose(nothing[:, gone].sum(axis=1), _DOSE), f"{module.TITLE}: with no share, something arrives"


def _check_parts(module: ModuleType) -> None:
    names = [one.name for one in (*module.STATES, *module.PARAMETERS)]
    assert len(set(names)) == len(names), f"{module.__name__}: a name stands twice"
    values = [one.value for one in module.PARAMETERS]
    twice = sorted({value for value in values if values.count(value) > 1})
    assert not twice, f"{module.__name__}: defaults stand twice, so swapped parameters would not show: {twice}"
    known = read_references()
    for one in module.PARAMETERS:
        assert one.unit, f"{one.name}: no unit"
        assert one.meaning, f"{one.name}: no meaning"
        low, high = (-math.inf if one.low is None else one.low), (math.inf if one.high is None else one.high)
        assert low <= one.value <= high, f"{one.name}: {one.value} lies outside {low} to {high}"
        stated = one.source.startswith(("assumption:", "measured:")) or one.source.lower() in known
        assert stated, f"{one.name}: the source {one.source!r} is neither in the bibliography nor an assumption"
    missing = [cite for cite in module.REFERENCES if cite.lower() not in known]
    assert not missing, f"{module.__name__} cites what is not in the bibliography: {', '.join(missing)}"


def _check_amounts(model: FateModel, conserved: dict[str, tuple[str, ...]]) -> None:
    assert model.system.closed, f"{model.name}: a flow comes from nowhere or goes nowhere"
    unused = sorted(set(model.system.parameters) - model.system.used)
    assert not unused, f"{model.name}: parameters that no flow uses: {', '.join(unused)}"
    amounts = _amounts(model, {})
    assert np.all(np.isfinite(amounts)), f"{model.name}: amounts are not finite"
    assert amounts.min() > -1e-6 * _DOSE, f"{model.name}: an amount falls below nothing"
    for what, names in conserved.items():
        total = amounts[:, [model.place(name) for name in names]].sum(axis=1)
        assert np.abs(total - _DOSE).max() < 1e-9 * _DOSE, f"{model.name}: {what} are not conserved"


def _amounts(model: FateModel, values: dict[str, float]) -> np.ndarray:
    return solve_system(model.system, model.defaults | values, [Injection(model.entry, _DOSE)], _TIMES_H)


def _check_known(model: FateModel, known: Known) -> None:
    assert known.origin, f"{model.name}: {known.what}: who says so?"
    found = solve_system(
        model.system, model.defaults | dict(known.values), [Injection(model.entry, _DOSE)], np.array([known.time_h]),
        relative_error=1e-10,
    )[0, model.place(known.state)] / _DOSE  # fmt: skip
    off = abs(found - known.amount_frac)
    assert off <= known.tolerance, f"{model.name}: {known.what}: {found:.10g}, not {known.amount_frac:.10g}"
