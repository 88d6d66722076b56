"""The catalog of tau2 estimators and what an estimator returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.core.catalog import Catalog
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray, fit_weighted, projection

ESTIMATORS = Catalog("paracrine.numerics.pooling.tau2", ("TAU2", "estimate"))


@dataclass(frozen=True)
class EstimatorInfo:
    """What the documentation says of an estimator."""

    title: str
    advice: str
    reference: str = ""


@dataclass(frozen=True)
class Tau2:
    """Variance between studies, its standard error where there is one, and whether zero was a boundary."""

    value: float
    standard_error: float | None
    cut_at_zero: bool = False


def cut(value: float, standard_error: float | None) -> Tau2:
    """Return a tau2 that is never negative and says when it was cut."""
    return Tau2(value=max(value, 0.0), standard_error=standard_error, cut_at_zero=value < 0)


def estimate_tau2(effects: EffectSet, method: str) -> Tau2:
    """Estimate tau2 by a named method (`dl`, `he`, `hs`, `sj`, `ml`, `reml`, `eb`, `pm` and more).

    Raises:
        UnknownName: when there is no such estimator.
    """
    found: Tau2 = ESTIMATORS.load(method.lower()).estimate(effects)
    return found


def likelihood(effects: EffectSet, tau2: float, *, restricted: bool) -> float:
    """Return the log-likelihood of tau2 with the coefficients at their best, as metafor prints it."""
    weights = 1.0 / (effects.v + tau2)
    fit = fit_weighted(effects, weights)
    total = -0.5 * (float(np.log(effects.v + tau2).sum()) + fit.residual_square)
    if not restricted:
        return total - 0.5 * effects.k * float(np.log(2 * np.pi))
    total += 0.5 * float(np.linalg.slogdet(effects.x.T @ effects.x)[1] + np.linalg.slogdet(fit.covariance)[1])
    return total - 0.5 * (effects.k - effects.p) * float(np.log(2 * np.pi))


def scoring(effects: EffectSet, *, restricted: bool) -> float:
    """Return the tau2 of highest (restricted) likelihood by Fisher scoring from several starts."""
    spread = float(np.var(effects.y))
    starts = (0.0, 0.1 * spread, spread, 4.0 * spread)
    ends = [_climb(effects, start, restricted=restricted) for start in starts]
    return max((0.0, *ends), key=lambda tau2: likelihood(effects, tau2, restricted=restricted))


def _climb(effects: EffectSet, start: float, *, restricted: bool) -> float:
    tau2 = start
    for _ in range(500):
        step = _score_step(effects, tau2, restricted=restricted)
        moved = max(tau2 + step, 0.0)
        while (
            moved > 0
            and likelihood(effects, moved, restricted=restricted)
            < likelihood(effects, tau2, restricted=restricted) - 1e-12
            and abs(moved - tau2) > 1e-13
        ):
            moved = 0.5 * (moved + tau2)
        if abs(moved - tau2) <= 1e-12 * max(1.0, tau2):
            return moved
        tau2 = moved
    return tau2


def _score_step(effects: EffectSet, tau2: float, *, restricted: bool) -> float:
    weights = 1.0 / (effects.v + tau2)
    p = projection(effects, weights)
    square = float(np.sum((p @ effects.y) ** 2))
    if restricted:
        return (square - float(np.trace(p))) / float(np.sum(p * p))
    return (square - float(weights.sum())) / float(np.sum(weights**2))


def moment_error(projected: FloatArray, tau2: float, *, k: int, p: int) -> float:
    """Return the standard error of a moment estimator whose weights gave `projected`."""
    trace, square = float(np.trace(projected)), float(np.sum(projected * projected))
    return float(np.sqrt((2 * (k - p) + 4 * tau2 * trace + 2 * tau2**2 * square) / trace**2))


def root_error(effects: EffectSet, tau2: float) -> float:
    """Return the standard error of a tau2 that is a root of the generalised Q."""
    total = float(np.sum(1.0 / (effects.v + tau2)))
    return float(np.sqrt(2 * effects.k**2 / (effects.k - effects.p))) / total
