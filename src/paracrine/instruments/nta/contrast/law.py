"""How much light a particle sends into the objective, by its diameter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from paracrine.payloads.size_distribution import FloatArray


class ContrastLaw(Protocol):
    """Collected light by diameter, on any scale: scenes use ratios only."""

    def collected(self, diameter_nm: FloatArray) -> FloatArray:
        """Return the collected light of each diameter, same shape."""
        ...


@dataclass(frozen=True, slots=True)
class Collection:
    """Laser, liquid and the angles that the objective collects.

    Attributes:
        wavelength_nm: of the laser in vacuum.
        medium_index: refractive index of the liquid.
        angle_deg: mean angle between laser and objective.
        angle_spread_deg: half width of the collected angles.
        steps: angles that stand for all.
    """

    wavelength_nm: float = 488.0
    medium_index: float = 1.331
    angle_deg: float = 90.0
    angle_spread_deg: float = 20.0
    steps: int = 9

    @property
    def wave_number_per_nm(self) -> float:
        """Wave number in the liquid."""
        return 2 * math.pi * self.medium_index / self.wavelength_nm

    def angles_deg(self) -> FloatArray:
        """Return the collected angles."""
        return self.angle_deg + self.angle_spread_deg * np.linspace(-1, 1, self.steps)
