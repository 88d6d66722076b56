"""Prediction interval of a new study's true effect: several rules exist, and each is named."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import LimitError, UnknownName
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.levels import LevelModel
from paracrine.numerics.pooling.random_effects import PooledModel, pool_effects
from paracrine.numerics.pooling.weighted import FloatArray

RULES = {
    "hts": "t with k - 2 degrees of freedom, classic standard error (Higgins, Thompson, Spiegelhalter)",
    "hk": "t with k - 2 degrees of freedom, HKSJ standard error",
    "test": "the quantile of the model's own test",
    "z": "normal quantile, classic standard error",
    "kr": "Kenward-Roger standard error and degrees of freedom (Partlett, Riley)",
}


@dataclass(frozen=True)
class PredictionInterval:
    """Ends of the interval and the rule that gave them, in words."""

    low: float
    high: float
    rule: str
    words: str


def predict_new_study(model: PooledModel, *, rule: str = "hts") -> PredictionInterval:
    """Return where the true effect of a new, exchangeable study lies.

    Raises:
        UnknownName: for an unknown rule.
        LimitError: when the model has moderators, or too few studies for the rule.

    References:
        doi:10.1111/j.1467-985X.2008.00552.x doi:10.1002/sim.7140
    """
    if rule not in RULES:
        raise UnknownName(f"no prediction rule called {rule!r}", hint=f"known: {', '.join(RULES)}")
    k, tau2 = model.effects.k, model.tau2.value
    if model.effects.p > 1:
        raise LimitError("a model with moderators predicts at given moderator values, not in general")
    if rule in ("hts", "hk", "kr") and k < 3:
        raise LimitError(f"{k} studies leave no degree of freedom for a prediction interval", hint="at least three")
    error, dof = _error_and_freedom(model, rule)
    reach = coverage_factor(dof, model.coverage_pct) * math.sqrt(error**2 + tau2)
    mean = float(model.beta[0])
    return PredictionInterval(low=mean - reach, high=mean + reach, rule=rule, words=RULES[rule])


def predict_new_effect(model: LevelModel, *, coverage_pct: float = 95.0) -> PredictionInterval:
    """Return where a new effect of a new study lies when effects stand inside studies: by the normal quantile.

    Raises:
        LimitError: when the model has moderators.
    """
    if model.effects.p > 1:
        raise LimitError("a model with moderators predicts at given moderator values, not in general")
    variance = float(model.standard_error[0]) ** 2 + sum(model.variances.values())
    reach, mean = coverage_factor(math.inf, coverage_pct) * math.sqrt(variance), float(model.beta[0])
    words = "normal quantile, the variances between and inside studies together"
    return PredictionInterval(low=mean - reach, high=mean + reach, rule="z", words=words)


def _error_and_freedom(model: PooledModel, rule: str) -> tuple[float, float]:
    free = model.effects.k - 2.0
    if rule == "test":
        return float(model.standard_error[0]), model.degrees_of_freedom
    if rule == "hk":
        scaled = pool_effects(model.effects, method=model.method, test="hksj", tau2=model.tau2.value)
        return float(scaled.standard_error[0]), free
    if rule == "kr":
        error, dof = kenward_roger(model.weights)
        return error, dof - 1
    classic = math.sqrt(1 / float(model.weights.sum()))
    return classic, free if rule == "hts" else math.inf


def kenward_roger(weights: FloatArray) -> tuple[float, float]:
    """Return the adjusted standard error and degrees of freedom of a pooled mean, from weights (k,).

    References:
        doi:10.1002/sim.7140
    """
    one, two, three = (float(np.sum(weights**power)) for power in (1, 2, 3))
    information = 0.5 * (two - 2 * three / one + (two / one) ** 2)
    variance_of_tau2 = 1 / information
    error = math.sqrt(1 / one + 2 * variance_of_tau2 * (three - two**2 / one) / one**2)
    return error, 2 / (variance_of_tau2 * (error**2 * two) ** 2)
