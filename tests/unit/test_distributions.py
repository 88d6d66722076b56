"""Percentiles, moments, rebinning and windows against values worked out by hand or in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import lognorm

from paracrine.core.errors import LimitError
from paracrine.numerics.distributions.limits import central_limits
from paracrine.numerics.distributions.moment import mean_and_deviation
from paracrine.numerics.distributions.percentile import Cumulative, percentiles
from paracrine.numerics.distributions.rebin import rebin
from paracrine.numerics.distributions.window import fraction_in_window


def test_percentiles_of_uniform_bins_are_straight_lines() -> None:
    """Rung 1: content spread evenly from 20 to 70 has its p-th percentile at 20 + 50 p."""
    found = percentiles(np.array([20.0, 30.0, 45.0, 70.0]), np.array([10.0, 15.0, 25.0]), [0, 0.1, 0.5, 0.9, 1])
    assert found == pytest.approx([20, 25, 45, 65, 70])


def test_percentile_is_the_smallest_place_that_reaches_the_fraction() -> None:
    """Rung 1: with an empty bin between two equal ones, the median is where the first one ends."""
    assert percentiles(np.array([0.0, 2.0, 7.0, 9.0]), np.array([4.0, 0.0, 4.0]), 0.5) == pytest.approx(2.0)


def test_zeroth_percentile_starts_at_the_first_filled_bin() -> None:
    """Rung 1."""
    edges, contents = np.array([0.0, 1.0, 3.0, 8.0, 9.0]), np.array([0.0, 0.0, 2.0, 0.0])
    assert percentiles(edges, contents, [0.0, 1.0]) == pytest.approx([3.0, 8.0])


def test_percentiles_and_moments_of_a_fine_lognormal_meet_the_closed_form() -> None:
    """Rung 1: the analytic lognormal, bins of 0.25 nm."""
    law = lognorm(s=0.35, scale=112.0)
    edges = np.arange(0.0, 1500.25, 0.25)
    contents = np.diff(law.cdf(edges))
    found = percentiles(edges, contents, [0.1, 0.5, 0.9])
    assert found == pytest.approx(law.ppf([0.1, 0.5, 0.9]), abs=2e-3)
    mean, deviation = mean_and_deviation(edges, contents)
    assert mean == pytest.approx(112.0 * math.exp(0.35**2 / 2), rel=1e-5)
    assert deviation == pytest.approx(law.std(), rel=1e-4)


def test_moments_are_taken_at_bin_centres() -> None:
    """Rung 1: 3 at 1 and 1 at 5 have mean 2 and population deviation root 3."""
    mean, deviation = mean_and_deviation(np.array([0.0, 2.0, 4.0, 6.0]), np.array([3.0, 0.0, 1.0]))
    assert (mean, deviation) == pytest.approx((2.0, math.sqrt(3)))


def test_rebin_cuts_bins_evenly_and_loses_nothing() -> None:
    """Rung 1."""
    found = rebin(np.array([0.0, 2.0, 6.0]), np.array([10.0, 8.0]), np.array([-1.0, 1.0, 3.0, 6.0, 9.0]))
    assert found == pytest.approx([5.0, 7.0, 6.0, 0.0])


def test_rebin_refuses_to_drop_content() -> None:
    with pytest.raises(LimitError, match="outside the new bins"):
        rebin(np.array([0.0, 2.0, 6.0]), np.array([10.0, 8.0]), np.array([0.0, 5.0]))


def test_window_cuts_bins_evenly() -> None:
    """Rung 1: a quarter of the first bin and all of the second, of 20 in all."""
    cumulative = Cumulative(np.array([40.0, 80.0, 100.0, 200.0]), np.array([8.0, 6.0, 6.0]))
    assert fraction_in_window(cumulative, 70.0, 100.0) == pytest.approx((2 + 6) / 20)


@pytest.mark.parametrize("ask", [lambda c: c.percentiles(0.5), lambda c: c.fraction_below(3.0)])
def test_empty_distribution_has_no_percentiles(ask) -> None:
    with pytest.raises(LimitError, match="empty"):
        ask(Cumulative(np.array([0.0, 1.0, 2.0]), np.zeros(2)))


def test_percentile_outside_0_to_1_is_refused() -> None:
    with pytest.raises(LimitError, match="0 and 100"):
        percentiles(np.array([0.0, 1.0]), np.ones(1), [0.5, 1.2])


def test_empty_window_is_refused() -> None:
    with pytest.raises(LimitError, match="window"):
        fraction_in_window(Cumulative(np.array([0.0, 1.0]), np.ones(1)), 7.0, 7.0)


def test_limits_hold_the_stated_share_of_further_draws() -> None:
    """Analytic: the k-th smallest of n draws lies, on average, at k / (n + 1) of the distribution."""
    places = np.arange(1, 80) / 80
    rows = np.random.default_rng(3).permutation(np.stack([places, 10 + 2 * places], axis=1))
    assert central_limits(rows, 95.0) == pytest.approx(np.array([[0.025, 10.05], [0.975, 11.95]]))
