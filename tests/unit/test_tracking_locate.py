from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paracrine.characterization.tracking.detect import fit_spot_model, locate_chunk, locate_video, measure_still_image
from paracrine.characterization.tracking.settings import SpotModel, TrackingSettings
from paracrine.characterization.tracking.shape import gaussian
from paracrine.characterization.tracking.spots import Spots
from paracrine.characterization.tracking.track import track_video
from paracrine.core.errors import InputError
from paracrine.instruments.nta.scene import NtaCamera, NtaScene
from paracrine.instruments.nta.sizes import NormalSizes
from paracrine.instruments.nta_video import simulate_nta_video
from paracrine.payloads.video import Video
from paracrine.physics.stokes_einstein import diffusion_um2_per_s

SETTINGS = TrackingSettings()


def lattice(
    *, height: float, sigma_px: float, seed: int, frames: int = 10
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw still Gaussian spots 45 px apart, each at a random place in its pixel, with photon and read noise."""
    rng = np.random.default_rng(seed)
    middle = np.arange(20.0, 310.0, 45.0)
    x = (middle[None, None, :] + rng.random((frames, middle.size, middle.size))).reshape(frames, -1)
    y = (middle[None, :, None] + rng.random((frames, middle.size, middle.size))).reshape(frames, -1)
    grid = np.arange(320.0)
    stack = np.empty((frames, 320, 320), dtype=np.uint8)
    for k in range(frames):
        across = np.exp(-0.5 * ((grid[:, None] - x[k]) / sigma_px) ** 2)
        down = np.exp(-0.5 * ((grid[:, None] - y[k]) / sigma_px) ** 2)
        light = 12.0 + height * (down @ across.T)
        stack[k] = np.clip(np.rint(rng.poisson(light) + 2 * rng.standard_normal(light.shape)), 0, 255)
    return stack, x, y


def gaussian_bound_px(*, height: float, sigma_px: float) -> float:
    """Return the Cramer-Rao bound of x: unknown x, y, height, width, background; photon, read, rounding noise."""
    grid = np.arange(-14.0, 15.0)
    x, y = (axis.ravel() for axis in np.meshgrid(grid, grid))
    shape = np.exp(-0.5 * (x**2 + y**2) / sigma_px**2)
    slopes = np.array([shape * x, shape * y, shape, shape * (x**2 + y**2), np.ones_like(x)])
    slopes[:2] *= height / sigma_px**2
    variance = 12.0 + height * shape + 4.0 + 1 / 12
    return float(np.sqrt(np.linalg.inv((slopes / variance) @ slopes.T)[0, 0]))


def paired(spots: Spots, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return errors along x and y of each found spot against the nearest true one of its frame."""
    dx, dy = [], []
    for row in range(spots.spots_count):
        k = spots.frame[row]
        near = np.argmin(np.hypot(x[k] - spots.x_px[row], y[k] - spots.y_px[row]))
        dx.append(spots.x_px[row] - x[k, near])
        dy.append(spots.y_px[row] - y[k, near])
    return np.array(dx), np.array(dy)


@pytest.mark.parametrize(("height", "sigma_px"), [(16.0, 1.7), (30.0, 1.5), (110.0, 2.1)])
def test_localisation_of_gaussian_spots_reaches_the_fisher_bound(height: float, sigma_px: float) -> None:
    """Rung 1, analytic: Fisher information of the drawn image."""
    frames, x, y = lattice(height=height, sigma_px=sigma_px, seed=round(height))
    video = Video.from_frames(frames)
    spots = locate_video(video, SETTINGS, model=fit_spot_model(video, SETTINGS))
    assert spots.spots_count >= 0.99 * x.size
    dx, dy = paired(spots, x, y)
    good = np.hypot(dx, dy) < 2
    assert good.mean() > 0.99
    error = np.sqrt(np.mean(np.concatenate([dx[good], dy[good]]) ** 2))
    # 980 numbers: the scatter of a ratio is 2.3 %.
    assert error / gaussian_bound_px(height=height, sigma_px=sigma_px) < 1.1
    assert abs(np.mean(dx[good])) < 4 * error / np.sqrt(good.sum())
    stated = np.concatenate([dx[good] / spots.sigma_x_px[good], dy[good] / spots.sigma_y_px[good]])
    # Faint spots alone say nothing of photon noise, and their stated uncertainty lacks it.
    assert 0.9 < np.sqrt(np.mean(stated**2)) < 1.2


def pair_bound_px(*, gap_px: float, heights: tuple[float, float], sigma_px: float) -> float:
    """Return the Cramer-Rao bound of x of the first of two spots: nine unknowns and the background."""
    grid = np.arange(-20.0, 21.0)
    x, y = (axis.ravel() for axis in np.meshgrid(grid, grid))
    slopes, light = [np.ones_like(x)], np.zeros_like(x)
    for place, height in zip((0.0, gap_px), heights, strict=True):
        dx = x - place
        shape = height * np.exp(-0.5 * (dx**2 + y**2) / sigma_px**2)
        light += shape
        slopes += [shape * dx / sigma_px**2, shape * y / sigma_px**2, shape / height, shape * (dx**2 + y**2)]
    design = np.array(slopes)
    return float(np.sqrt(np.linalg.inv((design / (16 + 1 / 12 + light)) @ design.T)[1, 1]))


@pytest.mark.parametrize(("gap_px", "brighter"), [(6.0, 30.0), (7.0, 140.0)])
def test_a_spot_beside_another_is_placed_as_well_as_both_together_allow(gap_px: float, brighter: float) -> None:
    """Rung 1, analytic: joint Fisher information of two overlapping spots."""
    one, x, y = lattice(height=30.0, sigma_px=1.7, seed=21)
    rng = np.random.default_rng(22)
    grid = np.arange(320.0)
    frames = one.astype(float)
    for k in range(frames.shape[0]):
        across = np.exp(-0.5 * ((grid[:, None] - x[k] - gap_px) / 1.7) ** 2)
        down = np.exp(-0.5 * ((grid[:, None] - y[k]) / 1.7) ** 2)
        frames[k] += rng.poisson(brighter * (down @ across.T))
    pairs = np.clip(frames, 0, 255).astype(np.uint8)
    spots = locate_video(Video.from_frames(pairs), SETTINGS, model=fit_spot_model(Video.from_frames(one), SETTINGS))
    spots = spots.take(spots.doubt >= 0)
    assert spots.spots_count == pytest.approx(2 * x.size, rel=0.02)
    dx, dy = paired(spots, x, y)
    near = np.hypot(dx, dy) < 2.5
    assert near.sum() > 0.98 * x.size
    bound = pair_bound_px(gap_px=gap_px, heights=(30.0, brighter), sigma_px=1.7)
    assert np.sqrt(np.mean(dx[near] ** 2)) / bound < 1.2
    assert 0.85 < np.sqrt(np.mean((dx[near] / spots.sigma_x_px[near]) ** 2)) < 1.2


def test_shape_and_photon_noise_are_learnt_from_the_video() -> None:
    """Rung 1: one electron a count, background variance 12 + 4 + 1/12, spot variance 1.5^2."""
    frames, _, _ = lattice(height=90.0, sigma_px=1.5, seed=5)
    model = fit_spot_model(Video.from_frames(frames), SETTINGS)
    assert model.variance_px2 == pytest.approx(2.25, rel=0.05)
    assert model.noise_variance == pytest.approx(16 + 1 / 12, rel=0.15)
    assert model.variance_per_count == pytest.approx(1.0, abs=0.25)


def test_noise_of_light_grows_with_the_square_of_the_paths() -> None:
    """Rung 2, simulated truth: 4.1 um2/s, a shutter open for 20 of 40 ms, 0.166 um pixels: path variance 0.99 px^2."""
    scene = NtaScene(sizes=NormalSizes(120.0), frames_count=60)
    video = simulate_nta_video(scene, seed=21).video
    learnt = {share: fit_spot_model(video, replace(SETTINGS, shutter_frac=share)) for share in (0.0, 0.25, 0.5)}
    diffusion = diffusion_um2_per_s(120.0, temperature_c=25.0, viscosity_mpas=scene.viscosity_mpas)
    path_px2 = diffusion * 0.020 / 3 / 0.166**2
    assert learnt[0.0].light_noise_ratio == 1.0
    usual_px2 = learnt[0.5].variance_px2
    # The median step to the nearest spot of the next frame is a slower one: 0.86 to 0.93 of the path over three seeds.
    learnt_px2 = usual_px2 * np.sqrt((learnt[0.5].light_noise_ratio - 1) / 53)
    assert 0.85 < learnt_px2 / path_px2 < 0.97
    expected = (learnt[0.5].light_noise_ratio - 1) * (0.25 / 0.5 * (1 - 0.5 / 3) / (1 - 0.25 / 3)) ** 2
    assert learnt[0.25].light_noise_ratio - 1 == pytest.approx(expected, rel=1e-9)


def test_uncertainties_of_moving_particles_are_no_smaller_than_errors_at_any_brightness() -> None:
    """Rung 2, simulated truth; errors beyond 1.5 px are those of spots that were taken for others.

    With photon noise alone, errors were 1.15 (faint) to 1.8 times (bright) what was stated.
    """
    made = simulate_nta_video(NtaScene(frames_count=80), seed=22)
    spots = locate_video(made.video, SETTINGS, model=fit_spot_model(made.video, SETTINGS))
    spots, truth = spots.take(spots.doubt == 0), made.truth
    squares, stated, peaks = [], [], []
    for frame in range(80):
        mine, real = spots.frame == frame, (truth.frame == frame) & (truth.peak_counts >= 3)
        dx, dy = (a[mine, None] - b[real] for a, b in ((spots.x_px, truth.x_px), (spots.y_px, truth.y_px)))
        square = dx**2 + dy**2
        nearest = square.argmin(axis=1)
        squares.append(square.min(axis=1) / 2)
        stated.append((spots.sigma_x_px[mine] ** 2 + spots.sigma_y_px[mine] ** 2) / 2)
        peaks.append(truth.peak_counts[real][nearest])
    square, variance, peak = (np.concatenate(parts) for parts in (squares, stated, peaks))
    for low, high in ((12, 20), (20, 40), (40, 80), (80, 160)):
        chosen = (peak >= low) & (peak < high) & (square < 1.5**2 / 2)
        assert 0.78 < np.sqrt(square[chosen].mean() / variance[chosen].mean()) < 1.0, (low, high)


def test_dark_spots_are_the_same_as_bright_ones_upside_down() -> None:
    frames, _, _ = lattice(height=40.0, sigma_px=1.6, seed=6, frames=2)
    model = SpotModel(variance_px2=2.6, variance_per_count=0.0, noise_variance=16.0)
    bright = locate_chunk(frames, SETTINGS, model, top_counts=255)
    dark = locate_chunk(255 - frames, replace(SETTINGS, dark_spots=True), model, top_counts=255)
    assert bright.spots_count == dark.spots_count > 90
    assert np.allclose(bright.x_px, dark.x_px, atol=2e-3)
    assert np.allclose(bright.amplitude_counts, dark.amplitude_counts, rtol=2e-3)


def test_sloped_and_flickering_background_does_not_move_spots() -> None:
    frames, x, y = lattice(height=40.0, sigma_px=1.6, seed=7)
    slope = np.linspace(0, 60, 320)
    lifted = (frames + slope + 15 * (np.arange(10) % 2)[:, None, None]).astype(np.uint8)
    video = Video.from_frames(lifted)
    spots = locate_video(video, SETTINGS, model=fit_spot_model(video, SETTINGS))
    dx, dy = paired(spots, x, y)
    near = np.hypot(dx, dy) < 2
    assert near.sum() >= 0.98 * x.size
    assert near.mean() > 0.99
    assert abs(dx[near].mean()) < 0.02


def test_what_never_moves_is_taken_away() -> None:
    scene = NtaScene(camera=NtaCamera(height_px=120, width_px=160), frames_count=30)
    frames = simulate_nta_video(scene, seed=3).video.read(0, 30).copy()
    frames[:, 40:44, 50:54] += 90
    video = Video.from_frames(frames)
    still = measure_still_image(video)
    assert np.all(still[40:44, 50:54] > 60)
    assert np.mean(still != 0) < 0.02
    model = SpotModel(variance_px2=3.9)
    plain, cleaned = (locate_video(video, SETTINGS, model=model, still=image) for image in (None, still))

    def at_dust(spots: Spots) -> int:
        return int(np.sum(np.hypot(spots.x_px - 51.5, spots.y_px - 41.5) < 3))

    assert at_dust(plain) >= 29
    assert at_dust(cleaned) < 10


def test_chunks_and_threads_never_change_the_numbers() -> None:
    scene = NtaScene(camera=NtaCamera(height_px=120, width_px=160), frames_count=23)
    video = simulate_nta_video(scene, seed=4).video
    one = track_video(video, threads=1, chunk_frames=23).tracks
    other = track_video(video, threads=3, chunk_frames=4).tracks
    for name in ("track_id", "frame", "x_px", "y_px", "amplitude_counts", "sigma_x_px", "drift_x_px"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@pytest.mark.parametrize("bit_depth", [12, 16])
def test_deeper_cameras_find_the_same_particles(bit_depth: int) -> None:
    scene = NtaScene(camera=NtaCamera(height_px=120, width_px=160, bit_depth=bit_depth), frames_count=10)
    shallow = replace(scene, camera=replace(scene.camera, bit_depth=8))
    deep, flat = (track_video(simulate_nta_video(s, seed=5).video) for s in (scene, shallow))
    assert deep.saturated_share == 0
    assert flat.saturated_share > 0
    assert deep.tracks.spots_count == pytest.approx(flat.tracks.spots_count, rel=0.05)


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((3, 40, 50), dtype=np.uint8),
        np.full((3, 40, 50), 255, dtype=np.uint8),
        np.full((3, 40, 50), 65535, dtype=np.uint16),
        np.random.default_rng(2).poisson(12, (4, 64, 64)).astype(np.uint8),
        np.random.default_rng(3).poisson(12, (1, 64, 64)).astype(np.uint8),
        np.random.default_rng(4).poisson(12, (2, 5, 4)).astype(np.uint8),
    ],
    ids=["black", "saturated", "saturated-16", "noise", "one-frame", "tiny"],
)
def test_videos_without_particles_give_no_tracks_and_no_error(frames: np.ndarray) -> None:
    result = track_video(Video.from_frames(frames))
    assert result.tracks.tracks_count <= 1
    assert np.all(result.tracks.drift_x_px == 0)


def test_two_frames_are_linked() -> None:
    frames, _, _ = lattice(height=60.0, sigma_px=1.6, seed=8, frames=2)
    tracks = track_video(Video.from_frames(frames)).tracks
    assert np.sum(tracks.lengths_count == 2) > 45


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="3 to 60"):
        TrackingSettings(spot_diameter_px=1.0)
    with pytest.raises(InputError, match="threshold"):
        TrackingSettings(threshold_ratio=4.0, faint_ratio=5.0)


def test_numba_is_loaded_only_when_a_video_is_tracked() -> None:
    code = (
        "import sys, paracrine.characterization.tracking.track, paracrine.instruments.nta_video,"
        " paracrine.readers.video_file; sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_kernels_run_where_no_cache_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core import caching

    from paracrine.numerics.kernel import kernel

    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])

    def double(value: int) -> int:
        return 2 * value

    assert kernel(double)(21) == 42


@pytest.mark.slow
def test_a_first_run_and_later_ones_give_the_same_numbers(tmp_path: Path) -> None:
    """The first compiles every kernel, the second reads them from the cache."""
    program = (
        "from paracrine.characterization.tracking.track import track_video\n"
        "from paracrine.instruments.nta.scene import NtaScene\n"
        "from paracrine.instruments.nta_video import simulate_nta_video\n"
        "tracks = track_video(simulate_nta_video(NtaScene(frames_count=40), seed=1).video).tracks\n"
        "print(tracks.x_px.tobytes().hex(), tracks.track_id.tobytes().hex())"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    found = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment).stdout
        for _ in range(2)
    ]
    assert len(found[0]) > 10_000
    assert found[0] == found[1]


def test_light_is_the_normal_curve_near_a_spot_and_nothing_far_from_it() -> None:
    """Rung 1, analytic; squares of thousands are pixels far along the short axis of a narrow spot."""
    near, far = np.linspace(0, 12, 200), np.geomspace(100, 1e6, 200)
    found = np.array([gaussian(np.float32(square)) for square in near])
    assert np.abs(found - np.exp(-0.5 * near)).max() < 1e-3
    assert max(gaussian(np.float32(square)) for square in far) < 1e-12
