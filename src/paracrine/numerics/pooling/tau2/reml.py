"""Restricted maximum likelihood: the default."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, scoring
from paracrine.numerics.pooling.weighted import EffectSet, projection

TAU2 = EstimatorInfo(
    title="restricted maximum likelihood",
    advice="the default: little bias, efficient",
    reference="doi:10.1002/jrsm.1164",
)


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 at the highest restricted likelihood."""
    tau2 = scoring(effects, restricted=True)
    projected = projection(effects, 1.0 / (effects.v + tau2))
    return Tau2(value=tau2, standard_error=float(np.sqrt(2 / np.sum(projected * projected))))
