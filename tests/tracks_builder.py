"""Tracks with the exact law of camera-based tracking: Brownian path, mean over the exposure, localisation error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import Tracks
from paracrine.physics.stokes_einstein import diffusion_um2_per_s

PIXEL_UM, FRAME_INTERVAL_S, EXPOSURE_S = 0.166, 0.040, 0.020
TEMPERATURE_C, VISCOSITY_MPAS = 25.0, 0.890
LIQUID = {"temperature_c": TEMPERATURE_C, "viscosity_mpas": VISCOSITY_MPAS}
CAMERA = {"pixel_um": PIXEL_UM, "frame_interval_s": FRAME_INTERVAL_S, "exposure_s": EXPOSURE_S}


def ideal_tracks(
    diameter_nm: npt.ArrayLike,
    steps_count: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    sigma_um: float = 0.03,
    stated_sigma_um: float | None = None,
    missing_frac: float = 0.0,
) -> Tracks:
    """Draw one track a diameter; `missing_frac` of the spots (never the first) are left out."""
    diameter = np.atleast_1d(np.asarray(diameter_nm, dtype=np.float64))
    diffusion = diffusion_um2_per_s(diameter, **LIQUID)
    spots = np.broadcast_to(np.asarray(steps_count), diameter.shape) + 1
    first = np.concatenate([[0], np.cumsum(spots)[:-1]])
    frame = np.arange(spots.sum()) - np.repeat(first, spots)
    spread = np.sqrt(2 * np.repeat(diffusion, spots))
    columns = []
    for _ in range(2):
        whole = spread * np.sqrt(EXPOSURE_S) * rng.standard_normal(frame.size)
        middle = whole / 2 + spread * np.sqrt(EXPOSURE_S / 12) * rng.standard_normal(frame.size)
        dark = spread * np.sqrt(FRAME_INTERVAL_S - EXPOSURE_S) * rng.standard_normal(frame.size)
        start: FloatArray = np.cumsum(whole + dark) - (whole + dark)
        start -= np.repeat(start[first], spots)
        columns.append((start + middle + sigma_um * rng.standard_normal(frame.size)) / PIXEL_UM + 100)
    kept = (rng.random(frame.size) >= missing_frac) | (frame == 0)
    count, frames = int(kept.sum()), int(frame.max()) + 1
    same = np.ones(count)
    sigma_px = same * (stated_sigma_um or sigma_um) / PIXEL_UM
    return Tracks(
        track_id=np.repeat(np.arange(diameter.size), spots)[kept],
        frame=frame[kept],
        x_px=columns[0][kept],
        y_px=columns[1][kept],
        amplitude_counts=30 * same,
        background_counts=12 * same,
        width_px=1.5 * same,
        sigma_x_px=sigma_px,
        sigma_y_px=sigma_px,
        score_ratio=10 * same,
        drift_x_px=np.zeros(frames),
        drift_y_px=np.zeros(frames),
        frame_shape=(480, 640),
        frame_interval_s=FRAME_INTERVAL_S,
        exposure_s=EXPOSURE_S,
        pixel_um=PIXEL_UM,
    )
