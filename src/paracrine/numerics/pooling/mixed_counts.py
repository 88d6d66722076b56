"""Generalised linear mixed models of counts: no correction for zero cells is needed, none is made."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import LimitError
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.likelihood import Objective, climb, curvature
from paracrine.numerics.pooling.measure import Columns
from paracrine.numerics.pooling.weighted import FloatArray

NODES = 31


@dataclass(frozen=True)
class MixedCounts:
    """Pooled log odds, log odds ratio or log rate ratio of a mixed model by maximum likelihood."""

    effect: float
    standard_error: float
    low: float
    high: float
    tau2: float
    log_likelihood: float


def fit_logit_normal(columns: Columns, *, coverage_pct: float = 95.0) -> MixedCounts:
    """Pool proportions (columns events, n) with normal log odds between studies.

    Raises:
        LimitError: when no study has an event, or every subject has one.

    References:
        doi:10.1002/sim.4040
    """
    x, n = np.asarray(columns["events"], float), np.asarray(columns["n"], float)
    _require_events(x, n)
    constant = float(_log_choose(n, x).sum())
    points, weights = _nodes()

    def likelihood(at: FloatArray) -> float:
        inner = _binomial(x, n, at[0] + abs(at[1]) * points[:, None])
        return float(_integrate(inner, weights).sum()) + constant

    centre = math.log(x.sum() / (n.sum() - x.sum()))
    return _maximise(likelihood, np.array([centre]), coverage_pct)


def fit_two_groups(columns: Columns, *, measure: str = "or", coverage_pct: float = 95.0) -> MixedCounts:
    """Pool two groups with a free baseline a study and a normal treatment effect: odds ratio or rate ratio, as logs.

    Raises:
        LimitError: when a group has no event in any study.

    References:
        doi:10.1002/sim.4040
    """
    names = ("events_1", "n_1", "events_2", "n_2") if measure == "or" else ("events_1", "time_1", "events_2", "time_2")
    x1, m1, x2, m2 = (np.asarray(columns[name], float) for name in names)
    if measure == "or":
        _require_events(x1, m1)
        _require_events(x2, m2)
    elif x1.sum() == 0 or x2.sum() == 0:
        raise LimitError("no mixed model exists: one group has no event in any study", hint="give the exact bound")
    used = (x1 + x2 > 0) & ((x1 + x2 < m1 + m2) if measure == "or" else True)
    x1, m1, x2, m2 = x1[used], m1[used], x2[used], m2[used]
    term = _binomial if measure == "or" else _poisson
    constant = _constant(x1, m1, x2, m2, measure)
    points, weights = _nodes()

    def likelihood(at: FloatArray) -> float:
        effect = at[0] + abs(at[1]) * points[:, None]
        inner = term(x1, m1, at[2:] + effect / 2) + term(x2, m2, at[2:] - effect / 2)
        return float(_integrate(inner, weights).sum()) + constant

    y1, y2 = (x1 + 0.5) / (m1 + 1), (x2 + 0.5) / (m2 + 1)
    logs = [np.log(y / (1 - y)) if measure == "or" else np.log(y) for y in (y1, y2)]
    start = np.concatenate([[float(np.mean(logs[0] - logs[1]))], (logs[0] + logs[1]) / 2])
    return _maximise(likelihood, start, coverage_pct)


def _require_events(x: FloatArray, n: FloatArray) -> None:
    if x.sum() == 0 or x.sum() == n.sum():
        raise LimitError(
            "no mixed model exists: a group has no event in any study, or only events", hint="give the exact bound"
        )


def _constant(x1: FloatArray, m1: FloatArray, x2: FloatArray, m2: FloatArray, measure: str) -> float:
    from scipy.special import gammaln

    if measure == "or":
        return float((_log_choose(m1, x1) + _log_choose(m2, x2)).sum())
    return -float((gammaln(x1 + 1) + gammaln(x2 + 1)).sum())


def _log_choose(n: FloatArray, x: FloatArray) -> FloatArray:
    from scipy.special import gammaln

    chosen: FloatArray = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return chosen


def _binomial(x: FloatArray, n: FloatArray, logit: FloatArray) -> FloatArray:
    value: FloatArray = x * logit - n * np.logaddexp(0.0, logit)
    return value


def _poisson(x: FloatArray, time: FloatArray, log_rate: FloatArray) -> FloatArray:
    value: FloatArray = x * (log_rate + np.log(time)) - time * np.exp(log_rate)
    return value


def _nodes() -> tuple[FloatArray, FloatArray]:
    points, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return points, np.log(weights / math.sqrt(2 * math.pi))


def _integrate(inner: FloatArray, weights: FloatArray) -> FloatArray:
    from scipy.special import logsumexp

    total: FloatArray = np.asarray(logsumexp(inner + weights[:, None], axis=0), float)
    return total


def _maximise(likelihood: Objective, start: FloatArray, coverage_pct: float) -> MixedCounts:
    first = np.concatenate([start[:1], [0.3], start[1:]])
    at = climb(lambda v: -likelihood(v), first, what="the mixed model")
    spread = abs(float(at[1]))
    if spread < 1e-3:
        at[1], spread = 0.0, 0.0
    free = np.array([i for i in range(at.size) if i != 1 or spread > 0])

    def inside(values: FloatArray) -> float:
        whole = at.copy()
        whole[free] = values
        return -likelihood(whole)

    error = math.sqrt(float(np.linalg.inv(curvature(inside, at[free]))[0, 0]))
    reach = coverage_factor(math.inf, coverage_pct) * error
    effect = float(at[0])
    return MixedCounts(
        effect=effect,
        standard_error=error,
        low=effect - reach,
        high=effect + reach,
        tau2=spread**2,
        log_likelihood=likelihood(at),
    )
