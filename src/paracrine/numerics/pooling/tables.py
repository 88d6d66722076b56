"""Pooling of whole tables: Mantel-Haenszel, Peto, and the exact bound where nothing happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import LimitError
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.effect_sizes.two_by_two import cells
from paracrine.numerics.pooling.measure import Columns, compute_effects
from paracrine.numerics.pooling.weighted import FloatArray


@dataclass(frozen=True)
class PooledTable:
    """A pooled effect on the scale of its measure, its interval, and the test of homogeneity.

    `association` is the Cochran-Mantel-Haenszel chi-square with continuity correction, `tarone` Tarone's test; both
    only where they are defined.
    """

    measure: str
    effect: float
    standard_error: float
    low: float
    high: float
    p_value: float
    q: float
    q_p: float
    i2_pct: float
    association: float | None = None
    association_p: float | None = None
    tarone: float | None = None
    tarone_p: float | None = None


def pool_mantel_haenszel(columns: Columns, *, measure: str = "rr", coverage_pct: float = 95.0) -> PooledTable:
    """Pool 2x2 tables (`rr`, `or`, `rd`) or rates (`irr`) by Mantel and Haenszel; nothing is added to zero cells.

    Raises:
        LimitError: when no table holds an event in one of the groups, so that a ratio does not exist.

    References:
        doi:10.1093/jnci/22.4.719
    """
    formula = {"or": _odds_ratio, "rr": _risk_ratio, "rd": _risk_difference, "irr": _rate_ratio}[measure]
    effect, error = formula(columns)
    if not np.isfinite(effect) or not np.isfinite(error) or error <= 0:
        raise LimitError(
            f"no Mantel-Haenszel {measure} exists: one group has no event in any study",
            hint="the risk difference, the exact bound of each group, or a model with an assumption",
        )
    y, v = compute_effects(measure, columns)
    q = float(np.sum((y - effect) ** 2 / v))
    association = _association(columns) if measure == "or" else _rate_association(columns) if measure == "irr" else None
    tarone = _tarone(columns, float(np.exp(effect))) if measure == "or" else None
    return _pooled(measure, effect, error, q=q, k=y.size, association=association, tarone=tarone, cover=coverage_pct)


def pool_peto(columns: Columns, *, coverage_pct: float = 95.0) -> PooledTable:
    """Pool 2x2 tables by Peto's one-step odds ratio; tables without events say nothing and get no weight.

    Raises:
        LimitError: when no table has an event.
    """
    a, b, c, d = cells(columns)
    n1, n2, total = a + b, c + d, a + b + c + d
    excess = a - (a + c) * n1 / total
    variance = (a + c) * (b + d) * (n1 / total) * (n2 / total) / (total - 1)
    if variance.sum() <= 0:
        raise LimitError("no Peto odds ratio exists: no study has an event", hint="give the exact bound of each group")
    effect, error = float(excess.sum() / variance.sum()), float(1 / np.sqrt(variance.sum()))
    used = variance > 0
    q = float(np.sum(excess[used] ** 2 / variance[used]) - excess.sum() ** 2 / variance.sum())
    return _pooled("peto", effect, error, q=q, k=int(used.sum()), cover=coverage_pct)


@dataclass(frozen=True)
class ExactBound:
    """Events of n pooled as if one sample, with the Clopper-Pearson interval and why it is used."""

    events: int
    n: int
    proportion: float
    low: float
    high: float
    reason: str


def exact_proportion(events: int, n: int, *, coverage_pct: float = 95.0) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of events out of n.

    References:
        doi:10.1093/biomet/26.4.404
    """
    from scipy.special import betaincinv

    tail = (1 - coverage_pct / 100) / 2
    low = float(betaincinv(events, n - events + 1, tail)) if events > 0 else 0.0
    high = float(betaincinv(events + 1, n - events, 1 - tail)) if events < n else 1.0
    return low, high


def bound_without_events(events: FloatArray, n: FloatArray, *, coverage_pct: float = 95.0) -> ExactBound:
    """Return the exact bound of all groups together, for data in which every study has no event."""
    total, count = round(float(n.sum())), round(float(events.sum()))
    low, high = exact_proportion(count, total, coverage_pct=coverage_pct)
    reason = (
        "every study has zero events: logit and double-arcsine pooling answer with their own corrections and disagree, "
        "and a mixed model has no maximum; the exact bound of the summed counts assumes one common risk"
    )
    return ExactBound(events=count, n=total, proportion=count / total, low=low, high=high, reason=reason)


def _pooled(
    measure: str,
    effect: float,
    error: float,
    *,
    q: float,
    k: int,
    cover: float,
    association: float | None = None,
    tarone: float | None = None,
) -> PooledTable:
    from scipy.special import ndtr
    from scipy.stats import chi2

    reach = coverage_factor(float("inf"), cover) * error
    return PooledTable(
        measure=measure,
        effect=effect,
        standard_error=error,
        low=effect - reach,
        high=effect + reach,
        p_value=float(2 * ndtr(-abs(effect / error))),
        q=q,
        q_p=float(chi2.sf(q, k - 1)) if k > 1 else 1.0,
        i2_pct=max(0.0, 100 * (q - (k - 1)) / q) if q > 0 else 0.0,
        association=association,
        association_p=float(chi2.sf(association, 1)) if association is not None else None,
        tarone=tarone,
        tarone_p=float(chi2.sf(tarone, k - 1)) if tarone is not None and k > 1 else None,
    )


def _odds_ratio(columns: Columns) -> tuple[float, float]:
    a, b, c, d = cells(columns)
    total = a + b + c + d
    r, s, p, q = a * d / total, b * c / total, (a + d) / total, (b + c) / total
    big_r, big_s = r.sum(), s.sum()
    if big_r <= 0 or big_s <= 0:
        return np.nan, np.nan
    variance = ((p * r).sum() / big_r**2 + (p * s + q * r).sum() / (big_r * big_s) + (q * s).sum() / big_s**2) / 2
    return float(np.log(big_r / big_s)), float(np.sqrt(variance))


def _risk_ratio(columns: Columns) -> tuple[float, float]:
    a, b, c, d = cells(columns)
    n1, n2, total = a + b, c + d, a + b + c + d
    r, s = (a * n2 / total).sum(), (c * n1 / total).sum()
    if r <= 0 or s <= 0:
        return np.nan, np.nan
    variance = (n1 * n2 * (a + c) / total**2 - a * c / total).sum() / (r * s)
    return float(np.log(r / s)), float(np.sqrt(variance))


def _risk_difference(columns: Columns) -> tuple[float, float]:
    a, b, c, d = cells(columns)
    n1, n2, total = a + b, c + d, a + b + c + d
    weight = (n1 * n2 / total).sum()
    effect = (a * n2 / total - c * n1 / total).sum() / weight
    p = (c * (n1 / total) ** 2 - a * (n2 / total) ** 2 + (n1 / total) * (n2 / total) * (n2 - n1) / 2).sum()
    q = (a * (n2 - c) / total + c * (n1 - a) / total).sum() / 2
    return float(effect), float(np.sqrt(max(effect * p + q, 0.0)) / weight)


def _rate_ratio(columns: Columns) -> tuple[float, float]:
    x1, t1, x2, t2 = (columns[name] for name in ("events_1", "time_1", "events_2", "time_2"))
    total = t1 + t2
    r, s = (x1 * t2 / total).sum(), (x2 * t1 / total).sum()
    if r <= 0 or s <= 0:
        return np.nan, np.nan
    variance = (t1 * t2 * (x1 + x2) / total**2).sum() / (r * s)
    return float(np.log(r / s)), float(np.sqrt(variance))


def _association(columns: Columns) -> float:
    a, b, c, d = cells(columns)
    n1, n2, total = a + b, c + d, a + b + c + d
    expected = n1 * (a + c) / total
    variance = n1 * n2 * (a + c) * (b + d) / (total**2 * (total - 1))
    return float((abs((a - expected).sum()) - 0.5) ** 2 / variance.sum())


def _rate_association(columns: Columns) -> float:
    x1, t1, x2, t2 = (columns[name] for name in ("events_1", "time_1", "events_2", "time_2"))
    expected, variance = (x1 + x2) * t1 / (t1 + t2), (x1 + x2) * t1 * t2 / (t1 + t2) ** 2
    return float((abs((x1 - expected).sum()) - 0.5) ** 2 / variance.sum())


def _tarone(columns: Columns, odds_ratio: float) -> float | None:
    a, b, c, d = cells(columns)
    if ((a + c) == 0).any() or ((b + d) == 0).any() or abs(odds_ratio - 1) < 1e-9:
        return None
    n1, n2, yes = a + b, c + d, a + c
    linear = odds_ratio * (n1 + yes) + (n2 - yes)
    fitted = (linear - np.sqrt(linear**2 - 4 * odds_ratio * (odds_ratio - 1) * n1 * yes)) / (2 * (odds_ratio - 1))
    variance = 1 / (1 / fitted + 1 / (n1 - fitted) + 1 / (yes - fitted) + 1 / (n2 - yes + fitted))
    return float(np.sum((a - fitted) ** 2 / variance) - (a.sum() - fitted.sum()) ** 2 / variance.sum())
