"""How particle tracking loses, scatters and smooths: the parts a noise law is made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from paracrine.core.catalog import Catalog
from paracrine.instruments.truth import GridDistribution, Population, log_kernel
from paracrine.payloads.size_distribution import FloatArray

NOISE_LAWS = Catalog("paracrine.instruments.noise_laws", ("NOISE",))

_EXPECTATION_DRAWS = 200_000


@dataclass(frozen=True)
class TrackingNoise:
    """One noise law of particle tracking; `NOISE` in each module of `noise_laws/`.

    Attributes:
        name: word of the law.
        title: what differs, in plain words.
        draw_video_ratios: (videos, rng) to the concentration each video happens to see over the true one; mean 1.
        seen_frac: diameters (nm) to the fraction of particles bright enough to be tracked.
        draw_log_errors: (tracks, rng) to log(estimated over true diameter) of each track.
        smoothing_log_sd: width of the kernel the regularisation leaves on each track, in log diameter.
    """

    name: str
    title: str
    draw_video_ratios: Callable[[int, np.random.Generator], FloatArray]
    seen_frac: Callable[[FloatArray], FloatArray]
    draw_log_errors: Callable[[int, np.random.Generator], FloatArray]
    smoothing_log_sd: float

    def seen(self, population: Population) -> GridDistribution:
        """Return the particles bright enough to be tracked; the sum is their fraction of all."""
        return population.on_grid(self.seen_frac)

    def expected(self, population: Population) -> GridDistribution:
        """Return the histogram without sampling noise: seen particles, scattered and smoothed.

        The sum of its contents is the fraction of all particles seen. This is the measurand of the method:
        what endless tracking of this population would print.
        """
        return self.seen(population).blurred(_expected_kernel(self))


def draw_estimates_nm(
    seen: GridDistribution, noise: TrackingNoise, *, count: int, rng: np.random.Generator
) -> FloatArray:
    """Draw the diameters estimated from tracks of seen particles, shape (count,), nm, before smoothing."""
    cumulative = np.concatenate([[0.0], np.cumsum(seen.contents)]) / max(seen.total, 1e-300)
    diameters = np.exp(np.interp(rng.random(count), cumulative, np.log(seen.edges_nm)))
    return np.asarray(diameters * np.exp(noise.draw_log_errors(count, rng)), dtype=np.float64)


@cache
def _expected_kernel(noise: TrackingNoise) -> FloatArray:
    rng = np.random.default_rng(0)
    errors = noise.draw_log_errors(_EXPECTATION_DRAWS, rng)
    return log_kernel(errors + noise.smoothing_log_sd * rng.standard_normal(_EXPECTATION_DRAWS))


def track_lengths(count: int, rng: np.random.Generator, *, shortest: int, mean: float) -> FloatArray:
    """Draw the number of steps of valid tracks: geometric above the shortest accepted."""
    extra = rng.geometric(1.0 / (mean - shortest + 1.0), size=count)
    return np.asarray(shortest - 1 + extra, dtype=np.float64)


def finite_track_log_errors(steps: FloatArray, rng: np.random.Generator, *, kept_frac: float) -> FloatArray:
    """Draw log(estimated over true diameter) of tracks of so many steps.

    The mean square displacement of n two-dimensional steps is gamma distributed with shape n, so the diffusion
    coefficient is D * gamma(n) / n and the diameter its inverse. The track-length adjustment of the vendor
    takes out a part of that scatter; `kept_frac` is what stays.
    """
    return -kept_frac * np.log(rng.standard_gamma(steps) / steps)


def bright_enough_frac(diameter_nm: FloatArray, *, half_seen_nm: float, log_width: float) -> FloatArray:
    """Return the chance to be tracked when scatter rises as diameter**6 and brightness varies from track to track.

    Args:
        diameter_nm: diameters, nm.
        half_seen_nm: diameter at which half of the particles are seen.
        log_width: standard deviation of log brightness (polarisability, depth in the beam).
    """
    from scipy.special import ndtr

    return np.asarray(ndtr(6 * np.log(diameter_nm / half_seen_nm) / log_width), dtype=float)


def lognormal_ratios(count: int, rng: np.random.Generator, *, cv: float) -> FloatArray:
    """Draw ratios of mean 1 and coefficient of variation `cv`."""
    log_sd = math.sqrt(math.log1p(cv * cv))
    return np.asarray(np.exp(log_sd * rng.standard_normal(count) - log_sd**2 / 2), dtype=float)
