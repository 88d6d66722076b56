"""Mean diffusion of all steps: right for known diffusion, whatever blur and localisation error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tracks_builder import FRAME_INTERVAL_S, LIQUID, PIXEL_UM, ideal_tracks

from paracrine.characterization.inference.mean_diffusion import measure_mean_diffusion
from paracrine.physics.stokes_einstein import diffusion_um2_per_s


@pytest.mark.parametrize("sigma_um", [0.02, 0.12])
def test_known_diffusion_comes_back_free_of_localisation_error(sigma_um: float) -> None:
    """Analytic: particles of 87 nm; an error that ignored localisation would be 0.3 % and 12 %."""
    rng = np.random.default_rng(4)
    tracks = ideal_tracks(np.full(700, 87.0), 25, rng=rng, sigma_um=sigma_um)
    true = float(diffusion_um2_per_s(87.0, **LIQUID))
    found = measure_mean_diffusion(tracks, pixel_um=PIXEL_UM, frame_interval_s=FRAME_INTERVAL_S)
    assert found is not None
    assert found.diffusion_um2_per_s == pytest.approx(true, abs=3.3 * found.standard_error_um2_per_s)
    assert found.standard_error_um2_per_s < 0.03 * true
    assert found.limits_um2_per_s[0] < found.diffusion_um2_per_s < found.limits_um2_per_s[1]


def test_the_stated_error_is_the_scatter_of_repeats() -> None:
    """Analytic: the standard deviation of 60 repeats, itself known to 9 %."""
    rng = np.random.default_rng(8)
    found = [
        measure_mean_diffusion(
            ideal_tracks(np.full(60, 110.0), 15, rng=rng), pixel_um=PIXEL_UM, frame_interval_s=FRAME_INTERVAL_S
        )
        for _ in range(60)
    ]
    values = [one.diffusion_um2_per_s for one in found if one]
    errors = [one.standard_error_um2_per_s for one in found if one]
    assert np.std(values) == pytest.approx(np.mean(errors), rel=0.3)


def test_common_motion_does_not_count() -> None:
    rng = np.random.default_rng(5)
    still = ideal_tracks(np.full(200, 87.0), 20, rng=rng)
    drift = 3.0 * np.arange(still.frames_count)
    moved = replace(still, x_px=still.x_px + drift[still.frame], drift_x_px=still.drift_x_px + drift)
    options = {"pixel_um": PIXEL_UM, "frame_interval_s": FRAME_INTERVAL_S}
    first, second = measure_mean_diffusion(still, **options), measure_mean_diffusion(moved, **options)
    assert first is not None
    assert second is not None
    assert second.diffusion_um2_per_s == pytest.approx(first.diffusion_um2_per_s, rel=1e-9)


def test_without_two_steps_in_a_row_there_is_none() -> None:
    tracks = ideal_tracks([90.0, 120.0], 1, rng=np.random.default_rng(1))
    assert measure_mean_diffusion(tracks, pixel_um=0.1, frame_interval_s=0.04, fewest_spots=2) is None
