"""A production line: time of a run, balance, coverage of fits, and the search beside pymoo's NSGA-II.

`python benchmarks/line.py run`, `fit [STUDIES]`, `search [SEEDS]`; without a word, all of them.
`search` needs the extra `[peers]`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from paracrine.bench.line_design import read_line_and_space
from paracrine.bench.line_form import read_line
from paracrine.numerics.interval import binomial_limits
from paracrine.numerics.pareto import hypervolume, search_pareto
from paracrine.production.design import published_enhancement
from paracrine.production.fit import (
    Cell,
    LineFit,
    Observation,
    Predict,
    fit_scores,
    informative_names,
    line_predictor,
)
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


@dataclass(frozen=True)
class Study:
    """What a simulated laboratory measures, and what the fit takes it to follow."""

    cells: tuple[Cell, ...]
    names: tuple[str, ...]
    predict: Predict
    interacting: tuple[str, ...] = ()


Twist = Callable[[np.ndarray, Study, np.random.Generator], np.ndarray]
"""Truth to the logarithm of each cell as nature makes it."""


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


def measure_fit(studies: int) -> None:
    """How often truth lies in its 95 % interval: a line made linear, the whole line, and simulators the fit is not."""
    designs = {
        d.name: d
        for d in (read_line(EXAMPLES / f"{n}.toml") for n in ("flasks_ultracentrifuge", "stirred_tank_tff_sec"))
    }
    cells = tuple(Cell(name, output) for name in designs for output in OUTPUTS)
    names = informative_names(designs, cells)
    whole = line_predictor(designs, cells, names)
    linear = made_linear(whole, len(names))
    tank = tuple(designs)[1]
    print("| truth | parameter | spread left | inside | coverage (exact 95 %) |")
    print("|---|---|---|---|---|")
    for label, predict, wanted, twist in (
        ("linear", linear, studies, same_law),
        ("whole line", whole, max(studies // 4, 1), same_law),
        ("recovery falls with load", linear, studies // 2, recovery_falls_with_load),
        ("the tank grows by its own numbers", linear, studies // 2, other_growth_in(tank)),
    ):
        report(label, cells, names, predict, wanted, twist)
    measure_interaction(studies // 5)


def made_linear(whole: Predict, count: int) -> Predict:
    """Return a line's tangent at its centre."""
    values = whole(np.vstack([np.zeros(count), 0.25 * np.eye(count), -0.25 * np.eye(count)]))
    slopes = (values[1 : count + 1] - values[count + 1 :]).T / 0.5

    def linear(scores: np.ndarray) -> np.ndarray:
        return np.asarray(values[0] + scores @ slopes.T)

    return linear


def same_law(truth: np.ndarray, study: Study, rng: np.random.Generator) -> np.ndarray:
    """Batches follow the law that is fitted."""
    return np.asarray(study.predict(truth[None])[0])


def recovery_falls_with_load(truth: np.ndarray, study: Study, rng: np.random.Generator) -> np.ndarray:
    """The train recovers as the root of what it is given: recoveries do not multiply."""
    level, centre = (study.predict(scores[None])[0] for scores in (truth, np.zeros_like(truth)))
    for at, cell in enumerate(study.cells):
        if cell.output == OUTPUTS[1]:
            harvest = study.cells.index(Cell(cell.line, OUTPUTS[0]))
            level[at] -= 0.5 * (level[harvest] - centre[harvest])
    return np.asarray(level)


def other_growth_in(line: str) -> Twist:
    """Cells of one line grow by numbers of their own, where the fit takes one growth law for both."""

    def twist(truth: np.ndarray, study: Study, rng: np.random.Generator) -> np.ndarray:
        growth = np.array([name.startswith("attached_growth.") for name in study.names])
        apart = np.where(growth, rng.standard_normal(truth.size), truth)
        ours, theirs = study.predict(np.vstack([truth, apart]))
        return np.where([cell.line == line for cell in study.cells], theirs, ours)

    return twist


def report(
    label: str, cells: tuple[Cell, ...], names: tuple[str, ...], predict: Predict, wanted: int, twist: Twist
) -> None:
    """Print coverage and how often a misfit was said."""
    study, held, left, said = Study(cells, names, predict), [], [], 0
    for seed in range(wanted):
        truth, fit = one_study(seed, study, twist)
        sd = np.sqrt(np.diag(fit.posterior.covariance))
        held.append(np.abs(truth - fit.posterior.mean) <= 1.96 * sd)
        left.append(sd)
        said += bool(fit.misfits)
    inside, spread = np.array(held), np.mean(left, axis=0)
    for at in np.argsort(spread)[:5]:
        print(_row(label, names[at], f"{100 * spread[at]:.0f} %", int(inside[:, at].sum()), wanted))
    print(_row(label, f"all {len(names)} parameters", "", int(inside.sum()), wanted * len(names)))
    print(_row(label, "studies with a misfit said", "", said, wanted), flush=True)


def measure_interaction(wanted: int) -> None:
    """How often a factor of platform and priming together is reported, lines made linear."""
    flask, tank = (read_line(EXAMPLES / f"{n}.toml") for n in ("flasks_ultracentrifuge", "stirred_tank_tff_sec"))
    primed = (published_enhancement("cytokine_priming"),)
    plain = [replace(flask, name="flask", enhancements=()), replace(tank, name="tank", enhancements=())]
    both = [replace(one, name=f"{one.name} primed", enhancements=primed) for one in plain]
    designs = {d.name: d for d in (*plain, *both)}
    cells = tuple(Cell(name, output) for name in designs for output in OUTPUTS)
    names = informative_names(designs, cells)
    study = Study(cells, names, made_linear(line_predictor(designs, cells, names), len(names)), ("tank primed",))
    here = np.array([cell.line == "tank primed" and cell.output != OUTPUTS[2] for cell in cells])
    for fold in (1.0, 2.0, 4.0):

        def twist(truth: np.ndarray, one: Study, rng: np.random.Generator, fold: float = fold) -> np.ndarray:
            return np.asarray(one.predict(truth[None])[0] + np.log(fold) * here)

        fits = [one_study(seed, study, twist, batches=16)[1] for seed in range(wanted)]
        said = sum(fit.interactions[0].is_misfit for fit in fits)
        print(_row(f"interaction {fold:g} times", "interaction said", "", said, wanted), flush=True)


def _row(label: str, name: str, left: str, inside: int, trials: int) -> str:
    low, high = binomial_limits(inside, trials)
    coverage = f"{100 * inside / trials:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
    return f"| {label} | {name} | {left} | {inside} of {trials} | {coverage} |"


def one_study(seed: int, study: Study, twist: Twist, *, batches: int = 8) -> tuple[np.ndarray, LineFit]:
    """Batches of three donors, the lines in turn; truth, donors and batches from the prior."""
    rng = np.random.default_rng([20261128, seed])
    cells, names = study.cells, study.names
    truth = rng.standard_normal(len(names))
    donor_sd, batch_sd = np.abs(rng.normal(0, 0.5, 2))
    donors = dict(zip("ABC", rng.normal(0, donor_sd, 3), strict=True))
    level = twist(truth, study, np.random.default_rng([20261129, seed]))
    lines = list(dict.fromkeys(cell.line for cell in cells))
    found = []
    for number in range(batches):
        line, donor, batch = lines[number % len(lines)], "ABC"[number % 3], rng.normal(0, batch_sd)
        for position, cell in enumerate(cells):
            if cell.line == line:
                shared = 0.0 if cell.output == "cells_at_peak" else donors[donor] + batch
                noise = rng.normal(0, np.sqrt(np.log1p(0.2**2)))
                value = float(np.exp(level[position] + shared + noise))
                found.append(Observation(f"b{number}", line, cell.output, value, 0.2, donor))
    return truth, fit_scores(found, cells, names, predict=study.predict, interacting=study.interacting)


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
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if word in ("", "run"):
        measure_run()
    if word in ("", "fit"):
        measure_fit(count or 1000)
    if word in ("", "search"):
        measure_search(count or 10)
