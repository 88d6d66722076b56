"""How many unseen studies would undo the answer, and is there more significance than power allows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paracrine.core.errors import SolveError
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.likelihood import curvature, minimise
from paracrine.numerics.pooling.random_effects import PooledModel
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray, fit_weighted


def fail_safe_rosenthal(effects: EffectSet, *, alpha: float = 0.05) -> int:
    """Return how many unseen null results would bring Stouffer's one-sided p to alpha."""
    from scipy.special import ndtri

    total = float(np.sum(effects.y / np.sqrt(effects.v)))
    return max(0, math.ceil((total / float(ndtri(1 - alpha))) ** 2 - effects.k))


def fail_safe_orwin(effects: EffectSet) -> int:
    """Return how many unseen null results would halve the unweighted mean effect."""
    mean = float(effects.y.mean())
    return math.ceil(effects.k * (mean - mean / 2) / (mean / 2)) if mean else 0


def fail_safe_rosenberg(effects: EffectSet, *, alpha: float = 0.05) -> int:
    """Return how many unseen null results of average weight would bring the common effect's p to alpha."""
    weights = 1.0 / effects.v
    total = float(weights @ effects.y)
    spare = (total / coverage_factor(math.inf, 100 * (1 - alpha))) ** 2 - float(weights.sum())
    return max(0, math.ceil(effects.k * spare / float(weights.sum())))


@dataclass(frozen=True)
class ExcessSignificance:
    """Significant studies observed and expected, and the exact chance of so many or more."""

    observed: int
    expected: float
    p_value: float


def compare_significance(effects: EffectSet, *, alpha: float = 0.05) -> ExcessSignificance:
    """Compare the number of significant studies with what the common effect's power allows.

    References:
        doi:10.1177/1740774507079441
    """
    from scipy.special import ndtr

    mean = float(fit_weighted(effects, 1.0 / effects.v).beta[0])
    standard = 1 / np.sqrt(effects.v)
    bar = coverage_factor(math.inf, 100 * (1 - alpha))
    power = ndtr(-bar - mean * standard) + ndtr(mean * standard - bar)
    observed = int(np.sum(np.abs(effects.y * standard) > bar))
    chances = np.ones(1)
    for one in power:
        chances = np.convolve(chances, [1 - one, one])
    return ExcessSignificance(observed=observed, expected=float(power.sum()), p_value=float(chances[observed:].sum()))


@dataclass(frozen=True)
class SelectionModel:
    """A step-function selection model with one step: how likely a study beyond it is to be seen, against one before."""

    effect: float
    standard_error: float
    tau2: float
    relative_chance: float
    likelihood_ratio: float
    p_value: float


def fit_selection(model: PooledModel, *, step: float = 0.025) -> SelectionModel:
    """Fit the selection model of one-sided p-values by maximum likelihood.

    Raises:
        SolveError: when the likelihood has no interior maximum.

    References:
        doi:10.1007/BF02294384
    """
    from scipy.stats import chi2

    effects = model.effects
    bar = coverage_factor(math.inf, 100 * (1 - 2 * step)) * np.sqrt(effects.v)
    before = effects.y >= bar
    if before.all() or not before.any():
        raise SolveError(
            "every study lies on one side of the step, so the chance of being seen beyond it has no upper bound",
            hint="turn the effects round, or choose another step",
        )

    def negative(values: FloatArray) -> float:
        return -_selected_likelihood(effects, bar, before, values)

    start = np.array([float(model.beta[0]), math.log(max(model.tau2.value, 1e-3)), 0.0])
    at, lowest = minimise(negative, start, what="the selection model")
    if abs(float(at[2])) > math.log(50):
        raise SolveError("the selection model did not settle", hint="too few studies on one side of the step")
    _, plain = minimise(lambda v: negative(np.array([v[0], v[1], 0.0])), start[:2], what="the model without selection")
    ratio = max(0.0, 2 * (plain - lowest))
    shape = curvature(negative, at)
    error = float(np.sqrt(np.linalg.inv(shape)[0, 0]))
    return SelectionModel(
        effect=float(at[0]),
        standard_error=error,
        tau2=math.exp(float(at[1])),
        relative_chance=math.exp(float(at[2])),
        likelihood_ratio=ratio,
        p_value=float(chi2.sf(ratio, 1)),
    )


def _selected_likelihood(effects: EffectSet, bar: FloatArray, before: NDArray[np.bool_], values: FloatArray) -> float:
    from scipy.special import ndtr

    mean, tau2, chance = float(values[0]), math.exp(float(values[1])), math.exp(float(values[2]))
    spread = np.sqrt(effects.v + tau2)
    z = (effects.y - mean) / spread
    beyond = ndtr((bar - mean) / spread)
    seen = np.log(chance * beyond + (1 - beyond))
    density = -0.5 * z**2 - np.log(spread) - 0.5 * math.log(2 * math.pi)
    return float(np.sum(density + np.where(before, 0.0, math.log(chance)) - seen))
