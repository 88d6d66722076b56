from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paracrine.numerics.binned_mixture import (
    Evidence,
    FloatArray,
    Likelihoods,
    Mixture,
    evidence_from_logs,
    fit_mixture,
    fit_simplest,
    posterior,
    simplest,
)
from paracrine.numerics.mixture_scores import gather_log_likelihood, gather_scores, write_tables

PLACES = np.linspace(-3.0, 4.0, 141)
SEEN = 1 / (1 + np.exp(-2 * PLACES))


def seen_through_noise(*, seed: int, count: int = 2000, noise: float = 0.5) -> Evidence:
    """Two bumps at -1 and 1.5 (30 % and 70 %, standard deviation 0.3); class 1 has three times the odds at 1.5."""
    rng = np.random.default_rng(seed)
    member = np.where(rng.random(count) < 0.3, -1.0, 1.5) + 0.3 * rng.standard_normal(count)
    label = (rng.random(count) < 1 / (1 + np.exp(-(0.2 + 0.44 * member)))).astype(int)
    measured = member + noise * rng.standard_normal(count)
    order = np.argsort(label, kind="stable")
    logs = -0.5 * ((measured[order, None] - PLACES) / noise) ** 2
    return evidence_from_logs(logs, class_starts=np.array([0, np.sum(label == 0), count]), places=PLACES)


@pytest.mark.parametrize(
    "theta",
    [
        np.array([0.3, -0.4, -0.9, 0.8, 1.7, 0.15, -0.3, 0.6]),
        np.array([0.3, -0.4, -0.9, 0.8, 1.7, 0.15, 0.4, 0.09, -0.3, 0.6]),
    ],
    ids=["one width", "own widths"],
)
def test_gradient_is_that_of_the_likelihood(theta: FloatArray) -> None:
    """Analytic: central differences of the likelihood in every one of the parameters."""
    evidence = seen_through_noise(seed=1, count=60)
    weights = np.random.default_rng(2).integers(0, 4, 60).astype(float)
    widths = 1 if theta.size == 8 else 3

    def tables(at: FloatArray, *, slopes: bool) -> Likelihoods:
        made = np.zeros((2, 12, PLACES.size), dtype=np.float32)
        write_tables(at, 3, widths, 2, PLACES, SEEN, slopes, made)
        return made

    def value(at: FloatArray) -> float:
        made = tables(at, slopes=False)
        return gather_log_likelihood(evidence.likelihood, evidence.class_starts, made, weights)

    gradient, information = np.empty(theta.size), np.empty((theta.size, theta.size))
    made = tables(theta, slopes=True)
    found = gather_scores(evidence.likelihood, evidence.class_starts, made, weights, gradient, information)
    assert found == pytest.approx(value(theta), rel=1e-6)
    for place in range(theta.size):
        step = 0.02 * np.eye(theta.size)[place]
        numeric = (
            8 * (value(theta + step) - value(theta - step)) - value(theta + 2 * step) + value(theta - 2 * step)
        ) / 0.24
        assert gradient[place] == pytest.approx(numeric, rel=2e-3, abs=0.02)
    assert np.all(np.linalg.eigvalsh(information) > -1e-6)


def test_two_bumps_are_found_through_noise() -> None:
    """Analytic: the drawn shares, centres, width and class odds, within 4 standard errors."""
    evidence = seen_through_noise(seed=3)
    fits = fit_simplest(evidence, weights=np.ones(2000))
    best = simplest(fits, 2000)
    assert best.centres.size == 2
    order = np.argsort(best.centres)
    assert best.centres[order] == pytest.approx([-1.0, 1.5], abs=0.08)
    assert best.weights[order] == pytest.approx([0.3, 0.7], abs=0.05)
    assert best.variances**0.5 == pytest.approx([0.3], abs=0.1)
    assert best.slopes[1] == pytest.approx(0.44, abs=0.16)


def test_narrow_bump_inside_a_wide_one_is_told_by_widths_of_their_own() -> None:
    """Analytic: half at 0 (0.1), half at 0.6 (0.9), seen with an error of 0.3; 4 standard errors."""
    rng = np.random.default_rng(8)
    member = np.where(rng.random(3000) < 0.5, 0.1 * rng.standard_normal(3000), 0.6 + 0.9 * rng.standard_normal(3000))
    logs = -0.5 * ((member[:, None] + 0.3 * rng.standard_normal((3000, 1)) - PLACES) / 0.3) ** 2
    evidence = evidence_from_logs(logs, class_starts=np.array([0, 3000]), places=PLACES)
    best = simplest(fit_simplest(evidence, weights=np.ones(3000)), 3000)
    order = np.argsort(best.variances)
    assert best.centres[order] == pytest.approx([0.0, 0.6], abs=0.15)
    assert best.variances[order] ** 0.5 == pytest.approx([0.1, 0.9], abs=0.12)
    assert best.weights[order] == pytest.approx([0.5, 0.5], abs=0.12)


def test_fit_is_a_maximum() -> None:
    evidence = seen_through_noise(seed=4, count=400)
    weights = np.ones(400)
    best = simplest(fit_simplest(evidence, weights=weights), 400)
    for shift in (-0.03, 0.03):
        moved = Mixture(best.logits, best.centres + shift, best.variances, best.intercepts, best.slopes)
        assert fit_mixture(evidence, moved, weights=weights, most_steps=0).log_likelihood < best.log_likelihood


def test_equal_members_reach_the_narrowest_bump() -> None:
    rng = np.random.default_rng(5)
    logs = -0.5 * ((0.37 + 0.4 * rng.standard_normal((3000, 1)) - PLACES) / 0.41) ** 2
    evidence = evidence_from_logs(logs, class_starts=np.array([0, 3000]), places=PLACES)
    best = simplest(fit_simplest(evidence, weights=np.ones(3000)), 3000)
    assert best.centres == pytest.approx([0.37], abs=0.03)
    assert best.variances == pytest.approx([evidence.narrowest])


def test_posterior_is_bayes_rule() -> None:
    """Analytic: one observation, one class, product of likelihood and density."""
    logs = -0.5 * ((0.2 - PLACES[None, :]) / 0.7) ** 2
    evidence = evidence_from_logs(logs, class_starts=np.array([0, 1]), places=PLACES)
    mixture = Mixture(np.array([0.0]), np.array([1.0]), np.array([0.25]), np.zeros(1), np.zeros(1))
    expected = np.exp(logs[0]) * mixture.density(evidence)
    assert posterior(evidence, mixture)[0] == pytest.approx(expected / expected.sum(), rel=1e-5, abs=1e-9)


def test_what_is_seen_less_is_given_back() -> None:
    """Analytic: members normal(0, 0.6), seen with a known chance: mean 0 of all, above 0 of the seen."""
    rng = np.random.default_rng(6)
    member = 0.6 * rng.standard_normal(6000)
    member = member[rng.random(6000) < 1 / (1 + np.exp(-2 * member))]
    logs = -0.5 * (((member + 0.4 * rng.standard_normal(member.size))[:, None] - PLACES) / 0.4) ** 2
    plain = evidence_from_logs(logs, class_starts=np.array([0, member.size]), places=PLACES)
    evidence = replace(plain, visibility=SEEN)
    weights = np.ones(member.size)
    best = simplest(fit_simplest(evidence, weights=weights), member.size)
    assert PLACES @ best.whole_density(evidence) == pytest.approx(0.0, abs=0.05)
    assert PLACES @ best.density(evidence) == pytest.approx(member.mean(), abs=0.05)
    assert member.mean() > 0.2
