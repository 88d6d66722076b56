"""Common effect: no variance between studies is allowed."""

from __future__ import annotations

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2
from paracrine.numerics.pooling.weighted import EffectSet

TAU2 = EstimatorInfo(title="common effect", advice="answers for these studies only; no statement on others")


def estimate(effects: EffectSet) -> Tau2:
    """Return zero."""
    return Tau2(value=0.0, standard_error=None)
