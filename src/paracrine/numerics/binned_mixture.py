"""Population behind noisy observations: a few equally wide normal bumps on an even grid, by maximum likelihood.

Each observation comes with its likelihood at every place of the grid and with the class it was seen in (how long it
was seen, say). The population is `g(u) = sum of w_k normal(u; c_k, v)`; where some places are seen less than others,
each bump counts as far as it is seen. The share of class c among those at u is a logistic curve,
`q_c(u) = exp(a_c + b_c u) / sum`, because what is seen longer is not a fair sample of all. The fit maximises the sum
of log of `sum over u of L(u) g(u) q_c(u)`. The number of bumps is the one with the best Bayesian information
criterion: that, and nothing else, decides how smooth the answer is.

References:
    doi:10.1214/aos/1176344136
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Likelihoods = npt.NDArray[np.float32]

_NARROWEST_STEPS = 0.6
_LEAST = 1e-30
_NOTHING = 1e-18
"""As in the compiled sums: smaller numbers count as 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Likelihood of every observation on the grid.

    Attributes:
        likelihood: shape (n, m), each row on its own scale; rows of one class together.
        class_starts: shape (classes + 1,), first row of each class and the end of the last.
        places: shape (m,), evenly spaced.
        visibility: shape (m,), chance of a member of the population to be observed at all, relative.
    """

    likelihood: Likelihoods
    class_starts: npt.NDArray[np.int64]
    places: FloatArray
    visibility: FloatArray

    @property
    def classes_count(self) -> int:
        """Number of classes."""
        return int(self.class_starts.size - 1)

    @property
    def narrowest(self) -> float:
        """Smallest variance of a bump that the grid can hold."""
        return float((_NARROWEST_STEPS * (self.places[1] - self.places[0])) ** 2)


def evidence_from_logs(
    log_likelihood: FloatArray, *, class_starts: npt.NDArray[np.int64], places: FloatArray
) -> Evidence:
    """Return evidence from log-likelihoods, shape (n, m), rows of one class together."""
    relative = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    return Evidence(_cleared(relative).astype(np.float32), class_starts, places, np.ones(places.size))


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """A population and how its members fall into classes.

    Attributes:
        logits: shape (K,), log of the weights; the last is 0.
        centres: shape (K,), places of the bumps.
        variance: of every bump.
        intercepts: shape (classes,), of the class curves; the first is 0.
        slopes: shape (classes,), per unit of place from the middle of the grid; the first is 0.
        log_likelihood: what the fit reached.
    """

    logits: FloatArray
    centres: FloatArray
    variance: float
    intercepts: FloatArray
    slopes: FloatArray
    log_likelihood: float = -math.inf

    @property
    def weights(self) -> FloatArray:
        """Share of each bump, shape (K,)."""
        return _softmax(self.logits)

    @property
    def parameters_count(self) -> int:
        """Free parameters, those of the class curves included."""
        return 2 * self.centres.size + 2 * (self.intercepts.size - 1)

    def criterion(self, observations_count: float) -> float:
        """Return the Bayesian information criterion, smaller is better."""
        return self.parameters_count * math.log(observations_count) - 2 * self.log_likelihood

    def density(self, evidence: Evidence) -> FloatArray:
        """Return the observed members on the grid, shape (m,), sum 1."""
        seen = self._bumps(evidence.places) * evidence.visibility[:, None]
        return np.asarray((seen / np.maximum(seen.sum(axis=0), _LEAST)) @ self.weights)

    def whole_density(self, evidence: Evidence) -> FloatArray:
        """Return the population itself on the grid, observed or not, shape (m,), sum 1."""
        bumps = self._bumps(evidence.places)
        behind = self.weights / np.maximum(evidence.visibility @ bumps, _LEAST)
        return np.asarray(bumps @ (behind / behind.sum()))

    def _bumps(self, places: FloatArray) -> FloatArray:
        square = (places[:, None] - self.centres) ** 2 / self.variance
        shape = np.exp(-0.5 * (square - square.min(axis=0)))
        return np.asarray(shape / shape.sum(axis=0))

    def class_shares(self, places: FloatArray) -> FloatArray:
        """Return the share of each class at each place, shape (m, classes)."""
        return _softmax(self.intercepts + np.outer(_from_middle(places), self.slopes))


def fit_mixture(
    evidence: Evidence, begin: Mixture, *, weights: FloatArray, settled: float = 1e-3, most_steps: int = 60
) -> Mixture:
    """Climb to the nearest maximum of the likelihood, by damped scoring with the observations' own scores.

    Args:
        evidence: observations.
        begin: where to start; decides the number of bumps.
        weights: shape (n,), how often each observation counts.
        settled: a step that gains less log-likelihood than this is the last.
        most_steps: no more than these.

    Returns:
        The fitted mixture with its log-likelihood.
    """
    from paracrine.numerics.mixture_scores import climb

    count = begin.centres.size
    theta = np.concatenate([begin.logits[:-1], begin.centres, [begin.variance], begin.intercepts[1:], begin.slopes[1:]])
    value = climb(
        evidence.likelihood,
        evidence.class_starts,
        evidence.places,
        evidence.visibility,
        weights,
        count,
        evidence.narrowest,
        settled,
        most_steps,
        theta,
    )
    logits, centres, variance, intercepts, slopes = np.split(
        theta, np.cumsum([count - 1, count, 1, evidence.classes_count - 1])
    )
    return Mixture(
        np.append(logits, 0.0),
        centres,
        float(variance[0]),
        np.concatenate([[0.0], intercepts]),
        np.concatenate([[0.0], slopes]),
        value,
    )


def fit_simplest(evidence: Evidence, *, weights: FloatArray, most_bumps: int = 6) -> tuple[Mixture, ...]:
    """Fit 1, 2, 3 ... bumps until the criterion has risen twice.

    Args:
        evidence: observations.
        weights: shape (n,), how often each counts.
        most_bumps: the search ends there.

    Returns:
        The fits, first of 1 bump; `simplest` picks one.
    """
    fits: list[Mixture] = []
    total = float(weights.sum())
    while len(fits) < most_bumps:
        starts = _richer_starts(evidence, fits[-1], weights) if fits else [_first_start(evidence, weights)]
        tried = [fit_mixture(evidence, start, weights=weights) for start in starts]
        fits.append(max(tried, key=lambda fit: fit.log_likelihood))
        scores = [fit.criterion(total) for fit in fits]
        if len(fits) - 1 - int(np.argmin(scores)) >= 2:
            break
    return tuple(fits)


def simplest(fits: tuple[Mixture, ...], observations_count: float) -> Mixture:
    """Return the fit with the best criterion."""
    return min(fits, key=lambda fit: fit.criterion(observations_count))


def posterior(evidence: Evidence, mixture: Mixture) -> FloatArray:
    """Return where each observation's member of the population lies, shape (n, m), rows sum to 1."""
    expected = _expected(evidence, mixture)
    rows = np.repeat(np.arange(evidence.classes_count), np.diff(evidence.class_starts))
    result = evidence.likelihood * expected[rows].astype(np.float64)
    result /= np.maximum(result.sum(axis=1, keepdims=True), 1e-30)
    return np.asarray(result)


def _softmax(logits: FloatArray) -> FloatArray:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _from_middle(places: FloatArray) -> FloatArray:
    return np.asarray(places - 0.5 * (places[0] + places[-1]))


def _expected(evidence: Evidence, mixture: Mixture) -> Likelihoods:
    shares = mixture.class_shares(evidence.places)
    expected = _cleared((mixture.density(evidence)[:, None] * shares).T)
    return np.ascontiguousarray(expected, dtype=np.float32)


def _cleared(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.abs(values) < _NOTHING, 0.0, values))


def _first_start(evidence: Evidence, weights: FloatArray) -> Mixture:
    likelihood = evidence.likelihood.astype(np.float64)
    total = likelihood.sum(axis=1)
    means = (likelihood * evidence.places).sum(axis=1) / total
    certain = weights * (likelihood.max(axis=1) / total) ** 2
    centre = float(np.average(means, weights=certain))
    spread = float(np.average((means - centre) ** 2, weights=certain))
    nothing = np.zeros(evidence.classes_count)
    rows = np.maximum(np.add.reduceat(weights, evidence.class_starts[:-1]), 0.5)
    return Mixture(
        np.zeros(1), np.array([centre]), max(spread, 4 * evidence.narrowest), np.log(rows / rows[0]), nothing
    )


def _richer_starts(evidence: Evidence, poorer: Mixture, weights: FloatArray) -> list[Mixture]:
    """Return two starts with one bump more: where the likelihood asks for it most, and the heaviest bump split."""
    places, found = evidence.places, _gain(evidence, poorer, weights)
    share, width = poorer.weights, math.sqrt(poorer.variance)
    heaviest = int(np.argmax(share))
    added = np.append(share * 0.9, 0.1), np.append(poorer.centres, places[int(np.argmax(found))]), 0.6
    halved = share.copy()
    halved[heaviest] /= 2
    centres = poorer.centres.copy()
    centres[heaviest] -= width
    split = (
        np.append(halved, halved[heaviest]),
        np.append(centres, poorer.centres[heaviest] + width),
        0.4,
    )
    starts = []
    for part, middle, narrower in (added, split):
        logits = np.log(np.maximum(part, 1e-9))
        variance = max(poorer.variance * narrower, evidence.narrowest)
        starts.append(Mixture(logits - logits[-1], middle, variance, poorer.intercepts, poorer.slopes))
    return starts


def _gain(evidence: Evidence, mixture: Mixture, weights: FloatArray) -> FloatArray:
    """Return how much the likelihood would gain per share of members put at each place, shape (m,)."""
    from paracrine.numerics.mixture_scores import gather_gain

    gain = np.empty((evidence.classes_count, evidence.places.size))
    gather_gain(evidence.likelihood, evidence.class_starts, _expected(evidence, mixture), weights, gain)
    return np.asarray((gain * mixture.class_shares(evidence.places).T).sum(axis=0))
