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
    from scipy.special import gammainc, gammaln

    volume, plates = np.maximum(volume_ml, 0.0), np.asarray(plates_count, dtype=float)
    mean = np.asarray(retention_ml, dtype=float)
    reduced = np.maximum(volume * plates / mean, 1e-300)
    below = gammainc(plates, reduced)
    # The next gamma distribution function follows from this one: P(N + 1, x) = P(N, x) - x^N e^-x / N!
    behind = below - np.exp(plates * np.log(reduced) - reduced - gammaln(plates + 1))
    return volume * below - mean * behind
