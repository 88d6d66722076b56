"""Compiled populations against the solver without compilation, scipy and closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.numerics.ode.elimination import plan_elimination
from paracrine.numerics.ode.expression import Symbol, evaluate
from paracrine.numerics.ode.flows import Flow, FlowSystem
from paracrine.numerics.ode.population import solve_population
from paracrine.numerics.ode.solve import Injection, solve_system
from paracrine.numerics.ode.written import written_system

X, Y, A, B, BACK = (Symbol(name) for name in ("x", "y", "a", "b", "back"))
SYSTEM = FlowSystem(
    ("x", "y", "z"),
    ("a", "b", "back"),
    (Flow("x", "y", A * X * (1 - Y / B)), Flow("y", "x", BACK * Y), Flow("x", "z", 0.3 * X / (1 + X))),
)
TIMES = np.array([0.0, 0.01, 0.4, 2.0, 2.5, 20.0])
GIVEN = [Injection("x", 2.0), Injection("x", 0.7, at_h=0.4), Injection("y", 0.5, at_h=2.0, duration_h=0.3)]
COUNT = 11
VALUES = {
    "a": np.geomspace(0.5, 90.0, COUNT),
    "b": np.linspace(0.6, 1.9, COUNT),
    "back": np.linspace(0.31, 0.02, COUNT),
}


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("NUMBA_CACHE_DIR", raising=False)
        solve_population(SYSTEM, VALUES, GIVEN, TIMES)


def test_a_population_is_what_each_individual_is_alone() -> None:
    """Eleven do not fill two rows of eight; the spread of rates is wide, so that steps differ."""
    found = solve_population(SYSTEM, VALUES, GIVEN, TIMES, relative_error=1e-10)
    for index in range(COUNT):
        one = {name: float(values[index]) for name, values in VALUES.items()}
        alone = solve_system(SYSTEM, one, GIVEN, TIMES, relative_error=1e-10)
        assert found[index] == pytest.approx(alone, rel=1e-7, abs=1e-9)


def test_a_population_agrees_with_scipy_at_1e_11() -> None:
    """Rung 3: scipy's Radau at a relative error of 1e-11, one dose."""
    from scipy.integrate import solve_ivp

    found = solve_population(SYSTEM, VALUES, GIVEN[:1], TIMES, relative_error=1e-11)
    for index in (0, 5, 10):
        values = {name: float(column[index]) for name, column in VALUES.items()}

        def slopes(_: float, y: np.ndarray, values: dict[str, float] = values) -> list[float]:
            return [evaluate(one, values | dict(zip("xyz", y.tolist(), strict=True))) for one in SYSTEM.slopes]

        peer = solve_ivp(slopes, (0, 20), [2.0, 0, 0], method="Radau", rtol=1e-11, atol=1e-14, t_eval=TIMES).y.T
        assert found[index] == pytest.approx(peer, rel=1e-8, abs=1e-10)


def test_nothing_is_lost() -> None:
    """Rung 1: every flow goes from state to state, so the sum is what was given."""
    found = solve_population(SYSTEM, VALUES, GIVEN, TIMES).sum(axis=2)
    given = np.array([2.0, 2.0, 2.7, 2.7, 3.2, 3.2])
    assert np.abs(found - given).max() < 1e-12 * given.max()


def test_a_factor_on_the_dose_is_a_dose_of_that_size() -> None:
    factor = np.linspace(0.5, 2.0, COUNT)
    found = solve_population(SYSTEM, VALUES, GIVEN, TIMES, dose_factor=factor, relative_error=1e-9)
    larger = [Injection(one.state, one.amount * 2, one.at_h, one.duration_h) for one in GIVEN]
    one = {name: float(values[-1]) for name, values in VALUES.items()}
    assert found[-1] == pytest.approx(solve_system(SYSTEM, one, larger, TIMES, relative_error=1e-9), rel=1e-6, abs=1e-8)


def test_the_number_of_workers_changes_no_number() -> None:
    alone = solve_population(SYSTEM, VALUES, GIVEN, TIMES)
    assert np.array_equal(alone, solve_population(SYSTEM, VALUES, GIVEN, TIMES, workers=2))


def test_the_code_lies_once_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from paracrine.numerics.ode import population

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    text = written_system(SYSTEM)
    first = population._kept("one", text)
    assert first.read_text("utf-8") == text
    before = first.stat().st_mtime_ns
    assert population._kept("one", text) == first
    assert first.stat().st_mtime_ns == before


def test_times_that_go_back_are_refused() -> None:
    with pytest.raises(InputError, match="increasing"):
        solve_population(SYSTEM, VALUES, GIVEN, np.array([2.0, 1.0]))


def test_an_arrow_is_eliminated_without_fill() -> None:
    """Rung 1: with the tip last, an arrow-shaped matrix has no fill; in the order given it would fill entirely."""
    size = 7
    arrow = [(0, other) for other in range(1, size)] + [(other, 0) for other in range(1, size)]
    plan = plan_elimination(arrow, size)
    assert plan.order[-1] == 0 or plan.order[-2] == 0
    assert len(plan.places) == 3 * size - 2


@pytest.mark.parametrize("seed", range(5))
def test_the_plan_factorises_what_it_is_given(seed: int) -> None:
    """Rung 1: a sparse dominant matrix, solved by the plan and by numpy."""
    rng = np.random.default_rng(seed)
    size = 9
    matrix = np.where(rng.random((size, size)) < 0.25, -rng.random((size, size)), 0.0)
    matrix += np.diag(1.0 + np.abs(matrix).sum(axis=0))
    plan = plan_elimination([tuple(place) for place in np.argwhere(matrix).tolist()], size)
    right = rng.random(size)
    factors, found = matrix.copy(), right.copy()
    for pivot, rows, columns in zip(plan.order, plan.below, plan.beyond, strict=True):
        for row in rows:
            factors[row, pivot] /= factors[pivot, pivot]
            found[row] -= factors[row, pivot] * found[pivot]
            for column in columns:
                assert (row, column) in plan.places
                factors[row, column] -= factors[row, pivot] * factors[pivot, column]
    for pivot, columns in reversed(list(zip(plan.order, plan.beyond, strict=True))):
        found[pivot] = (found[pivot] - sum(factors[pivot, one] * found[one] for one in columns)) / factors[pivot, pivot]
    assert found == pytest.approx(np.linalg.solve(matrix, right), rel=1e-11)
