"""DerSimonian and Laird: moments of Cochran's Q."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, cut, moment_error
from paracrine.numerics.pooling.weighted import EffectSet, projection

TAU2 = EstimatorInfo(
    title="DerSimonian-Laird",
    advice="quick; too small when heterogeneity is large",
    reference="doi:10.1002/jrsm.1164",
)


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 from Q under common-effect weights."""
    projected = projection(effects, 1.0 / effects.v)
    q = float(effects.y @ projected @ effects.y)
    tau2 = (q - (effects.k - effects.p)) / float(np.trace(projected))
    return cut(tau2, moment_error(projected, max(tau2, 0.0), k=effects.k, p=effects.p))
