"""Medium that flows through a vessel of constant volume, exactly over a step in which nothing else happens.

    dE/dt = F c - F (1 - R) E / V

F the flow, c what the fresh medium brings, R what the vessel retains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.populations import Amount, empty_amount


@dataclass(frozen=True)
class Perfusion:
    """A flow of fresh medium in, and of the vessel's medium out.

    Attributes:
        rate_ml_per_h: shape (draws,); 0: none.
        content: of the fresh medium per mL; None without flow.
        glucose_mm: of the fresh medium.
        retained_frac: of particles and of protein.
        to_waste: whether the outflow is thrown away.
    """

    rate_ml_per_h: FloatArray
    content: Amount | None = None
    glucose_mm: float = 0.0
    retained_frac: tuple[float, float] = (0.0, 0.0)
    to_waste: bool = False

    @property
    def runs(self) -> bool:
        """Whether anything flows."""
        return bool((self.rate_ml_per_h > 0).any())


def perfused(
    content: Amount, volume_ml: FloatArray, *, flow: Perfusion, time_h: FloatArray
) -> tuple[Amount, Amount, Amount]:
    """Return what is in the vessel after a time, what came in, and what went out.

    Args:
        content: of the vessel.
        volume_ml: of the vessel, shape (draws,).
        flow: through it.
        time_h: shape (draws,).
    """
    fresh = flow.content or empty_amount(volume_ml.size)
    came = fresh.times(flow.rate_ml_per_h * time_h)
    pairs = ((content.particles, came.particles), (content.protein_ug, came.protein_ug))
    after = []
    for (there, entered), retained in zip(pairs, flow.retained_frac, strict=True):
        washed = flow.rate_ml_per_h * (1 - retained) / volume_ml * time_h
        mean_stay = np.where(washed > 1e-9, -np.expm1(-washed) / np.maximum(washed, 1e-300), 1.0)
        after.append(there * np.exp(-washed) + entered * mean_stay)
    here = Amount(after[0], after[1])
    gone = Amount(
        content.particles + came.particles - here.particles, content.protein_ug + came.protein_ug - here.protein_ug
    )
    return here, came, gone
