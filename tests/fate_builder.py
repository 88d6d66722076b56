"""Time courses with a known truth, from the full flow-limited model: studies that differ, two populations, noise."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from paracrine.facts.species import read_species
from paracrine.fate.mixed import MODEL, UPTAKE_ORGANS
from paracrine.fate.simulate import Dose, Trajectory, simulate

TRUE_UPTAKE_ML_H = dict(zip(UPTAKE_ORGANS, (0.21, 0.013, 0.017, 0.031, 0.004, 0.06, 0.15), strict=True))
FAST_FRAC, FAST_TIMES = 0.55, 12.0
TIMES_H = np.array([0.1, 0.5, 1.0, 4.0, 12.0, 24.0])
ORGANS = ("blood", "liver", "spleen", "lung", "kidney")


def write_time_courses(path: Path, *, studies: int, seed: int, noise: float = 0.15) -> None:
    """Write `studies` studies whose uptake differs by about a third, measured with relative noise."""
    rng = np.random.default_rng(seed)
    species = read_species("mouse")
    rows = []
    for number in range(studies):
        uptake = {organ: value * np.exp(0.3 * rng.standard_normal()) for organ, value in TRUE_UPTAKE_ML_H.items()}
        slow, fast = (_run(uptake, times) for times in (1.0, FAST_TIMES))
        for organ in ORGANS:
            found = species.organ(organ)
            for at, time_h in enumerate(TIMES_H):
                share = FAST_FRAC * _share(fast, organ, at) + (1 - FAST_FRAC) * _share(slow, organ, at)
                grams = species.blood_ml if found is None else found.volume_ml
                value = 100 * share / grams * np.exp(noise * rng.standard_normal())
                rows.append(
                    (
                        f"study {number + 1}",
                        "mouse",
                        24,
                        "radiolabel",
                        "iv",
                        "1e10particles",
                        organ,
                        time_h,
                        f"{value:.5g}",
                        "%ID/g",
                    )
                )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("study", "species", "weight_g", "label", "route", "dose", "organ", "time_h", "value", "unit"))
        writer.writerows(rows)


def _run(uptake: dict[str, float], times: float) -> Trajectory:
    values = {f"{organ}_uptake_ml_h": value * times for organ, value in uptake.items()}
    values |= {"cell_breakdown_per_h": 0.05, "label_loss_per_h": 0.008, "blood_breakdown_per_h": 0.0}
    return simulate(MODEL, species=read_species("mouse"), doses=Dose(1e10), times_h=TIMES_H, parameters=values)


def _share(run: Trajectory, organ: str, at: int) -> float:
    if organ == "blood":
        return float(sum(run.of(name)[at] for name in run.names if name == "blood" or name.endswith("_blood")) / 1e10)
    return float(run.organ(organ)[at] / 1e10)
