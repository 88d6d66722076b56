"""Particles of several kinds: each kind has its own law, and a particle's kind does not depend on its size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.instruments.nta.contrast.law import ContrastLaw
from paracrine.payloads.size_distribution import FloatArray

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class MixedContrast:
    """Several laws in one liquid; all must give light on one scale, as `MieContrast` does.

    Attributes:
        parts: share by number (any positive scale) and law.
    """

    parts: tuple[tuple[float, ContrastLaw], ...]

    def collected(self, diameter_nm: FloatArray) -> FloatArray:
        """Return the light of each diameter, kinds spread evenly over the places in the array."""
        edges = np.cumsum([share for share, _ in self.parts])
        place = np.arange(diameter_nm.size).reshape(np.shape(diameter_nm)) * _GOLDEN % 1.0 * edges[-1]
        kind = np.searchsorted(edges, place, side="right")
        return np.asarray(np.choose(kind, [law.collected(diameter_nm) for _, law in self.parts]))
