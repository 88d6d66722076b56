"""In what depth a particle of each size is seen: the optics learnt from the spots' own scores.

A particle of size d at depth z has the score S = S0 C(d) exp(-t^2 / 2) / sqrt(1 + (k t)^2 + blur), with t = z over
the beam's width, C the scattering law and k the beam's width over the depth of focus. Scores are in units of their own
noise, so that a spot is counted when S plus a standard normal number reaches the threshold. Brownian motion puts
particles at every depth equally; the scores of the tracked particles, their sizes known from diffusion, therefore tell
S0 and k, and with them the depth in which particles of any size are counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from paracrine.characterization.inference.scattering_law import ScatteringLaw
from paracrine.payloads.size_distribution import FloatArray

MIDDLE_NM = 120.0
POWER_ERROR = 0.5
"""How far the law's power of the diameter is trusted, one standard uncertainty."""
_FOCUS_ERROR = 0.7
"""The same of the logarithm of `focus_ratio`, around 0.75."""
_DEEPEST = 4.5
_DEPTHS = 45
_LOWEST_LOG, _HIGHEST_LOG, _LOG_STEPS = -2.5, 9.0, 461
_SCORE_BINS = 48
_BLUR_SHARES = np.array([0.35, 0.62, 0.86, 1.16, 2.01])
"""Equally likely values of the path's variance over its mean, both axes together (gamma law, variance 0.4)."""
_SPREAD_NODES = np.array([-1.4, -0.5315, 0.0, 0.5315, 1.4])
"""Middles of five equally likely parts of a normal law."""


@dataclass(frozen=True, slots=True)
class Optics:
    """What was learnt of the instrument.

    Attributes:
        log_brightness: log of the score of a particle with `collected` = 1 at rest, in focus, in mid-beam.
        focus_ratio: width of the beam over the depth of focus.
        brightness_spread: relative spread of the brightness at one size, index and shape of the particles.
        spot_variance_px2: variance per axis of a spot at rest in focus.
        threshold_ratio: score from which spots are counted here.
        power_shift: by how much the brightness grows faster with size than the law says, as a power of the diameter.
    """

    log_brightness: float
    focus_ratio: float
    brightness_spread: float
    spot_variance_px2: float
    threshold_ratio: float
    power_shift: float = 0.0


def visible_depth(optics: Optics, law: ScatteringLaw, diameter_nm: FloatArray, blur_px2: FloatArray) -> FloatArray:
    """Return the depth in which particles are counted, both sides of focus, in widths of the beam.

    Args:
        optics: from `fit_optics`.
        law: how light grows with size.
        diameter_nm: shape (m,).
        blur_px2: shape (m,), mean variance of the path within one exposure, per axis.

    Returns:
        Shape (m,).
    """
    from scipy.special import ndtr

    table = _score_table(optics, np.log(law.collected(diameter_nm)), diameter_nm, blur_px2)
    chance = ndtr(np.exp(_log_grid()) - optics.threshold_ratio)
    return np.asarray(2 * _DEEPEST * table @ chance)


def score_density(
    optics: Optics, log_light: FloatArray, reached: FloatArray, *, diameter_nm: FloatArray, blur_px2: FloatArray
) -> FloatArray:
    """Return the share of counted spots in each bin of `score_edges`, by size, shape (m, bins).

    Args:
        optics: brightness, focus and spread.
        log_light: shape (m,), log of what the law collects.
        reached: from `reached_bins`.
        diameter_nm: shape (m,).
        blur_px2: shape (m,), mean variance of the path within one exposure.
    """
    counted = _score_table(optics, log_light, diameter_nm, blur_px2) @ reached
    return np.asarray(counted / np.maximum(counted.sum(axis=1, keepdims=True), 1e-12))


def reached_bins(threshold_ratio: float) -> FloatArray:
    """Return the chance that a true log score of the grid is seen in each bin of `score_edges`, shape (grid, bins)."""
    from scipy.special import ndtr

    return np.asarray(np.diff(ndtr(score_edges(threshold_ratio)[None, :] - np.exp(_log_grid())[:, None]), axis=1))


def score_edges(threshold_ratio: float) -> FloatArray:
    """Return the edges of the score bins, the last one open, shape (bins + 1,)."""
    edges = np.geomspace(threshold_ratio, 60 * threshold_ratio, _SCORE_BINS + 1)
    edges[-1] = 1e9
    return edges


def fit_optics(
    score_ratio: FloatArray,
    size_shares: FloatArray,
    law: ScatteringLaw,
    *,
    diameter_nm: FloatArray,
    blur_px2: FloatArray,
    spot_variance_px2: float,
    threshold_ratio: float,
    independent_count: float,
    brightness_spread: float | None = None,
    begin: Optics | None = None,
) -> Optics:
    """Fit brightness, power and depth of focus to the scores of counted spots, sizes known as far as diffusion tells.

    Args:
        score_ratio: shape (spots,), all at `threshold_ratio` or above.
        size_shares: shape (spots, m), where the size of each spot's particle lies, rows sum to 1.
        law: how light grows with size, and its spread at one size.
        diameter_nm: shape (m,).
        blur_px2: shape (m,), mean variance of the path within one exposure.
        spot_variance_px2: of a spot at rest in focus.
        threshold_ratio: score from which spots are counted.
        independent_count: how many independent observations the spots amount to; weighs them against the priors.
        brightness_spread: instead of the law's.
        begin: where to start.
    """
    from scipy.optimize import minimize

    bins = np.searchsorted(score_edges(threshold_ratio), score_ratio, side="right") - 1
    shares = np.ascontiguousarray(size_shares.T)
    spread = law.brightness_spread if brightness_spread is None else brightness_spread

    def optics_of(values: FloatArray) -> Optics:
        brightness, focus, power = (float(value) for value in values)
        return Optics(brightness, math.exp(focus), spread, spot_variance_px2, threshold_ratio, power)

    log_light, reached = np.log(law.collected(diameter_nm)), reached_bins(threshold_ratio)

    def badness(values: FloatArray) -> float:
        density = score_density(optics_of(values), log_light, reached, diameter_nm=diameter_nm, blur_px2=blur_px2)
        seen = np.einsum("ms,ms->s", shares, density[:, bins])
        prior = ((values[1] - math.log(0.75)) / _FOCUS_ERROR) ** 2 + (values[2] / POWER_ERROR) ** 2
        return -float(np.mean(np.log(np.maximum(seen, 1e-9)))) + 0.5 * float(prior) / independent_count

    if begin is None:
        typical = float(log_light @ size_shares.mean(axis=0))
        start = np.array([math.log(3 * float(np.median(score_ratio))) - typical, math.log(0.75), 0.0])
    else:
        start = np.array([begin.log_brightness, math.log(begin.focus_ratio), begin.power_shift])
    simplex = start + np.vstack([np.zeros(3), np.diag([0.4, 0.4, 0.4])])
    options: Any = {"initial_simplex": simplex, "xatol": 0.01, "fatol": 1e-5, "maxfev": 150}
    return optics_of(minimize(badness, start, method="Nelder-Mead", options=options).x)


def _log_grid() -> FloatArray:
    return np.linspace(_LOWEST_LOG, _HIGHEST_LOG, _LOG_STEPS)


def _score_table(optics: Optics, log_light: FloatArray, diameter_nm: FloatArray, blur_px2: FloatArray) -> FloatArray:
    """Return how the true log score of a particle anywhere in depth is distributed, by size, shape (m, grid)."""
    from paracrine.characterization.inference.score_table import spread_scores

    depth = (np.arange(_DEPTHS) + 0.5) / _DEPTHS * _DEEPEST
    log_score = optics.log_brightness + log_light + optics.power_shift * np.log(diameter_nm / MIDDLE_NM)
    log_spread = math.sqrt(math.log1p(optics.brightness_spread**2)) * _SPREAD_NODES
    blur = blur_px2 / optics.spot_variance_px2
    return spread_scores(
        log_score, blur, depth, optics.focus_ratio, log_spread, _BLUR_SHARES, _LOWEST_LOG, _HIGHEST_LOG, _LOG_STEPS
    )
