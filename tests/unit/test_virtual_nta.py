from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.instruments.nta.motion import draw_exposures
from paracrine.instruments.nta.scene import NtaCamera, NtaMotion, NtaOptics, NtaScene
from paracrine.instruments.nta.sizes import LognormalSizes, MixedSizes, NormalSizes
from paracrine.instruments.nta_video import simulate_nta_video
from paracrine.physics.stokes_einstein import diffusion_um2_per_s

CAMERA = NtaCamera(height_px=60, width_px=80)
SMALL = NtaScene(camera=CAMERA, frames_count=20, motion=NtaMotion(0.0, 0.0))


def test_background_has_the_stated_mean_and_shot_and_read_variance() -> None:
    """Analytic: variance of Poisson electrons plus read noise plus rounding (1/12)."""
    camera = replace(CAMERA, background_counts=30.3, electrons_per_count=2.5, read_noise_counts=1.7, bit_depth=12)
    empty = replace(SMALL, concentration_per_ml=0.0, camera=camera)
    frames = simulate_nta_video(empty, seed=3).video.read(0, 20).astype(np.float64)
    variance = 30.3 / 2.5 + 1.7**2 + 1 / 12
    error = np.sqrt(variance / frames.size)
    assert abs(frames.mean() - 30.3) < 5 * error
    assert abs(frames.var() / variance - 1) < 5 * np.sqrt(2 / frames.size)


def test_bright_background_stays_poisson_beyond_the_tables() -> None:
    """Analytic: 900 electrons per pixel by additivity, 6000 by the normal limit."""
    for counts in (900.0, 6000.0):
        camera = replace(CAMERA, background_counts=counts, read_noise_counts=0.0, bit_depth=16)
        frames = simulate_nta_video(replace(SMALL, concentration_per_ml=0.0, camera=camera), seed=4).video.read(0, 20)
        assert frames.dtype == np.uint16
        assert abs(frames.mean() / counts - 1) < 5 / np.sqrt(counts * frames.size)
        assert abs(frames.var() / counts - 1) < 5 * np.sqrt(2 / frames.size)


def test_particles_diffuse_as_stokes_einstein_says() -> None:
    """Analytic: mean squared step of one exposure's first and last position, and from frame to frame."""
    scene = replace(SMALL, frames_count=40, sizes=NormalSizes(150.0))
    diameter = np.full(300, 150.0)
    exposures = list(draw_exposures(scene, diameter_nm=diameter, rng=np.random.default_rng(5)))
    expected = diffusion_um2_per_s(150.0, temperature_c=25.0, viscosity_mpas=scene.viscosity_mpas)
    inner_s = 0.020 * 7 / 8
    within = np.concatenate([e.path[-1] - e.path[0] for e in exposures])
    assert np.mean((within[:, 0] * 0.166) ** 2) == pytest.approx(2 * expected * inner_s, rel=0.06)
    assert np.mean(within[:, 2] ** 2) == pytest.approx(2 * expected * inner_s, rel=0.06)
    stays = [a.identity == b.identity for a, b in pairwise(exposures)]
    pairs = ((a, b, same) for (a, b), same in zip(pairwise(exposures), stays, strict=True))
    steps = np.concatenate([(b.path[0] - a.path[0])[same, 1] for a, b, same in pairs])
    assert np.mean((steps * 0.166) ** 2) == pytest.approx(2 * expected * 0.04, rel=0.06)


def test_a_particle_that_returns_through_the_box_gets_a_new_name() -> None:
    scene = replace(SMALL, frames_count=60, motion=NtaMotion(drift_x_um_per_s=40.0))
    names = [
        exposure.identity
        for exposure in draw_exposures(scene, diameter_nm=np.full(3, 900.0), rng=np.random.default_rng(6))
    ]
    assert len(np.unique(np.concatenate(names))) > 3


def test_truth_peak_is_the_light_on_the_frame() -> None:
    """Analytic: a slow particle in focus, averaged over frames, has its stated peak and width."""
    quiet = replace(CAMERA, read_noise_counts=0.1, electrons_per_count=50.0, bit_depth=16)
    optics = NtaOptics(beam_sigma_um=500.0, focus_depth_um=1e5)
    scene = replace(
        SMALL, sizes=NormalSizes(9000.0), reference_diameter_nm=9000.0, camera=quiet, optics=optics, frames_count=3
    )
    scene = replace(scene, brightness_counts=200.0, concentration_per_ml=6.0e6)
    made = simulate_nta_video(scene, seed=8)
    frames, truth = made.video.read(0, 3), made.truth
    inside = (truth.x_px > 8) & (truth.x_px < 71) & (truth.y_px > 8) & (truth.y_px < 51)
    lone = [row for row in np.flatnonzero(inside) if _nearest(truth.x_px, truth.y_px, truth.frame, row) > 16]
    assert lone
    for row in lone:
        x, y = round(truth.x_px[row]), round(truth.y_px[row])
        square = (x - truth.x_px[row]) ** 2 + (y - truth.y_px[row]) ** 2
        light = truth.imaged_peak_counts[row] * np.exp(-square / (2 * truth.spot_sigma_px[row] ** 2))
        assert frames[truth.frame[row], y, x] == pytest.approx(12 + light, rel=0.05)


def _nearest(x: np.ndarray, y: np.ndarray, frame: np.ndarray, row: int) -> float:
    others = (frame == frame[row]) & (np.arange(x.size) != row)
    return float(np.min(np.hypot(x[others] - x[row], y[others] - y[row]), initial=1e3))


def test_same_seed_gives_the_same_counts_whatever_the_threads() -> None:
    one, two = (simulate_nta_video(SMALL, seed=7, threads=threads) for threads in (1, 3))
    assert np.array_equal(one.video.read(0, 20), two.video.read(0, 20))
    assert np.array_equal(one.truth.peak_counts, two.truth.peak_counts)
    other = simulate_nta_video(SMALL, seed=8)
    assert not np.array_equal(one.video.read(0, 20), other.video.read(0, 20))


def test_mixed_sizes_keep_their_shares() -> None:
    sizes = MixedSizes(((3.0, NormalSizes(90.0)), (1.0, LognormalSizes(150.0, 1.1))))
    drawn = sizes.draw(8000, rng=np.random.default_rng(9))
    assert np.mean(drawn == 90.0) == pytest.approx(0.75, abs=0.02)
    assert np.median(drawn[drawn != 90.0]) == pytest.approx(150.0, rel=0.01)


def test_an_exposure_longer_than_the_frame_is_refused() -> None:
    with pytest.raises(InputError, match="longer than a frame"):
        replace(SMALL, camera=replace(CAMERA, exposure_s=0.05))


def test_light_is_that_of_the_mean_depth_where_no_other_is_followed() -> None:
    """Analytic: peak 65 counts times the beam's profile over the widening by defocus, at one depth per exposure."""
    scene = replace(SMALL, sizes=NormalSizes(120.0), light_steps_count=1)
    truth = simulate_nta_video(scene, seed=9).truth
    widening = 1 + (truth.z_um / 2.5) ** 2
    assert truth.peak_counts == pytest.approx(65 * np.exp(-0.5 * (truth.z_um / 1.9) ** 2) / widening, rel=1e-9)
    assert truth.spot_sigma_px == pytest.approx(1.5 * np.sqrt(widening), rel=1e-9)
    assert np.all(np.std(truth.path_x_px, axis=1) > 0.1)
    with pytest.raises(InputError, match="multiple of the depths"):
        replace(SMALL, light_steps_count=3)
