"""Light scattered by small spheres: Rayleigh-Gans-Debye, with diameter**6 as its limit."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_SERIES_BELOW = 1e-2


def scattering_vector_per_nm(*, wavelength_nm: float, refractive_index: float, angle_deg: float) -> float:
    """Return q = (4 pi n / lambda) sin(theta / 2).

    Args:
        wavelength_nm: of the laser in vacuum, nm.
        refractive_index: of the liquid.
        angle_deg: between incoming and detected light, degrees.

    Returns:
        Length of the scattering vector, 1/nm.
    """
    return 4 * math.pi * refractive_index / wavelength_nm * math.sin(math.radians(angle_deg) / 2)


def sphere_form_factor(diameter_nm: FloatArray, *, q_per_nm: float) -> FloatArray:
    """Return P(q) of homogeneous spheres, 1 at q = 0: (3 (sin u - u cos u) / u**3)**2 with u = q d / 2.

    Valid while the index contrast is small: 4 pi d (m - 1) / lambda well below 1.

    Args:
        diameter_nm: diameters, any shape, nm.
        q_per_nm: scattering vector, 1/nm.
    """
    u = np.asarray(diameter_nm, dtype=np.float64) * q_per_nm / 2
    safe = np.where(u < _SERIES_BELOW, 1.0, u)
    amplitude = np.where(u < _SERIES_BELOW, 1 - u**2 / 10, 3 * (np.sin(safe) - safe * np.cos(safe)) / safe**3)
    return np.asarray(amplitude**2, dtype=np.float64)


def relative_scatter(diameter_nm: FloatArray, *, q_per_nm: float) -> FloatArray:
    """Return scattered intensity of spheres of one refractive index, relative: d**6 P(q).

    Args:
        diameter_nm: diameters, any shape, nm.
        q_per_nm: scattering vector, 1/nm; 0 gives the Rayleigh limit d**6.
    """
    form_factor = sphere_form_factor(diameter_nm, q_per_nm=q_per_nm)
    return np.asarray(np.asarray(diameter_nm, dtype=np.float64) ** 6 * form_factor, dtype=np.float64)
