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


def expanded_uncertainty(budget: Budget, coverage_pct: float = 95.0) -> float:
    """Return the half width of a budget's interval, in its scale.

    Student's t with Welch-Satterthwaite degrees of freedom, but never less than the estimated parts alone give,
    together or one by one: a known part beside a scatter that is small by chance would else narrow the interval.

    References:
        doi:10.59161/JCGM100-2008E
    """
    parts = budget.independent_parts()
    estimated = [(part**2, dof) for part, dof in parts if math.isfinite(dof) and part != 0]
    reaches = [coverage_factor(budget.degrees_of_freedom(), coverage_pct) * budget.standard_uncertainty()]
    if estimated:
        variance = math.fsum(square for square, _ in estimated)
        own = variance**2 / math.fsum(square**2 / dof for square, dof in estimated)
        reaches.append(coverage_factor(own, coverage_pct) * math.sqrt(variance))
    reaches.extend(coverage_factor(dof, coverage_pct) * math.sqrt(square) for square, dof in estimated)
    return max(reaches)


def expand_budget(value: float, unit: str, *, budget: Budget, basis: Basis, coverage_pct: float = 95.0) -> Quantity:
    """Return the quantity whose interval is the budget times its coverage factor.

    A relative budget is expanded on the log scale (value times exp(-k u) to exp(+k u)), an absolute one evenly.

    References:
        doi:10.59161/JCGM100-2008E
    """
    reach = expanded_uncertainty(budget, coverage_pct)
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
