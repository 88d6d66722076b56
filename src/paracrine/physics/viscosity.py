"""Viscosity of the liquids particles are measured in."""

from __future__ import annotations

import math

from paracrine.core.errors import LimitError
from paracrine.physics.stokes_einstein import ZERO_CELSIUS_K

WATER_UNCERTAINTY_PCT = 1.0
"""Uncertainty of the formulation for liquid water at 0.1 MPa, k = 2, percent."""
_TERMS = ((280.68, -1.9), (511.45, -7.7), (61.131, -19.6), (0.45903, -40.0))
_LOW_K, _HIGH_K = 253.15, 383.15


def water_viscosity_mpas(temperature_c: float) -> float:
    """Return the dynamic viscosity of liquid water at 0.1 MPa.

    Buffers are not water: state their viscosity or their ratio to water, nothing is assumed here.

    Args:
        temperature_c: degrees Celsius, from -20 to 110.

    Returns:
        Viscosity, mPa.s (= cP).

    Raises:
        LimitError: outside the range of the formulation.

    References:
        doi:10.1063/1.3088050
    """
    temperature_k = temperature_c + ZERO_CELSIUS_K
    if not (math.isfinite(temperature_k) and _LOW_K <= temperature_k <= _HIGH_K):
        raise LimitError(
            f"no viscosity of liquid water at {temperature_c} degrees Celsius", hint="the formula holds from -20 to 110"
        )
    reduced = temperature_k / 300.0
    return float(sum(factor * reduced**power for factor, power in _TERMS)) / 1000
