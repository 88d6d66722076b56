"""Size distribution behind all tracks, with bands: maximum likelihood over a mixture of lognormals.

A histogram of per-track sizes is the population blurred by the error of each track, 10 to 50 %. Here the likelihoods
of all tracks speak together instead. One rule decides how smooth the answer is: the number of lognormal parts, and
whether each has a width of its own, with the best Bayesian information criterion. Big particles are seen longer; so
the length of a track is part of what was observed (classes of equally many tracks, a logistic curve of the size
each), else the median comes out 3 to 6 % high.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.characterization.inference.diffusion import Steps, fit_diffusion, log_likelihoods
from paracrine.core.errors import LimitError
from paracrine.numerics.binned_mixture import (
    Evidence,
    Mixture,
    evidence_from_logs,
    fit_mixture,
    fit_simplest,
    hopeful,
    posterior,
    refit_simplest,
    simplest,
)
from paracrine.numerics.distributions.limits import central_limits
from paracrine.numerics.distributions.percentile import Cumulative
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray
from paracrine.physics.stokes_einstein import diffusion_um2_per_s, hydrodynamic_diameter_nm

BINS = 200
FRACTIONS = (0.1, 0.5, 0.9)
FEWEST_TRACKS = 20
_LENGTH_CLASSES = 5
_FEWEST_PER_CLASS = 40
_REACH = 1.7
"""The size axis reaches so far beyond the smallest and largest of the better half of the tracks."""


@dataclass(frozen=True, slots=True, eq=False)
class SizeEvidence:
    """Likelihood of every track on a logarithmic size axis.

    Attributes:
        edges_nm: shape (bins + 1,), rising.
        evidence: rows sorted by length class.
        order: shape (tracks,), track of each row (index into `Steps`).
        diameter_nm: shape (tracks,), most likely size of each track by itself, in the order of `Steps`.
        relative_error: shape (tracks,), its relative standard error.
    """

    edges_nm: FloatArray
    evidence: Evidence
    order: IntArray
    diameter_nm: FloatArray
    relative_error: FloatArray

    @property
    def tracks_count(self) -> int:
        """Number of tracks."""
        return int(self.order.size)


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Number distribution of the tracked particles; every track counts once.

    Attributes:
        edges_nm: shape (bins + 1,).
        shares: shape (bins,), sum 1.
        fits: mixtures that were tried.
        chosen: the one with the best criterion.
        resampled: shape (resamples, bins), shares refitted to resampled tracks; no rows before `bootstrap`.
    """

    edges_nm: FloatArray
    shares: FloatArray
    fits: tuple[Mixture, ...]
    chosen: Mixture
    resampled: FloatArray

    def percentiles_nm(self) -> FloatArray:
        """Return D10, D50 and D90, shape (3,), nm."""
        return Cumulative(self.edges_nm, self.shares).percentiles(FRACTIONS)

    def percentile_limits_nm(self, coverage_pct: float = 95.0) -> FloatArray:
        """Return lower and upper limits of D10, D50 and D90, shape (2, 3), nm."""
        drawn = np.array([Cumulative(self.edges_nm, row).percentiles(FRACTIONS) for row in self.resampled])
        return central_limits(drawn, coverage_pct)

    def cumulative_limits(self, coverage_pct: float = 95.0) -> FloatArray:
        """Return pointwise limits of the cumulative at the upper edge of each bin, shape (2, bins)."""
        return central_limits(np.cumsum(self.resampled, axis=1), coverage_pct)

    def share_limits(self, coverage_pct: float = 95.0) -> FloatArray:
        """Return pointwise limits of the share of each bin, shape (2, bins)."""
        return central_limits(self.resampled, coverage_pct)


def weigh_sizes(
    steps: Steps,
    *,
    noise_scale: float,
    temperature_c: float,
    viscosity_mpas: float,
    bins: int = BINS,
    threads: int = 2,
) -> SizeEvidence:
    """Return the likelihood of every track at every size.

    Args:
        steps: from `measure_steps`.
        noise_scale: factor of the localisation variances, from `fit_localisation`.
        temperature_c: of the liquid.
        viscosity_mpas: of the liquid at that temperature.
        bins: of the size axis, evenly spaced in the logarithm.
        threads: tracks are shared among them; the numbers do not depend on it.

    Raises:
        LimitError: when there are fewer than 20 tracks.
    """
    if steps.tracks_count < FEWEST_TRACKS:
        raise LimitError(
            f"{steps.tracks_count} tracks are too few for a size distribution",
            hint=f"{FEWEST_TRACKS} are needed at least: record longer or dilute less",
        )
    fit = fit_diffusion(steps, noise_scale=noise_scale)
    diameter = hydrodynamic_diameter_nm(
        fit.diffusion_um2_per_s, temperature_c=temperature_c, viscosity_mpas=viscosity_mpas
    )
    error = fit.standard_error_um2_per_s / fit.diffusion_um2_per_s
    edges = _axis_nm(diameter[error <= np.median(error)], bins=bins)
    middles = np.sqrt(edges[1:] * edges[:-1])
    diffusion = diffusion_um2_per_s(middles, temperature_c=temperature_c, viscosity_mpas=viscosity_mpas)
    found = log_likelihoods(steps, diffusion, noise_scale=noise_scale, threads=threads)
    order, starts = _length_classes(steps.spots_count)
    evidence = evidence_from_logs(found[order], class_starts=starts, places=np.log(middles))
    return SizeEvidence(edges, evidence, order, diameter, error)


def fit_population(sizes: SizeEvidence, *, begin: Population | None = None) -> Population:
    """Fit the size distribution of the tracked particles.

    Args:
        sizes: evidence of all tracks.
        begin: fitted to nearly the same evidence: its mixtures are fitted again instead of a search for others.
    """
    count = sizes.tracks_count
    weights = np.ones(count)
    if begin is None:
        fits = fit_simplest(sizes.evidence, weights=weights)
    else:
        fits = tuple(fit_mixture(sizes.evidence, fit, weights=weights) for fit in hopeful(begin.fits, count))
    chosen = simplest(fits, count)
    shares = chosen.density(sizes.evidence)
    return Population(sizes.edges_nm, shares, fits, chosen, np.empty((0, shares.size)))


def bootstrap_population(
    sizes: SizeEvidence,
    population: Population,
    *,
    seed: int,
    resamples: int = 200,
    units: IntArray | None = None,
    threads: int = 2,
) -> Population:
    """Return the population with refits to resampled particles: all parts anew, their number too.

    Args:
        sizes: evidence behind the population.
        population: from `fit_population`; refits start from it.
        seed: of the resampling.
        resamples: number of refits.
        units: shape (tracks,), tracks with the same number are the same particle and are drawn together; in the
            order of `Steps`. None takes each track for a particle of its own.
        threads: refits at the same time; the numbers do not depend on it.
    """
    weights = resampled_weights(sizes, seed=seed, resamples=resamples, units=units)
    starts = hopeful(population.fits, sizes.tracks_count)

    def work(row: FloatArray) -> FloatArray:
        return refit_simplest(sizes.evidence, starts, weights=row).density(sizes.evidence)

    with ThreadPoolExecutor(threads) as pool:
        refits = np.array(list(pool.map(work, weights)))
    return Population(population.edges_nm, population.shares, population.fits, population.chosen, refits)


def resampled_weights(sizes: SizeEvidence, *, seed: int, resamples: int, units: IntArray | None = None) -> FloatArray:
    """Return how often each row of the evidence counts in each resample, shape (resamples, tracks)."""
    unit = np.arange(sizes.tracks_count) if units is None else np.unique(units, return_inverse=True)[1]
    particles = int(unit.max()) + 1
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(particles, np.full(particles, 1 / particles), size=resamples)
    return np.asarray(drawn[:, unit[sizes.order]], dtype=np.float64)


def track_shares(sizes: SizeEvidence, population: Population) -> FloatArray:
    """Return where each track's particle lies given all tracks, shape (tracks, bins), in the order of `Steps`."""
    result = np.empty((sizes.tracks_count, population.shares.size))
    result[sizes.order] = posterior(sizes.evidence, population.chosen)
    return result


def _axis_nm(diameter_nm: FloatArray, *, bins: int) -> FloatArray:
    low, high = float(diameter_nm.min()) / _REACH, float(diameter_nm.max()) * _REACH
    return np.geomspace(max(low, 1.0), min(high, 20_000.0), bins + 1)


def _length_classes(spots_count: IntArray) -> tuple[IntArray, npt.NDArray[np.int64]]:
    classes = min(_LENGTH_CLASSES, max(1, spots_count.size // _FEWEST_PER_CLASS))
    cuts = np.unique(np.quantile(spots_count, np.arange(1, classes) / classes))
    label = np.searchsorted(cuts, spots_count, side="right")
    _, label = np.unique(label, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(label))]).astype(np.int64)
    return np.argsort(label, kind="stable").astype(np.int64), starts
