"""How much light a particle sends into the objective, by its diameter."""

from __future__ import annotations

from typing import Protocol

from paracrine.payloads.size_distribution import FloatArray


class ContrastLaw(Protocol):
    """Collected light by diameter, on any scale: scenes use ratios only."""

    def collected(self, diameter_nm: FloatArray) -> FloatArray:
        """Return the collected light of each diameter, same shape."""
        ...
