"""Intervals against published tables and closed forms."""

from __future__ import annotations

import math

import pytest

from paracrine.core.quantity import Basis, Budget, Component
from paracrine.numerics.interval import (
    binomial_limits,
    coverage_factor,
    expand_budget,
    expanded_uncertainty,
    poisson_limits,
)


@pytest.mark.parametrize(("dof", "factor"), [(1, 12.706), (2, 4.303), (4, 2.776), (10, 2.228), (math.inf, 1.960)])
def test_coverage_factors_are_those_of_the_t_table(dof: float, factor: float) -> None:
    """Rung 2: table of Student's t, 95 % two-sided (doi:10.59161/JCGM100-2008E, table G.2)."""
    assert coverage_factor(dof) == pytest.approx(factor, abs=6e-4)


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668)])
def test_poisson_limits_are_the_exact_ones(count: int, low: float, high: float) -> None:
    """Rung 2: table of exact limits (doi:10.1093/biomet/28.3-4.437)."""
    assert poisson_limits(count) == pytest.approx((low, high), abs=1e-3)


def test_binomial_limits_at_the_ends_have_a_closed_form() -> None:
    """Rung 1: with 0 of n the upper limit is 1 - 0.025^(1/n); with n of n the lower one is 0.025^(1/n)."""
    assert binomial_limits(0, 12) == pytest.approx((0, 1 - 0.025 ** (1 / 12)))
    assert binomial_limits(7, 7) == pytest.approx((0.025 ** (1 / 7), 1))


def test_binomial_limits_hold_the_tail_probabilities() -> None:
    """Rung 1: at each limit the tail that reaches the observation has 2.5 %."""
    low, high = binomial_limits(3, 11)

    def at_least(k: int, p: float) -> float:
        return sum(math.comb(11, i) * p**i * (1 - p) ** (11 - i) for i in range(k, 12))

    assert at_least(3, low) == pytest.approx(0.025)
    assert 1 - at_least(4, high) == pytest.approx(0.025)


def _budget(scale: str, *parts: tuple[float, float | None], **shared: str) -> Budget:
    return Budget(
        scale=scale,
        components=tuple(
            Component(name=f"part {i}", standard_uncertainty=u, degrees_of_freedom=dof)
            for i, (u, dof) in enumerate(parts)
        ),
    )


def test_relative_budget_is_expanded_on_the_log_scale() -> None:
    """Rung 1: k from the t table times the root of the squares, as a factor up and down."""
    quantity = expand_budget(500.0, "1/mL", budget=_budget("relative", (0.08, 4)), basis=Basis.REPLICATES)
    factor = math.exp(2.7764451 * 0.08)
    assert (quantity.low, quantity.high) == pytest.approx((500 / factor, 500 * factor))


def test_absolute_budget_is_expanded_evenly_and_may_cross_zero() -> None:
    """Rung 1."""
    quantity = expand_budget(-3.0, "mV", budget=_budget("absolute", (2.0, None), (1.5, None)), basis=Basis.REPLICATES)
    assert (quantity.low, quantity.high) == pytest.approx((-3 - 1.959964 * 2.5, -3 + 1.959964 * 2.5))


def test_hopelessly_wide_interval_is_left_out_instead_of_infinite() -> None:
    quantity = expand_budget(4.0, "1/mL", budget=_budget("relative", (900.0, 1)), basis=Basis.REPLICATES)
    assert (quantity.value, quantity.low, quantity.high) == (4.0, None, None)


def test_degrees_of_freedom_of_estimated_parts_are_welch_satterthwaite() -> None:
    """Rung 2: worked example of doi:10.59161/JCGM100-2008E, G.4.1: u 0.25, 0.57, 0.82 % with 9, 4, 14 give 19."""
    budget = _budget("relative", (0.0025, 9), (0.0057, 4), (0.0082, 14))
    assert budget.standard_uncertainty() == pytest.approx(0.0103, abs=5e-5)
    assert budget.degrees_of_freedom() == pytest.approx(19.0, abs=0.05)


def test_known_part_never_narrows_an_interval() -> None:
    """Rung 1: 3 runs of 5 % and a known 2 %: k u would be 3.19 * 5.39 % = 17 %, the scatter alone gives 4.30 * 5 %."""
    alone, beside = _budget("relative", (0.05, 2)), _budget("relative", (0.05, 2), (0.02, None))
    assert beside.degrees_of_freedom() == pytest.approx(2 * (29 / 25) ** 2)
    assert expanded_uncertainty(alone) == pytest.approx(4.302653 * 0.05)
    assert expanded_uncertainty(beside) == pytest.approx(4.302653 * 0.05)


def test_clear_known_part_leaves_welch_satterthwaite() -> None:
    """Rung 1: 3 % with 4 degrees of freedom beside a known 3 %: 16 degrees."""
    budget = _budget("relative", (0.03, 4), (0.03, None))
    assert budget.degrees_of_freedom() == pytest.approx(16)
    assert expanded_uncertainty(budget) == pytest.approx(coverage_factor(16) * 0.03 * math.sqrt(2))
    assert expanded_uncertainty(_budget("relative", (0.03, None))) == pytest.approx(1.959964 * 0.03)
