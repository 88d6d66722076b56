"""The random-effects model: coefficients, tests, heterogeneity, prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError, UnknownName
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.heterogeneity import Tau2, estimate_tau2, likelihood
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray, fit_weighted, projection

TESTS = {
    "z": "normal quantiles; too narrow for few studies",
    "t": "Student's t, the standard error unchanged",
    "hksj": "Hartung-Knapp-Sidik-Jonkman: t and a rescaled standard error; can be far too narrow where studies agree",
    "adhoc": "HKSJ whose factor is never below one: the safe form",
}


@dataclass(frozen=True)
class PooledModel:
    """A fitted random-effects model.

    Attributes:
        beta, standard_error, low, high, p_value: one number a coefficient, shape (p,).
        covariance: of the coefficients, shape (p, p), after the factor of the test.
        degrees_of_freedom: of the test; infinite for z.
        scale: squared factor of HKSJ on the standard error; 1 where the test has none.
        i2_pct, h2_ratio: heterogeneity beyond chance; r2_pct: explained by moderators.
        q, q_p: test of heterogeneity; moderator_stat, moderator_p: of the coefficients tested together.
    """

    effects: EffectSet
    method: str
    test: str
    beta: FloatArray
    covariance: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    degrees_of_freedom: float
    scale: float
    tau2: Tau2
    i2_pct: float
    h2_ratio: float
    r2_pct: float | None
    q: float
    q_p: float
    moderator_stat: float
    moderator_p: float
    log_likelihood: float
    coverage_pct: float

    @property
    def weights(self) -> FloatArray:
        """Weights 1/(v + tau2), shape (k,)."""
        weights: FloatArray = 1.0 / (self.effects.v + self.tau2.value)
        return weights


def pool_effects(
    effects: EffectSet,
    *,
    method: str = "reml",
    test: str = "z",
    tau2: float | None = None,
    coverage_pct: float = 95.0,
) -> PooledModel:
    """Fit the random-effects model, or the mixed one when the set has moderators.

    Args:
        effects: what to pool.
        method: estimator of tau2.
        test: `z`, `t`, `hksj` or `adhoc`.
        tau2: a variance known beforehand instead of an estimate.
        coverage_pct: of the intervals.

    Raises:
        UnknownName: for an unknown method or test.
        InputError: when there are no degrees of freedom left.

    References:
        doi:10.18637/jss.v036.i03
    """
    free = _require_freedom(effects, method, test)
    between = Tau2(value=tau2, standard_error=None) if tau2 is not None else estimate_tau2(effects, method)
    weights = 1.0 / (effects.v + between.value)
    fit = fit_weighted(effects, weights)
    scale = _scale(fit.residual_square, free, test)
    covariance = fit.covariance * scale
    error = np.sqrt(np.diag(covariance))
    dof = math.inf if test == "z" else float(free)
    reach = coverage_factor(dof, coverage_pct) * error
    q, q_p, i2_pct, h2_ratio = _heterogeneity(effects, between.value, common=method.lower() == "fe")
    stat, stat_p = _joint_test(fit.beta, covariance, dof)
    return PooledModel(
        effects=effects,
        method=method.lower(),
        test=test,
        beta=fit.beta,
        covariance=covariance,
        standard_error=error,
        low=fit.beta - reach,
        high=fit.beta + reach,
        p_value=two_sided(fit.beta / error, dof),
        degrees_of_freedom=dof,
        scale=scale,
        tau2=between,
        i2_pct=i2_pct,
        h2_ratio=h2_ratio,
        r2_pct=_explained(effects, method.lower(), between.value, h2_ratio) if effects.p > 1 else None,
        q=q,
        q_p=q_p,
        moderator_stat=stat,
        moderator_p=stat_p,
        log_likelihood=likelihood(effects, between.value, restricted=method.lower() == "reml"),
        coverage_pct=coverage_pct,
    )


def _require_freedom(effects: EffectSet, method: str, test: str) -> int:
    if test not in TESTS:
        raise UnknownName(f"no test called {test!r}", hint=f"known: {', '.join(TESTS)}")
    free = effects.k - effects.p
    if free < 1 and (test != "z" or method.lower() != "fe"):
        raise InputError(
            f"{effects.k} effects leave no degree of freedom for {effects.p} coefficients",
            hint="heterogeneity cannot be estimated; the common effect (fe) with z can be given",
        )
    return free


def two_sided(statistic: FloatArray, degrees_of_freedom: float) -> FloatArray:
    """Return two-sided p-values of t, or z where the degrees of freedom are infinite."""
    from scipy.special import ndtr, stdtr

    far = -np.abs(statistic)
    tail = ndtr(far) if math.isinf(degrees_of_freedom) else stdtr(degrees_of_freedom, far)
    p_value: FloatArray = 2 * np.asarray(tail, float)
    return p_value


def predict(model: PooledModel, rows: FloatArray, *, rule: str = "test") -> dict[str, FloatArray]:
    """Return mean, interval of the mean and of a new study's true effect at design rows, shape (m, p)."""
    mean = rows @ model.beta
    variance = np.einsum("ij,jk,ik->i", rows, model.covariance, rows)
    factor = coverage_factor(model.degrees_of_freedom, model.coverage_pct)
    inner, outer = factor * np.sqrt(variance), factor * np.sqrt(variance + model.tau2.value)
    return {
        "mean": mean,
        "low": mean - inner,
        "high": mean + inner,
        "prediction_low": mean - outer,
        "prediction_high": mean + outer,
    }


def _scale(residual_square: float, free: int, test: str) -> float:
    if test not in ("hksj", "adhoc"):
        return 1.0
    scale = residual_square / free
    return max(1.0, scale) if test == "adhoc" else scale


def _heterogeneity(effects: EffectSet, tau2: float, *, common: bool) -> tuple[float, float, float, float]:
    from scipy.stats import chi2

    free = effects.k - effects.p
    projected = projection(effects, 1.0 / effects.v)
    q = max(0.0, float(effects.y @ projected @ effects.y))
    if free == 0:
        return q, 1.0, 0.0, 1.0
    q_p = float(chi2.sf(q, free))
    if common:
        return q, q_p, max(0.0, 100 * (q - free) / q) if q > 0 else 0.0, q / free
    typical = free / float(np.trace(projected))
    return q, q_p, 100 * tau2 / (typical + tau2), tau2 / typical + 1


def _joint_test(beta: FloatArray, covariance: FloatArray, dof: float) -> tuple[float, float]:
    from scipy.stats import chi2, f

    first = 1 if beta.size > 1 else 0
    tested, inside = beta[first:], covariance[first:, first:]
    count = tested.size
    stat = float(tested @ np.linalg.solve(inside, tested))
    if math.isinf(dof):
        return stat, float(chi2.sf(stat, count))
    return stat / count, float(f.sf(stat / count, count, dof))


def _explained(effects: EffectSet, method: str, tau2: float, h2_ratio: float) -> float | None:
    empty = EffectSet(y=effects.y, v=effects.v, x=np.ones((effects.k, 1)))
    if method == "fe":
        whole = generalised_h2(empty)
        return max(0.0, 100 * (1 - h2_ratio / whole)) if whole > 0 else None
    alone = estimate_tau2(empty, method).value
    return max(0.0, 100 * (alone - tau2) / alone) if alone > 0 else None


def generalised_h2(effects: EffectSet) -> float:
    """Return Q over its degrees of freedom under common-effect weights."""
    return fit_weighted(effects, 1.0 / effects.v).residual_square / (effects.k - effects.p)
