"""Whole virtual videos, matched and mismatched to what the analysis assumes: accuracy, and what the bands hold.

Run with `python -P benchmarks/nta_videos.py --records FILE [--scenes 0 1 2] [--first 1] [--videos 20] [--processes 2]`.
Each video is one line of FILE; one that stands there already is not made again, so a long run can go in pieces. The
tables at the end are of all of FILE. Seeds are 1, 2, 3 ...; nothing is left out.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.stats import binom, wasserstein_distance

from paracrine.characterization.inference.analyse import AnalysisOptions, analyse_tracks
from paracrine.characterization.inference.result import NtaResult, SizeBand
from paracrine.characterization.inference.settings import RecordingSettings, Setting, StatedBy
from paracrine.characterization.tracking.track import track_video
from paracrine.core.quantity import Quantity
from paracrine.instruments.nta.contrast.mie import MieContrast
from paracrine.instruments.nta.contrast.mixed import MixedContrast
from paracrine.instruments.nta.contrast.rayleigh_gans import RayleighGansContrast
from paracrine.instruments.nta.scene import NtaOptics, NtaScene
from paracrine.instruments.nta.sizes import NormalSizes
from paracrine.instruments.nta_video import SimulatedVideo, simulate_nta_video
from paracrine.payloads.tracks import Tracks

Floats = npt.NDArray[np.float64]
SETTINGS = RecordingSettings(*(Setting(value, StatedBy.USER) for value in (0.166, 25.0, 20.0, 25.0, 0.890)))
FRACTIONS = (0.1, 0.5, 0.9)
PLACES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""The pointwise band is looked at where the true cumulative has these values."""
DOUBTS = ("brightness-not-as-stated",)
"""Notices that say the correction for unseen particles may be wrong."""


def _spread_of_indices(mean: float, spread: float) -> MixedContrast:
    """Return particles whose index is normal: five equally likely values."""
    nodes = np.array([-1.4, -0.5315, 0.0, 0.5315, 1.4])
    return MixedContrast(tuple((1.0, MieContrast(float(mean + spread * node))) for node in nodes))


SCENES = {
    "as in the plan (d^6)": NtaScene(),
    "Rayleigh-Gans, index 1.40": replace(NtaScene(), contrast=RayleighGansContrast(1.40)),
    "Mie, polystyrene 1.59": replace(NtaScene(), contrast=MieContrast(1.59)),
    "two indices, 1.37 and 1.42": replace(
        NtaScene(), contrast=MixedContrast(((1.0, MieContrast(1.37)), (1.0, MieContrast(1.42)))), brightness_counts=40.0
    ),
    "wider beam, deeper focus": replace(NtaScene(), optics=NtaOptics(beam_sigma_um=3.0, focus_depth_um=6.0)),
    "wrong index: 1.46 with spread 0.02, Mie": replace(NtaScene(), contrast=_spread_of_indices(1.46, 0.02)),
    "wrong index: 1.37 with spread 0.015, Mie": replace(
        NtaScene(), contrast=_spread_of_indices(1.37, 0.015), brightness_counts=50.0
    ),
    "100 nm, SD 8 nm": replace(NtaScene(), sizes=NormalSizes(100.0, 8.0), reference_diameter_nm=100.0),
    "monodisperse 100 nm": replace(NtaScene(), sizes=NormalSizes(100.0), reference_diameter_nm=100.0),
}
"""The analysis assumes Rayleigh-Gans with index 1.40 and spread 0.008 in all of them."""


@dataclass(frozen=True)
class VideoTruth:
    """Sizes that really were behind the analysed tracks, and in the liquid."""

    tracked_nm: Floats
    all_nm: Floats


def true_sizes(result: NtaResult, tracks: Tracks, made: SimulatedVideo) -> Floats:
    """Return the true size of each analysed track: that of the particle most of its spots lie on."""
    truth = made.truth
    particle = np.full(tracks.spots_count, -1)
    real = np.flatnonzero(truth.peak_counts >= 3.0)
    rows_of = np.searchsorted(truth.frame[real], np.arange(tracks.frames_count + 1))
    order = np.argsort(tracks.frame, kind="stable")
    found_of = np.searchsorted(tracks.frame[order], np.arange(tracks.frames_count + 1))
    for frame in range(tracks.frames_count):
        mine, rows = order[found_of[frame] : found_of[frame + 1]], real[rows_of[frame] : rows_of[frame + 1]]
        gap = np.hypot(tracks.x_px[mine][:, None] - truth.x_px[rows], tracks.y_px[mine][:, None] - truth.y_px[rows])
        i, j = linear_sum_assignment(np.minimum(gap, 1e3))
        near = gap[i, j] < 4.0
        particle[mine[i[near]]] = rows[j[near]]
    sizes = []
    for track in result.tracks.track:
        rows = particle[tracks.starts[track] : tracks.starts[track + 1]]
        rows = rows[rows >= 0]
        if rows.size:
            names, counts = np.unique(truth.particle_id[rows], return_counts=True)
            sizes.append(truth.diameter_nm[rows[truth.particle_id[rows] == names[np.argmax(counts)]][0]])
    return np.array(sizes)


def holds(quantity: Quantity, value: float) -> bool:
    return bool(quantity.low is not None and quantity.high is not None and quantity.low <= value <= quantity.high)


def score_video(name: str, seed: int) -> dict[str, Any]:
    """Return what one video gave beside what was in it, as plain JSON values."""
    made = simulate_nta_video(SCENES[name], seed=seed, threads=1)
    tracked = track_video(made.video, threads=1)
    options = AnalysisOptions(saturated_share=tracked.saturated_share, threads=1)
    result = analyse_tracks(tracked.tracks, SETTINGS, options)
    told: dict[str, Any] = {"scene": name, "seed": seed, "notices": sorted({n.code for n in result.notices})}
    if result.tracked is None:
        return told
    truth = true_sizes(result, tracked.tracks, made)
    told["tracked"] = _score_band(result.tracked, truth)
    told["over_histogram"] = _over_histogram(result, truth)
    if result.whole is not None:
        everything = made.truth.population_diameter_nm
        above = everything[everything > result.whole.lowest_nm]
        told["whole"] = {**_score_band(result.whole, above), "lowest_nm": result.whole.lowest_nm}
        told["whole_d50_pct"] = 100 * (result.whole.d50.value / float(np.median(everything)) - 1)
        told["uncorrected_d50_pct"] = 100 * (result.tracked.d50.value / float(np.median(everything)) - 1)
    return told


def _over_histogram(result: NtaResult, truth: Floats) -> float:
    band = result.tracked
    assert band is not None
    middles = np.sqrt(band.edges_nm[1:] * band.edges_nm[:-1])
    distance = wasserstein_distance(middles, truth, u_weights=band.shares)
    return float(distance / wasserstein_distance(result.tracks.diameter_nm, truth))


def _score_band(band: SizeBand, truth: Floats) -> dict[str, Any]:
    """Return errors of D10, D50, D90 and whether interval and pointwise band hold the truth of these very particles."""
    sizes = np.quantile(truth, FRACTIONS)
    values = (band.d10, band.d50, band.d90)
    upper = np.log(band.edges_nm[1:])
    at = np.log(np.quantile(truth, PLACES))
    low, high = np.interp(at, upper, band.cumulative_low), np.interp(at, upper, band.cumulative_high)
    return {
        "error_pct": [100 * (value.value / size - 1) for value, size in zip(values, sizes, strict=True)],
        "held": [holds(value, size) for value, size in zip(values, sizes, strict=True)],
        "pointwise": [bool(a <= place <= b) for a, place, b in zip(low, PLACES, high, strict=True)],
        "deviation_nm": [band.deviation.value, float(np.std(truth))],
        "deviation_held": holds(band.deviation, float(np.std(truth))),
    }


def _percent(errors: Floats) -> str:
    return " / ".join(f"{error:+.1f}" for error in np.median(errors, axis=0))


def print_tables(records: list[dict[str, Any]]) -> None:
    names = [name for name in SCENES if any(r["scene"] == name for r in records)]
    by_scene = {name: [r for r in records if r["scene"] == name and "tracked" in r] for name in names}
    print("| tracked | videos | error of D10 / D50 / D90, median, % | without sign, median, % | W1 over histogram |")
    print("|---|---|---|---|---|")
    for name, found in by_scene.items():
        errors = np.array([r["tracked"]["error_pct"] for r in found])
        size = " / ".join(f"{e:.1f}" for e in np.median(np.abs(errors), axis=0))
        over = np.median([r["over_histogram"] for r in found])
        print(f"| {name} | {len(found)} | {_percent(errors)} | {size} | {over:.2f} |")
    print("\n| 95 % bands hold, tracked | D10 / D50 / D90 | cumulative at " + " / ".join(map(str, PLACES)) + " | SD |")
    print("|---|---|---|---|")
    for name, found in by_scene.items():
        print(f"| {name} | {_held(found, 'tracked')} |")
    print(
        "\n| all | error of D50, median (worst), % | uncorrected, % | D10 / D50 / D90 held | notice | either for D50 |"
    )
    print("|---|---|---|---|---|---|")
    for name, found in by_scene.items():
        whole = [r for r in found if "whole" in r]
        errors = np.array([r["whole_d50_pct"] for r in whole])
        worst = errors[np.argmax(np.abs(errors))]
        held = np.sum([r["whole"]["held"] for r in whole], axis=0)
        told = [any(code in DOUBTS for code in r["notices"]) for r in whole]
        either = sum(r["whole"]["held"][1] or t for r, t in zip(whole, told, strict=True))
        raw = np.median([r["uncorrected_d50_pct"] for r in whole])
        print(
            f"| {name} | {np.median(errors):+.1f} ({worst:+.1f}) | {raw:+.1f} | "
            f"{' / '.join(map(str, held))} of {len(whole)} | {sum(told)} | {either} of {len(whole)} |"
        )


def _held(found: list[dict[str, Any]], which: str) -> str:
    held = np.sum([r[which]["held"] for r in found], axis=0)
    points = np.sum([r[which]["pointwise"] for r in found], axis=0)
    spread = sum(r[which]["deviation_held"] for r in found)
    return f"{' / '.join(map(str, held))} | {' / '.join(map(str, points))} | {spread} of {len(found)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, required=True)
    parser.add_argument("--scenes", type=int, nargs="*", default=list(range(len(SCENES))))
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--videos", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    lines = options.records.read_text().splitlines() if options.records.exists() else []
    records = [json.loads(line) for line in lines]
    there = {(r["scene"], r["seed"]) for r in records}
    names = [list(SCENES)[index] for index in options.scenes]
    jobs = [
        (name, seed)
        for seed in range(options.first, options.first + options.videos)
        for name in names
        if (name, seed) not in there
    ]
    with ProcessPoolExecutor(options.processes) as pool, options.records.open("a") as file:
        for record in pool.map(score_video, *zip(*jobs, strict=True)) if jobs else ():
            records.append(record)
            file.write(json.dumps(record) + "\n")
            file.flush()
    print_tables(records)
    low, high = int(binom.ppf(0.005, 20, 0.95)), int(binom.ppf(0.995, 20, 0.95))
    print(f"\nof 20, a true coverage of 95 % gives {low} to {high} inside in 99 of 100 cases")


if __name__ == "__main__":
    main()
