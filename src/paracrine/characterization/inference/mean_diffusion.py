"""Mean diffusion coefficient of all steps of a video: no model of the particles, no share of single tracks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray, Tracks

_NORMAL_975 = 1.959964


@dataclass(frozen=True, slots=True)
class MeanDiffusion:
    """Covariance-based estimate over all steps.

    Attributes:
        diffusion_um2_per_s: mean over steps; big particles are seen longer and count more.
        standard_error_um2_per_s: from the scatter between tracks.
        steps_count: steps behind it.
    """

    diffusion_um2_per_s: float
    standard_error_um2_per_s: float
    steps_count: int

    @property
    def limits_um2_per_s(self) -> tuple[float, float]:
        """95 % limits."""
        reach = _NORMAL_975 * self.standard_error_um2_per_s
        return max(self.diffusion_um2_per_s - reach, 0.0), self.diffusion_um2_per_s + reach


def measure_mean_diffusion(
    tracks: Tracks, *, pixel_um: float, frame_interval_s: float, fewest_spots: int = 5
) -> MeanDiffusion | None:
    """Measure the mean diffusion coefficient, free of localisation error and motion blur.

    Half the mean squared step over the frame interval plus the mean product of neighbouring steps over it: blur and
    error of the spots cancel between the two.

    Args:
        tracks: linked spots; their common motion is removed.
        pixel_um: pixel size.
        frame_interval_s: from frame to frame.
        fewest_spots: tracks with fewer are left out.

    Returns:
        None where no track has two steps in a row.

    References:
        doi:10.1103/PhysRevE.89.022726
    """
    long_enough = (tracks.lengths_count >= fewest_spots)[tracks.track_id]
    follows = (np.diff(tracks.track_id) == 0) & (np.diff(tracks.frame) == 1) & long_enough[1:]
    pairs = follows[1:] & follows[:-1]
    if not pairs.any():
        return None
    squares, products = np.zeros(tracks.tracks_count), np.zeros(tracks.tracks_count)
    track = tracks.track_id[1:]
    for place in tracks.corrected_px():
        step = np.diff(place) * pixel_um
        squares += _sums(track, step**2, follows)
        products += _sums(track[1:], step[1:] * step[:-1], pairs, count=tracks.tracks_count)
    steps = np.bincount(track[follows], minlength=tracks.tracks_count)
    neighbours = np.bincount(track[1:][pairs], minlength=tracks.tracks_count)
    mean_square, mean_product = squares.sum() / steps.sum(), products.sum() / neighbours.sum()
    own = (squares - mean_square * steps) / steps.sum() / 2 + (products - mean_product * neighbours) / neighbours.sum()
    scale = 1 / (2 * frame_interval_s)
    return MeanDiffusion(
        float(mean_square / 2 + mean_product) * scale, math.sqrt(float(own @ own)) * scale, int(steps.sum())
    )


def _sums(track: IntArray, values: FloatArray, chosen: npt.NDArray[np.bool_], *, count: int = 0) -> FloatArray:
    sums = np.bincount(track[chosen], weights=values[chosen], minlength=count or int(track[-1]) + 1)
    return sums.astype(np.float64)
