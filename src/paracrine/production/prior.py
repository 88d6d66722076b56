"""Parameters as distributions: draws that two lines share where they share a parameter."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.parameter import Parameter
from paracrine.payloads.size_distribution import FloatArray

_REACH = 1.959963984540054
SPREADS = ("fixed", "linear", "log", "logit")


def value_at(parameter: Parameter, z: FloatArray) -> FloatArray:
    """Return a parameter's value at standard normal scores.

    Score 0 is `value`, -1.96 is `low`, +1.96 is `high`: each side has its own width, on the scale of `spread`.

    Args:
        parameter: with `spread` one of `fixed`, `linear`, `log`, `logit`.
        z: any shape.

    Raises:
        InputError: when spread and bounds do not fit each other.
    """
    if parameter.spread == "fixed" or parameter.low is None or parameter.high is None:
        return np.full(np.shape(z), parameter.value)
    scale = _scale(parameter)
    low, centre, high = (float(scale(end)) for end in (parameter.low, parameter.value, parameter.high))
    score = np.asarray(centre + np.where(z < 0, centre - low, high - centre) * z / _REACH)
    if parameter.spread == "log":
        return np.asarray(np.exp(score))
    if parameter.spread == "logit":
        return np.asarray(1 / (1 + np.exp(-score)))
    return np.maximum(score, 0.0) if parameter.value >= 0 else score


def _scale(parameter: Parameter) -> Any:
    ends = (parameter.low, parameter.value, parameter.high)
    low, value, high = (0.0 if end is None else end for end in ends)
    if not low <= value <= high:
        raise InputError(f"{parameter.name}: {value:g} lies outside {low:g} to {high:g}")
    if parameter.spread == "log" and low > 0:
        return np.log
    if parameter.spread == "logit" and low > 0 and high < 1:
        return lambda share: np.log(share / (1 - share))
    if parameter.spread == "linear":
        return np.asarray
    raise InputError(f"{parameter.name}: spread {parameter.spread!r} does not fit bounds {low:g} to {high:g}")


@dataclass(frozen=True)
class Posterior:
    """Scores of fitted parameters: draws of them, or jointly normal where a file holds none.

    Attributes:
        names: shape (p,), scoped parameter names.
        mean: shape (p,).
        covariance: shape (p, p).
        source: what was fitted, in plain words.
        outputs: outputs that were measured.
        platforms: platforms that were measured.
    """

    names: tuple[str, ...]
    mean: FloatArray
    covariance: FloatArray
    source: str = ""
    outputs: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    scatter_sd: float = 0.0
    """Between batches of different donors, log scale."""
    draws: FloatArray | None = None
    """Shape (n, p)."""

    def ends(self, name: str) -> FloatArray:
        """Return the median of a score and the ends of its 95 % interval, shape (3,)."""
        at = self.names.index(name)
        if self.draws is None:
            return np.asarray(self.mean[at] + np.array([0.0, -_REACH, _REACH]) * np.sqrt(self.covariance[at, at]))
        return np.asarray(np.quantile(self.draws[:, at], (0.5, 0.025, 0.975), method="weibull"))

    def take(self, free: FloatArray, *, seed: int) -> FloatArray:
        """Return joint scores: the mean first, then draws, shape (p, size).

        Args:
            free: standard normal scores, shape (p, size); zeros ask for the mean alone.
            seed: of the choice among the draws.
        """
        if self.draws is None:
            spread, axes = np.linalg.eigh(self.covariance)
            root = axes * np.sqrt(np.maximum(spread, 0.0)) @ axes.T
            return np.asarray(self.mean[:, None] + root @ free)
        found = np.repeat(self.mean[:, None], free.shape[1], axis=1)
        if free.any():
            order = np.random.default_rng([seed, zlib.crc32(b"posterior")]).permutation(len(self.draws))
            found[:, 1:] = self.draws[np.resize(order, free.shape[1] - 1)].T
        return found


@dataclass
class Draws:
    """Standard normal scores by parameter name; position 0 is the centre, the others are Monte Carlo draws.

    A name always gets the same scores under one seed, so that lines compared share what they share.
    """

    count: int
    seed: int = 1
    posterior: Posterior | None = None
    overrides: Mapping[str, Parameter] = field(default_factory=dict)
    shifts: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    """Scores given outright, shape (count + 1,): what a fit or a sensitivity study varies."""
    others_central: bool = False
    """Whether a name without a score of its own stays at its centre in every draw."""
    beyond: FloatArray | None = None
    """Where each draw is a design of its own: how far, relatively, it lies beyond typed limits, shape (count + 1,)."""
    used: dict[str, Parameter] = field(default_factory=dict)
    """Every parameter asked for, by scoped name."""
    _scores: dict[str, FloatArray] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Centre and draws: length of every array over draws."""
        return self.count + 1

    def of(self, parameter: Parameter, *, name: str = "") -> FloatArray:
        """Return the values of a parameter, shape (count + 1,)."""
        key = name or parameter.name
        chosen = self.overrides.get(key, parameter)
        self.used[key] = chosen
        return value_at(chosen, self.scores(key))

    def scores(self, name: str) -> FloatArray:
        """Return the scores of a name, shape (count + 1,)."""
        if name not in self._scores:
            self._scores[name] = self._draw(name)
        return self._scores[name]

    def _draw(self, name: str) -> FloatArray:
        if name in self.shifts:
            return np.asarray(self.shifts[name], dtype=float)
        if self.posterior is not None and name in self.posterior.names:
            self._draw_posterior(self.posterior)
            return self._scores[name]
        return self._fresh(name)

    def _fresh(self, name: str) -> FloatArray:
        if not self.count or self.others_central:
            return np.zeros(self.size)
        rng = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        return np.concatenate([[0.0], rng.standard_normal(self.count)])

    def _draw_posterior(self, posterior: Posterior) -> None:
        free = np.stack([self._fresh(name) for name in posterior.names])
        for name, scores in zip(posterior.names, posterior.take(free, seed=self.seed), strict=True):
            self._scores.setdefault(name, scores)
