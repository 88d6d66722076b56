"""Spheres of low contrast and any size: Rayleigh-Gans-Debye, averaged over the collected angles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from paracrine.instruments.nta.contrast.law import Collection
from paracrine.payloads.size_distribution import FloatArray
from paracrine.physics.scattering import relative_scatter, scattering_vector_per_nm


@dataclass(frozen=True, slots=True)
class RayleighGansContrast:
    """Collected light of spheres of one refractive index, small contrast, light polarised across the plane.

    Attributes:
        refractive_index: of the particles.
        collection: liquid, laser and angles.
    """

    refractive_index: float = 1.40
    collection: Collection = field(default_factory=Collection)

    def collected(self, diameter_nm: FloatArray) -> FloatArray:
        """Return the differential cross section averaged over the angles, nm^2 per steradian."""
        seen = self.collection
        ratio = self.refractive_index / seen.medium_index
        polarisability = ((ratio**2 - 1) / (ratio**2 + 2)) ** 2 * seen.wave_number_per_nm**4 / 64
        total = np.zeros(np.shape(diameter_nm))
        for angle in seen.angles_deg():
            q = scattering_vector_per_nm(
                wavelength_nm=seen.wavelength_nm, refractive_index=seen.medium_index, angle_deg=float(angle)
            )
            total = total + relative_scatter(diameter_nm, q_per_nm=q)
        return np.asarray(polarisability * total / seen.angles_deg().size)
