"""Membranes: what passes a pore, what stays after concentration and washing, how fast."""

from __future__ import annotations

from typing import Any

import numpy as np

PROTEIN_DIAMETER_NM = 7.24
"""Albumin, twice its hydrodynamic radius of 3.62 nm: soluble protein passes as albumin does."""


def steric_sieving(diameter_nm: Any, pore_nm: Any) -> Any:
    """Return the sieving coefficient of spheres in round pores: `f (2 - f)`, `f = (1 - d / pore)^2` (Ferry 1936)."""
    clear = np.maximum(0.0, 1 - np.asarray(diameter_nm) / np.asarray(pore_nm)) ** 2
    return clear * (2 - clear)


def retained_after_concentration(sieving: Any, concentration_factor: Any) -> Any:
    """Return the share that stays when the volume shrinks by a factor at constant sieving: `factor^-S`."""
    return np.asarray(concentration_factor, dtype=float) ** (-np.asarray(sieving))


def retained_after_diafiltration(sieving: Any, diavolumes_count: Any) -> Any:
    """Return the share that stays after washing at constant volume: `exp(-S N)`."""
    return np.exp(-np.asarray(sieving) * np.asarray(diavolumes_count))


def sieving_from_washout(removed_frac: float, diavolumes_count: float) -> float:
    """Return the sieving coefficient implied by what a wash removed."""
    return float(-np.log1p(-removed_frac) / diavolumes_count)


def filtration_hours(volume_l: Any, *, flux_l_m2_h: Any, area_m2: Any, fouling_m2_per_l: Any) -> Any:
    """Return the time to filter a volume while the flux falls as `J = J0 / (1 + a v)`, v the volume per area.

    `t = v / J0 (1 + a v / 2)`.
    """
    per_area = np.asarray(volume_l) / np.asarray(area_m2)
    return per_area / np.asarray(flux_l_m2_h) * (1 + np.asarray(fouling_m2_per_l) * per_area / 2)
