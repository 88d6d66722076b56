from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from tracks_builder import CAMERA, ideal_tracks

from paracrine.characterization.inference.diffusion import measure_steps
from paracrine.characterization.inference.localisation import fit_localisation


def test_pooled_variance_is_found_without_bias() -> None:
    """Analytic: the drawn localisation error, over 30 videos; sizes from 80 to 400 nm, one spot in ten missing."""
    found, errors = [], []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        tracks = ideal_tracks(rng.uniform(80, 400, 150), 30, rng=rng, sigma_um=0.08, missing_frac=0.1)
        fit = fit_localisation(
            measure_steps(tracks, **CAMERA, pooled=True), stated_relative_error=math.inf, blur_relative_error=0.0
        )
        found.append(fit.from_steps * CAMERA["pixel_um"] ** 2)
        errors.append(fit.from_steps_error * CAMERA["pixel_um"] ** 2)
    spread = float(np.std(found, ddof=1))
    assert np.mean(found) == pytest.approx(0.08**2, abs=3 * spread / math.sqrt(30))
    assert np.mean(errors) == pytest.approx(spread, rel=0.35)


def test_stated_uncertainty_counts_where_steps_say_little() -> None:
    rng = np.random.default_rng(4)
    tracks = ideal_tracks(np.full(200, 90.0), 12, rng=rng, sigma_um=0.01)
    fit = fit_localisation(measure_steps(tracks, **CAMERA))
    assert fit.from_steps_error > 3
    assert fit.noise_scale == pytest.approx(1.0, abs=0.1)
    assert fit.sigma_um == pytest.approx(0.01, rel=0.1)


def test_wrongly_stated_uncertainty_is_corrected_where_steps_know_better() -> None:
    """Analytic: stated 0.05 um, true 0.1 um, so the variance is four times the stated one."""
    rng = np.random.default_rng(5)
    tracks = ideal_tracks(np.full(900, 300.0), 40, rng=rng, sigma_um=0.1)
    half = replace(tracks, sigma_x_px=tracks.sigma_x_px / 2, sigma_y_px=tracks.sigma_y_px / 2)
    steps = measure_steps(half, **CAMERA)
    fit = fit_localisation(steps, stated_relative_error=3.0, blur_relative_error=0.0)
    assert fit.noise_scale == pytest.approx(4.0, rel=0.15)
    assert fit_localisation(steps, stated_relative_error=3.0).standard_error > 2 * fit.standard_error


def test_tracks_of_single_steps_say_nothing() -> None:
    tracks = ideal_tracks(np.full(30, 90.0), 1, rng=np.random.default_rng(6))
    fit = fit_localisation(measure_steps(tracks, **CAMERA, fewest_spots=2))
    assert (fit.noise_scale, fit.from_steps_error) == (1.0, math.inf)
