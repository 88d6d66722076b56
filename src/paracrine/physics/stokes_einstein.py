"""Stokes-Einstein: diffusion of a sphere in a liquid, and the diameter it stands for."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import numpy.typing as npt

BOLTZMANN_J_PER_K = 1.380649e-23
"""Exact since the 2019 definition of the kelvin."""
ZERO_CELSIUS_K = 273.15

Values = TypeVar("Values", float, npt.NDArray[np.float64])


def diffusion_um2_per_s(diameter_nm: Values, *, temperature_c: float, viscosity_mpas: float) -> Values:
    """Return the diffusion coefficient of spheres, D = kB T / (3 pi eta d).

    Args:
        diameter_nm: hydrodynamic diameter, number or array, nm.
        temperature_c: temperature of the liquid, degrees Celsius.
        viscosity_mpas: dynamic viscosity at that temperature, mPa.s (= cP).

    Returns:
        Diffusion coefficient, same shape, um2/s.
    """
    return _product_um2_nm_per_s(temperature_c, viscosity_mpas) / diameter_nm


def hydrodynamic_diameter_nm(diffusion_um2_per_s: Values, *, temperature_c: float, viscosity_mpas: float) -> Values:
    """Return the diameter of spheres that diffuse so, d = kB T / (3 pi eta D).

    Args:
        diffusion_um2_per_s: diffusion coefficient, number or array, um2/s.
        temperature_c: temperature of the liquid, degrees Celsius.
        viscosity_mpas: dynamic viscosity at that temperature, mPa.s (= cP).

    Returns:
        Hydrodynamic diameter, same shape, nm.
    """
    return _product_um2_nm_per_s(temperature_c, viscosity_mpas) / diffusion_um2_per_s


def _product_um2_nm_per_s(temperature_c: float, viscosity_mpas: float) -> float:
    # J/(Pa.s) = m3/s; 1 m3 = 1e12 um2 x 1e9 nm.
    cubic_metres_per_s = BOLTZMANN_J_PER_K * (temperature_c + ZERO_CELSIUS_K) / (3 * math.pi * viscosity_mpas * 1e-3)
    return cubic_metres_per_s * 1e21
