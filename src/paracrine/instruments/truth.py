"""What really is in the tube: a mixture of lognormal diameters and a concentration, with exact answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from paracrine.core.errors import InputError, SolveError
from paracrine.payloads.size_distribution import FloatArray

_GRID_PER_LOG_UNIT = 500


@dataclass(frozen=True)
class Population:
    """Particles with lognormal diameters.

    Attributes:
        weights: number fraction of each component, summing to 1.
        median_nm: median diameter of each component, nm.
        geometric_sd: geometric standard deviation of each component, above 1.
        concentration_per_ml: particles per mL of the undiluted liquid.
    """

    weights: tuple[float, ...]
    median_nm: tuple[float, ...]
    geometric_sd: tuple[float, ...]
    concentration_per_ml: float

    def __post_init__(self) -> None:
        if not len(self.weights) == len(self.median_nm) == len(self.geometric_sd) > 0:
            raise InputError("weights, medians and spreads of a population differ in number")
        if min(self.weights) < 0 or not math.isclose(sum(self.weights), 1.0, abs_tol=1e-9):
            raise InputError(f"weights of a population must be positive and sum to 1, not {self.weights}")
        if min(self.median_nm) <= 0 or min(self.geometric_sd) <= 1 or self.concentration_per_ml < 0:
            raise InputError("a population needs diameters above 0, spreads above 1 and no negative concentration")

    @classmethod
    def lognormal(cls, median_nm: float, geometric_sd: float, *, concentration_per_ml: float) -> Self:
        """Return a population of one component."""
        return cls((1.0,), (median_nm,), (geometric_sd,), concentration_per_ml)

    @cached_property
    def _log_sd(self) -> FloatArray:
        return np.asarray(np.log(np.array(self.geometric_sd)), dtype=float)

    @cached_property
    def _log_median(self) -> FloatArray:
        return np.asarray(np.log(np.array(self.median_nm)), dtype=float)

    def at_concentration(self, concentration_per_ml: float) -> Population:
        """Return the same sizes at another concentration."""
        return replace(self, concentration_per_ml=concentration_per_ml)

    def cumulative_frac(self, diameter_nm: FloatArray) -> FloatArray:
        """Return the fraction of particles below each diameter (array, nm)."""
        from scipy.special import ndtr

        z = (np.log(diameter_nm)[..., None] - self._log_median) / self._log_sd
        return np.asarray(ndtr(z) @ np.array(self.weights), dtype=float)

    def density_per_nm(self, diameter_nm: FloatArray) -> FloatArray:
        """Return the number density at each diameter, 1/nm."""
        z = (np.log(diameter_nm)[..., None] - self._log_median) / self._log_sd
        peak = np.array(self.weights) / (self._log_sd * math.sqrt(2 * math.pi))
        return np.asarray((np.exp(-z * z / 2) @ peak) / diameter_nm, dtype=float)

    def diameter_at_frac(self, frac: float) -> float:
        """Return the diameter below which a fraction of the particles lies (D50 for 0.5), nm.

        Raises:
            InputError: when the fraction is not between 0 and 1.
        """
        from scipy.optimize import brentq
        from scipy.special import ndtri

        if not 0 < frac < 1:
            raise InputError(f"a percentile lies between 0 and 1, not {frac}")
        ends = self._log_median + self._log_sd * ndtri(frac)
        low, high = float(ends.min()), float(ends.max())
        if high - low < 1e-12:
            return math.exp(low)
        root = brentq(lambda x: float(self.cumulative_frac(np.exp(np.array(x)))) - frac, low, high, xtol=1e-13)
        return math.exp(root)

    def frac_in_window(self, low_nm: float, high_nm: float) -> float:
        """Return the fraction of particles between two diameters."""
        below = self.cumulative_frac(np.array([low_nm, high_nm]))
        return float(below[1] - below[0])

    def raw_moment(self, power: float) -> float:
        """Return the mean of diameter**power, nm**power."""
        terms = np.exp(power * self._log_median + (power * self._log_sd) ** 2 / 2)
        return float(np.array(self.weights) @ terms)

    @property
    def mean_nm(self) -> float:
        """Number mean of the diameter, nm."""
        return self.raw_moment(1)

    @property
    def sd_nm(self) -> float:
        """Standard deviation of the diameter, nm."""
        return math.sqrt(self.raw_moment(2) - self.mean_nm**2)

    @property
    def mode_nm(self) -> float:
        """Diameter at the highest number density, nm."""
        from scipy.optimize import minimize_scalar

        single = np.exp(self._log_median - self._log_sd**2)
        best = single[np.argmax(self.density_per_nm(single))]
        span = math.exp(float(self._log_sd.min()))
        found = minimize_scalar(
            lambda d: -float(self.density_per_nm(np.array(d))),
            bounds=(best / span, best * span),
            method="bounded",
            options={"xatol": 1e-9},
        )
        return float(found.x)

    def weighted_by_power(self, power: float) -> Population:
        """Return the population in which each particle counts diameter**power times (3: by volume, 6: by scatter).

        A lognormal weighted by a power stays lognormal, so this is exact; the concentration is kept.
        """
        shares = np.array(self.weights) * np.exp(power * self._log_median + (power * self._log_sd) ** 2 / 2)
        medians = np.exp(self._log_median + power * self._log_sd**2)
        return replace(self, weights=tuple((shares / shares.sum()).tolist()), median_nm=tuple(medians.tolist()))

    def draw_diameters_nm(self, count: int, *, rng: np.random.Generator) -> FloatArray:
        """Draw diameters of particles, shape (count,), nm."""
        if len(self.weights) == 1:
            part = np.zeros(count, dtype=int)
        else:
            part = rng.choice(len(self.weights), size=count, p=np.array(self.weights))
        return np.exp(self._log_median[part] + self._log_sd[part] * rng.standard_normal(count))

    def on_grid(self, weight: Callable[[FloatArray], FloatArray] | None = None) -> GridDistribution:
        """Return the number distribution on a fine grid, each diameter weighted (seen, scattering) as given.

        The grid reaches from 1 nm to 20 um.
        """
        edges = log_grid_nm(1.0, 20_000.0)
        contents = np.diff(self.cumulative_frac(edges))
        if weight is not None:
            contents = contents * weight(np.sqrt(edges[1:] * edges[:-1]))
        return GridDistribution(edges, contents)


def log_grid_nm(low_nm: float, high_nm: float) -> FloatArray:
    """Return edges of equal width in log diameter (0.2 %), nm."""
    steps = math.ceil(math.log(high_nm / low_nm) * _GRID_PER_LOG_UNIT)
    return np.asarray(low_nm * np.exp(np.arange(steps + 1) / _GRID_PER_LOG_UNIT), dtype=float)


@dataclass(frozen=True, eq=False)
class GridDistribution:
    """A distribution given by contents between edges: what an instrument would show without sampling noise.

    Attributes:
        edges_nm: shape (n + 1,), rising, nm.
        contents: shape (n,), any scale; their sum is the fraction seen when they come from `Population.on_grid`.
    """

    edges_nm: FloatArray
    contents: FloatArray

    @property
    def total(self) -> float:
        """Sum of the contents."""
        return float(self.contents.sum())

    def diameter_at_frac(self, frac: float) -> float:
        """Return the diameter below which a fraction of the contents lies, nm.

        Raises:
            SolveError: when the distribution is empty.
        """
        if self.total <= 0:
            raise SolveError("an empty distribution has no percentiles")
        cumulative = np.concatenate([[0.0], np.cumsum(self.contents)]) / self.total
        return float(np.interp(frac, cumulative, self.edges_nm))

    @property
    def mean_nm(self) -> float:
        """Mean diameter of the contents, nm."""
        centres = (self.edges_nm[1:] + self.edges_nm[:-1]) / 2
        return float(centres @ self.contents / self.contents.sum())

    def frac_in_window(self, low_nm: float, high_nm: float) -> float:
        """Return the fraction of the contents between two diameters."""
        cumulative = np.concatenate([[0.0], np.cumsum(self.contents)]) / self.total
        low, high = np.interp([low_nm, high_nm], self.edges_nm, cumulative)
        return float(high - low)

    def blurred(self, kernel: FloatArray) -> GridDistribution:
        """Return the distribution after each diameter was multiplied by an error with this `log_kernel`."""
        return GridDistribution(self.edges_nm, np.convolve(self.contents, kernel, mode="same"))


def log_kernel(log_errors: FloatArray) -> FloatArray:
    """Return the shares of logarithmic errors per grid step, centred on 0, for `GridDistribution.blurred`."""
    reach = math.ceil(float(np.abs(log_errors).max()) * _GRID_PER_LOG_UNIT) + 1
    counts, _ = np.histogram(log_errors, bins=(np.arange(-reach, reach + 2) - 0.5) / _GRID_PER_LOG_UNIT)
    return np.asarray(counts / counts.sum(), dtype=float)


def smoothing_kernel(log_sd: float) -> FloatArray:
    """Return a Gaussian of this width in log diameter as shares per grid step; a single 1 for width 0."""
    if log_sd == 0:
        return np.ones(1)
    reach = math.ceil(5 * log_sd * _GRID_PER_LOG_UNIT)
    weights = np.exp(-((np.arange(-reach, reach + 1) / (log_sd * _GRID_PER_LOG_UNIT)) ** 2) / 2)
    return np.asarray(weights / weights.sum(), dtype=float)
