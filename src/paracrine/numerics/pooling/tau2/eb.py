"""Empirical Bayes (Morris): the same root as Paule-Mandel, under its other name."""

from __future__ import annotations

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, root_error
from paracrine.numerics.pooling.weighted import EffectSet, solve_generalised_q

TAU2 = EstimatorInfo(title="empirical Bayes", advice="as pm")


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 where the generalised Q equals its degrees of freedom."""
    tau2 = solve_generalised_q(effects, effects.k - effects.p)
    return Tau2(value=tau2, standard_error=root_error(effects, tau2))
