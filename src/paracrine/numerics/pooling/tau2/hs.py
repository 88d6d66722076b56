"""Hunter and Schmidt: Q against the number of studies."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, cut
from paracrine.numerics.pooling.weighted import EffectSet, projection

TAU2 = EstimatorInfo(title="Hunter-Schmidt", advice="biased low; kept for comparison with older work")


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 as (Q - k) / sum of weights."""
    return scaled(effects, 1.0)


def scaled(effects: EffectSet, factor: float) -> Tau2:
    """Estimate tau2 as (factor Q - k) / sum of weights."""
    weights = 1.0 / effects.v
    projected = projection(effects, weights)
    q, total = float(effects.y @ projected @ effects.y), float(weights.sum())
    tau2 = (factor * q - effects.k) / total
    held, free = max(tau2, 0.0), effects.k - effects.p
    spread = 2 * free + 4 * held * float(np.trace(projected)) + 2 * held**2 * float(np.sum(projected * projected))
    return cut(tau2, factor * float(np.sqrt(spread)) / total)
