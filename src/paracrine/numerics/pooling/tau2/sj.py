"""Sidik and Jonkman: one step from the raw variance of the effects."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2
from paracrine.numerics.pooling.weighted import EffectSet, projection

TAU2 = EstimatorInfo(title="Sidik-Jonkman", advice="never zero: too large where studies agree")


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 by rescaling the raw variance; zero only when all effects are equal."""
    raw, free = float(np.var(effects.y)), effects.k - effects.p
    projected = projection(effects, 1.0 / (effects.v + raw))
    tau2 = raw * float(effects.y @ projected @ effects.y) / free
    sampled = projected * effects.v
    spread = (
        2 * float(np.sum(sampled * sampled.T))
        + 4 * tau2 * float(np.sum(sampled * projected.T))
        + 2 * tau2**2 * float(np.sum(projected * projected))
    )
    return Tau2(value=tau2, standard_error=raw / free * float(np.sqrt(spread)))
