"""The interval of tau2 by the Q-profile, and of I2 and H2 with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.numerics.pooling.weighted import EffectSet, projection, solve_generalised_q


@dataclass(frozen=True)
class Tau2Interval:
    """Ends of the interval of tau2, and of I2 (per cent) and H2 made from them."""

    low: float
    high: float
    i2_low_pct: float
    i2_high_pct: float
    h2_low_ratio: float
    h2_high_ratio: float


def profile_tau2(effects: EffectSet, *, coverage_pct: float = 95.0) -> Tau2Interval:
    """Return the Q-profile interval of tau2.

    References:
        doi:10.1002/sim.2514
    """
    from scipy.stats import chi2

    free, tail = effects.k - effects.p, (1 - coverage_pct / 100) / 2
    low = solve_generalised_q(effects, float(chi2.ppf(1 - tail, free)))
    high = solve_generalised_q(effects, float(chi2.ppf(tail, free)))
    typical = free / float(np.trace(projection(effects, 1.0 / effects.v)))
    return Tau2Interval(
        low=low,
        high=high,
        i2_low_pct=100 * low / (typical + low),
        i2_high_pct=100 * high / (typical + high) if math.isfinite(high) else 100.0,
        h2_low_ratio=low / typical + 1,
        h2_high_ratio=high / typical + 1,
    )
