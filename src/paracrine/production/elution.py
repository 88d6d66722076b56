"""Plate model of a column: when a plug of feed leaves it, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np


def eluted_before(volume_ml: Any, *, retention_ml: Any, plates_count: Any, load_ml: Any) -> Any:
    """Return the share of a plug that has left the column before a volume.

    A pulse through N ideally mixed plates leaves as a gamma distribution with mean `retention_ml` and variance
    `retention_ml^2 / N`; a plug is the mean over its own length, integrated in closed form.

    Args:
        volume_ml: counted from the begin of loading.
        retention_ml: retention volume of a pulse.
        plates_count: number of plates.
        load_ml: length of the plug, above 0.
    """
    load = np.asarray(load_ml, dtype=float)
    volume = np.asarray(volume_ml, dtype=float)
    whole = _area_below(volume, retention_ml, plates_count)
    behind = _area_below(volume - load, retention_ml, plates_count)
    return (whole - behind) / load


def curve_moments_ml(*, retention_ml: float, plates_count: float, load_ml: float) -> tuple[float, float]:
    """Return mean (mL) and variance (mL2) of the elution curve of a plug, from the plate model."""
    return retention_ml + load_ml / 2, retention_ml**2 / plates_count + load_ml**2 / 12


def _area_below(volume_ml: Any, retention_ml: Any, plates_count: Any) -> Any:
    """Return the integral of the gamma distribution function up to a volume."""
    from scipy.special import gammainc

    volume = np.maximum(volume_ml, 0.0)
    scale = np.asarray(retention_ml) / np.asarray(plates_count)
    reduced = volume / scale
    mean = np.asarray(retention_ml)
    return volume * gammainc(plates_count, reduced) - mean * gammainc(np.asarray(plates_count) + 1, reduced)
