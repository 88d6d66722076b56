"""Exact answers of lognormal mixtures: closed forms, numerical integration, inversion."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from paracrine.core.errors import InputError, SolveError
from paracrine.instruments.dilution import mixed
from paracrine.instruments.truth import GridDistribution, Population, log_grid_nm, log_kernel

ONE = Population.lognormal(112.0, 1.37, concentration_per_ml=3e10)
TWO = Population((0.7, 0.3), (95.0, 210.0), (1.28, 1.45), concentration_per_ml=8e10)


def test_one_lognormal_has_its_closed_forms() -> None:
    """Rung 1: median, mean, mode, percentiles and moments of a lognormal."""
    s = math.log(1.37)
    assert ONE.diameter_at_frac(0.5) == pytest.approx(112.0, rel=1e-12)
    assert ONE.diameter_at_frac(0.9) == pytest.approx(112.0 * math.exp(1.2815515655446004 * s), rel=1e-12)
    assert ONE.diameter_at_frac(0.1) == pytest.approx(112.0 * math.exp(-1.2815515655446004 * s), rel=1e-12)
    assert ONE.mean_nm == pytest.approx(112.0 * math.exp(s * s / 2), rel=1e-12)
    assert ONE.mode_nm == pytest.approx(112.0 * math.exp(-s * s), rel=1e-6)
    assert ONE.sd_nm == pytest.approx(ONE.mean_nm * math.sqrt(math.expm1(s * s)), rel=1e-9)
    assert ONE.raw_moment(6) == pytest.approx(112.0**6 * math.exp(18 * s * s), rel=1e-12)


def test_a_mixture_agrees_with_numerical_integration() -> None:
    """Rung 1: integrals of the density."""

    def density(d: float) -> float:
        return float(TWO.density_per_nm(np.array(d)))

    assert quad(density, 1, 3000, limit=200)[0] == pytest.approx(1.0, abs=1e-6)
    assert quad(lambda d: d * density(d), 1, 3000, limit=200)[0] == pytest.approx(TWO.mean_nm, rel=1e-6)
    assert quad(density, 50, 200, limit=200)[0] == pytest.approx(TWO.frac_in_window(50, 200), abs=1e-8)
    at_mode = density(TWO.mode_nm)
    assert all(density(TWO.mode_nm + step) < at_mode for step in (-0.5, 0.5))


@settings(max_examples=60, deadline=None)
@given(
    share=st.floats(0.05, 0.95),
    medians=st.tuples(st.floats(40, 150), st.floats(150, 400)),
    spreads=st.tuples(st.floats(1.02, 1.8), st.floats(1.02, 1.8)),
    frac=st.floats(0.001, 0.999),
)
def test_percentiles_invert_the_cumulative(
    share: float, medians: tuple[float, float], spreads: tuple[float, float], frac: float
) -> None:
    """Rung 1: the cumulative at D_p is p."""
    population = Population((share, 1 - share), medians, spreads, 1e9)
    assert float(population.cumulative_frac(np.array(population.diameter_at_frac(frac)))) == pytest.approx(
        frac, abs=1e-9
    )


def test_weighting_by_a_power_shifts_the_median() -> None:
    """Rung 1: Hatch-Choate, median of d^k-weighted lognormal is median exp(k s^2)."""
    s = math.log(1.37)
    assert ONE.weighted_by_power(3).diameter_at_frac(0.5) == pytest.approx(112.0 * math.exp(3 * s * s), rel=1e-12)
    by_volume = TWO.weighted_by_power(3)
    expected = quad(lambda d: d**4 * float(TWO.density_per_nm(np.array(d))), 1, 5000, limit=300)[0] / TWO.raw_moment(3)
    assert by_volume.mean_nm == pytest.approx(expected, rel=1e-5)


def test_draws_follow_the_distribution() -> None:
    """Rung 1: the Kolmogorov distance of 20 000 draws stays below its 0.1 % point."""
    drawn = np.sort(TWO.draw_diameters_nm(20_000, rng=np.random.default_rng(5)))
    distance = np.abs(TWO.cumulative_frac(drawn) - (np.arange(20_000) + 0.5) / 20_000).max()
    assert distance < 1.95 / math.sqrt(20_000)


def test_the_grid_keeps_percentiles_to_a_part_in_ten_thousand() -> None:
    grid = TWO.on_grid()
    assert grid.total == pytest.approx(1.0, abs=1e-9)
    for frac in (0.1, 0.5, 0.9):
        assert grid.diameter_at_frac(frac) == pytest.approx(TWO.diameter_at_frac(frac), rel=1e-4)
    assert grid.frac_in_window(50, 200) == pytest.approx(TWO.frac_in_window(50, 200), abs=1e-4)
    assert grid.mean_nm == pytest.approx(TWO.mean_nm, rel=1e-4)


def test_blurring_a_lognormal_adds_log_variances() -> None:
    """Rung 1: a product of lognormals is lognormal."""
    errors = 0.15 * np.random.default_rng(3).standard_normal(400_000)
    blurred = ONE.on_grid().blurred(log_kernel(errors))
    wider = Population.lognormal(112.0, math.exp(math.hypot(math.log(1.37), 0.15)), concentration_per_ml=1.0)
    for frac in (0.1, 0.5, 0.9):
        assert blurred.diameter_at_frac(frac) == pytest.approx(wider.diameter_at_frac(frac), rel=2e-3)


def test_a_diluted_tube_holds_its_share_and_what_the_diluent_brings() -> None:
    """Rung 1: c/f + c_diluent (1 - 1/f)."""
    dirty = Population.lognormal(60.0, 1.5, concentration_per_ml=4e6)
    tube = mixed(TWO, dirty, dilution_factor=500.0)
    assert tube.concentration_per_ml == pytest.approx(8e10 / 500 + 4e6 * 499 / 500)
    assert sum(tube.weights) == pytest.approx(1.0)
    assert mixed(TWO, dirty, dilution_factor=1.0).concentration_per_ml == 8e10
    assert mixed(TWO, None, dilution_factor=250.0).concentration_per_ml == pytest.approx(3.2e8)


@pytest.mark.parametrize(
    ("weights", "medians", "spreads", "concentration"),
    [
        ((0.5, 0.4), (90.0, 120.0), (1.2, 1.3), 1e9),
        ((1.0,), (90.0, 120.0), (1.2, 1.3), 1e9),
        ((1.0,), (-90.0,), (1.2,), 1e9),
        ((1.0,), (90.0,), (1.0,), 1e9),
        ((1.0,), (90.0,), (1.2,), -1.0),
    ],
)
def test_impossible_populations_are_refused(
    weights: tuple[float, ...], medians: tuple[float, ...], spreads: tuple[float, ...], concentration: float
) -> None:
    with pytest.raises(InputError):
        Population(weights, medians, spreads, concentration)


def test_percentiles_outside_0_to_1_and_of_nothing_are_refused() -> None:
    with pytest.raises(InputError):
        ONE.diameter_at_frac(1.0)
    grid = log_grid_nm(10, 100)
    with pytest.raises(SolveError):
        GridDistribution(grid, np.zeros(grid.size - 1)).diameter_at_frac(0.5)
