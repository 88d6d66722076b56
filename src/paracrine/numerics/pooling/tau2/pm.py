"""Paule and Mandel: the generalised Q equals its expectation."""

from __future__ import annotations

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, root_error
from paracrine.numerics.pooling.weighted import EffectSet, solve_generalised_q

TAU2 = EstimatorInfo(
    title="Paule-Mandel", advice="assumes no distribution; good for few studies", reference="doi:10.1002/jrsm.1164"
)


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 where the generalised Q equals its degrees of freedom."""
    tau2 = solve_generalised_q(effects, effects.k - effects.p)
    return Tau2(value=tau2, standard_error=root_error(effects, tau2))
