"""Spheres of any size and contrast: Mie, averaged over the collected angles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from paracrine.instruments.nta.contrast.law import Collection
from paracrine.payloads.size_distribution import FloatArray
from paracrine.physics.mie import mie_amplitudes


@dataclass(frozen=True, slots=True)
class MieContrast:
    """Collected light of homogeneous spheres of one refractive index, light polarised across the plane.

    Attributes:
        refractive_index: of the particles.
        collection: liquid, laser and angles.
    """

    refractive_index: float = 1.40
    collection: Collection = field(default_factory=Collection)

    def collected(self, diameter_nm: FloatArray) -> FloatArray:
        """Return the differential cross section averaged over the angles, nm^2 per steradian."""
        seen = self.collection
        size = seen.wave_number_per_nm * np.asarray(diameter_nm, dtype=np.float64) / 2
        total = np.zeros(size.shape)
        for angle in seen.angles_deg():
            across, _ = mie_amplitudes(
                size,
                relative_index=self.refractive_index / seen.medium_index,
                cos_angle=float(np.cos(np.radians(angle))),
            )
            total = total + np.abs(across) ** 2
        return np.asarray(total / seen.angles_deg().size / seen.wave_number_per_nm**2)
