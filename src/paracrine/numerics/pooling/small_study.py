"""Do small studies tell another story: regression and rank tests of funnel asymmetry, PET-PEESE."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import LimitError, UnknownName
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.effect_sizes.two_by_two import cells
from paracrine.numerics.pooling.measure import Columns
from paracrine.numerics.pooling.random_effects import pool_effects, two_sided
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray, effect_set, fit_weighted


@dataclass(frozen=True)
class AsymmetryTest:
    """A test of funnel asymmetry.

    `slope` is what is tested; `limit` the effect at a study without error, with its interval.
    """

    name: str
    statistic: float
    p_value: float
    degrees_of_freedom: float
    slope: float
    slope_error: float
    limit: float | None = None
    limit_low: float | None = None
    limit_high: float | None = None


def regress_asymmetry(
    name: str,
    effects: EffectSet,
    predictor: FloatArray,
    *,
    weights: FloatArray | None = None,
    coverage_pct: float = 95.0,
) -> AsymmetryTest:
    """Regress effects on a predictor with weights (1/v unless given) and a free residual variance.

    Raises:
        LimitError: with fewer than three studies.
    """
    if effects.k < 3:
        raise LimitError(f"{effects.k} studies cannot show asymmetry", hint="at least three; below ten nothing is sure")
    chosen = 1.0 / effects.v if weights is None else weights
    line = effect_set(effects.y, effects.v, moderators={"predictor": predictor})
    fit = fit_weighted(line, chosen)
    free = effects.k - 2
    error = np.sqrt(np.diag(fit.covariance) * fit.residual_square / free)
    statistic = float(fit.beta[1] / error[1])
    reach = coverage_factor(float(free), coverage_pct) * float(error[0])
    limit = float(fit.beta[0])
    return AsymmetryTest(
        name=name,
        statistic=statistic,
        p_value=float(two_sided(np.array(statistic), float(free))),
        degrees_of_freedom=float(free),
        slope=float(fit.beta[1]),
        slope_error=float(error[1]),
        limit=limit,
        limit_low=limit - reach,
        limit_high=limit + reach,
    )


def egger(effects: EffectSet, *, coverage_pct: float = 95.0) -> AsymmetryTest:
    """Egger's test: effects on their standard errors.

    References:
        doi:10.1136/bmj.315.7109.629
    """
    return regress_asymmetry("Egger", effects, np.sqrt(effects.v), coverage_pct=coverage_pct)


def egger_mixed(effects: EffectSet, *, predictor: str = "standard error", method: str = "reml") -> AsymmetryTest:
    """Egger's regression with a variance between studies; the predictor is the standard error or the variance."""
    values = np.sqrt(effects.v) if predictor == "standard error" else effects.v
    model = pool_effects(effect_set(effects.y, effects.v, moderators={predictor: values}), method=method)
    return AsymmetryTest(
        name=f"mixed-effects regression on the {predictor}",
        statistic=float(model.beta[1] / model.standard_error[1]),
        p_value=float(model.p_value[1]),
        degrees_of_freedom=math.inf,
        slope=float(model.beta[1]),
        slope_error=float(model.standard_error[1]),
        limit=float(model.beta[0]),
        limit_low=float(model.low[0]),
        limit_high=float(model.high[0]),
    )


def begg(effects: EffectSet) -> tuple[float, float]:
    """Begg and Mazumdar's rank correlation: Kendall's tau of standardised effects and variances, exact p if no ties.

    References:
        doi:10.2307/2533446
    """
    from scipy.stats import kendalltau

    mean = fit_weighted(effects, 1.0 / effects.v)
    spread = effects.v - mean.covariance[0, 0]
    standardised = (effects.y - mean.beta[0]) / np.sqrt(spread)
    tied = np.unique(effects.v).size < effects.k or np.unique(standardised).size < effects.k
    found = kendalltau(standardised, effects.v, method="asymptotic" if tied or effects.k > 49 else "exact")
    return float(found.statistic), float(found.pvalue)


def rank_counts(columns: Columns) -> tuple[float, float]:
    """Schwarzer, Antes and Schumacher's rank correlation for sparse 2x2 tables: z and p.

    The events of the first group, standardised by what their margins allow at the Mantel-Haenszel odds ratio, are
    ranked against the precision that goes with it.

    Raises:
        LimitError: with fewer than three studies, or when no Mantel-Haenszel odds ratio exists.
    """
    from scipy.special import ndtr
    from scipy.stats import nchypergeom_fisher

    from paracrine.numerics.pooling.tables import pool_mantel_haenszel

    a, b, c, d = cells(columns)
    if a.size < 3:
        raise LimitError(f"{a.size} studies cannot show asymmetry", hint="at least three; below ten nothing is sure")
    ratio = math.exp(pool_mantel_haenszel(columns, measure="or").effect)
    expected = nchypergeom_fisher(a + b + c + d, a + b, a + c, ratio)
    mean, variance = np.asarray(expected.mean(), float), np.asarray(expected.var(), float)
    told = variance > 0
    ranked, precision = (a - mean)[told] / np.sqrt(variance[told]), 1 / variance[told]
    signs = np.sign(ranked[:, None] - ranked) * np.sign(precision[:, None] - precision)
    k = int(told.sum())
    z = float(signs.sum()) / 2 / math.sqrt((k * (k - 1) * (2 * k + 5) - _ties(ranked) - _ties(precision)) / 18)
    return z, float(2 * ndtr(-abs(z)))


def _ties(values: FloatArray) -> float:
    _, counts = np.unique(values, return_counts=True)
    return float(np.sum(counts * (counts - 1) * (2 * counts + 5)))


def pet_peese(effects: EffectSet, *, coverage_pct: float = 95.0) -> tuple[AsymmetryTest, AsymmetryTest, str]:
    """Return PET (on the standard error), PEESE (on the variance) and which of the two the rule picks.

    PEESE is picked when PET finds an effect at a study without error (one-sided p below 0.05, away from zero).

    References:
        doi:10.1002/jrsm.1095
    """
    pet = regress_asymmetry("PET", effects, np.sqrt(effects.v), coverage_pct=coverage_pct)
    peese = regress_asymmetry("PEESE", effects, effects.v, coverage_pct=coverage_pct)
    error = (pet.limit_high or 0.0) - (pet.limit or 0.0)
    statistic = (pet.limit or 0.0) / (error / coverage_factor(pet.degrees_of_freedom, coverage_pct))
    found = float(two_sided(np.array(statistic), pet.degrees_of_freedom)) / 2 < 0.05
    return pet, peese, "PEESE" if found else "PET"


def regress_counts(name: str, columns: Columns) -> AsymmetryTest:
    """Test the asymmetry of 2x2 tables: `harbord`, `peters`, `pustejovsky` or `deeks`.

    Raises:
        UnknownName: for another name.
    """
    from paracrine.numerics.pooling.measure import compute_effects

    a, b, c, d = cells(columns)
    n1, n2, total = a + b, c + d, a + b + c + d
    if name == "harbord":
        variance = n1 * n2 * (a + c) * (b + d) / (total**2 * (total - 1))
        score = a - (a + c) * n1 / total
        return regress_asymmetry("Harbord", effect_set(score / variance, 1 / variance), np.sqrt(1 / variance))
    y, v = compute_effects("or", columns)
    effects = effect_set(y, v)
    if name == "peters":
        weights = 1 / (1 / (a + c) + 1 / (b + d))
        return regress_asymmetry("Peters", effects, 1 / total, weights=weights)
    if name == "deeks":
        return regress_asymmetry("Deeks", effects, np.sqrt(total / (4 * n1 * n2)), weights=4 * n1 * n2 / total)
    if name == "pustejovsky":
        return regress_asymmetry("Pustejovsky", effects, np.sqrt(1 / n1 + 1 / n2))
    raise UnknownName(f"no asymmetry test called {name!r}", hint="harbord, peters, pustejovsky or deeks")
