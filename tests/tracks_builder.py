"""Ideal tracks for tests, and the settings they were made with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paracrine.instruments.ideal_tracks import TrackingConditions, simulate_ideal_tracks
from paracrine.payloads.tracks import Tracks

PIXEL_UM, FRAME_INTERVAL_S, EXPOSURE_S = 0.166, 0.040, 0.020
LIQUID = {"temperature_c": 25.0, "viscosity_mpas": 0.890}
CAMERA = {"pixel_um": PIXEL_UM, "frame_interval_s": FRAME_INTERVAL_S, "exposure_s": EXPOSURE_S}


def ideal_tracks(
    diameter_nm: npt.ArrayLike,
    steps_count: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    sigma_um: float = 0.03,
    missing_frac: float = 0.0,
) -> Tracks:
    """Draw one track a diameter."""
    conditions = TrackingConditions(**LIQUID, **CAMERA, sigma_um=sigma_um, missing_frac=missing_frac)
    diameter = np.atleast_1d(np.asarray(diameter_nm, dtype=np.float64))
    return simulate_ideal_tracks(diameter, np.asarray(steps_count), rng=rng, conditions=conditions)
