"""From tracks to sizes: accuracy against the bound and against known populations, and time.

Run with `python -P benchmarks/nta_inference.py [--seeds 20]` (-P because numba would take the script coverage.py
beside this one for the package of that name). Ideal tracks have 10 steps and more, 34 on average, 2000 a set; whole
videos are in nta_videos.py.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import wasserstein_distance

from paracrine.characterization.inference.diffusion import fit_diffusion, measure_steps
from paracrine.characterization.inference.population import bootstrap_population, fit_population, weigh_sizes
from paracrine.instruments.ideal_tracks import TrackingConditions, simulate_ideal_tracks
from paracrine.instruments.nta.sizes import LognormalSizes, MixedSizes, NormalSizes, Sizes
from paracrine.numerics.distributions.moment import mean_and_deviation
from paracrine.payloads.tracks import Tracks
from paracrine.physics.stokes_einstein import diffusion_um2_per_s, hydrodynamic_diameter_nm

Floats = npt.NDArray[np.float64]
NOW = TrackingConditions()
CAMERA = {"pixel_um": NOW.pixel_um, "frame_interval_s": NOW.frame_interval_s, "exposure_s": NOW.exposure_s}
LIQUID = {"temperature_c": NOW.temperature_c, "viscosity_mpas": NOW.viscosity_mpas}
TRACKS = 2000
SETS: dict[str, Sizes] = {
    "lognormal 120/1.2": LognormalSizes(120.0, 1.2),
    "monodisperse 100": NormalSizes(100.0),
    "100, SD 8": NormalSizes(100.0, 8.0),
    "90 + 150": MixedSizes(((0.5, NormalSizes(90.0, 4.5)), (0.5, NormalSizes(150.0, 7.5)))),
    "100 + 200": MixedSizes(((0.5, NormalSizes(100.0, 5.0)), (0.5, NormalSizes(200.0, 10.0)))),
}
CUTS_NM = {"90 + 150": 118.0, "100 + 200": 145.0}


def row(name: str, floor: str, goal: str, reached: str) -> None:
    print(f"| {name} | {floor} | {goal} | {reached} |", flush=True)


def diffusion_rows(seed: int) -> None:
    worst, bias = 0.0, 0.0
    for steps_count in (5, 10, 20, 50, 100):
        for size in (60.0, 120.0, 400.0):
            rng = np.random.default_rng([seed, steps_count, int(size)])
            count = 400_000 // steps_count
            tracks = simulate_ideal_tracks(np.full(count, size), steps_count, rng=rng)
            fit = fit_diffusion(measure_steps(tracks, **CAMERA, fewest_spots=2), noise_scale=1.0)
            error = fit.diffusion_um2_per_s / diffusion_um2_per_s(size, **LIQUID) - 1
            bound = float(np.mean((fit.standard_error_um2_per_s / fit.diffusion_um2_per_s) ** 2)) ** 0.5
            worst = max(worst, float(np.sqrt(np.mean(error**2))) / bound)
            bias = max(bias, abs(float(error.mean())))
    row("diffusion error over the bound, 5-100 steps, worst of 15", "<= 1.05", "<= 1.02", f"{worst:.3f}")
    row("its bias, worst of 15", "<= 1 %", "", f"{100 * bias:.2f} %")


def two_lag_sizes(tracks: Tracks) -> Floats:
    """Return sizes from the straight line through the first two lags of each track's mean square displacement."""
    found = []
    for low, high in zip(tracks.starts[:-1], tracks.starts[1:], strict=True):
        x, y = tracks.x_px[low:high] * NOW.pixel_um, tracks.y_px[low:high] * NOW.pixel_um
        one, two = (np.mean((x[k:] - x[:-k]) ** 2 + (y[k:] - y[:-k]) ** 2) for k in (1, 2))
        found.append((two - one) / (4 * NOW.frame_interval_s))
    diffusion = np.array(found)
    return hydrodynamic_diameter_nm(diffusion[diffusion > 0], **LIQUID)


@dataclass
class SetScore:
    over_histogram: float
    over_msd: float
    percentiles: Floats
    deviation: float
    covers_8: bool
    low_share: float


def score_set(name: str, seed: int) -> SetScore:
    rng = np.random.default_rng([seed, len(name)])
    diameter = SETS[name].draw(TRACKS, rng=rng)
    tracks = simulate_ideal_tracks(diameter, 10 + rng.exponential(24.0, TRACKS).astype(int), rng=rng)
    sizes = weigh_sizes(measure_steps(tracks, **CAMERA), noise_scale=1.0, **LIQUID)
    population = fit_population(sizes)
    middles = np.sqrt(population.edges_nm[1:] * population.edges_nm[:-1])
    distance = wasserstein_distance(middles, diameter, u_weights=population.shares)
    covers = False
    if "SD 8" in name:
        bands = bootstrap_population(sizes, population, seed=seed)
        low, high = np.quantile([mean_and_deviation(bands.edges_nm, r)[1] for r in bands.resampled], [0.025, 0.975])
        covers = bool(low <= 8 <= high)
    cut = CUTS_NM.get(name, 0.0)
    return SetScore(
        distance / wasserstein_distance(sizes.diameter_nm, diameter),
        distance / wasserstein_distance(two_lag_sizes(tracks), diameter),
        population.percentiles_nm() / np.quantile(diameter, [0.1, 0.5, 0.9]) - 1,
        mean_and_deviation(population.edges_nm, population.shares)[1],
        covers,
        float(population.shares[middles < cut].sum() - np.mean(diameter < cut)),
    )


def set_rows(seeds: int) -> None:
    for name in SETS:
        scores = [score_set(name, seed) for seed in range(1, seeds + 1)]
        over = np.median([[s.over_histogram, s.over_msd] for s in scores], axis=0)
        row(
            f"{name}: W1 over histogram / over 2-lag MSD",
            "<= 0.30 / 0.12",
            "<= 0.25 / 0.10",
            f"{over[0]:.2f} / {over[1]:.3f}",
        )
        if name == "lognormal 120/1.2":
            errors = 100 * np.median(np.abs([s.percentiles for s in scores]), axis=0)
            row(f"{name}: |error| of D10 / D50 / D90, median", "3 %", "2 %", " / ".join(f"{e:.1f} %" for e in errors))
        if name == "monodisperse 100":
            row(
                f"{name}: fitted SD, median", "<= 5 nm", "<= 3 nm", f"{np.median([s.deviation for s in scores]):.1f} nm"
            )
        if name == "100, SD 8":
            row(f"{name}: interval covers 8 nm", "", "", f"{sum(s.covers_8 for s in scores)} of {seeds}")
        if name in CUTS_NM:
            worst = 100 * max(abs(s.low_share) for s in scores)
            row(f"{name}: error of the fraction, worst", "10 points", "5 points", f"{worst:.1f} points")


def time_rows() -> None:
    rng = np.random.default_rng(7)
    diameter = LognormalSizes(120.0, 1.2).draw(TRACKS, rng=rng)
    tracks = simulate_ideal_tracks(diameter, 10 + rng.exponential(24.0, TRACKS).astype(int), rng=rng)
    steps = measure_steps(tracks, **CAMERA)
    for again in range(2):
        moments = [time.perf_counter()]
        sizes = weigh_sizes(steps, noise_scale=1.0, **LIQUID)
        moments.append(time.perf_counter())
        population = fit_population(sizes)
        moments.append(time.perf_counter())
        bootstrap_population(sizes, population, seed=1, resamples=200 if again else 2)
        moments.append(time.perf_counter())
    first, second, third = np.diff(moments)
    row(f"likelihoods of {TRACKS} tracks / fit", "", "", f"{first:.2f} s / {second:.2f} s")
    row("bootstrap of 200, 2 threads", "<= 15 s", "<= 10 s", f"{third:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    print("| what | floor | goal | reached |\n|---|---|---|---|")
    time_rows()
    diffusion_rows(1)
    set_rows(options.seeds)


if __name__ == "__main__":
    main()
