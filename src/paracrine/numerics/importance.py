"""A posterior by its peak, corrected by importance sampling; how far to trust it is part of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import SolveError

Floats = npt.NDArray[np.float64]
LogDensity = Callable[[Floats], Floats]
"""Log density up to a constant of points (n, dimension), all at once."""

_TAIL_DOF = 3.0
_ROUND_WIDEN = 1.2
_CLIMBS = 8
_WORTH = 0.05
"""Gain in log density below which another climb is not worth it."""
KHAT_USABLE = 0.7
"""Above it, importance weights have too heavy a tail for averages to settle (doi:10.48550/arXiv.1507.02646)."""


@dataclass(frozen=True, slots=True)
class WeightedSample:
    """Draws with weights that add up to one, and how good they are."""

    draws: Floats
    weights: Floats
    effective_count: float
    khat: float
    peak: Floats
    covariance: Floats

    def resample(self, count: int, rng: np.random.Generator) -> Floats:
        """Return draws of equal weight by systematic resampling."""
        at = (rng.random() + np.arange(count)) / count
        return np.asarray(self.draws[np.searchsorted(np.cumsum(self.weights), at).clip(0, len(self.draws) - 1)])


def find_peak(log_density: LogDensity, start: Floats, *, step: float = 1e-3, tolerance: float = 1e-3) -> Floats:
    """Climb to the peak of a density, again from where a climb ended until that gains nothing.

    A rough density can stop a climb on its flank; a fresh one forgets the shape it had learnt.

    Raises:
        SolveError: when the climb ends nowhere.
    """
    from scipy.optimize import minimize

    size = start.size

    def value_and_slope(at: Floats) -> tuple[float, Floats]:
        around = at + step * np.concatenate([np.zeros((1, size)), np.eye(size), -np.eye(size)])
        found = -log_density(around)
        return float(found[0]), (found[1 : size + 1] - found[size + 1 :]) / (2 * step)

    at, height = np.asarray(start, dtype=np.float64), -np.inf
    for _ in range(_CLIMBS):
        done = minimize(value_and_slope, at, jac=True, method="BFGS", options={"gtol": tolerance, "maxiter": 300})
        if not np.all(np.isfinite(done.x)):
            raise SolveError("the posterior has no peak that could be found")
        gained, at, height = -done.fun - height, np.asarray(done.x, dtype=np.float64), -done.fun
        if gained < _WORTH:
            break
    return at


def curvature(log_density: LogDensity, at: Floats, *, step: float = 0.02) -> Floats:
    """Return the negative second derivatives of a density at a point, shape (dimension, dimension)."""
    size = at.size
    unit = np.eye(size) * step
    points = [
        at + a * unit[i] + b * unit[j] for i in range(size) for j in range(size) for a in (1, -1) for b in (1, -1)
    ]
    found = log_density(np.array(points)).reshape(size, size, 4)
    second = (found[:, :, 0] - found[:, :, 1] - found[:, :, 2] + found[:, :, 3]) / (4 * step**2)
    return np.asarray(-(second + second.T) / 2, dtype=np.float64)


def sample_posterior(
    log_density: LogDensity, start: Floats, *, count: int, rng: np.random.Generator, widen: float = 1.1, rounds: int = 4
) -> WeightedSample:
    """Draw from a posterior: a Student-t around its peak, moved towards the mass in a few rounds, then weights.

    Args:
        log_density: of points (n, dimension).
        start: where to begin the climb, shape (dimension,).
        count: draws.
        rng: source of randomness.
        widen: factor on the width of the proposal.
        rounds: in which half as many draws move the proposal, their weights flattened to the square root.

    Raises:
        SolveError: when the peak is not found.
    """
    peak = find_peak(log_density, start)
    values, vectors = np.linalg.eigh(curvature(log_density, peak))
    half = vectors / np.sqrt(np.maximum(values, 0.05 * np.median(np.abs(values))))
    centre, spread = peak, half @ half.T
    for _ in range(rounds):
        draws, log_ratio = _propose(log_density, centre, spread, count=count // 2, rng=rng, widen=_ROUND_WIDEN)
        weights, _ = smooth_weights(log_ratio / 2)
        centre = weights @ draws
        spread = np.einsum("n,ni,nj->ij", weights, draws - centre, draws - centre)
    draws, log_ratio = _propose(log_density, centre, spread, count=count, rng=rng, widen=widen)
    weights, khat = smooth_weights(log_ratio)
    return WeightedSample(draws, weights, float(1 / (weights**2).sum()), khat, peak, spread)


def _propose(
    log_density: LogDensity, centre: Floats, spread: Floats, *, count: int, rng: np.random.Generator, widen: float
) -> tuple[Floats, Floats]:
    """Draws of a Student-t and the log of target over proposal at each."""
    size = centre.size
    half = widen * np.linalg.cholesky(spread + 1e-10 * np.trace(spread) * np.eye(size))
    heavy = np.sqrt(_TAIL_DOF / rng.chisquare(_TAIL_DOF, count))
    scaled = rng.standard_normal((count, size)) * heavy[:, None]
    draws = centre + scaled @ half.T
    log_proposal = -(_TAIL_DOF + size) / 2 * np.log1p((scaled**2).sum(axis=1) / _TAIL_DOF)
    return draws, log_density(draws) - log_proposal


def smooth_weights(log_ratio: Floats) -> tuple[Floats, float]:
    """Return weights with a smoothed tail and the tail's shape k-hat.

    References:
        doi:10.48550/arXiv.1507.02646, doi:10.1198/tech.2009.08017
    """
    log_ratio = np.where(np.isfinite(log_ratio), log_ratio, -np.inf)
    raw = np.exp(log_ratio - log_ratio.max())
    count = raw.size
    tail = int(np.ceil(min(0.2 * count, 3 * np.sqrt(count))))
    order = np.argsort(raw)
    cut = raw[order[-tail - 1]]
    above = raw[order[-tail:]] - cut
    if tail < 5 or above[-1] <= 0:
        return raw / raw.sum(), float("inf")
    shape, scale = _pareto(np.maximum(above, 1e-300))
    place = (np.arange(tail) + 0.5) / tail
    fitted = cut + (
        scale * np.expm1(-shape * np.log1p(-place)) / shape if abs(shape) > 1e-9 else -scale * np.log1p(-place)
    )
    smoothed = raw.copy()
    smoothed[order[-tail:]] = np.minimum(fitted, raw.max())
    return smoothed / smoothed.sum(), float(shape)


def _pareto(above: Floats) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto, by the estimate of Zhang and Stephens with a weak pull to 0.5."""
    count = above.size
    grid = 30 + int(np.sqrt(count))
    steps = np.arange(1, grid + 1) - 0.5
    candidates = 1 / above[-1] + (1 - np.sqrt(grid / steps)) / (3 * above[int(count / 4 + 0.5) - 1])
    shapes = np.log1p(-candidates[:, None] * above).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = count * (np.log(-candidates / shapes) - shapes - 1)
    likelihood = np.where(np.isfinite(likelihood), likelihood, -np.inf)
    weights = np.exp(likelihood - likelihood.max())
    best = float((candidates * weights).sum() / weights.sum())
    shape = float(np.log1p(-best * above).mean())
    scale = -shape / best
    return (shape * count + 0.5 * 10) / (count + 10), scale
