"""Tracks without a video, with the exact law of camera-based tracking: for coverage studies and for planning.

A spot is the mean of a Brownian path over the exposure plus a normal localisation error. The mean and the end of the
path within one exposure are drawn together: given the end, the mean is half of it with variance 2 D t / 12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import Tracks
from paracrine.physics.stokes_einstein import diffusion_um2_per_s


@dataclass(frozen=True, slots=True)
class TrackingConditions:
    """Liquid, camera and localisation of ideal tracks."""

    temperature_c: float = 25.0
    viscosity_mpas: float = 0.890
    pixel_um: float = 0.166
    frame_interval_s: float = 0.040
    exposure_s: float = 0.020
    sigma_um: float = 0.030
    """Standard deviation of the localisation, per axis."""
    missing_frac: float = 0.0
    """Share of the spots that are not seen; the first of a track always is."""


def simulate_ideal_tracks(
    diameter_nm: FloatArray,
    steps_count: npt.NDArray[np.int64] | int,
    *,
    rng: np.random.Generator,
    conditions: TrackingConditions | None = None,
) -> Tracks:
    """Simulate one track a diameter.

    Args:
        diameter_nm: shape (tracks,), nm.
        steps_count: steps of each track, shape (tracks,), or one number for all.
        rng: source of randomness.
        conditions: liquid, camera, localisation.

    Returns:
        Tracks without drift; amplitudes and widths are constants without meaning.
    """
    now = conditions or TrackingConditions()
    spots = np.broadcast_to(np.asarray(steps_count), diameter_nm.shape) + 1
    first = np.concatenate([[0], np.cumsum(spots)[:-1]])
    frame = np.arange(spots.sum()) - np.repeat(first, spots)
    diffusion = diffusion_um2_per_s(diameter_nm, temperature_c=now.temperature_c, viscosity_mpas=now.viscosity_mpas)
    spread = np.sqrt(2 * np.repeat(diffusion, spots))
    columns = []
    for _ in range(2):
        whole = spread * np.sqrt(now.exposure_s) * rng.standard_normal(frame.size)
        middle = whole / 2 + spread * np.sqrt(now.exposure_s / 12) * rng.standard_normal(frame.size)
        dark = spread * np.sqrt(now.frame_interval_s - now.exposure_s) * rng.standard_normal(frame.size)
        start = np.cumsum(whole + dark) - (whole + dark)
        start -= np.repeat(start[first], spots)
        columns.append((start + middle + now.sigma_um * rng.standard_normal(frame.size)) / now.pixel_um)
    kept = (rng.random(frame.size) >= now.missing_frac) | (frame == 0)
    same = np.ones(int(kept.sum()))
    still = np.zeros(int(frame.max(initial=0)) + 1)
    return Tracks(
        track_id=np.repeat(np.arange(diameter_nm.size), spots)[kept],
        frame=frame[kept],
        x_px=columns[0][kept],
        y_px=columns[1][kept],
        amplitude_counts=30 * same,
        background_counts=12 * same,
        width_px=1.5 * same,
        sigma_x_px=same * now.sigma_um / now.pixel_um,
        sigma_y_px=same * now.sigma_um / now.pixel_um,
        score_ratio=10 * same,
        drift_x_px=still,
        drift_y_px=still.copy(),
        frame_shape=(480, 640),
        frame_interval_s=now.frame_interval_s,
        exposure_s=now.exposure_s,
        pixel_um=now.pixel_um,
    )
