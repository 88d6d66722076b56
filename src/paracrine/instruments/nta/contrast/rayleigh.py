"""Particles far smaller than the wavelength: the sixth power of the diameter."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.payloads.size_distribution import FloatArray


@dataclass(frozen=True, slots=True)
class RayleighContrast:
    """Collected light proportional to d^6, one refractive index for all."""

    def collected(self, diameter_nm: FloatArray) -> FloatArray:
        """Return d^6 in units of (100 nm)^6."""
        return (diameter_nm / 100.0) ** 6
