"""A production line: time of a run, balance, and the search beside pymoo's NSGA-II.

`python benchmarks/line.py run`, `search [SEEDS]` (needs the extra `[peers]`). Fits: `benchmarks/line_fits.py`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from paracrine.bench.line_design import read_line_and_space
from paracrine.bench.line_form import read_line
from paracrine.numerics.pareto import hypervolume, search_pareto
from paracrine.production.line import run_line
from paracrine.production.optimise import Objective, line_evaluator

EXAMPLES = Path(__file__).parents[1] / "src" / "paracrine" / "production" / "examples"
OUTPUTS = ("harvest_as_nta_per_ml", "yield_as_nta_particles", "cells_at_peak")
OBJECTIVES = (
    Objective("yield_particles", True),
    Objective("particles_per_ug_protein", True),
    Objective("cost", False),
)
EVALUATIONS, POPULATION = 10000, 100
REACH, FEW = 1.959963984540054, 60


def measure_run() -> None:
    """Time of 1 000 draws and the gap of the balance, for each example line."""
    print("| line | 1 000 draws, s (best of 5) | largest relative gap of the balance |")
    print("|---|---|---|")
    for path in sorted(EXAMPLES.glob("*.toml")):
        design = read_line(path)
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            result = run_line(design, draws_count=1000)
            result.outputs()
            seconds.append(time.perf_counter() - start)
        print(f"| {design.name} | {min(seconds):.2f} | {result.imbalance:.1e} |")


def measure_search(seeds: int) -> None:
    """Volume covered after 10 000 line evaluations, ours and pymoo's NSGA-II, alternately in one process."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.indicators.hv import HV
    from pymoo.optimize import minimize

    design, variables = read_line_and_space(EXAMPLES / "stirred_tank_tff_sec.toml")
    evaluate = line_evaluator(design, variables, OBJECTIVES)
    width = len(variables)

    class Line(Problem):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(n_var=width, n_obj=3, xl=0.0, xu=1.0)

        def _evaluate(self, x: np.ndarray, out: dict[str, np.ndarray], *_: object, **__: object) -> None:
            out["F"] = evaluate(x)[0]

    sample = evaluate(np.random.default_rng(0).random((1000, width)))[0]
    reference = sample.max(axis=0)
    print(f"reference point (log10, minimised): {np.round(reference, 4).tolist()}: the worst of 1 000 random designs")
    print("| seed | ours, volume | ours, s | NSGA-II, volume | NSGA-II, s |")
    print("|---|---|---|---|---|")
    ours, theirs = [], []
    for seed in range(1, seeds + 1):
        start = time.perf_counter()
        front = search_pareto(evaluate, width, evaluations=EVALUATIONS, population=POPULATION, seed=seed)
        middle = time.perf_counter()
        peer = minimize(Line(), NSGA2(pop_size=POPULATION), ("n_eval", EVALUATIONS), seed=seed)
        end = time.perf_counter()
        ours.append(hypervolume(front.objectives, reference))
        theirs.append(float(HV(ref_point=reference)(peer.F)))
        print(f"| {seed} | {ours[-1]:.5f} | {middle - start:.1f} | {theirs[-1]:.5f} | {end - middle:.1f} |", flush=True)
        assert len(front.objectives) <= POPULATION
    ratio = np.median(ours) / np.median(theirs)
    print(f"median volume: ours {np.median(ours):.5f}, NSGA-II {np.median(theirs):.5f}, ratio {ratio:.4f}")


if __name__ == "__main__":
    word, *rest = sys.argv[1:] or ["run"]
    if word == "run":
        measure_run()
    elif word == "search":
        measure_search(int(rest[0]) if rest else 10)
