"""Formulas, flows and the solver without compilation, against algebra, matrix exponentials and scipy."""

from __future__ import annotations

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.numerics.ode.expression import Symbol, derivative, evaluate, symbols, written
from paracrine.numerics.ode.flows import Flow, FlowSystem
from paracrine.numerics.ode.normal_form import normal_form
from paracrine.numerics.ode.solve import Injection, solve_system, stretches
from paracrine.numerics.ode.twice import twice

X, Y, A, B = (Symbol(name) for name in "xyab")
VALUES = {"x": 1.7, "y": 0.6, "a": 2.3, "b": 0.9}
FORMULAS = (A * X / (B + X), (A - X) * (X - Y) / B, X**3.0 - A / (X * Y), -(X - Y) - (A - B), 2.0 / (1 - X / (A * B)))


@pytest.mark.parametrize("formula", FORMULAS, ids=[written(one) for one in FORMULAS])
def test_a_formula_is_written_as_it_is_evaluated(formula: object) -> None:
    """Rung 1: Python's own arithmetic reads the text."""
    assert isinstance(formula, type(X * Y))
    code = compile(written(formula), "formula", "eval")
    assert eval(code, {}, dict(VALUES)) == pytest.approx(evaluate(formula, VALUES), rel=1e-14)  # noqa: S307


@pytest.mark.parametrize("formula", FORMULAS, ids=[written(one) for one in FORMULAS])
def test_a_derivative_is_the_slope(formula: object) -> None:
    """Rung 1: central differences."""
    assert isinstance(formula, type(X * Y))
    step = 1e-5
    up, down = (evaluate(formula, VALUES | {"x": VALUES["x"] + side * step}) for side in (1, -1))
    assert evaluate(derivative(formula, "x"), VALUES) == pytest.approx((up - down) / (2 * step), rel=1e-8)


def test_a_state_in_an_exponent_is_refused() -> None:
    with pytest.raises(ValueError, match="exponent"):
        derivative(A**X, "x")


def chain() -> FlowSystem:
    return FlowSystem(("x", "y", "z"), ("a", "b"), (Flow("x", "y", A * X), Flow("y", "z", B * Y)))


def saturating() -> FlowSystem:
    flows = (Flow("x", "y", A * X * (1 - Y / B)), Flow("y", "x", Symbol("back") * Y), Flow("x", "z", 0.3 * X / (1 + X)))
    return FlowSystem(("x", "y", "z"), ("a", "b", "back"), flows)


def test_a_flow_that_names_nothing_known_is_refused() -> None:
    with pytest.raises(ValueError, match="neither state nor parameter: c"):
        FlowSystem(("x",), ("a",), (Flow("x", None, Symbol("c") * X),))


def test_the_normal_form_has_the_slopes_of_the_flows() -> None:
    system = saturating()
    form = normal_form(system)
    values = {"a": 2.3, "b": 0.9, "back": 0.17}
    amounts = {"x": 1.7, "y": 0.6, "z": 0.2}
    named = {name: evaluate(formula, values) for name, formula in form.coefficients.items()}
    slopes = dict.fromkeys(system.states, 0.0)
    for (row, column), name in form.linear.items():
        slopes[system.states[row]] += named[name] * amounts[system.states[column]]
    for flow in form.bent:
        rate = evaluate(flow.rate, named | amounts)
        assert flow.source is not None
        assert flow.target is not None
        slopes[flow.source] -= rate
        slopes[flow.target] += rate
    wanted = [evaluate(slope, values | amounts) for slope in system.slopes]
    assert list(slopes.values()) == pytest.approx(wanted, rel=1e-13)
    assert all(name not in values for name in symbols(form.bent[0].rate))


def test_a_chain_decays_as_bateman_says() -> None:
    """Rung 1: x e^-at, and the closed form of the second."""
    times = np.array([0.0, 0.3, 1.0, 4.0])
    found = solve_system(chain(), {"a": 2.0, "b": 0.5}, [Injection("x", 7.0)], times, relative_error=1e-10)
    x, y = 7 * np.exp(-2 * times), 7 * 2 / (0.5 - 2) * (np.exp(-2 * times) - np.exp(-0.5 * times))
    assert found[:, :2] == pytest.approx(np.column_stack([x, y]), rel=1e-8)
    assert found.sum(axis=1) == pytest.approx(7.0, rel=1e-12)


def test_an_infusion_fills_and_drains_as_the_closed_form_says() -> None:
    """Rung 1: (r/a)(1 - e^-at) while it runs, decay after."""
    times = np.array([0.5, 2.0, 3.0])
    given = [Injection("x", 6.0, duration_h=2.0)]
    found = solve_system(chain(), {"a": 1.3, "b": 0.4}, given, times, relative_error=1e-10)[:, 0]
    full = 3 / 1.3 * (1 - np.exp(-1.3 * 2))
    wanted = [3 / 1.3 * (1 - np.exp(-0.65)), full, full * np.exp(-1.3)]
    assert found == pytest.approx(wanted, rel=1e-8)


def test_a_second_dose_is_there_at_its_time() -> None:
    found = solve_system(
        chain(), {"a": 0.8, "b": 0.4}, [Injection("x", 5.0), Injection("x", 2.0, at_h=1.5)], np.array([1.5, 2.0])
    )
    assert found[0, 0] == pytest.approx(5 * np.exp(-1.2) + 2, rel=1e-6)


def test_the_solver_agrees_with_scipy_at_1e_11() -> None:
    """Rung 3: scipy's Radau at a relative error of 1e-11."""
    from scipy.integrate import solve_ivp

    system = saturating()
    values = {"a": 40.0, "b": 0.9, "back": 0.17}

    def slopes(_: float, y: np.ndarray) -> list[float]:
        return [evaluate(one, values | dict(zip("xyz", y.tolist(), strict=True))) for one in system.slopes]

    times = np.array([0.01, 0.4, 3.0, 20.0])
    peer = solve_ivp(slopes, (0, 20), [2.0, 0, 0], method="Radau", rtol=1e-11, atol=1e-13, t_eval=times).y.T
    found = solve_system(system, values, [Injection("x", 2.0)], times, relative_error=1e-11)
    assert found == pytest.approx(peer, rel=1e-9)


def test_the_error_falls_as_the_wanted_error() -> None:
    """Rung 4: ten thousand times less wanted, about ten thousand times less found."""
    system, values, times = saturating(), {"a": 4.0, "b": 0.9, "back": 0.17}, np.array([6.0])
    exact = solve_system(system, values, [Injection("x", 2.0)], times, relative_error=1e-12)
    errors = [
        np.abs(solve_system(system, values, [Injection("x", 2.0)], times, relative_error=wanted) - exact).max()
        for wanted in (1e-4, 1e-8)
    ]
    assert 1e3 < errors[0] / errors[1] < 1e6


def test_individuals_together_are_what_each_is_alone() -> None:
    system, times = saturating(), np.array([0.5, 5.0])
    many = {"a": np.array([3.0, 7.0, 0.4]), "b": 0.9, "back": np.array([0.1, 0.2, 0.3])}
    found = solve_system(system, many, [Injection("x", 2.0)], times, relative_error=1e-9)
    for index in range(3):
        one = {"a": float(many["a"][index]), "b": 0.9, "back": float(many["back"][index])}
        alone = solve_system(system, one, [Injection("x", 2.0)], times, relative_error=1e-9)
        assert found[index] == pytest.approx(alone, rel=1e-7)


def test_two_populations_crowd_each_other() -> None:
    """Rung 1: two halves with the same parameters are the whole; with capacity shared, a fuller cell takes less."""
    system, times = saturating(), np.array([0.5, 5.0])
    values = {"a": 3.0, "b": 0.9, "back": 0.1}
    both = twice(system, ["a"])
    given = [Injection("x", 1.2), Injection("x_second", 0.8)]
    halves = solve_system(both, values | {"a_second": 3.0}, given, times, relative_error=1e-9)
    whole = solve_system(system, values, [Injection("x", 2.0)], times, relative_error=1e-9)
    linear = FlowSystem(system.states, system.parameters, system.flows[:2])
    sums = solve_system(twice(linear, ["a"]), values | {"a_second": 3.0}, given, times, relative_error=1e-9)
    alone = solve_system(linear, values, [Injection("x", 2.0)], times, relative_error=1e-9)
    assert sums[:, :3] + sums[:, 3:] == pytest.approx(alone, rel=1e-6, abs=1e-9)
    assert sums[:, 0] / 1.2 == pytest.approx(sums[:, 3] / 0.8, rel=1e-6)
    assert halves.sum(axis=1) == pytest.approx(whole.sum(axis=1), rel=1e-10)
    faster = solve_system(both, values | {"a_second": 9.0}, given, times, relative_error=1e-9)
    assert faster[0, 4] / 0.8 > faster[0, 1] / 1.2


@pytest.mark.parametrize("times", [[], [1.0, 1.0], [-1.0, 2.0], [0.0, np.inf]])
def test_times_that_mean_nothing_are_refused(times: list[float]) -> None:
    with pytest.raises(InputError, match="increasing"):
        solve_system(chain(), {"a": 1.0, "b": 2.0}, [Injection("x", 1.0)], np.array(times))


def test_a_negative_injection_is_refused() -> None:
    with pytest.raises(InputError, match="negative"):
        stretches(("x",), [Injection("x", -1.0)], 3.0)
