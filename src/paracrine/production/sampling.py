"""Draws of a line's scores given batches: from the straight posterior to the line itself, step by step.

The straight law is mended by regression on draws, and what it cannot follow is added to the spread. Its draws are then
weighed by the line itself, first a little, then fully (sequential Monte Carlo). Between two weighings they move by
preconditioned Crank-Nicolson steps, which leave the straight posterior as it is, so that only the ratio of both
likelihoods decides whether a step is taken. The draws start from a straight law with more left out than was found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.observed import Data
from paracrine.production.straight import Straight, Tangent, straight_posterior

Predict = Callable[[FloatArray], FloatArray]
"""Scores (n, parameters) to the logarithm of each predicted cell (n, cells)."""
DRAWS = 800
_MENDINGS, _MENDING_DRAWS = 2, 800
_RIDGE_FRAC = 0.02
_POOL, _KEPT_FRAC = 3, 0.4
_WIDER = 6.0
_MOVES, _LAST_MOVES = 2, 8
_STRAIGHT_FRAC = 0.98
_WANTED = (0.25, 0.40)


@dataclass(frozen=True)
class Sampled:
    """Draws of the posterior.

    Attributes:
        scores: shape (draws, p).
        pair: pair of spreads of each, shape (draws,).
        straight: the straight posterior, as it was mended.
        tangent: its law.
        even_frac: effective share of the first draws, 1 where the line is straight.
    """

    scores: FloatArray
    pair: npt.NDArray[np.int64]
    straight: Straight
    tangent: Tangent
    even_frac: float


class _Cloud:
    """Draws on their way from the straight posterior to the line's own."""

    def __init__(self, data: Data, straight: Straight, predict: Predict, *, seed: int, count: int) -> None:
        self.data, self.straight, self.predict, self.count = data, straight, predict, count
        self.rng = np.random.default_rng(seed)
        self.keep = 0.7
        self.pair, self.prior, self.error = self.fresh()
        self.scores, self.weight = self.place(self.pair, self.prior, self.error)

    def fresh(self) -> tuple[npt.NDArray[np.int64], FloatArray, FloatArray]:
        """Return standard normal numbers and pairs of spreads."""
        width = self.straight.slopes.shape
        pair = self.rng.choice(self.straight.share.size, self.count, p=self.straight.share)
        normal = self.rng.standard_normal((self.count, width[1] + width[0]))
        return pair, normal[:, : width[1]], normal[:, width[1] :]

    def place(self, pair: npt.NDArray[np.int64], prior: FloatArray, error: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the scores of such numbers, and the log ratio of both likelihoods there."""
        scores = self.straight.scores(pair, prior, error)
        gap = self.data.log_value - self.predict(scores)[:, self.data.cell]
        return scores, self.straight.log_weight(pair, scores, gap)

    def even(self, power: float) -> float:
        """Return the effective share of the draws under weights raised to a power."""
        weight = np.exp(power * (self.weight - self.weight.max()))
        return float(weight.sum() ** 2 / (weight**2).sum()) / self.count

    def resample(self, power: float, count: int) -> None:
        """Draw anew by weight, evenly spaced."""
        weight = np.cumsum(np.exp(power * (self.weight - self.weight.max())))
        at = (self.rng.random() + np.arange(count)) / count
        chosen = np.minimum(np.searchsorted(weight / weight[-1], at), self.count - 1)
        self.pair, self.prior, self.error = self.pair[chosen], self.prior[chosen], self.error[chosen]
        self.scores, self.weight, self.count = self.scores[chosen], self.weight[chosen], count

    def move(self, power: float) -> None:
        """Offer each draw another place, and tune how far the next offer goes."""
        pair, prior, error = self.fresh()
        pair = np.where(self.rng.random(self.count) < 0.5, self.pair, pair)
        away = np.sqrt(1 - self.keep**2)
        prior, error = (self.keep * a + away * b for a, b in ((self.prior, prior), (self.error, error)))
        scores, weight = self.place(pair, prior, error)
        taken = np.log(self.rng.random(self.count)) < power * (weight - self.weight)
        for ours, theirs in (
            (self.pair, pair),
            (self.prior, prior),
            (self.error, error),
            (self.scores, scores),
            (self.weight, weight),
        ):
            ours[taken] = theirs[taken]
        share = float(taken.mean())
        if share < _WANTED[0]:
            self.keep = float(np.sqrt(1 - 0.7 * (1 - self.keep**2)))
        elif share > _WANTED[1]:
            self.keep = float(np.sqrt(max(0.0, 1 - 1.4 * (1 - self.keep**2))))


def sample_scores(
    data: Data, tangent: Tangent, *, predict: Predict, seed: int = 1, draws_count: int = DRAWS
) -> Sampled:
    """Return draws of the scores given the data.

    Args:
        data: what was measured.
        tangent: straight law at the most probable scores.
        predict: the line.
        seed: of the draws.
        draws_count: how many.
    """
    straight = straight_posterior(data, tangent)
    for number in range(_MENDINGS):
        tangent = _mended(data, straight, tangent, predict, seed=seed + number)
        straight = straight_posterior(data, tangent)
    # Draws from a start narrower than the line's own posterior seldom reach its tails, so they start wider.
    wide = straight_posterior(data, tangent._replace(bend=_WIDER * tangent.bend))
    cloud = _Cloud(data, wide, predict, seed=seed + _MENDINGS, count=_POOL * draws_count)
    even, power = cloud.even(1.0), 0.0
    while power < 1 and even < _STRAIGHT_FRAC:
        step = _largest_step(cloud, 1 - power, least=_KEPT_FRAC * draws_count / cloud.count)
        cloud.resample(step, draws_count)
        power += step
        for _ in range(_LAST_MOVES if power >= 1 else _MOVES):
            cloud.move(power)
    return Sampled(cloud.scores[:draws_count], cloud.pair[:draws_count], straight, tangent, even)


def _largest_step(cloud: _Cloud, most: float, *, least: float) -> float:
    """Return how much further the weights may count while an effective share of the draws stays in play."""
    if cloud.even(most) >= least:
        return most
    low, high = 0.0, most
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if cloud.even(middle) > least else (low, middle)
    return max(low, 1e-6)


def _mended(data: Data, straight: Straight, tangent: Tangent, predict: Predict, *, seed: int) -> Tangent:
    """Return the straight law that follows the line best over its posterior, with what it leaves out."""
    rng, count = np.random.default_rng([seed, 7]), _MENDING_DRAWS
    width = straight.slopes.shape
    pair = rng.choice(straight.share.size, count, p=straight.share)
    scores = straight.scores(pair, rng.standard_normal((count, width[1])), rng.standard_normal((count, width[0])))
    cells = predict(scores)
    rest = cells - tangent.level - scores @ tangent.slopes.T
    away = scores - scores.mean(axis=0)
    ridge = _RIDGE_FRAC * count * np.eye(width[1])
    turn = np.linalg.solve(away.T @ away + ridge, away.T @ (rest - rest.mean(axis=0)))
    slopes = tangent.slopes + turn.T
    rest = cells - scores @ slopes.T
    level = rest.mean(axis=0)
    return Tangent(level, slopes, tangent.rate, np.atleast_2d(np.cov((rest - level).T)))
