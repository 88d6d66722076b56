from __future__ import annotations

import math

import numpy as np
import pytest

from paracrine.characterization.inference.scattering_law import ScatteringLaw
from paracrine.characterization.inference.visibility import (
    Optics,
    fit_optics,
    reached_bins,
    score_density,
    score_edges,
    visible_depth,
)
from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray

RAYLEIGH = ScatteringLaw(angle_deg=0.01, angle_spread_deg=0.0, refractive_index_spread=1e-5)
"""At no angle the form factor is 1: brightness goes with the sixth power."""
SIZES = np.geomspace(60.0, 320.0, 30)
NO_BLUR = np.zeros(SIZES.size)


def optics(**changes: float) -> Optics:
    values = {
        "log_brightness": 2.7 - 6 * math.log(100),
        "focus_ratio": 0.0,
        "brightness_spread": 1e-5,
        "spot_variance_px2": 2.2,
        "threshold_ratio": 6.0,
        "power_shift": 0.0,
    }
    return Optics(**(values | changes))


def drawn_scores(count: int, *, seed: int, focus_ratio: float) -> tuple[FloatArray, FloatArray]:
    """Scores of particles at random depth: Gaussian beam, defocus, unit noise; counted from 6 on."""
    rng = np.random.default_rng(seed)
    size, depth = rng.uniform(80, 220, count), rng.uniform(-4, 4, count)
    score = np.exp(2.7 - depth**2 / 2) * (size / 100) ** 6 / np.sqrt(1 + (focus_ratio * depth) ** 2)
    measured = score + rng.standard_normal(count)
    return size[measured >= 6], measured[measured >= 6]


def test_rayleigh_law_is_the_sixth_power_and_large_spheres_fall_below_it() -> None:
    """Analytic: ratio of two sizes; the form factor is below 1 under 90 degrees."""
    light = RAYLEIGH.collected(np.array([70.0, 140.0]))
    assert light[1] / light[0] == pytest.approx(64.0, rel=1e-6)
    sideways = ScatteringLaw().collected(np.array([70.0, 280.0]))
    assert sideways[1] / sideways[0] < 0.9 * 4**6


def test_spread_of_the_index_is_twice_that_of_the_contrast() -> None:
    """Analytic: brightness goes with the square of the index difference."""
    law = ScatteringLaw(refractive_index=1.431, medium_index=1.331, refractive_index_spread=0.005)
    assert law.brightness_spread == pytest.approx(0.1)
    with pytest.raises(InputError, match="no light"):
        ScatteringLaw(refractive_index=1.331, medium_index=1.331)


def test_visible_depth_of_a_bright_particle_is_where_the_beam_falls_to_the_threshold() -> None:
    """Analytic: exp(-t^2 / 2) = threshold / score gives t; noise hardly matters for a steep edge."""
    depth = visible_depth(optics(log_brightness=9.0 - 6 * math.log(100)), RAYLEIGH, SIZES, NO_BLUR)
    score = np.exp(9.0) * (SIZES / 100) ** 6
    assert depth[5:13] == pytest.approx(2 * np.sqrt(2 * np.log(score[5:13] / 6)), rel=0.02)


def test_what_cannot_be_seen_has_no_depth_and_blur_takes_some() -> None:
    still = visible_depth(optics(), RAYLEIGH, SIZES, NO_BLUR)
    moving = visible_depth(optics(), RAYLEIGH, SIZES, 120.0 / SIZES)
    assert still[0] < 0.01 * still[-1]
    assert np.all(np.diff(still) > 0)
    assert np.all(moving < still)


def test_density_of_scores_is_that_of_drawn_spots() -> None:
    """Analytic: simulated particles at every depth; each bin within 5 standard errors."""
    size, score = drawn_scores(400_000, seed=1, focus_ratio=0.8)
    near = np.abs(size - 150.0) < 1.0
    seen = np.histogram(score[near], score_edges(6.0))[0]
    middle, blur = np.array([150.0]), np.zeros(1)
    light, reached = np.log(RAYLEIGH.collected(middle)), reached_bins(6.0)
    density = score_density(optics(focus_ratio=0.8), light, reached, diameter_nm=middle, blur_px2=blur)
    expected = density[0] * near.sum()
    assert np.all(np.abs(seen - expected) < 5 * np.sqrt(expected + 4) + 0.02 * near.sum())


def test_brightness_and_power_are_learnt_from_scores() -> None:
    """Analytic: the drawn brightness, within 0.15; the law is told wrongly by a power of 0.8 and corrected."""
    size, score = drawn_scores(40_000, seed=2, focus_ratio=0.8)
    shares = np.zeros((score.size, SIZES.size))
    shares[np.arange(score.size), np.argmin(np.abs(np.log(size[:, None] / SIZES)), axis=1)] = 1.0
    told = {"diameter_nm": SIZES, "blur_px2": NO_BLUR, "spot_variance_px2": 2.2, "threshold_ratio": 6.0}
    found = fit_optics(score, shares, RAYLEIGH, **told, independent_count=score.size)
    assert found.log_brightness + 6 * math.log(100) == pytest.approx(2.7, abs=0.15)
    assert found.power_shift == pytest.approx(0.0, abs=0.2)
    too_weak = ScatteringLaw(refractive_index_spread=1e-5, angle_spread_deg=0.0, angle_deg=140.0)
    assert fit_optics(score, shares, too_weak, **told, independent_count=score.size).power_shift > 0.4
