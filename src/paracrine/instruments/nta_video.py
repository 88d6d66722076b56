"""Virtual particle-tracking video: frames with every particle's true path, size and brightness."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from paracrine.instruments.nta.motion import Box, Exposure, common_motion_px, draw_exposures
from paracrine.instruments.nta.scene import NtaScene
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray
from paracrine.payloads.video import Video

FAINTEST_COUNTS = 2.0
"""Particles whose resting peak stays below this are drawn but left out of the truth rows."""
_FRAMES_AT_ONCE = 32


@dataclass(frozen=True, slots=True, eq=False)
class NtaTruth:
    """What really was in the frames; arrays have one row for each particle and frame, sorted by frame.

    Attributes:
        frame: frame index.
        particle_id: same particle, same number; a particle that leaves and returns gets a new one.
        x_px: mean column over the exposure.
        y_px: mean row.
        z_um: mean distance from focus.
        diameter_nm: true diameter.
        peak_counts: height of the spot over the background if the particle had stayed at rest (mean over exposure).
        imaged_peak_counts: height with motion blur.
        spot_sigma_px: width of the spot at rest, defocus included.
        path_x_px: shape (rows, substeps), columns within the exposure.
        path_y_px: shape (rows, substeps), rows.
        population_diameter_nm: all particles in the box, seen or not.
        box_volume_ml: volume that holds them.
        drift_x_px: shape (frames,), common motion against the first frame, mean of the exposure.
        drift_y_px: the same along y.
    """

    frame: IntArray
    particle_id: IntArray
    x_px: FloatArray
    y_px: FloatArray
    z_um: FloatArray
    diameter_nm: FloatArray
    peak_counts: FloatArray
    imaged_peak_counts: FloatArray
    spot_sigma_px: FloatArray
    path_x_px: FloatArray
    path_y_px: FloatArray
    population_diameter_nm: FloatArray
    box_volume_ml: float
    drift_x_px: FloatArray
    drift_y_px: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedVideo:
    """A video and its truth."""

    scene: NtaScene
    video: Video
    truth: NtaTruth


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Spots of one frame: arrays (particles, substeps), and which particles they are."""

    frame: int
    x_px: FloatArray
    y_px: FloatArray
    z_um: FloatArray
    peak_counts: FloatArray
    width_px: FloatArray
    diameter_nm: FloatArray
    particle_id: IntArray
    power_ratio: float


def simulate_nta_video(scene: NtaScene, *, seed: int, threads: int = 2) -> SimulatedVideo:
    """Simulate one recording with its truth; the same seed gives the same counts whatever the threads.

    Args:
        scene: population, liquid, optics, camera, motion.
        seed: of all randomness.
        threads: frames drawn at the same time.

    Returns:
        Frames in memory (uint8 up to 8 bits, else uint16) and every particle's path, size and brightness.
    """
    particles_rng, camera_rng = (np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(2))
    box = Box.around(scene)
    volume_ml = box.volume_ml(pixel_um=scene.optics.pixel_um)
    diameter_nm = scene.sizes.draw(particles_rng.poisson(scene.concentration_per_ml * volume_ml), rng=particles_rng)
    drawn = _draw_spots(scene, diameter_nm=diameter_nm, particles_rng=particles_rng, camera_rng=camera_rng)
    frame_seeds = camera_rng.integers(0, 2**63, scene.frames_count, dtype=np.uint64)
    camera = scene.camera
    shape = (scene.frames_count, camera.height_px, camera.width_px)
    frames = np.empty(shape, dtype=np.uint8 if camera.bit_depth <= 8 else np.uint16)
    rows = []
    with ThreadPoolExecutor(threads) as pool:
        while batch := list(islice(drawn, _FRAMES_AT_ONCE)):
            seeds = [frame_seeds[spots.frame] for spots in batch]
            for spots, (counts, peaks) in zip(
                batch, pool.map(lambda spots, seed: _expose(scene, spots, seed=seed), batch, seeds), strict=True
            ):
                frames[spots.frame] = counts
                rows.append(_truth_rows(spots, peaks))
    video = Video.from_frames(
        frames,
        bit_depth=camera.bit_depth,
        frame_rate_hz=camera.frame_rate_hz,
        exposure_s=camera.exposure_s,
        pixel_um=scene.optics.pixel_um,
    )
    columns = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    drift = _drift_px(scene)
    truth = NtaTruth(
        **columns,
        population_diameter_nm=diameter_nm,
        box_volume_ml=volume_ml,
        drift_x_px=drift[:, 0] - drift[0, 0],
        drift_y_px=drift[:, 1] - drift[0, 1],
    )
    return SimulatedVideo(scene, video, truth)


def _draw_spots(
    scene: NtaScene,
    *,
    diameter_nm: FloatArray,
    particles_rng: np.random.Generator,
    camera_rng: np.random.Generator,
) -> Iterator[_Drawn]:
    reference = scene.contrast.collected(np.array([scene.reference_diameter_nm]))[0]
    brightness = scene.brightness_counts * scene.contrast.collected(diameter_nm) / reference
    power = np.maximum(1 + scene.camera.flicker_frac * camera_rng.standard_normal(scene.frames_count), 0.05)
    for frame, exposure in enumerate(draw_exposures(scene, diameter_nm=diameter_nm, rng=particles_rng)):
        yield _light(scene, exposure, brightness * power[frame], diameter_nm, frame=frame, power_ratio=power[frame])


def _light(
    scene: NtaScene,
    exposure: Exposure,
    brightness: FloatArray,
    diameter_nm: FloatArray,
    *,
    frame: int,
    power_ratio: float,
) -> _Drawn:
    optics = scene.optics
    x, y, z = (np.ascontiguousarray(exposure.path[:, :, axis].T) for axis in range(3))
    together = scene.substeps_count // (scene.light_steps_count or scene.substeps_count)
    depth = np.repeat(z.reshape(z.shape[0], scene.substeps_count // together, together).mean(axis=2), together, axis=1)
    widening = 1 + (depth / optics.focus_depth_um) ** 2
    peak = brightness[:, None] * np.exp(-0.5 * (depth / optics.beam_sigma_um) ** 2) / widening
    lit = np.flatnonzero(peak.max(axis=1) > 1e-3)
    return _Drawn(
        frame,
        x[lit],
        y[lit],
        z[lit],
        peak[lit],
        optics.spot_sigma_px * np.sqrt(widening[lit]),
        diameter_nm[lit],
        exposure.identity[lit],
        power_ratio,
    )


def _expose(scene: NtaScene, spots: _Drawn, *, seed: np.uint64) -> tuple[npt.NDArray[np.uint16], FloatArray]:
    from paracrine.instruments.nta.camera import add_spots, expose, normal_quantiles, peak_of_each, poisson_tables

    camera = scene.camera
    slope = 1 + camera.background_slope_frac * np.linspace(-0.5, 0.5, camera.width_px)
    line = (camera.background_counts * spots.power_ratio * slope).astype(np.float32)
    image = np.tile(line, (camera.height_px, 1))
    add_spots(image, spots.x_px, spots.y_px, spots.peak_counts, spots.width_px)
    peaks = peak_of_each(spots.x_px, spots.y_px, spots.peak_counts, spots.width_px)
    counts = np.empty(image.shape, dtype=np.uint16)
    keep, alias = poisson_tables()
    expose(
        image,
        counts,
        camera.electrons_per_count,
        camera.read_noise_counts,
        (1 << camera.bit_depth) - 1,
        seed,
        keep,
        alias,
        normal_quantiles(),
    )
    return counts, peaks


def _truth_rows(spots: _Drawn, imaged_peak_counts: FloatArray) -> dict[str, npt.NDArray[np.generic]]:
    keep = np.flatnonzero(spots.peak_counts.mean(axis=1) >= FAINTEST_COUNTS)
    return {
        "frame": np.full(keep.size, spots.frame, dtype=np.int64),
        "particle_id": spots.particle_id[keep],
        "x_px": spots.x_px[keep].mean(axis=1),
        "y_px": spots.y_px[keep].mean(axis=1),
        "z_um": spots.z_um[keep].mean(axis=1),
        "diameter_nm": spots.diameter_nm[keep],
        "peak_counts": spots.peak_counts[keep].mean(axis=1),
        "imaged_peak_counts": imaged_peak_counts[keep],
        "spot_sigma_px": spots.width_px[keep].mean(axis=1),
        "path_x_px": spots.x_px[keep],
        "path_y_px": spots.y_px[keep],
    }


def _drift_px(scene: NtaScene) -> FloatArray:
    inner_s = scene.camera.exposure_s / scene.substeps_count
    frames = np.arange(scene.frames_count)[:, None] / scene.camera.frame_rate_hz
    times_s: FloatArray = frames + inner_s * np.arange(scene.substeps_count, dtype=np.float64)
    motion = common_motion_px(scene, times_s.ravel())
    mean: FloatArray = motion.reshape(scene.frames_count, scene.substeps_count, 3).mean(axis=1)
    return mean
