"""Trim and fill: how many studies a symmetric funnel would have beside those seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import LimitError, UnknownName
from paracrine.numerics.pooling.random_effects import PooledModel, pool_effects
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray, effect_set


@dataclass(frozen=True)
class FilledFunnel:
    """The studies a symmetric funnel lacks: how many, on which side, and the model with them."""

    missing_count: int
    missing_error: float | None
    side: str
    estimator: str
    filled_y: FloatArray
    filled_v: FloatArray
    model: PooledModel


def trim_and_fill(
    effects: EffectSet,
    *,
    method: str = "reml",
    centre_method: str | None = None,
    estimator: str = "l0",
    side: str | None = None,
    test: str = "z",
) -> FilledFunnel:
    """Trim the studies that have no mirror image, find the centre, and fill in the mirror images.

    Args:
        effects: without moderators.
        method: estimator of tau2 in the filled model.
        centre_method: estimator while trimming; None takes `method` (`fe` is what the R package meta does).
        estimator: `l0` or `r0`; the two can differ and both are worth a look.
        side: where studies are missing; None takes the side Egger's regression points at.
        test: of the filled model.

    Raises:
        LimitError: with fewer than three studies.
        UnknownName: for an unknown estimator.

    References:
        doi:10.1111/j.0006-341X.2000.00455.x
    """
    if effects.k < 3:
        raise LimitError(f"{effects.k} studies cannot be trimmed", hint="at least three")
    if estimator not in ("l0", "r0"):
        raise UnknownName(f"no trim-and-fill estimator called {estimator!r}", hint="l0 or r0")
    trimming = centre_method or method
    if side is None:
        line = effect_set(effects.y, effects.v, moderators={"standard error": np.sqrt(effects.v)})
        side = "right" if pool_effects(line, method=trimming).beta[1] < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(effects.y * sign, kind="stable")
    y, v = effects.y[order] * sign, effects.v[order]
    count, error, centre = _iterate(y, v, method=trimming, estimator=estimator)
    mirrored = 2 * centre - y[effects.k - count :]
    filled_y, filled_v = sign * mirrored, v[effects.k - count :]
    whole = effect_set(np.concatenate([effects.y, filled_y]), np.concatenate([effects.v, filled_v]))
    return FilledFunnel(
        missing_count=count,
        missing_error=error,
        side=side,
        estimator=estimator,
        filled_y=filled_y,
        filled_v=filled_v,
        model=pool_effects(whole, method=method, test=test),
    )


def _iterate(y: FloatArray, v: FloatArray, *, method: str, estimator: str) -> tuple[int, float | None, float]:
    k, count, before = y.size, 0, -1
    error: float | None = None
    centre = 0.0
    for _ in range(100):
        if count == before:
            break
        before = count
        kept = effect_set(y[: k - count], v[: k - count])
        centre = float(pool_effects(kept, method=method).beta[0])
        ranks = _signed_ranks(y - centre)
        raw, error = _missing(ranks, estimator)
        count = min(max(0, round(raw)), k - 2)
    return count, error, centre


def _signed_ranks(centred: FloatArray) -> FloatArray:
    ranks = np.empty(centred.size)
    ranks[np.argsort(np.abs(centred), kind="stable")] = np.arange(1, centred.size + 1)
    signed: FloatArray = np.sign(centred) * ranks
    return signed


def _missing(ranks: FloatArray, estimator: str) -> tuple[float, float]:
    k = ranks.size
    if estimator == "r0":
        below = -ranks[ranks < 0]
        count = k - (below.max() if below.size else 0) - 1.0
        return count, float(np.sqrt(2 * max(0.0, count) + 2))
    positive = float(ranks[ranks > 0].sum())
    count = (4 * positive - k * (k + 1)) / (2 * k - 1)
    cubic = 10 * count**3 + 27 * count**2 + 17 * count
    mixed = -18 * k * count**2 - 18 * k * count + 6 * k**2 * count
    variance = (k * (k + 1) * (2 * k + 1) + cubic + mixed) / 24
    return count, float(4 * np.sqrt(max(variance, 0.0)) / (2 * k - 1))
