"""Population behind noisy observations: a few normal bumps on an even grid, by maximum likelihood.

Each observation comes with its likelihood at every place of the grid and with the class it was seen in (how long it
was seen, say). The population is `g(u) = sum of w_k normal(u; c_k, v_k)`, all `v_k` equal or each its own; where some
places are seen less than others, each bump counts as far as it is seen. The share of class c among those at u is a
logistic curve, `q_c(u) = exp(a_c + b_c u) / sum`, because what is seen longer is not a fair sample of all. The fit
maximises the sum of log of `sum over u of L(u) g(u) q_c(u)`. The number of bumps and whether their widths differ are
those with the best Bayesian information criterion: that, and nothing else, decides how smooth the answer is.

References:
    doi:10.1214/aos/1176344136
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Likelihoods = npt.NDArray[np.float32]

_NARROWEST_STEPS = 0.6
_BROADEST_SHARE = 1 / 3
_HOPELESS = 20.0
"""Fits whose criterion is worse by this are not tried again on resampled observations."""
_REFIT_STEPS, _GLANCE_STEPS = 8, 2
_NEAR = 8.0
"""Refits whose criterion is worse by this after a glance are not finished."""
_REFIT_SETTLED = 0.02
_WIDER, _NARROWER = 1.65, 0.13
"""Variances of a narrow bump and of the wide one around it where a search begins, over that of the bump before."""
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

    @property
    def broadest(self) -> float:
        """Largest variance of a bump: beyond it the grid does not tell it from a flat one."""
        return float((_BROADEST_SHARE * (self.places[-1] - self.places[0])) ** 2)


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
        variances: shape (1,), of every bump, or (K,), of each.
        intercepts: shape (classes,), of the class curves; the first is 0.
        slopes: shape (classes,), per unit of place from the middle of the grid; the first is 0.
        log_likelihood: what the fit reached.
    """

    logits: FloatArray
    centres: FloatArray
    variances: FloatArray
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
        return 2 * self.centres.size - 1 + self.variances.size + 2 * (self.intercepts.size - 1)

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
        square = (places[:, None] - self.centres) ** 2 / self.variances
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
        begin: where to start; decides the number of bumps and of widths.
        weights: shape (n,), how often each observation counts.
        settled: a step that gains less log-likelihood than this is the last.
        most_steps: no more than these.

    Returns:
        The fitted mixture with its log-likelihood.
    """
    from paracrine.numerics.mixture_scores import climb

    count, widths = begin.centres.size, begin.variances.size
    theta = np.concatenate([begin.logits[:-1], begin.centres, begin.variances, begin.intercepts[1:], begin.slopes[1:]])
    value = climb(
        evidence.likelihood,
        evidence.class_starts,
        evidence.places,
        evidence.visibility,
        weights,
        count,
        (evidence.narrowest, evidence.broadest),
        settled,
        most_steps,
        theta,
    )
    logits, centres, variances, intercepts, slopes = np.split(
        theta, np.cumsum([count - 1, count, widths, evidence.classes_count - 1])
    )
    return Mixture(
        np.append(logits, 0.0),
        centres,
        variances,
        np.concatenate([[0.0], intercepts]),
        np.concatenate([[0.0], slopes]),
        value,
    )


def fit_simplest(evidence: Evidence, *, weights: FloatArray, most_bumps: int = 6) -> tuple[Mixture, ...]:
    """Fit 1, 2, 3 ... bumps, equally wide until the criterion has risen twice, then of their own widths until it rises.

    Args:
        evidence: observations.
        weights: shape (n,), how often each counts.
        most_bumps: the search ends there.

    Returns:
        The fits, first of 1 bump; `simplest` picks one.
    """
    total = float(weights.sum())

    def best(starts: list[Mixture]) -> Mixture:
        return max((fit_mixture(evidence, start, weights=weights) for start in starts), key=_height)

    equal = [best([_first_start(evidence, weights)])]
    while len(equal) < most_bumps:
        equal.append(best(_richer_starts(evidence, equal[-1], weights)))
        scores = [fit.criterion(total) for fit in equal]
        if len(equal) - 1 - int(np.argmin(scores)) >= 2:
            break
    own = [equal[0]]
    while len(own) < most_bumps:
        starts = [_with_own_widths(fit) for fit in equal[len(own) : len(own) + 1]]
        own.append(best([*starts, _narrow_inside(evidence, own[-1])]))
        if own[-1].criterion(total) > own[-2].criterion(total):
            break
    return (*equal, *own[1:])


def refit_simplest(evidence: Evidence, fits: tuple[Mixture, ...], *, weights: FloatArray) -> Mixture:
    """Fit again to resampled observations, starting from `fits`; return the fit with the best criterion."""
    total = float(weights.sum())

    def climbed(begin: Mixture, steps: int) -> Mixture:
        return fit_mixture(evidence, begin, weights=weights, settled=_REFIT_SETTLED, most_steps=steps)

    glanced = [climbed(fit, _GLANCE_STEPS) for fit in fits]
    least = min(fit.criterion(total) for fit in glanced)
    near = [fit for fit in glanced if fit.criterion(total) - least < _NEAR]
    return simplest(tuple(climbed(fit, _REFIT_STEPS - _GLANCE_STEPS) for fit in near), total)


def hopeful(fits: tuple[Mixture, ...], observations_count: float) -> tuple[Mixture, ...]:
    """Return the fits that resampled observations may prefer."""
    scores = [fit.criterion(observations_count) for fit in fits]
    return tuple(fit for fit, score in zip(fits, scores, strict=True) if score - min(scores) < _HOPELESS)


def simplest(fits: tuple[Mixture, ...], observations_count: float) -> Mixture:
    """Return the fit with the best criterion."""
    return min(fits, key=lambda fit: fit.criterion(observations_count))


def _height(fit: Mixture) -> float:
    return fit.log_likelihood


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
        np.zeros(1),
        np.array([centre]),
        np.array([max(spread, 4 * evidence.narrowest)]),
        np.log(rows / rows[0]),
        nothing,
    )


def _richer_starts(evidence: Evidence, poorer: Mixture, weights: FloatArray) -> list[Mixture]:
    """Return two starts with one bump more: where the likelihood asks for it most, and the heaviest bump split."""
    places, found = evidence.places, _gain(evidence, poorer, weights)
    share, width = poorer.weights, math.sqrt(float(poorer.variances[0]))
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
        variances = np.maximum(poorer.variances * narrower, evidence.narrowest)
        starts.append(Mixture(logits - logits[-1], middle, variances, poorer.intercepts, poorer.slopes))
    return starts


def _with_own_widths(fit: Mixture) -> Mixture:
    return replace(fit, variances=np.full(fit.centres.size, fit.variances[0]))


def _narrow_inside(evidence: Evidence, poorer: Mixture) -> Mixture:
    """Return a start with one bump more: half of the heaviest, narrow, inside the other half, which is wider."""
    heaviest = int(np.argmax(poorer.logits))
    logits = poorer.logits.copy()
    logits[heaviest] -= math.log(2)
    variances = poorer.variances.copy()
    variances[heaviest] *= _WIDER
    narrow = max(poorer.variances[heaviest] * _NARROWER, evidence.narrowest)
    return replace(
        poorer,
        logits=np.append(logits, logits[heaviest]) - logits[heaviest],
        centres=np.append(poorer.centres, poorer.centres[heaviest]),
        variances=np.append(variances, narrow),
    )


def _gain(evidence: Evidence, mixture: Mixture, weights: FloatArray) -> FloatArray:
    """Return how much the likelihood would gain per share of members put at each place, shape (m,)."""
    from paracrine.numerics.mixture_scores import gather_gain

    gain = np.empty((evidence.classes_count, evidence.places.size))
    gather_gain(evidence.likelihood, evidence.class_starts, _expected(evidence, mixture), weights, gain)
    return np.asarray((gain * mixture.class_shares(evidence.places).T).sum(axis=0))
