"""Sedimentation in a centrifuge: how fast particles travel and what share of them reaches the wall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError

Values = float | npt.NDArray[np.float64]
"""A number, or an array of numbers that broadcasts."""

STANDARD_GRAVITY_M_PER_S2 = 9.80665
SVEDBERG_S = 1e-13


@dataclass(frozen=True, slots=True)
class Rotor:
    """Geometry of a rotor with full tubes.

    Attributes:
        name: as its maker calls it.
        swinging: whether the buckets swing out; else the tubes stand at a fixed angle.
        rmin_mm: from the axis to the meniscus.
        rmax_mm: from the axis to the bottom.
        rav_mm: middle radius, at which a relative force is stated.
        path_mm: way a particle has to sink: tube length of a swinging bucket, tube width over cosine of a fixed angle.
        source: `doi:` key.
    """

    name: str
    swinging: bool
    rmin_mm: float
    rmax_mm: float
    rav_mm: float
    path_mm: float
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.rmin_mm < self.rav_mm < self.rmax_mm or not self.path_mm > 0:
            raise InputError(f"radii of rotor {self.name} must rise: 0 < rmin < rav < rmax, and a path above 0")


def angular_speed_squared_per_s2(rotor: Rotor, rcf_xg: Values) -> Any:
    """Return the squared angular speed, 1/s2, that gives a relative force `rcf_xg` at the middle radius."""
    return np.asarray(rcf_xg) * STANDARD_GRAVITY_M_PER_S2 / (rotor.rav_mm * 1e-3)


def speed_rpm(rotor: Rotor, rcf_xg: Values) -> Any:
    """Return the revolutions per minute that give a relative force `rcf_xg` at the middle radius."""
    return np.sqrt(angular_speed_squared_per_s2(rotor, rcf_xg)) * 60 / (2 * math.pi)


def k_factor(rotor: Rotor, rcf_xg: Values) -> Any:
    """Return the clearing factor: hours to pellet a particle of 1 svedberg.

    References:
        doi:10.1038/srep17319
    """
    squared = angular_speed_squared_per_s2(rotor, rcf_xg)
    return math.log(rotor.rmax_mm / rotor.rmin_mm) / (3600 * SVEDBERG_S * squared)


def sedimentation_coefficient_s(
    diameter_nm: Values, *, particle_g_per_cm3: Values, medium_g_per_cm3: Values, viscosity_mpas: Values
) -> Any:
    """Return the sedimentation coefficient of a sphere, s; negative where the particle floats."""
    diameter_m = np.asarray(diameter_nm) * 1e-9
    excess = (np.asarray(particle_g_per_cm3) - np.asarray(medium_g_per_cm3)) * 1e3
    return diameter_m**2 * excess / (18 * np.asarray(viscosity_mpas) * 1e-3)


def pelleted_frac(coefficient_s: Values, *, rotor: Rotor, rcf_xg: Values, time_h: Values) -> Any:
    """Return the share of evenly suspended particles that has reached the wall.

    Swinging bucket: `P = rmax (1 - exp(-s w2 t)) / (rmax - rmin)`. Fixed angle, round tube:
    `P = 2/pi (asin x + x sqrt(1 - x2))` with `x = s w2 rav t / path`. Both end at 1; what floats is not pelleted.

    References:
        doi:10.1038/srep17319
    """
    way = np.asarray(coefficient_s) * angular_speed_squared_per_s2(rotor, rcf_xg) * np.asarray(time_h) * 3600
    way = np.maximum(way, 0.0)
    if rotor.swinging:
        return np.minimum(1.0, rotor.rmax_mm * -np.expm1(-way) / (rotor.rmax_mm - rotor.rmin_mm))
    x = np.minimum(1.0, way * rotor.rav_mm / rotor.path_mm)
    return (2 / math.pi) * (np.arcsin(x) + x * np.sqrt(1 - x**2))


def cut_off_diameter_nm(
    rotor: Rotor,
    *,
    rcf_xg: float,
    time_h: float,
    particle_g_per_cm3: float,
    medium_g_per_cm3: float,
    viscosity_mpas: float,
) -> float:
    """Return the diameter from which every particle is pelleted, nm.

    References:
        doi:10.1038/srep17319
    """
    squared = float(angular_speed_squared_per_s2(rotor, rcf_xg))
    way = math.log(rotor.rmax_mm / rotor.rmin_mm) if rotor.swinging else rotor.path_mm / rotor.rav_mm
    needed_s = way / (squared * time_h * 3600)
    per_nm2 = float(
        sedimentation_coefficient_s(
            1.0,
            particle_g_per_cm3=particle_g_per_cm3,
            medium_g_per_cm3=medium_g_per_cm3,
            viscosity_mpas=viscosity_mpas,
        )
    )
    if per_nm2 <= 0:
        raise InputError("a particle no denser than its medium is never pelleted")
    return math.sqrt(needed_s / per_nm2)
