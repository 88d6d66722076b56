"""Intervals: from a budget to a quantity, and exact limits of counts."""

from __future__ import annotations

import math
from functools import cache

from paracrine.core.quantity import Basis, Budget, Quantity

_UNKNOWN = 50.0
"""A relative interval of exp(50) either way says nothing and is left out."""


@cache
def coverage_factor(degrees_of_freedom: float, coverage_pct: float = 95.0) -> float:
    """Return the two-sided quantile of Student's t; of the normal when the degrees of freedom are infinite."""
    from scipy.special import ndtri, stdtrit

    upper = 0.5 + coverage_pct / 200
    quantile = ndtri(upper) if math.isinf(degrees_of_freedom) else stdtrit(degrees_of_freedom, upper)
    return float(quantile)


def expand_budget(value: float, unit: str, *, budget: Budget, basis: Basis, coverage_pct: float = 95.0) -> Quantity:
    """Return the quantity whose interval is the budget times its coverage factor.

    A relative budget is expanded on the log scale (value times exp(-k u) to exp(+k u)), an absolute one evenly.

    References:
        doi:10.59161/JCGM100-2008E
    """
    reach = coverage_factor(budget.degrees_of_freedom(), coverage_pct) * budget.standard_uncertainty()
    if budget.scale == "absolute":
        low, high = value - reach, value + reach
    elif reach > _UNKNOWN:
        return Quantity(value=value, unit=unit, basis=basis)
    else:
        low, high = sorted((value * math.exp(-reach), value * math.exp(reach)))
    return Quantity(value=value, unit=unit, low=low, high=high, coverage_pct=coverage_pct, basis=basis)


def poisson_limits(count: float, coverage_pct: float = 95.0) -> tuple[float, float]:
    """Return the exact two-sided limits of a Poisson mean after `count` events.

    References:
        doi:10.1093/biomet/28.3-4.437
    """
    from scipy.special import gammaincinv

    tail = 0.5 - coverage_pct / 200
    low = 0.0 if count <= 0 else float(gammaincinv(count, tail))
    return low, float(gammaincinv(count + 1, 1 - tail))


def binomial_limits(successes: float, trials: float, coverage_pct: float = 95.0) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) two-sided limits of a proportion.

    References:
        doi:10.1093/biomet/26.4.404
    """
    from scipy.special import betaincinv

    tail = 0.5 - coverage_pct / 200
    low = 0.0 if successes <= 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes >= trials else float(betaincinv(successes + 1, trials - successes, 1 - tail))
    return low, high
