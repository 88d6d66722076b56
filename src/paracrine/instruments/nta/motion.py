"""Brownian paths in three dimensions, within and between exposures, in a box larger than the view."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paracrine.instruments.nta.scene import NtaScene
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray
from paracrine.physics.stokes_einstein import diffusion_um2_per_s

MARGIN_PX = 24.0
"""The box reaches so far beyond the view that no spot is cut at its edge."""
DEPTH_SIGMAS = 4.5


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Periodic box around the view; a particle that leaves comes back on the other side under a new name."""

    low: FloatArray
    size: FloatArray
    """Shape (3,): x, y in px, z in µm."""

    @classmethod
    def around(cls, scene: NtaScene) -> Box:
        """Return the box of a scene."""
        depth_um = DEPTH_SIGMAS * scene.optics.beam_sigma_um
        low = np.array([-MARGIN_PX, -MARGIN_PX, -depth_um])
        high = np.array([scene.camera.width_px + MARGIN_PX, scene.camera.height_px + MARGIN_PX, depth_um])
        return cls(low, high - low)

    def volume_ml(self, *, pixel_um: float) -> float:
        """Return the volume of the box, mL."""
        return float(self.size[0] * self.size[1] * pixel_um**2 * self.size[2]) * 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """Where every particle was during one exposure.

    `path` has the shape (substeps, particles, 3): x and y in px, z in µm, unwrapped within the exposure;
    `identity` names the particle, a new number after each return through the box.
    """

    path: FloatArray
    identity: IntArray


def draw_exposures(scene: NtaScene, *, diameter_nm: FloatArray, rng: np.random.Generator) -> Iterator[Exposure]:
    """Yield the paths of all particles, one exposure after the other.

    Args:
        scene: liquid, camera, motion.
        diameter_nm: shape (particles,), nm.
        rng: source of randomness.
    """
    box = Box.around(scene)
    count = diameter_nm.size
    position = box.low + box.size * rng.random((count, 3))
    crossings = np.zeros(count, dtype=np.int64)
    diffusion = diffusion_um2_per_s(diameter_nm, temperature_c=scene.temperature_c, viscosity_mpas=scene.viscosity_mpas)
    per_um = np.array([1 / scene.optics.pixel_um, 1 / scene.optics.pixel_um, 1.0])
    frame_s = 1 / scene.camera.frame_rate_hz
    inner_s = scene.camera.exposure_s / scene.substeps_count
    outer_s = frame_s - inner_s * (scene.substeps_count - 1)
    inner = np.sqrt(2 * diffusion * inner_s)[:, None] * per_um
    outer = np.sqrt(2 * diffusion * outer_s)[:, None] * per_um
    for frame in range(scene.frames_count):
        steps = rng.standard_normal((scene.substeps_count, count, 3))
        steps[0] *= outer
        steps[1:] *= inner
        path = position + np.cumsum(steps, axis=0)
        position = path[-1]
        times_s: FloatArray = frame * frame_s + inner_s * np.arange(scene.substeps_count, dtype=np.float64)
        seen = path + common_motion_px(scene, times_s)[:, None, :]
        wraps = np.floor((seen.mean(axis=0) - box.low) / box.size)
        crossed = np.any(wraps != 0, axis=1)
        crossings += crossed
        position = position - wraps * box.size
        yield Exposure(seen - wraps * box.size, np.arange(count) + count * crossings)


def common_motion_px(scene: NtaScene, time_s: FloatArray) -> FloatArray:
    """Return drift and vibration of all particles at given times, shape (times, 3): x, y in px, z is 0."""
    motion = scene.motion
    phase = 2 * math.pi * motion.vibration_hz * time_s
    x_um = motion.drift_x_um_per_s * time_s + motion.vibration_um * np.sin(phase)
    y_um = motion.drift_y_um_per_s * time_s + 0.6 * motion.vibration_um * np.cos(phase)
    motion_px: FloatArray = np.stack([x_um, y_um, np.zeros_like(x_um)], axis=1) / scene.optics.pixel_um
    return motion_px
