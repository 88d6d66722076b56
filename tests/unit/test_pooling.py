"""Runs pooled into a mean with a budget, against arithmetic done by hand."""

from __future__ import annotations

import math

import pytest

from paracrine.characterization.pooling import Observation, pool_runs
from paracrine.core.quantity import Basis


def runs(*values: float, error: float | None = None, **place: str) -> list[Observation]:
    return [Observation(value, error, **place) for value in values]


def active(pooled) -> dict[str, float]:
    return {c.name: c.standard_uncertainty for c in pooled.components if c.sensitivity}


def test_scatter_of_runs_is_the_standard_error_with_n_minus_1() -> None:
    """Rung 1: 8, 9, 13 have mean 10 and standard error sqrt(7/3)."""
    pooled = pool_runs(runs(8.0, 9.0, 13.0), scale="relative")
    assert pooled.value == pytest.approx(10)
    assert active(pooled) == pytest.approx({"replicates": math.sqrt(7 / 3) / 10})
    assert pooled.components[0].degrees_of_freedom == 2
    assert pooled.basis is Basis.REPLICATES


def test_absolute_scale_keeps_the_unit() -> None:
    """Rung 1: -12, -14, -19 mV have mean -15 and standard error sqrt(13/3)."""
    pooled = pool_runs(runs(-12.0, -14.0, -19.0), scale="absolute")
    assert active(pooled) == pytest.approx({"replicates": math.sqrt(13 / 3)})


def test_counting_error_is_never_added_to_the_scatter() -> None:
    pooled = pool_runs(runs(8.0, 9.0, 13.0, error=0.02), scale="relative")
    assert set(active(pooled)) == {"replicates"}
    shown = {c.name: c.sensitivity for c in pooled.components}
    assert shown == {"replicates": 1.0, "counting": 0.0}


def test_runs_that_agree_better_than_counting_allows_say_so() -> None:
    """Rung 1: counting error of the mean is 10 % over root 3; it stands in the budget with sensitivity 0."""
    pooled = pool_runs(runs(100.0, 100.1, 99.9, error=0.1), scale="relative")
    assert set(active(pooled)) == {"replicates"}
    assert any(n.code == "scatter-below-counting" for n in pooled.notices)
    (counting,) = (c for c in pooled.components if c.name == "counting")
    assert (counting.sensitivity, counting.standard_uncertainty) == (0.0, pytest.approx(0.1 / math.sqrt(3)))


def test_equal_runs_fall_back_on_counting_error() -> None:
    """Rung 1: four runs that print the same number, 6 % each."""
    pooled = pool_runs(runs(100.0, 100.0, 100.0, 100.0, error=0.06), scale="relative")
    assert active(pooled) == pytest.approx({"counting": 0.03})
    assert pooled.basis is Basis.COUNTING


def test_single_run_has_its_counting_error() -> None:
    pooled = pool_runs(runs(40.0, error=0.05), scale="relative")
    assert active(pooled) == {"counting": 0.05}
    assert "single-run" in {n.code for n in pooled.notices}


def test_single_run_without_counts_has_no_interval() -> None:
    pooled = pool_runs(runs(40.0), scale="relative")
    quantity = pooled.quantity("nm", pooled.budget())
    assert (quantity.value, quantity.low, quantity.high) == (40.0, None, None)
    assert "no-interval" in {n.code for n in pooled.notices}


def test_runs_that_agree_to_the_last_digit_have_no_interval_of_width_zero() -> None:
    pooled = pool_runs(runs(0.17, 0.17, 0.17), scale="absolute")
    assert pooled.budget() is None
    assert "no-interval" in {n.code for n in pooled.notices}


def test_technical_replicates_are_averaged_before_they_are_compared() -> None:
    """Rung 1: loadings 10 (of 9, 11), 13 (of 13) and 16 (of 15, 16, 17): mean 13, standard error 3/root 3."""
    observations = runs(9.0, 11.0, technical="a") + runs(13.0, technical="b") + runs(15.0, 16.0, 17.0, technical="c")
    pooled = pool_runs(observations, scale="absolute")
    assert (pooled.value, pooled.level, pooled.units_count) == (pytest.approx(13), "technical replicate", 3)
    assert active(pooled) == pytest.approx({"replicates": math.sqrt(3)})


def test_biological_replicates_decide_the_degrees_of_freedom() -> None:
    """Rung 1: donors 10 (loadings 9, 11), 12, 17 (videos 16, 18): mean 13, standard error sqrt(13/3), 2 degrees."""
    observations = (
        runs(9.0, technical="a", biological="donor 1")
        + runs(11.0, technical="b", biological="donor 1")
        + runs(12.0, technical="c", biological="donor 2")
        + runs(16.0, 18.0, technical="d", biological="donor 3")
    )
    pooled = pool_runs(observations, scale="absolute")
    assert pooled.value == pytest.approx(13)
    assert active(pooled) == pytest.approx({"replicates": math.sqrt(13 / 3)})
    assert pooled.components[0].degrees_of_freedom == 2
    assert "technical-replicates-only" not in {n.code for n in pooled.notices}


def test_runs_of_one_loading_say_what_their_scatter_leaves_out() -> None:
    together = runs(8.0, 9.0, 13.0, technical="a")
    assert "one-loading" in {n.code for n in pool_runs(together, scale="relative").notices}
    apart = runs(8.0, technical="a") + runs(9.0, technical="b") + runs(13.0, technical="c")
    assert "one-loading" not in {n.code for n in pool_runs(apart, scale="relative").notices}


def test_two_replicates_raise_a_doubt() -> None:
    assert "two-replicates" in {n.code for n in pool_runs(runs(3.0, 4.0), scale="relative").notices}
