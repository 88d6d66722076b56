"""Coverage of the bands of the size distribution: simulated tracks, many times over, against the exact binomial band.

Run with `python -P benchmarks/nta_coverage.py --records FILE [--cases 0 1] [--first 1] [--simulations 1000]` (-P
because numba would take the script coverage.py beside this one for the package of that name). Each simulation is one
line of FILE; one that stands there already is not made again, so a long run can go in pieces. The tables at the end
are of all of FILE. Seeds are 1, 2, 3 ...; nothing is left out.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import binom, gamma, norm

from paracrine.characterization.inference.diffusion import measure_steps
from paracrine.characterization.inference.population import bootstrap_population, fit_population, weigh_sizes
from paracrine.instruments.ideal_tracks import TrackingConditions, simulate_ideal_tracks
from paracrine.instruments.nta.sizes import LognormalSizes, MixedSizes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lognormals:
    """Share, median in nm and geometric standard deviation of each part."""

    parts: tuple[tuple[float, float, float], ...]

    def draw(self, count: int, *, rng: np.random.Generator) -> Floats:
        mixed = MixedSizes(tuple((share, LognormalSizes(median, spread)) for share, median, spread in self.parts))
        return mixed.draw(count, rng=rng)

    def below(self, size: float) -> float:
        return sum(s * float(norm.cdf(math.log(size / median) / math.log(gsd))) for s, median, gsd in self.parts)


@dataclass(frozen=True)
class Gamma:
    """Shape, scale in nm and the smallest size in nm."""

    shape: float
    scale: float
    least: float

    def draw(self, count: int, *, rng: np.random.Generator) -> Floats:
        return self.least + rng.gamma(self.shape, self.scale, count)

    def below(self, size: float) -> float:
        return float(gamma.cdf(size - self.least, self.shape, scale=self.scale))


@dataclass(frozen=True)
class Weibull:
    """Shape and scale in nm: skewed to small sizes."""

    shape: float
    scale: float

    def draw(self, count: int, *, rng: np.random.Generator) -> Floats:
        return np.maximum(self.scale * rng.weibull(self.shape, count), 1.0)

    def below(self, size: float) -> float:
        return -math.expm1(-((size / self.scale) ** self.shape))


CASES: dict[str, Lognormals | Gamma | Weibull] = {
    "lognormal 120/1.2": Lognormals(((1.0, 120.0, 1.2),)),
    "lognormal 150/1.5": Lognormals(((1.0, 150.0, 1.5),)),
    "90/1.05 + 150/1.05": Lognormals(((0.4, 90.0, 1.05), (0.6, 150.0, 1.05))),
    "narrow 100/1.06 + wide 140/1.4": Lognormals(((0.5, 100.0, 1.06), (0.5, 140.0, 1.4))),
    "fresh: Weibull 140, shape 3": Weibull(3.0, 140.0),
    "fresh: 80 % 110/1.25 + 20 % 230/1.15": Lognormals(((0.8, 110.0, 1.25), (0.2, 230.0, 1.15))),
    "three 80, 120, 190/1.1": Lognormals(((0.3, 80.0, 1.1), (0.4, 120.0, 1.1), (0.3, 190.0, 1.1))),
    "gamma 60 + 40 x 1.5": Gamma(1.5, 40.0, 60.0),
}
"""The rule of the fit was chosen with all of them in view but the two that are called fresh."""
TRACKS, RESAMPLES, BINS = 300, 200, 120
PLACES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""The pointwise band is looked at where the true cumulative has these values."""
NAMES = ("D10", "D50", "D90", *(f"F at {place:g}" for place in PLACES))


@cache
def true_percentiles(case: str, fractions: tuple[float, ...]) -> list[float]:
    return [brentq(lambda size, p=p: CASES[case].below(size) - p, 1.0, 5000.0) for p in fractions]


def simulate(case: str, seed: int) -> dict[str, Any]:
    """Return which of the intervals hold the truth, and how wide and how wrong D10, D50 and D90 are."""
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
    truth = np.array(true_percentiles(case, (0.1, 0.5, 0.9)))
    held = ((low <= truth) & (truth <= high)).tolist()
    band = population.cumulative_limits()
    upper = np.log(population.edges_nm[1:])
    for place, size in zip(PLACES, true_percentiles(case, PLACES), strict=True):
        low_here, high_here = (float(np.interp(np.log(size), upper, limit)) for limit in band)
        held.append(low_here <= place <= high_here)
    return {
        "case": case,
        "seed": seed,
        "held": held,
        "width_pct": (100 * (high - low) / truth).round(2).tolist(),
        "error_pct": (100 * (population.percentiles_nm() / truth - 1)).round(2).tolist(),
        "parts": [int(population.chosen.centres.size), int(population.chosen.variances.size)],
    }


def accepted(simulations: int) -> tuple[int, int]:
    """Return the exact two-sided 99 % band of the number of hits at 95 % coverage."""
    return int(binom.ppf(0.005, simulations, 0.95)), int(binom.ppf(0.995, simulations, 0.95))


def print_tables(records: list[dict[str, Any]]) -> None:
    by_case = {case: [r for r in records if r["case"] == case] for case in CASES}
    print("| case | simulations | 99 % band | " + " | ".join(NAMES) + " |\n|---|---|---|" + "---|" * len(NAMES))
    for case, found in by_case.items():
        if found:
            low, high = accepted(len(found))
            hits = np.sum([r["held"] for r in found], axis=0)
            cells = " | ".join(f"{h}{'' if low <= h <= high else ' (outside)'}" for h in hits)
            print(f"| {case} | {len(found)} | {low} to {high} | {cells} |")
    print(
        "\n| case | width of D10 / D50 / D90, median, % | root mean square error, % | 1, 2, 3 ... parts; own widths |"
    )
    print("|---|---|---|---|")
    for case, found in by_case.items():
        if found:
            width = " / ".join(f"{w:.1f}" for w in np.median([r["width_pct"] for r in found], axis=0))
            error = " / ".join(f"{e:.1f}" for e in np.sqrt(np.mean(np.square([r["error_pct"] for r in found]), axis=0)))
            parts = np.bincount([r["parts"][0] for r in found])[1:].tolist()
            print(f"| {case} | {width} | {error} | {parts}; {sum(r['parts'][1] > 1 for r in found)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, required=True)
    parser.add_argument("--cases", type=int, nargs="*", default=list(range(len(CASES))))
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no further simulation after these")
    options = parser.parse_args()
    start = time.perf_counter()
    lines = options.records.read_text().splitlines() if options.records.exists() else []
    records = [json.loads(line) for line in lines]
    there = {(r["case"], r["seed"]) for r in records}
    seeds = range(options.first, options.first + options.simulations)
    names = [list(CASES)[index] for index in options.cases]
    jobs = [(name, seed) for seed in seeds for name in names if (name, seed) not in there]
    print(f"{TRACKS} tracks, {RESAMPLES} resamples; {len(jobs)} simulations to make\n", flush=True)
    with ProcessPoolExecutor(options.processes) as pool, options.records.open("a") as file:
        for first in range(0, len(jobs), 40):
            if time.perf_counter() - start > 60 * options.minutes:
                break
            for record in pool.map(simulate, *zip(*jobs[first : first + 40], strict=True), chunksize=4):
                records.append(record)
                file.write(json.dumps(record) + "\n")
            file.flush()
    print_tables(records)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
