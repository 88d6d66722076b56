from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from paracrine.characterization.inference.band import narrowed, narrowing, size_band
from paracrine.characterization.inference.population import Population
from paracrine.numerics.binned_mixture import Mixture
from paracrine.numerics.distributions.moment import mean_and_deviation
from paracrine.numerics.distributions.percentile import Cumulative
from paracrine.payloads.size_distribution import FloatArray

EDGES_NM = np.geomspace(40.0, 300.0, 301)


def lognormal(middle_nm: float, deviation: float) -> FloatArray:
    return np.diff(norm(np.log(middle_nm), deviation).cdf(np.log(EDGES_NM)))


def test_refits_lose_the_variance_that_equal_particles_have_and_keep_their_median() -> None:
    """Rung 1: variances of lognormals subtract; of 60 absolute normal draws the mean square is the variance."""
    rows = np.array([lognormal(90.0 + i, 0.2) for i in range(60)])
    found = narrowed(EDGES_NM, rows, narrowing(EDGES_NM, rows, 0.08))
    lost = [0.04 - mean_and_deviation(np.log(EDGES_NM), row)[1] ** 2 for row in found]
    # Sixty evenly spread quantiles have 0.9894 of the variance; bins of 0.7 % leave the rest uncertain.
    assert np.mean(lost) == pytest.approx(0.9894 * 0.08**2, rel=0.015)
    assert min(lost) >= -1e-5
    medians = [Cumulative(EDGES_NM, row).percentiles((0.5,))[0] for row in found]
    assert medians == pytest.approx([90.0 + i for i in range(60)], rel=2e-3)
    assert narrowed(EDGES_NM, rows, narrowing(EDGES_NM, rows, 0.0)) == pytest.approx(rows, abs=1e-12)


def test_limits_of_a_population_no_wider_than_equal_tracks_hold_one_size() -> None:
    """A wide population hardly notices."""
    none = Mixture(np.zeros(1), np.array([4.6]), np.array([1e-3]), np.zeros(1), np.zeros(1))
    held = []
    for deviation in (0.03, 0.3):
        rows = np.array([lognormal(100.0, deviation * (1 + 0.001 * (i - 100))) for i in range(200)])
        band = size_band(Population(EDGES_NM, rows[100], (none,), none, rows), {})
        assert band.d10.high is not None
        assert band.deviation.low is not None
        held.append((band.d10.high / band.d50.value, band.deviation.low / band.deviation.value))
    assert held[0][0] > 0.99
    assert held[0][1] == 0.0
    assert held[1][0] < 0.71
    assert held[1][1] > 0.88
