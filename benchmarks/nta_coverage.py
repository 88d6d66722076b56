"""Coverage of the bands of the size distribution: simulated tracks, many times over, against the exact binomial band.

Run with `python -P benchmarks/nta_coverage.py --simulations 1000 --processes 2` (-P because numba would take the script
coverage.py beside this one for the package of that name). Seeds are 1, 2, 3 ...; nothing is left out.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, norm

from paracrine.characterization.inference.diffusion import measure_steps
from paracrine.characterization.inference.population import bootstrap_population, fit_population, weigh_sizes
from paracrine.instruments.ideal_tracks import TrackingConditions, simulate_ideal_tracks
from paracrine.instruments.nta.sizes import LognormalSizes, MixedSizes

CASES = {
    "lognormal 120/1.2": MixedSizes(((1.0, LognormalSizes(120.0, 1.2)),)),
    "lognormal 150/1.5": MixedSizes(((1.0, LognormalSizes(150.0, 1.5)),)),
    "90/1.05 + 150/1.05": MixedSizes(((0.4, LognormalSizes(90.0, 1.05)), (0.6, LognormalSizes(150.0, 1.05)))),
    "narrow 100/1.06 + wide 140/1.4": MixedSizes(
        ((0.5, LognormalSizes(100.0, 1.06)), (0.5, LognormalSizes(140.0, 1.4)))
    ),
}
TRACKS, RESAMPLES, BINS = 300, 200, 120
PLACES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""The pointwise band is looked at where the true cumulative has these values."""
NAMES = ("D10", "D50", "D90", *(f"F at {place:g}" for place in PLACES))


def true_percentiles(case: str, fractions: Sequence[float]) -> list[float]:
    parts = [(share, part.median_nm, part.gsd_ratio) for share, part in CASES[case].parts]

    def below(size: float) -> float:
        return sum(share * float(norm.cdf(np.log(size / median) / np.log(spread))) for share, median, spread in parts)

    return [brentq(lambda size, p=p: below(size) - p, 5.0, 3000.0) for p in fractions]


def simulate(case: str, seed: int) -> list[bool]:
    """Return which of the intervals hold the truth."""
    rng = np.random.default_rng([seed, sum(map(ord, case))])
    tracks = simulate_ideal_tracks(
        CASES[case].draw(TRACKS, rng=rng), 10 + rng.exponential(24.0, TRACKS).astype(int), rng=rng
    )
    now = TrackingConditions()
    steps = measure_steps(
        tracks, pixel_um=now.pixel_um, frame_interval_s=now.frame_interval_s, exposure_s=now.exposure_s
    )
    liquid = {"temperature_c": now.temperature_c, "viscosity_mpas": now.viscosity_mpas}
    sizes = weigh_sizes(steps, noise_scale=1.0, **liquid, bins=BINS, threads=1)
    population = bootstrap_population(sizes, fit_population(sizes), seed=seed, resamples=RESAMPLES, threads=1)
    low, high = population.percentile_limits_nm()
    truth = true_percentiles(case, (0.1, 0.5, 0.9))
    held = [bool(a <= t <= b) for a, t, b in zip(low, truth, high, strict=True)]
    band = population.cumulative_limits()
    upper = np.log(population.edges_nm[1:])
    for place, size in zip(PLACES, true_percentiles(case, PLACES), strict=True):
        low_here, high_here = (float(np.interp(np.log(size), upper, limit)) for limit in band)
        held.append(low_here <= place <= high_here)
    return held


def accepted(simulations: int) -> tuple[int, int]:
    """Return the exact two-sided 99 % band of the number of hits at 95 % coverage."""
    return int(binom.ppf(0.005, simulations, 0.95)), int(binom.ppf(0.995, simulations, 0.95))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--cases", nargs="*", default=list(CASES))
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    low, high = accepted(options.simulations)
    print(f"{options.simulations} simulations of {TRACKS} tracks, {RESAMPLES} resamples; 99 % band {low} to {high}\n")
    print("| case | " + " | ".join(NAMES) + " |\n|---|" + "---|" * len(NAMES))
    results: dict[str, dict[str, int]] = {}
    start = time.perf_counter()
    for case in options.cases:
        with ProcessPoolExecutor(options.processes) as pool:
            seeds = range(1, options.simulations + 1)
            hits = np.sum(list(pool.map(simulate, [case] * len(seeds), seeds, chunksize=5)), axis=0)
        results[case] = dict(zip(NAMES, hits.tolist(), strict=True))
        print(
            f"| {case} | " + " | ".join(f"{h}{'' if low <= h <= high else ' (outside)'}" for h in hits) + " |",
            flush=True,
        )
    print(f"\n{time.perf_counter() - start:.0f} s")
    if options.write:
        told = {"simulations": options.simulations, "tracks": TRACKS, "resamples": RESAMPLES, "band": [low, high]}
        options.write.write_text(json.dumps({**told, "hits": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
