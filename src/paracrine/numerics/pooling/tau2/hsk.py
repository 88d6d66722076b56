"""Hunter and Schmidt with the small-sample factor k / (k - p)."""

from __future__ import annotations

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2
from paracrine.numerics.pooling.tau2 import hs
from paracrine.numerics.pooling.weighted import EffectSet

TAU2 = EstimatorInfo(title="Hunter-Schmidt, small-sample", advice="less biased than hs")


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 as (k/(k-p) Q - k) / sum of weights."""
    return hs.scaled(effects, effects.k / (effects.k - effects.p))
