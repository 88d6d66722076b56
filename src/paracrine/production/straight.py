"""A line made straight: normal posteriors of its scores, one for each pair of spreads between donors and batches."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.observed import Data

SPREAD_GRID = (0.02, 0.1, 0.2, 0.35, 0.55, 0.8, 1.2)
_SPREAD_SCALE = 0.5
PAIRS = tuple(itertools.product(SPREAD_GRID, SPREAD_GRID))


class Tangent(NamedTuple):
    """Cells as a straight law: `level + scores @ slopes.T`, with what that leaves out.

    Attributes:
        level: cells at score 0, shape (cells,).
        slopes: shape (cells, parameters).
        rate: how each cell answers to the secretion rate, shape (cells,).
        bend: covariance of what the straight law leaves out, shape (cells, cells).
    """

    level: FloatArray
    slopes: FloatArray
    rate: FloatArray
    bend: FloatArray


class Part(NamedTuple):
    """The posterior under one pair of spreads.

    Attributes:
        mean: shape (p,).
        gain: scores for a gap of the observations, shape (p, n).
        root: Cholesky root of spread and bend, shape (n, n).
        unbend: inverse root of the spread alone.
        straighten: inverse root of spread and bend.
        log_ratio: logarithm of the ratio of both roots' determinants.
        precision: inverse covariance of the observations before any is known, shape (n, n).
    """

    mean: FloatArray
    gain: FloatArray
    root: FloatArray
    unbend: FloatArray
    straighten: FloatArray
    log_ratio: float
    precision: FloatArray


@dataclass(frozen=True)
class Straight:
    """A mixture of normal posteriors over the pairs of spreads.

    Attributes:
        target: observations less the level, shape (n,).
        slopes: of each observation, shape (n, p).
        rate: of each observation, shape (n,).
        parts: one a pair.
        share: weight of each, summing to 1.
    """

    target: FloatArray
    slopes: FloatArray
    rate: FloatArray
    parts: tuple[Part, ...]
    share: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Mean of the scores, shape (p,)."""
        return np.asarray(self.share @ np.stack([part.mean for part in self.parts]))

    def scores(self, pair: npt.NDArray[np.int64], prior: FloatArray, error: FloatArray) -> FloatArray:
        """Turn standard normal numbers into draws of the posterior.

        Args:
            pair: which pair of spreads, shape (draws,).
            prior: shape (draws, p).
            error: shape (draws, n).
        """
        found = np.empty_like(prior)
        for one in np.unique(pair):
            here, part = pair == one, self.parts[one]
            gap = prior[here] @ self.slopes.T + error[here] @ part.root.T
            found[here] = part.mean + prior[here] - gap @ part.gain.T
        return found

    def log_weight(self, pair: npt.NDArray[np.int64], scores: FloatArray, gap: FloatArray) -> FloatArray:
        """Return the line's likelihood over the straight one, as a logarithm.

        Args:
            pair: shape (draws,).
            scores: shape (draws, p).
            gap: observations less what the line says at the scores, shape (draws, n).
        """
        straight = self.target - scores @ self.slopes.T
        found = np.empty(len(pair))
        for one in np.unique(pair):
            here, part = pair == one, self.parts[one]
            ours, theirs = gap[here] @ part.unbend.T, straight[here] @ part.straighten.T
            found[here] = part.log_ratio + 0.5 * ((theirs**2).sum(axis=1) - (ours**2).sum(axis=1))
        return found


def straight_posterior(data: Data, tangent: Tangent) -> Straight:
    """Return the normal posterior under each pair of spreads, weighed by how well the pair explains the data."""
    slopes, rate = tangent.slopes[data.cell], tangent.rate[data.cell]
    target = data.log_value - tangent.level[data.cell]
    bend = tangent.bend[np.ix_(data.cell, data.cell)]
    parts, weights = [], []
    for donor_sd, batch_sd in PAIRS:
        part, fit = _part(target, slopes, data.spread(rate, donor_sd, batch_sd), bend)
        parts.append(part)
        prior = -(donor_sd**2 + batch_sd**2) / (2 * _SPREAD_SCALE**2)
        weights.append(fit + prior + np.log(_width(donor_sd) * _width(batch_sd)))
    share = np.exp(np.array(weights) - max(weights))
    return Straight(target, slopes, rate, tuple(parts), share / share.sum())


def _part(target: FloatArray, slopes: FloatArray, spread: FloatArray, bend: FloatArray) -> tuple[Part, float]:
    both = spread + bend
    root = np.linalg.cholesky(slopes @ slopes.T + both)
    inverse = np.linalg.inv(root)
    precision: FloatArray = np.asarray(inverse.T @ inverse)
    gain = slopes.T @ precision
    inner = np.linalg.cholesky(spread)
    outer: FloatArray = np.asarray(np.linalg.cholesky(both))
    log_ratio = float(np.log(np.diag(outer)).sum() - np.log(np.diag(inner)).sum())
    whitened = inverse @ target
    fit = -0.5 * float(whitened @ whitened) - float(np.log(np.diag(root)).sum())
    unbend: FloatArray = np.asarray(np.linalg.inv(inner))
    straighten: FloatArray = np.asarray(np.linalg.inv(outer))
    return Part(gain @ target, gain, outer, unbend, straighten, log_ratio, precision), fit


def _width(value: float) -> float:
    """Return the length of the grid around a spread: the grid is not even."""
    ends = (0.0, *((a + b) / 2 for a, b in itertools.pairwise(SPREAD_GRID)), 1.6)
    at = SPREAD_GRID.index(value)
    return ends[at + 1] - ends[at]
