"""How the light of a particle grows with its size: the assumption behind the correction for unseen particles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray
from paracrine.physics.scattering import relative_scatter, scattering_vector_per_nm


@dataclass(frozen=True, slots=True)
class ScatteringLaw:
    """Spheres of one kind in a liquid, seen under an angle; Rayleigh-Gans-Debye.

    Only ratios between sizes count: the brightness itself is learnt from the video. An index common to all particles
    therefore cancels; what matters is how much it differs from particle to particle.

    Attributes:
        refractive_index: of the particles.
        refractive_index_spread: standard deviation of it from particle to particle.
        medium_index: of the liquid.
        wavelength_nm: of the laser in vacuum.
        angle_deg: mean angle between laser and objective.
        angle_spread_deg: half width of the collected angles; the law is averaged over them.
        stated_by: `user` or `assumed`.
    """

    refractive_index: float = 1.40
    refractive_index_spread: float = 0.008
    medium_index: float = 1.331
    wavelength_nm: float = 488.0
    angle_deg: float = 90.0
    angle_spread_deg: float = 20.0
    stated_by: str = "assumed"

    def __post_init__(self) -> None:
        if not self.refractive_index > 0 or abs(self.refractive_index - self.medium_index) < 1e-3:
            raise InputError(
                f"particles of index {self.refractive_index} in a liquid of {self.medium_index} scatter no light",
                hint="state both indices as they are at the laser's wavelength",
            )

    @property
    def brightness_spread(self) -> float:
        """Relative standard deviation of the brightness of particles of one size: twice that of the contrast."""
        return 2 * self.refractive_index_spread / abs(self.refractive_index - self.medium_index)

    def contrast(self, refractive_index: float) -> float:
        """Return the light of a small sphere of some index at a given size, any scale (Clausius-Mossotti, squared)."""
        square = (refractive_index / self.medium_index) ** 2
        return float(((square - 1) / (square + 2)) ** 2)

    def collected(self, diameter_nm: FloatArray) -> FloatArray:
        """Return the collected light of each diameter, any scale, same shape."""
        total = np.zeros(np.shape(diameter_nm))
        for angle in np.linspace(-1, 1, 5) * self.angle_spread_deg + self.angle_deg:
            q = scattering_vector_per_nm(
                wavelength_nm=self.wavelength_nm, refractive_index=self.medium_index, angle_deg=float(angle)
            )
            total = total + relative_scatter(diameter_nm, q_per_nm=q)
        return np.asarray(total / 5)
