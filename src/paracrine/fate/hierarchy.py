"""Studies differ: a population of parameters, one set a study, measured with error.

    theta_s = mu + eta_s,  eta_s ~ N(0, omega^2)       one omega of uptake and fast share, one of breakdown and loss
    log y   = log f(theta_s) + e,  e ~ t_5(0, sigma)

`eta` is integrated out by a Laplace approximation in each study; what is left (mu, log omega, log sigma, surface) is
drawn by its peak and importance weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.fate.arms import Arm, predict_log
from paracrine.fate.mixed import BREAKDOWN, FAST, LOSS, PARAMETERS, UPTAKE
from paracrine.numerics.importance import WeightedSample, sample_posterior

Floats = npt.NDArray[np.float64]

SIZE = len(PARAMETERS)
LOG_OMEGA_UPTAKE, LOG_OMEGA_RATE, LOG_SIGMA, SURFACE = range(SIZE, SIZE + 4)
COLUMNS = (*PARAMETERS, "log_omega_uptake", "log_omega_rate", "log_sigma", "unshielded")
"""Columns of a draw of the population."""
RANDOM = np.array([*range(SIZE)[UPTAKE], FAST, BREAKDOWN, LOSS])
"""Parameters that differ between studies; the rate of the fast share rests on too few early points."""
_RATES = np.isin(RANDOM, (BREAKDOWN, LOSS))
_UNSHIELDED_ORGANS = (0, 1)
_DOF = 5.0
_LOG_SPREADS = (-6.0, 4.0)
"""A climb may step far out; a spread of 0.2 % or of fiftyfold is past all that data show."""
_STEPS = 25


@dataclass(frozen=True, slots=True)
class Prior:
    """Independent normals over the columns of a draw."""

    mean: Floats
    sd: Floats

    def log_density(self, draws: Floats) -> Floats:
        """Return the log density of draws up to a constant, shape (draw,)."""
        return np.asarray(-0.5 * (((draws - self.mean) / self.sd) ** 2).sum(axis=1), dtype=np.float64)


def log_posterior(draws: Floats, studies: Sequence[Sequence[Arm]], prior: Prior) -> Floats:
    """Return the log posterior density of population draws, shape (draw,).

    Args:
        draws: shape (draw, column), in the order of `COLUMNS`.
        studies: arms by study.
        prior: of the columns.
    """
    total = prior.log_density(draws)
    for arms in studies:
        total = total + study_log_likelihood(draws, arms)
    return np.where(np.isfinite(total), total, -1e12)


def study_log_likelihood(draws: Floats, arms: Sequence[Arm]) -> Floats:
    """Return log p(rows of one study | population), the effects of the study integrated out, shape (draw,)."""
    omega = omegas(draws)
    effects, curvature = study_effects(draws, arms)
    sigma = sigmas(draws)
    fit = -0.5 * ((effects / omega) ** 2).sum(axis=1) - np.log(omega).sum(axis=1)
    for arm in arms:
        residual = (np.log(arm.pct_per_g) - predict_log(arm, with_effects(draws, effects, arm))) / sigma[:, None]
        fit = fit - (_DOF + 1) / 2 * np.log1p(residual**2 / _DOF).sum(axis=1) - arm.pct_per_g.size * np.log(sigma)
    sign, log_volume = np.linalg.slogdet(curvature)
    return np.where(sign > 0, fit - 0.5 * log_volume, -1e12)


def study_effects(draws: Floats, arms: Sequence[Arm]) -> tuple[Floats, Floats]:
    """Return the most likely effects of a study and their precision, (draw, effect) and (draw, effect, effect)."""
    count, size = draws.shape[0], RANDOM.size
    omega = omegas(draws)
    variance = sigmas(draws) ** 2
    effects = np.zeros((count, size))
    precision = np.zeros((count, size, size))
    for _ in range(_STEPS):
        precision = np.einsum("ni,ij->nij", omega**-2, np.eye(size))
        slope = -effects / omega**2
        for arm in arms:
            here = predict_log(arm, with_effects(draws, effects, arm))
            jacobian = np.stack(
                [
                    (predict_log(arm, with_effects(draws, effects + 1e-3 * unit, arm)) - here) / 1e-3
                    for unit in np.eye(size)
                ],
                axis=2,
            )
            residual = np.log(arm.pct_per_g) - here
            weight = (_DOF + 1) / (_DOF * variance[:, None] + residual**2)
            slope = slope + np.einsum("nrk,nr->nk", jacobian, weight * residual)
            precision = precision + np.einsum("nrk,nr,nrl->nkl", jacobian, weight, jacobian)
        move = np.linalg.solve(precision, slope[:, :, None])[:, :, 0]
        longest = np.abs(move).max(axis=1, keepdims=True)
        effects = effects + move * np.minimum(1.0, 1.0 / np.maximum(longest, 1e-12))
        if longest.max() < 1e-3:
            break
    return effects, precision


def omegas(draws: Floats) -> Floats:
    """Return the spread of each random effect, shape (draw, effect)."""
    chosen = np.where(_RATES, draws[:, [LOG_OMEGA_RATE]], draws[:, [LOG_OMEGA_UPTAKE]])
    return np.asarray(np.exp(np.clip(chosen, *_LOG_SPREADS)), dtype=np.float64)


def sigmas(draws: Floats) -> Floats:
    """Return the measurement error of log values, shape (draw,)."""
    return np.asarray(np.exp(np.clip(draws[:, LOG_SIGMA], *_LOG_SPREADS)), dtype=np.float64)


def with_effects(draws: Floats, effects: Floats, arm: Arm) -> Floats:
    """Return parameters of an arm: population, study and surface together, shape (draw, parameter)."""
    own = draws[:, :SIZE].copy()
    own[:, RANDOM] += effects
    if arm.unshielded:
        own[:, _UNSHIELDED_ORGANS] += draws[:, [SURFACE]]
    own[:, LOSS] += np.log(arm.loss_factor)
    return own


def fit_population(
    studies: Sequence[Sequence[Arm]], prior: Prior, *, count: int, rng: np.random.Generator
) -> WeightedSample:
    """Draw the population from its posterior; k-hat above 0.7 means the draws are not to be trusted.

    Raises:
        SolveError: when no peak is found.
    """
    return sample_posterior(lambda draws: log_posterior(draws, studies, prior), prior.mean, count=count, rng=rng)


def new_study(draws: Floats, rng: np.random.Generator) -> Floats:
    """Return parameters of a study that was not seen: population plus fresh effects, shape (draw, parameter)."""
    own = draws[:, :SIZE].copy()
    own[:, RANDOM] += omegas(draws) * rng.standard_normal((draws.shape[0], RANDOM.size))
    return np.asarray(own, dtype=np.float64)


def new_rows(draws: Floats, arms: Sequence[Arm], rng: np.random.Generator) -> list[Floats]:
    """Return log values of a study that was not seen, measurement error included: an array (draw, row) an arm."""
    effects = omegas(draws) * rng.standard_normal((draws.shape[0], RANDOM.size))
    sigma = sigmas(draws)[:, None]
    return [
        predict_log(arm, with_effects(draws, effects, arm)) + sigma * rng.standard_t(_DOF, (len(draws), arm.organ.size))
        for arm in arms
    ]
