"""Maximum likelihood."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, scoring
from paracrine.numerics.pooling.weighted import EffectSet

TAU2 = EstimatorInfo(title="maximum likelihood", advice="biased low in few studies; for comparing models")


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 at the highest likelihood."""
    tau2 = scoring(effects, restricted=False)
    return Tau2(value=tau2, standard_error=float(np.sqrt(2 / np.sum(1.0 / (effects.v + tau2) ** 2))))
