"""Concentration through a depth that beads calibrate: does the interval hold what is in the liquid?

Run with `python -P benchmarks/nta_depth.py [--videos 6]`. A bead video of known concentration gives the depth, another
video of another population is counted in it. Beads of the sample's index, and of polystyrene.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from paracrine.characterization.inference.analyse import AnalysisOptions, analyse_tracks
from paracrine.characterization.inference.count import calibrate_depth
from paracrine.characterization.inference.settings import RecordingSettings, Setting, StatedBy
from paracrine.characterization.tracking.track import track_video
from paracrine.instruments.nta.contrast.mie import MieContrast
from paracrine.instruments.nta.scene import NtaScene
from paracrine.instruments.nta.sizes import NormalSizes
from paracrine.instruments.nta_video import simulate_nta_video

SETTINGS = RecordingSettings(*(Setting(value, StatedBy.USER) for value in (0.166, 25.0, 20.0, 25.0, 0.890)))
SAMPLE = replace(NtaScene(), contrast=MieContrast(1.40), frames_count=400)
BEADS_PER_ML, BEAD_ERROR = 1.2e9, 0.03
LIGHT = float(MieContrast(1.59).collected(np.array([120.0]))[0] / MieContrast(1.40).collected(np.array([120.0]))[0])
BEADS = {
    "of the sample's index, 100 nm": (
        replace(SAMPLE, sizes=NormalSizes(100.0, 3.0), concentration_per_ml=BEADS_PER_ML),
        1.40,
    ),
    "polystyrene, 60 nm": (
        replace(
            SAMPLE,
            sizes=NormalSizes(60.0, 2.0),
            contrast=MieContrast(1.59),
            brightness_counts=SAMPLE.brightness_counts * LIGHT,
            concentration_per_ml=BEADS_PER_ML,
        ),
        1.59,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=6)
    videos = parser.parse_args().videos
    print("| beads | seed | depth, um | concentration over true | 95 % interval over true | holds |")
    print("|---|---|---|---|---|---|")
    for name, (scene, index) in BEADS.items():
        size = scene.sizes.mean_nm
        for seed in range(1, videos + 1):
            beads = simulate_nta_video(scene, seed=500 + seed)
            counted = analyse_tracks(track_video(beads.video).tracks, SETTINGS, AnalysisOptions(resamples=2)).counts
            depth = calibrate_depth(
                counted, per_ml=BEADS_PER_ML, relative_standard_uncertainty=BEAD_ERROR, diameter_nm=size,
                refractive_index=index,
            )  # fmt: skip
            made = simulate_nta_video(SAMPLE, seed=seed)
            result = analyse_tracks(
                track_video(made.video).tracks, SETTINGS, AnalysisOptions(depth=depth, resamples=60)
            )
            found = result.counts.concentration_per_ml
            lowest = 0.0 if result.whole is None else result.whole.lowest_nm
            true = float(np.sum(made.truth.population_diameter_nm > lowest)) / made.truth.box_volume_ml
            print(
                f"| {name} | {seed} | {depth.depth_um:.2f} ± {100 * depth.relative_standard_uncertainty:.0f} % | "
                f"{found.value / true:.3f} | {found.low / true:.2f} to {found.high / true:.2f} | "
                f"{found.low <= true <= found.high} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
