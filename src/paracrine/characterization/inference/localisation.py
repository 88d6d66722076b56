"""How far the spots lie from the particles: one factor on the localisation variances, pooled over the video.

Neighbouring steps share a spot, so its error makes them anti-correlated. The covariance of neighbouring steps, summed
over all tracks, gives the factor without bias and without knowing any diffusion coefficient. In water one video knows
it only roughly (the steps are far longer than the errors), so the uncertainty that the spot fits stated is used too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.characterization.inference.diffusion import Steps
from paracrine.numerics.tridiagonal import NOISE, NOISE_BESIDE, SLOPE, SLOPE_BESIDE, STEP
from paracrine.payloads.size_distribution import FloatArray

STATED_RELATIVE_ERROR = 0.3
"""How far the variance stated by the spot fits may be off, relative, one standard uncertainty."""
BLUR_RELATIVE_ERROR = 0.15
"""How far the covariance by motion blur may be off: a fit of a blurred spot is not quite the mean of its path."""
_LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Localisation:
    """Factor on the localisation variances of `Steps`.

    Attributes:
        noise_scale: used in the fits.
        standard_error: of `noise_scale`.
        from_steps: what the steps alone say; may be negative.
        from_steps_error: its standard error.
        sigma_um: root mean square localisation error per axis that `noise_scale` stands for.
    """

    noise_scale: float
    standard_error: float
    from_steps: float
    from_steps_error: float
    sigma_um: float


def fit_localisation(
    steps: Steps,
    *,
    stated_relative_error: float = STATED_RELATIVE_ERROR,
    blur_relative_error: float = BLUR_RELATIVE_ERROR,
) -> Localisation:
    """Fit the factor to the covariance of neighbouring steps, weighed against 1, what the spot fits stated.

    Args:
        steps: from `measure_steps`.
        stated_relative_error: standard uncertainty of the stated variances; infinite when they state nothing
            (`pooled=True`), then the steps alone decide.
        blur_relative_error: standard uncertainty of the covariance that motion blur adds; 0 for ideal tracks.

    Returns:
        The factor and its uncertainty; 1 where no track has two steps.

    References:
        doi:10.1103/PhysRevE.89.022726
    """
    excess, weight, blur = _moments(steps)
    total = float(weight.sum())
    stated = math.isfinite(stated_relative_error)
    if not total > 0:
        return Localisation(1.0, stated_relative_error if stated else 1.0, 1.0, math.inf, _sigma_um(steps, 1.0))
    found = float(excess.sum()) / total
    counting = math.sqrt(float(np.sum((excess - found * weight) ** 2))) / total
    error = math.hypot(counting, blur_relative_error * float(blur.sum()) / total)
    if stated:
        trust, own = stated_relative_error**-2, max(error, 1e-9) ** -2
        scale, spread = (trust + own * found) / (trust + own), (trust + own) ** -0.5
    else:
        scale, spread = found, error
    scale = max(scale, _LEAST)
    return Localisation(scale, spread, found, error, _sigma_um(steps, scale))


def _moments(steps: Steps) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, by track, covariance of neighbours freed of diffusion, that of the stated variances, that of blur."""
    firsts = steps.starts[:-1]
    inner = steps.along_x[NOISE_BESIDE] != 0
    inner[firsts] = False
    excess, weight, blur = np.zeros(firsts.size), np.zeros(firsts.size), np.zeros(firsts.size)
    for table in (steps.along_x, steps.along_y):
        beside = np.zeros(inner.size)
        beside[1:] = table[STEP, 1:] * table[STEP, :-1]
        square = np.add.reduceat(table[STEP] ** 2, firsts)
        slope, noise = np.add.reduceat(table[SLOPE], firsts), np.add.reduceat(table[NOISE], firsts)
        ratio = np.add.reduceat(table[SLOPE_BESIDE] * inner, firsts) / slope
        excess -= np.add.reduceat(beside * inner, firsts) - ratio * square
        weight -= np.add.reduceat(table[NOISE_BESIDE] * inner, firsts) - ratio * noise
        blur += ratio * square
    return excess, weight, blur


def _sigma_um(steps: Steps, scale: float) -> float:
    both = 0.5 * float(np.mean(steps.along_x[NOISE]) + np.mean(steps.along_y[NOISE]))
    return math.sqrt(scale * both / 2)
