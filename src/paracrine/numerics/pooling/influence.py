"""What one study does to the answer: leave-one-out, cumulative pooling, influence, and shrunken study effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paracrine.core.errors import LimitError
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.random_effects import PooledModel, pool_effects
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray, fit_weighted


@dataclass(frozen=True)
class Influence:
    """Diagnostics of k studies, each of shape (k,)."""

    studentised: FloatArray
    dffits: FloatArray
    cook_distance: FloatArray
    covariance_ratio: FloatArray
    tau2_without: FloatArray
    q_without: FloatArray
    hat: FloatArray
    weight_pct: FloatArray

    @property
    def outlying(self) -> NDArray[np.bool_]:
        """Studies whose studentised residual lies beyond 1.96."""
        return np.abs(self.studentised) > 1.96


def leave_one_out(model: PooledModel) -> tuple[PooledModel, ...]:
    """Return the model k times, each without one study.

    Raises:
        LimitError: when two studies or fewer are left to pool.
    """
    if model.effects.k < model.effects.p + 2:
        raise LimitError(f"{model.effects.k} studies are too few to leave one out")
    return tuple(
        pool_effects(
            model.effects.without(index), method=model.method, test=model.test, coverage_pct=model.coverage_pct
        )
        for index in range(model.effects.k)
    )


def pool_cumulatively(effects: EffectSet, *, method: str = "reml", test: str = "z") -> tuple[PooledModel, ...]:
    """Return the models of the first 1, 2 … k studies in the order given; the first is the study itself."""
    models = []
    for count in range(1, effects.k + 1):
        first = effects.part(np.arange(count))
        if count == 1:
            models.append(pool_effects(first, method="fe"))
        else:
            models.append(pool_effects(first, method=method, test=test))
    return tuple(models)


def measure_influence(model: PooledModel) -> Influence:
    """Return how each study pulls the fit.

    References:
        doi:10.18637/jss.v036.i03
    """
    effects, k = model.effects, model.effects.k
    fit = fit_weighted(effects, model.weights)
    hat = np.einsum("ij,jk,ik->i", effects.x, fit.covariance, effects.x) * model.weights
    columns: dict[str, list[float]] = {name: [] for name in ("student", "dffits", "cook", "ratio", "tau2", "q")}
    for index, rest in enumerate(leave_one_out(model)):
        row, tau2 = effects.x[index], rest.tau2.value
        gone = float(row @ rest.beta)
        own = float(np.sqrt(effects.v[index] + tau2))
        columns["student"].append((effects.y[index] - gone) / np.sqrt(own**2 + row @ rest.covariance @ row))
        columns["dffits"].append((float(row @ model.beta) - gone) / (np.sqrt(hat[index]) * own))
        moved = model.beta - rest.beta
        columns["cook"].append(float(moved @ np.linalg.solve(model.covariance, moved)))
        columns["ratio"].append(float(np.linalg.det(rest.covariance) / np.linalg.det(model.covariance)))
        columns["tau2"].append(tau2)
        columns["q"].append(rest.q)
    arrays = {name: np.asarray(values, float) for name, values in columns.items()}
    return Influence(
        studentised=arrays["student"],
        dffits=arrays["dffits"],
        cook_distance=arrays["cook"],
        covariance_ratio=arrays["ratio"],
        tau2_without=arrays["tau2"],
        q_without=arrays["q"],
        hat=hat,
        weight_pct=100 * model.weights / model.weights.sum() if k else hat,
    )


@dataclass(frozen=True)
class ShrunkenEffects:
    """Best unbiased predictions of the studies' own true effects with their prediction intervals, shape (k,)."""

    value: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray


def shrink_effects(model: PooledModel) -> ShrunkenEffects:
    """Return each study's true effect, pulled toward the pooled one by how little it knows itself."""
    effects, tau2 = model.effects, model.tau2.value
    own = tau2 / (tau2 + effects.v)
    fitted = effects.x @ model.beta
    mean = np.einsum("ij,jk,ik->i", effects.x, model.covariance, effects.x)
    value = own * effects.y + (1 - own) * fitted
    error = np.sqrt(own * effects.v + (1 - own) ** 2 * mean)
    reach = coverage_factor(model.degrees_of_freedom, model.coverage_pct) * error
    return ShrunkenEffects(value=value, standard_error=error, low=value - reach, high=value + reach)
