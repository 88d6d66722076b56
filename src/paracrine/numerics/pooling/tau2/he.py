"""Hedges and Olkin: the unweighted variance, less the mean sampling variance."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, cut
from paracrine.numerics.pooling.weighted import EffectSet, projection

TAU2 = EstimatorInfo(title="Hedges", advice="unbiased, wide: small studies count as much as large ones")


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 from unweighted residuals."""
    projected = projection(effects, np.ones(effects.k))
    sampled = projected * effects.v
    trace, free = float(np.trace(sampled)), effects.k - effects.p
    tau2 = (float(effects.y @ projected @ effects.y) - trace) / free
    held = max(tau2, 0.0)
    spread = 2 * float(np.sum(sampled * sampled.T)) + 4 * held * trace + 2 * held**2 * free
    return cut(tau2, float(np.sqrt(spread)) / free)
