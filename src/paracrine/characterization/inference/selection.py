"""From the tracked particles to all particles in the liquid: what is seen in a shallow depth counts for more.

Big particles are bright, so they are seen deep above and below focus; small ones only close to it; still smaller ones
never. The tracked distribution is therefore shifted to big sizes. The population in the liquid is fitted behind the
chance of each size to give a track: visible depth over spots per track. Below the detection limit nothing is said.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from paracrine.characterization.inference.diffusion import Steps
from paracrine.characterization.inference.population import (
    Population,
    SizeEvidence,
    fit_population,
    resampled_weights,
    track_shares,
)
from paracrine.characterization.inference.scattering_law import ScatteringLaw
from paracrine.characterization.inference.visibility import Optics, fit_optics, visible_depth
from paracrine.numerics.binned_mixture import Evidence, Mixture, hopeful, refit_simplest
from paracrine.numerics.distributions.limits import central_limits
from paracrine.numerics.distributions.percentile import Cumulative
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray, Tracks

COUNTED_ABOVE = 1.3
"""Spots count from this multiple of the faintest score on, where detection is complete."""
LIMIT_SHARE = 0.15
"""The detection limit: below it a particle is seen in less than this share of the depth of a typical tracked one."""
FEWEST_SPOTS = 500
_COARSE = 40
_MOST_SPOTS = 6000
_REFITS = 8
_ROUNDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class CountedSpots:
    """Spots bright enough that none like them was missed.

    Attributes:
        track: shape (n,), index of the track in `Steps`.
        score_ratio: shape (n,).
        threshold_ratio: lowest score among the counted.
        spot_variance_px2: per axis, of a spot at rest in focus.
        blur_px2_s_per_um2: variance of the path within an exposure per diffusion coefficient, px2 per um2/s.
    """

    track: IntArray
    score_ratio: FloatArray
    threshold_ratio: float
    spot_variance_px2: float
    blur_px2_s_per_um2: float


@dataclass(frozen=True, slots=True, eq=False)
class WholePopulation:
    """Number distribution of all particles above the detection limit.

    Attributes:
        edges_nm: shape (bins + 1,).
        shares: shape (bins,), sum 1, 0 below the limit.
        limit_nm: nothing is said about smaller particles.
        depth_ratio: shape (bins,), visible depth in widths of the beam.
        optics: what was learnt of the instrument.
        law: the assumption.
        resampled: shape (resamples, bins): tracks resampled, optics and spread of the index drawn anew.
    """

    edges_nm: FloatArray
    shares: FloatArray
    limit_nm: float
    depth_ratio: FloatArray
    optics: Optics
    law: ScatteringLaw
    resampled: FloatArray

    def percentiles_nm(self) -> FloatArray:
        """Return D10, D50 and D90, shape (3,), nm."""
        return Cumulative(self.edges_nm, self.shares).percentiles((0.1, 0.5, 0.9))

    def percentile_limits_nm(self, coverage_pct: float = 95.0) -> FloatArray:
        """Return lower and upper limits of D10, D50 and D90, shape (2, 3), nm."""
        drawn = [Cumulative(self.edges_nm, row).percentiles((0.1, 0.5, 0.9)) for row in self.resampled]
        return central_limits(np.array(drawn), coverage_pct)


def count_spots(tracks: Tracks, steps: Steps, *, pixel_um: float, exposure_s: float) -> CountedSpots:
    """Choose the spots of the analysed tracks that are bright enough to be counted."""
    place = np.full(tracks.tracks_count, -1)
    place[steps.track] = np.arange(steps.tracks_count)
    track = place[tracks.track_id]
    threshold = COUNTED_ABOVE * float(np.quantile(tracks.score_ratio, 0.001))
    counted = (track >= 0) & (tracks.score_ratio >= threshold)
    bright = tracks.width_px[counted & (tracks.score_ratio >= 3 * threshold)]
    widths = bright if bright.size >= 50 else tracks.width_px[counted]
    variance = float(np.quantile(widths**2, 0.1)) if widths.size else 1.0
    return CountedSpots(
        track[counted].astype(np.int64), tracks.score_ratio[counted], threshold, variance, exposure_s / 3 / pixel_um**2
    )


def fit_whole_population(
    sizes: SizeEvidence,
    tracked: Population,
    spots: CountedSpots,
    law: ScatteringLaw,
    *,
    diffusion_nm_um2_per_s: float,
    seed: int,
    resamples: int = 200,
    units: IntArray | None = None,
    threads: int = 2,
) -> WholePopulation:
    """Fit the population in the liquid behind the tracked one.

    Args:
        sizes: evidence of all tracks.
        tracked: their own distribution.
        spots: from `count_spots`.
        law: how light grows with size, and its spread at one size.
        diffusion_nm_um2_per_s: diffusion coefficient times diameter in this liquid, nm um2/s.
        seed: of the resampling.
        resamples: number of refits for the band, 0 for none.
        units: as in `bootstrap_population`.
        threads: refits at the same time.
    """
    rng = np.random.default_rng(seed)
    work = _Work(sizes, spots, law, diffusion_nm_um2_per_s)
    population, optics, evidence = tracked, None, sizes.evidence
    for turn in range(_ROUNDS):
        optics = work.fit(track_shares(replace(sizes, evidence=evidence), population), rng=rng, begin=optics)
        evidence = replace(sizes.evidence, visibility=work.visibility(optics, population.chosen))
        population = fit_population(replace(sizes, evidence=evidence), begin=population if turn else None)
    assert optics is not None
    depth = work.depth(optics)
    typical = float(population.shares @ depth)
    first = int(np.argmax(depth >= LIMIT_SHARE * typical))
    shares = track_shares(replace(sizes, evidence=evidence), population)
    variants = work.variants(shares, optics, rng=rng, units=units) if resamples else [optics]
    weights = resampled_weights(sizes, seed=seed, resamples=resamples, units=units)
    chosen = rng.integers(len(variants), size=resamples)
    starts = hopeful(population.fits, sizes.tracks_count)

    def refit(index: int) -> FloatArray:
        seen = replace(sizes.evidence, visibility=work.visibility(variants[chosen[index]], population.chosen))
        return _above(refit_simplest(seen, starts, weights=weights[index]), seen, first)

    with ThreadPoolExecutor(threads) as pool:
        refits = np.array(list(pool.map(refit, range(resamples))))
    return WholePopulation(
        sizes.edges_nm,
        _above(population.chosen, evidence, first),
        float(sizes.edges_nm[first]),
        depth,
        optics,
        law,
        refits.reshape(resamples, depth.size),
    )


def _above(mixture: Mixture, evidence: Evidence, first: int) -> FloatArray:
    whole = mixture.whole_density(evidence)
    whole[:first] = 0.0
    return np.asarray(whole / whole.sum())


class _Work:
    """Sizes, spots and law of one video, with the coarse size axis that the optics are fitted on."""

    def __init__(
        self, sizes: SizeEvidence, spots: CountedSpots, law: ScatteringLaw, diffusion_nm_um2_per_s: float
    ) -> None:
        self.sizes, self.spots, self.law = sizes, spots, law
        places = sizes.evidence.places
        self.groups = np.minimum(np.arange(places.size) * _COARSE // places.size, _COARSE - 1)
        self.coarse_nm = np.exp(np.bincount(self.groups, weights=places) / np.bincount(self.groups))
        self.middles_nm = np.exp(places)
        self.coarse_blur_px2 = spots.blur_px2_s_per_um2 * diffusion_nm_um2_per_s / self.coarse_nm
        counted = np.bincount(spots.track, minlength=sizes.tracks_count)[sizes.order].astype(float)
        starts = sizes.evidence.class_starts
        self.spots_by_class = np.add.reduceat(counted, starts[:-1]) / np.diff(starts)

    def depth(self, optics: Optics) -> FloatArray:
        """Return the visible depth at every size of the fine axis."""
        coarse = visible_depth(optics, self.law, self.coarse_nm, self.coarse_blur_px2)
        found = np.interp(np.log(self.middles_nm), np.log(self.coarse_nm), np.log(np.maximum(coarse, 1e-12)))
        return np.asarray(np.exp(found))

    def visibility(self, optics: Optics, mixture: Mixture) -> FloatArray:
        """Return the chance of each size to give a track, relative: visible depth over counted spots per track."""
        per_track = mixture.class_shares(self.sizes.evidence.places) @ self.spots_by_class
        chance = self.depth(optics) / np.maximum(per_track, 0.5)
        return np.asarray(np.maximum(chance / chance.max(), 1e-9))

    def fit(
        self,
        shares: FloatArray,
        *,
        rng: np.random.Generator,
        begin: Optics | None,
        brightness_spread: float | None = None,
        tracks: npt.NDArray[np.int64] | None = None,
        most_spots: int = _MOST_SPOTS,
    ) -> Optics:
        """Fit the optics to a random choice of the spots, of all tracks or of some."""
        rows = np.arange(self.spots.track.size)
        if tracks is not None:
            counts = np.bincount(tracks, minlength=self.sizes.tracks_count)
            rows = np.repeat(rows, counts[self.spots.track])
        if rows.size > most_spots:
            rows = rng.choice(rows, most_spots, replace=False)
        coarse = np.zeros((shares.shape[0], _COARSE))
        np.add.at(coarse.T, self.groups, shares.T)
        return fit_optics(
            self.spots.score_ratio[rows],
            coarse[self.spots.track[rows]],
            self.law,
            diameter_nm=self.coarse_nm,
            blur_px2=self.coarse_blur_px2,
            spot_variance_px2=self.spots.spot_variance_px2,
            threshold_ratio=self.spots.threshold_ratio,
            independent_count=max(1.0, np.unique(self.spots.track).size / 3),
            brightness_spread=brightness_spread,
            begin=begin,
        )

    def variants(
        self, shares: FloatArray, optics: Optics, *, rng: np.random.Generator, units: IntArray | None
    ) -> list[Optics]:
        """Return optics fitted to resampled particles, the index spread from none to twice the stated one."""
        unit = np.arange(self.sizes.tracks_count) if units is None else np.unique(units, return_inverse=True)[1]
        found = []
        for index in range(_REFITS):
            drawn = np.bincount(rng.integers(unit.max() + 1, size=unit.max() + 1), minlength=unit.max() + 1)
            tracks = np.repeat(np.arange(unit.size), drawn[unit])
            spread = self.law.brightness_spread * (index % 3)
            found.append(
                self.fit(
                    shares, rng=rng, begin=optics, brightness_spread=spread, tracks=tracks, most_spots=_MOST_SPOTS // 3
                )
            )
        return found
