"""Common motion of all particles: slow drift, and vibration where it stands out of diffusion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray

SMOOTHING_FRAMES = 25
_SIGNIFICANT_Z = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class CommonMotion:
    """Motion that all particles share.

    Attributes:
        x_px: shape (frames,), position against the first frame.
        y_px: shape (frames,), the same along y.
        vibration_x_px: root mean square motion between frames beyond drift and diffusion; 0 where none shows.
        vibration_y_px: the same along y.
        standard_error_px: typical uncertainty of the motion between two frames, before smoothing.
    """

    x_px: FloatArray
    y_px: FloatArray
    vibration_x_px: float
    vibration_y_px: float
    standard_error_px: float

    @property
    def speed_px_per_frame(self) -> float:
        """Mean speed of the smooth motion."""
        if self.x_px.size < 2:
            return 0.0
        return float(np.hypot(self.x_px[-1] - self.x_px[0], self.y_px[-1] - self.y_px[0])) / (self.x_px.size - 1)


def no_motion(frames_count: int) -> CommonMotion:
    """Return no common motion."""
    return CommonMotion(np.zeros(frames_count), np.zeros(frames_count), 0.0, 0.0, 0.0)


def measure_common_motion(
    *, frame: IntArray, dx_px: FloatArray, dy_px: FloatArray, weight: FloatArray, frames_count: int
) -> CommonMotion:
    """Measure drift and vibration from all steps between successive frames.

    Each frame's mean step is weighted by how little its particles diffuse. It is smoothed over a second of video or
    so; what is left is kept only where it is larger than diffusion alone explains, and then in proportion.

    Args:
        frame: shape (steps,), frame in which each step ends.
        dx_px: shape (steps,), step along x.
        dy_px: shape (steps,), step along y.
        weight: shape (steps,), inverse variance of the step per axis, px^-2.
        frames_count: frames of the video.
    """
    total: FloatArray = np.bincount(frame, weights=weight, minlength=frames_count).astype(np.float64)
    known = total > 0
    if known.sum() < 2:
        return no_motion(frames_count)
    variance = np.where(known, 1 / np.where(known, total, 1), np.inf)
    motions, vibrations = [], []
    for step in (dx_px, dy_px):
        sums = np.bincount(frame, weights=weight * step, minlength=frames_count)
        mean: FloatArray = sums / np.where(known, total, 1.0)
        smooth = _moving_mean(mean, total)
        rest = (mean - smooth)[known]
        # The smooth part took some of each frame's own scatter with it.
        freedom = known.sum() * (1 - 1 / min(SMOOTHING_FRAMES, known.sum()))
        excess = float(np.sum(rest**2 / variance[known]) / freedom - 1)
        shaking = excess > _SIGNIFICANT_Z * np.sqrt(2 / freedom)
        power = excess * float(np.mean(variance[known])) if shaking else 0.0
        share = np.where(known, power / (power + variance), 0.0) if shaking else 0.0
        motions.append(np.cumsum(smooth + share * (mean - smooth)))
        vibrations.append(power**0.5)
    error = float(np.sqrt(np.median(variance[known])))
    return CommonMotion(motions[0], motions[1], vibrations[0], vibrations[1], error)


def _moving_mean(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the weighted mean over a centred window, shorter and centred at the ends; frame 0 has no step."""
    weight = weight.copy()
    weight[0] = 0.0
    reach = np.minimum(np.arange(values.size), np.arange(values.size)[::-1])
    reach = np.minimum(np.maximum(reach, SMOOTHING_FRAMES // 4), SMOOTHING_FRAMES // 2)
    low = np.maximum(np.arange(values.size) - reach, 0)
    high = np.minimum(np.arange(values.size) + reach + 1, values.size)
    sums = np.concatenate([[0.0], np.cumsum(weight * values)])
    weights = np.concatenate([[0.0], np.cumsum(weight)])
    within = weights[high] - weights[low]
    mean: FloatArray = np.where(within > 0, (sums[high] - sums[low]) / np.where(within > 0, within, 1), 0.0)
    mean[0] = 0.0
    return mean
