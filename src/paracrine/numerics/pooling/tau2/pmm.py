"""Paule and Mandel at the median: the generalised Q equals the median of its distribution."""

from __future__ import annotations

from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, root_error
from paracrine.numerics.pooling.weighted import EffectSet, solve_generalised_q

TAU2 = EstimatorInfo(title="Paule-Mandel, median", advice="as often too large as too small")


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 where the generalised Q equals the median of chi-square."""
    from scipy.stats import chi2

    tau2 = solve_generalised_q(effects, float(chi2.ppf(0.5, effects.k - effects.p)))
    return Tau2(value=tau2, standard_error=root_error(effects, tau2))
