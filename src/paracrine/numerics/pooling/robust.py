"""Standard errors that hold when the working model of dependence is wrong: CR1, CR2 with Satterthwaite's freedom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.random_effects import two_sided
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray


@dataclass(frozen=True)
class RobustFit:
    """Coefficients with cluster-robust standard errors and the degrees of freedom of each, shape (p,)."""

    kind: str
    beta: FloatArray
    standard_error: FloatArray
    degrees_of_freedom: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray


def robust_fit(
    effects: EffectSet,
    clusters: Sequence[object],
    *,
    weights: FloatArray,
    working: FloatArray,
    kind: str = "cr2",
    coverage_pct: float = 95.0,
) -> RobustFit:
    """Return cluster-robust standard errors.

    Args:
        effects: k effects.
        clusters: k labels; effects of one cluster may depend on each other in any way.
        weights: weight matrix of the fit, shape (k, k).
        working: covariance of the effects believed in, shape (k, k); CR2 is exact under it.
        kind: `cr1` (factor m/(m-p), m-p degrees of freedom) or `cr2` (bias-reduced, Satterthwaite).
        coverage_pct: of the intervals.

    Raises:
        InputError: when there are no more clusters than coefficients.

    References:
        doi:10.1080/07350015.2016.1247004
    """
    members = _members(clusters)
    if len(members) <= effects.p:
        raise InputError(f"{len(members)} clusters cannot carry {effects.p} coefficients")
    x, bread = effects.x, np.linalg.inv(effects.x.T @ weights @ effects.x)
    beta = bread @ (x.T @ weights @ effects.y)
    residual = effects.y - x @ beta
    maker = np.eye(effects.k) - x @ bread @ x.T @ weights
    scores, rows = [], []
    for inside in members:
        adjust = _adjustment(maker, working, inside) if kind == "cr2" else np.eye(inside.size)
        lever = bread @ x.T @ weights[:, inside] @ adjust
        scores.append(lever @ residual[inside])
        rows.append(lever @ maker[inside])
    meat = np.sum([np.outer(score, score) for score in scores], axis=0)
    count = len(members)
    covariance = meat * (count / (count - effects.p) if kind == "cr1" else 1.0)
    error = np.sqrt(np.diag(covariance))
    if kind == "cr1":
        dof = np.full(effects.p, float(count - effects.p))
    else:
        dof = np.array([_satterthwaite(np.array([row[i] for row in rows]), working) for i in range(effects.p)])
    reach = np.array([coverage_factor(float(d), coverage_pct) for d in dof]) * error
    p_value = np.array([float(two_sided(np.array(b / s), float(d))) for b, s, d in zip(beta, error, dof, strict=True)])
    return RobustFit(
        kind=kind,
        beta=beta,
        standard_error=error,
        degrees_of_freedom=dof,
        low=beta - reach,
        high=beta + reach,
        p_value=p_value,
    )


def _members(clusters: Sequence[object]) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    places: dict[object, list[int]] = {}
    for index, label in enumerate(clusters):
        places.setdefault(label, []).append(index)
    return [np.array(found, dtype=np.intp) for found in places.values()]


def _adjustment(
    maker: FloatArray, working: FloatArray, inside: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> FloatArray:
    own = working[np.ix_(inside, inside)]
    upper = np.linalg.cholesky(own).T
    inner = upper @ (maker[inside] @ working @ maker[inside].T) @ upper.T
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    keep = values > 1e-10 * max(float(values.max()), 1e-300)
    root = vectors[:, keep] @ np.diag(values[keep] ** -0.5) @ vectors[:, keep].T
    adjusted: FloatArray = upper.T @ root @ upper
    return adjusted


def _satterthwaite(rows: FloatArray, working: FloatArray) -> float:
    gram = rows @ working @ rows.T
    return float(np.trace(gram) ** 2 / np.sum(gram**2))


@dataclass(frozen=True)
class CorrelatedEffects:
    """Robust fit of several correlated effects a study, with the variance between studies that set the weights."""

    tau2: float
    fit: RobustFit


def fit_correlated(
    effects: EffectSet, studies: Sequence[object], *, correlation: float = 0.8, coverage_pct: float = 95.0
) -> CorrelatedEffects:
    """Fit dependent effects with the weights of Hedges, Tipton and Johnson for an assumed correlation within studies.

    References:
        doi:10.1002/jrsm.5
    """
    members = _members(studies)
    mean_v = np.empty(effects.k)
    size = np.empty(effects.k)
    for inside in members:
        mean_v[inside], size[inside] = effects.v[inside].mean(), inside.size
    tau2 = _correlated_tau2(effects, members, 1 / (size * mean_v), correlation)
    weight = 1 / (size * (mean_v + tau2))
    fit = robust_fit(effects, studies, weights=np.diag(weight), working=np.diag(1 / weight), coverage_pct=coverage_pct)
    return CorrelatedEffects(tau2=tau2, fit=fit)


def _correlated_tau2(
    effects: EffectSet,
    members: list[np.ndarray[tuple[int], np.dtype[np.intp]]],
    weight: FloatArray,
    correlation: float,
) -> float:
    x = effects.x
    inverse = np.linalg.inv(x.T @ (x * weight[:, None]))
    beta = inverse @ (x.T @ (weight * effects.y))
    q = float(weight @ (effects.y - x @ beta) ** 2)
    own, shared, total = np.zeros_like(inverse), np.zeros_like(inverse), np.zeros_like(inverse)
    for inside in members:
        w, row = weight[inside], x[inside]
        summed = row.T @ w
        own += effects.v[inside].mean() * (row * (w**2)[:, None]).T @ row
        shared += effects.v[inside].mean() * np.outer(summed, summed)
        total += np.outer(summed, summed)
    expected = float(np.trace(inverse @ own)) * (1 - correlation) + correlation * float(np.trace(inverse @ shared))
    spare = float(weight.sum()) - float(np.trace(inverse @ total))
    return max(0.0, (q - len(members) + expected) / spare)
