"""How many frames and videos a tracking measurement needs, from theory.

Three laws decide. A track of so many steps knows its diffusion coefficient no better than the Cramér-Rao bound.
Particles diffuse in and out of view, so that frames soon show the same ones again: the number of independent particles
follows from the chance that a particle in view is in view later (Smoluchowski). And particles must be further apart
than they move between frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError, LimitError
from paracrine.payloads.size_distribution import FloatArray

MEDIAN_OVER_MEAN = math.pi / 2
"""Variance of a median over that of a mean, normal law."""
CROWDED_SHARE = 0.15
"""Share of spots with another within reach that is planned for; from 0.3 on results carry a notice."""
_NORMAL_975 = 1.959964
_TIMES = 2000


@dataclass(frozen=True, slots=True)
class PlannedRecording:
    """What is recorded with.

    Attributes:
        d50_nm: expected median.
        gsd_ratio: expected geometric standard deviation of the sizes.
        diffusion_um2_per_s: of a particle of that median.
        pixel_um: pixel size.
        width_px, height_px: of a frame.
        depth_um: depth in which particles are seen.
        frames_per_s: frame rate.
        exposure_s: shutter time.
        sigma_um: localisation error per axis.
        spot_width_px: root mean square width of a spot.
    """

    d50_nm: float
    gsd_ratio: float
    diffusion_um2_per_s: float
    pixel_um: float
    width_px: int
    height_px: int
    depth_um: float
    frames_per_s: float
    exposure_s: float
    sigma_um: float
    spot_width_px: float

    def __post_init__(self) -> None:
        if not self.gsd_ratio > 1:
            raise InputError(f"a geometric standard deviation of {self.gsd_ratio}; it is above 1")
        for name in ("d50_nm", "diffusion_um2_per_s", "pixel_um", "depth_um", "frames_per_s", "sigma_um"):
            if not getattr(self, name) > 0:
                raise InputError(f"{name} must be above 0, not {getattr(self, name)}")
        if self.exposure_s > 1 / self.frames_per_s * (1 + 1e-6):
            raise InputError("the exposure is longer than a frame")

    @property
    def step_rms_px(self) -> float:
        """Root mean square step per axis from frame to frame."""
        return math.sqrt(2 * self.diffusion_um2_per_s / self.frames_per_s) / self.pixel_um

    @property
    def most_per_frame(self) -> float:
        """Particles in a frame at which the planned share of spots has another within reach."""
        reach_px = 2 * self.step_rms_px + 2 * self.spot_width_px
        return CROWDED_SHARE / (math.pi * reach_px**2) * self.width_px * self.height_px

    @property
    def view_ml(self) -> float:
        """Volume that is looked into."""
        return self.width_px * self.height_px * self.pixel_um**2 * self.depth_um * 1e-12

    @property
    def mean_track_spots(self) -> float:
        """Mean number of spots of a track: particles in view over particles that come in with a frame."""
        return self.depth_um / (2 * math.sqrt(self.diffusion_um2_per_s / self.frames_per_s / math.pi))


@dataclass(frozen=True, slots=True)
class Precision:
    """What one video knows.

    Attributes:
        particles_count: independent particles.
        tracks_count: tracks.
        track_error_ratio: relative error of the diffusion coefficient of a mean track.
        d50_error_ratio: relative standard error of the median diameter.
        count_error_ratio: relative standard error of the particles per frame.
    """

    particles_count: float
    tracks_count: float
    track_error_ratio: float
    d50_error_ratio: float
    count_error_ratio: float


def stay_chance(time_s: FloatArray, *, length_um: float, diffusion_um2_per_s: float) -> FloatArray:
    """Return the chance that a particle somewhere in a slab is in it a time later, having perhaps left and returned.

    Args:
        time_s: shape (n,), above 0.
        length_um: thickness of the slab in an endless liquid.
        diffusion_um2_per_s: diffusion coefficient.

    References:
        doi:10.1103/RevModPhys.15.1
    """
    from scipy.special import erf

    ratio = np.sqrt(4 * diffusion_um2_per_s * time_s) / length_um
    return np.asarray(erf(1 / ratio) - ratio / math.sqrt(math.pi) * -np.expm1(-(ratio**-2)))


def track_error_ratio(recording: PlannedRecording, steps_count: int) -> float:
    """Return the Cramér-Rao bound of the diffusion coefficient of one track in two dimensions, localisation known.

    References:
        doi:10.1103/PhysRevE.85.061916
    """
    dt, blur = 1 / recording.frames_per_s, recording.exposure_s / 3
    wave = np.cos(np.arange(1, steps_count + 1) * math.pi / (steps_count + 1))
    diffusion, noise = recording.diffusion_um2_per_s, recording.sigma_um**2
    slope = 2 * (dt - blur) + 2 * blur * wave
    variance = diffusion * slope + 2 * noise * (1 - wave)
    return float(1 / (diffusion * math.sqrt(np.sum((slope / variance) ** 2))))


def independent_particles(recording: PlannedRecording, *, per_frame: float, duration_s: float) -> float:
    """Return the number of independent particles behind the frames of one video."""
    time_s = (np.arange(_TIMES) + 0.5) / _TIMES * duration_s
    stays = np.ones(_TIMES)
    lengths_um = (recording.width_px * recording.pixel_um, recording.height_px * recording.pixel_um, recording.depth_um)
    for length_um in lengths_um:
        stays *= stay_chance(time_s, length_um=length_um, diffusion_um2_per_s=recording.diffusion_um2_per_s)
    memory_s = 2 * float(np.mean((1 - time_s / duration_s) * stays)) * duration_s
    return float(per_frame * max(duration_s / memory_s, 1.0))


def foretell_precision(recording: PlannedRecording, *, per_frame: float, frames_count: int) -> Precision:
    """Return what one video of so many frames will know.

    The relative variance of the median is the population's own, shared by the independent particles, plus the error of
    the tracks, shared by the tracks; both as of a median.

    Args:
        recording: camera, liquid, population.
        per_frame: particles in a frame.
        frames_count: of the video.
    """
    if frames_count < 10 or not per_frame > 0:
        raise InputError(f"{frames_count} frames with {per_frame:g} particles each show nothing")
    particles = independent_particles(recording, per_frame=per_frame, duration_s=frames_count / recording.frames_per_s)
    spots = max(min(recording.mean_track_spots, float(frames_count)), 2.0)
    tracks = per_frame * frames_count / spots
    error = track_error_ratio(recording, max(round(spots) - 1, 1))
    own = math.log(recording.gsd_ratio) ** 2
    variance = MEDIAN_OVER_MEAN * (own / particles + error**2 / tracks)
    return Precision(particles, tracks, error, math.sqrt(variance), particles**-0.5)


def videos_needed(precision: Precision, *, half_width_ratio: float, systematic_ratio: float = 0.0) -> int:
    """Return how many videos of fresh sample bring the 95 % half width of the median to the wanted one.

    Args:
        precision: of one video.
        half_width_ratio: wanted, 0.05 for ± 5 %.
        systematic_ratio: relative standard uncertainty that more videos do not lessen.

    Raises:
        LimitError: when the settings alone are less certain than that.
    """
    left = (half_width_ratio / _NORMAL_975) ** 2 - systematic_ratio**2
    if not left > 0:
        raise LimitError(
            f"± {100 * half_width_ratio:g} % cannot be reached by any number of videos: the settings alone make "
            f"± {100 * _NORMAL_975 * systematic_ratio:.2g} %",
            hint="know temperature, viscosity and pixel size better",
        )
    return max(1, math.ceil(precision.d50_error_ratio**2 / left))
