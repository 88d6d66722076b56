"""Weighted least squares of study effects: the step every pooling method shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paracrine.core.errors import InputError

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class EffectSet:
    """Effects of k studies with sampling variances and a design matrix.

    Attributes:
        y: effects, shape (k,).
        v: sampling variances, shape (k,), all positive.
        x: design matrix, shape (k, p); the first column is the intercept unless said.
        names: names of the p columns.
    """

    y: FloatArray
    v: FloatArray
    x: FloatArray
    names: tuple[str, ...] = ("intercept",)

    @property
    def k(self) -> int:
        """Number of effects."""
        return int(self.y.size)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.x.shape[1])

    def without(self, index: int) -> EffectSet:
        """Return the set without one effect."""
        keep = np.arange(self.k) != index
        return EffectSet(y=self.y[keep], v=self.v[keep], x=self.x[keep], names=self.names)

    def part(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> EffectSet:
        """Return the effects picked by a mask or by positions."""
        return EffectSet(y=self.y[keep], v=self.v[keep], x=self.x[keep], names=self.names)


def effect_set(y: ArrayLike, v: ArrayLike, *, moderators: dict[str, ArrayLike] | None = None) -> EffectSet:
    """Build an effect set with an intercept and optional moderators.

    Args:
        y: effects, shape (k,).
        v: sampling variances, shape (k,).
        moderators: name to values, each of shape (k,).

    Raises:
        InputError: when shapes differ, a value is not finite, a variance is not positive, or there are
            fewer effects than coefficients.
    """
    effects, variances = np.asarray(y, float), np.asarray(v, float)
    named = {name: np.asarray(values, float) for name, values in (moderators or {}).items()}
    if effects.ndim != 1 or any(a.shape != effects.shape for a in (variances, *named.values())):
        raise InputError("effects, variances and moderators must be of one length")
    if not all(np.isfinite(a).all() for a in (effects, variances, *named.values())):
        raise InputError("an effect, a variance or a moderator is not a finite number")
    if (variances <= 0).any():
        raise InputError("a sampling variance is zero or negative", hint="a study without variance cannot be weighted")
    x = np.column_stack([np.ones_like(effects), *named.values()])
    if effects.size < x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        raise InputError(
            f"{effects.size} effects cannot carry {x.shape[1]} coefficients", hint="drop a moderator or add studies"
        )
    return EffectSet(y=effects, v=variances, x=x, names=("intercept", *named))


@dataclass(frozen=True)
class WeightedFit:
    """Coefficients beta (p,), their covariance (X'WX)^-1 (p, p) and the weighted sum of squared residuals."""

    beta: FloatArray
    covariance: FloatArray
    residual_square: float


def fit_weighted(effects: EffectSet, weights: FloatArray) -> WeightedFit:
    """Fit effects by weighted least squares; weights have shape (k,)."""
    weighted = effects.x * weights[:, None]
    covariance = np.asarray(np.linalg.inv(effects.x.T @ weighted), float)
    beta = covariance @ (weighted.T @ effects.y)
    residual = effects.y - effects.x @ beta
    return WeightedFit(beta=beta, covariance=covariance, residual_square=float(weights @ residual**2))


def projection(effects: EffectSet, weights: FloatArray) -> FloatArray:
    """Return P = W - W X (X'WX)^-1 X'W, shape (k, k); y'Py is the residual sum of squares."""
    weighted = effects.x * weights[:, None]
    inverse = np.linalg.inv(effects.x.T @ weighted)
    projected: FloatArray = np.diag(weights) - weighted @ inverse @ weighted.T
    return projected


def generalised_q(effects: EffectSet, tau2: float) -> float:
    """Return the residual sum of squares under weights 1/(v + tau2)."""
    return fit_weighted(effects, 1.0 / (effects.v + tau2)).residual_square


def solve_generalised_q(effects: EffectSet, target: float) -> float:
    """Return the tau2 >= 0 at which the generalised Q equals `target`; 0 where it never reaches it."""
    from scipy.optimize import brentq

    if generalised_q(effects, 0.0) <= target:
        return 0.0
    high = float(np.var(effects.y) + effects.v.max())
    while generalised_q(effects, high) > target:
        high *= 4.0
    return float(brentq(lambda tau2: generalised_q(effects, tau2) - target, 0.0, high, xtol=1e-14, rtol=1e-13))
