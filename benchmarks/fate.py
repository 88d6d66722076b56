"""A virtual population through the body: ours against libroadrunner and numbalsoda, at equal measured error.

Run with `python -P benchmarks/fate.py [--individuals 10000] [--repeats 3]`; needs libroadrunner, python-libsbml and
numbalsoda (which needs a Fortran compiler to build). Twelve states, saturable uptake, a dose at 0 h, one at 24 h and an
infusion from 36 to 37 h, looked at every hour for 48 h. Each program is first tuned: of a grid of relative and absolute
tolerances, the fastest whose worst error over sixty individuals, at every time and state above 1e-4 of the state's
peak, is at most 1e-4. Then they take turns; best of the repeats. Compilation is not counted.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.facts.species import read_species
from paracrine.fate.body import body_of
from paracrine.fate.exchange.sbml import Network, write_sbml
from paracrine.fate.model import FateModel, load_model
from paracrine.numerics.ode.expression import evaluate, written
from paracrine.numerics.ode.normal_form import normal_form
from paracrine.numerics.ode.population import solve_population
from paracrine.numerics.ode.solve import Injection

Floats = npt.NDArray[np.float64]
MODEL = "phagocyte_pbpk"
DOSE = 1e10
GIVEN = (Injection("blood", DOSE), Injection("blood", 0.5 * DOSE, 24.0), Injection("blood", 2e10, 36.0, 1.0))
TIMES_H = np.arange(49.0)
WANTED_ERROR = 1e-4
SPREAD = {"uptake": 0.5, "capacity": 1.0, "flow": 0.2, "vascular": 0.2, "volume": 0.15, "breakdown": 0.5}


@dataclass(frozen=True)
class People:
    """The individuals: one row of parameters each."""

    model: FateModel
    values: Mapping[str, float]
    table: Floats

    def first(self, count: int) -> People:
        return People(self.model, self.values, self.table[:count])

    def columns(self) -> dict[str, Floats]:
        return {name: self.table[:, index] for index, name in enumerate(self.model.system.parameters)}


Engine = Callable[[People, float, float, int], Floats]
"""(people, relative error, absolute error over dose, workers) to [individual, time, state]."""


def make_people(count: int, *, seed: int = 1) -> People:
    model = load_model(MODEL)
    values = model.defaults | body_of(read_species("mouse"), model).values
    values |= {"liver_capacity_per_ml": 8e9, "spleen_capacity_per_ml": 2e10}
    rng = np.random.default_rng(seed)
    columns = []
    for name in model.system.parameters:
        spread = next((spread for word, spread in SPREAD.items() if word in name), 0.0)
        columns.append(values[name] * np.exp(rng.normal(0.0, spread, count)))
    people = People(model, values, np.column_stack(columns))
    portal = [model.system.parameters.index(f"{organ}_flow_ml_h") for organ in ("gut", "spleen", "liver")]
    people.table[:, portal[2]] = np.maximum(people.table[:, portal[2]], 1.1 * people.table[:, portal[:2]].sum(axis=1))
    return people


def ours(people: People, relative: float, absolute: float, workers: int) -> Floats:
    smallest = absolute / relative * DOSE / sum(one.amount for one in GIVEN)
    return solve_population(
        people.model.system, people.columns(), GIVEN, TIMES_H,
        relative_error=relative, smallest_frac=smallest, workers=workers,
    )  # fmt: skip


class Roadrunner:
    """libroadrunner, with the doses as events of the SBML file; its absolute tolerance is a share of the amounts."""

    def __init__(self, people: People) -> None:
        network = Network(MODEL, people.model.system, people.values, GIVEN, {})
        self.names = people.model.system.parameters
        setting = (write_sbml(network), people.model.system.states)
        self.pool = multiprocessing.get_context("spawn").Pool(2, load_roadrunner, setting)
        load_roadrunner(*setting)

    def __call__(self, people: People, relative: float, absolute: float, workers: int) -> Floats:
        work = [(self.names, part, relative, absolute) for part in np.array_split(people.table, workers)]
        done = self.pool.map(run_roadrunner, work) if workers > 1 else [run_roadrunner(work[0])]
        return np.concatenate(done)


_LOADED: dict[str, Any] = {}


def load_roadrunner(text: str, states: tuple[str, ...]) -> None:
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    runner = roadrunner.RoadRunner(text)
    runner.timeCourseSelections = list(states)
    _LOADED["runner"] = runner


def run_roadrunner(work: tuple[tuple[str, ...], Floats, float, float]) -> Floats:
    names, table, relative, absolute = work
    runner = _LOADED["runner"]
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = relative, absolute
    known = list(runner.model.getGlobalParameterIds())
    places = [known.index(name) for name in names]
    out = np.empty((len(table), TIMES_H.size, len(runner.timeCourseSelections)))
    for row, values in enumerate(table):
        runner.reset()
        runner.model.setGlobalParameterValues(places, values)
        out[row] = runner.simulate(TIMES_H[0], TIMES_H[-1], TIMES_H.size)
    return out


class Numbalsoda:
    """numbalsoda: LSODA called from compiled code, threads over individuals; the slopes in the same normal form."""

    def __init__(self, people: People) -> None:
        self.form = normal_form(people.model.system)
        self.run = self._compiled()

    def __call__(self, people: People, relative: float, absolute: float, workers: int) -> Floats:
        named = people.columns()
        count = len(people.table)
        table = np.empty((count, len(self.form.coefficients) + 1))
        for column, formula in enumerate(self.form.coefficients.values()):
            table[:, column] = evaluate(formula, named)
        table[:, -1] = 0.0
        out = np.empty((count, TIMES_H.size, len(self.form.states)))
        spans = np.array_split(np.arange(count), workers)
        with ThreadPoolExecutor(workers) as pool:
            list(
                pool.map(
                    lambda span: self.run(
                        table[span[0] : span[-1] + 1], TIMES_H, relative, absolute * DOSE, out[span[0] : span[-1] + 1]
                    ),
                    spans,
                )
            )
        return out

    def _compiled(self) -> Callable[..., None]:
        names = {name: f"y[{index}]" for index, name in enumerate(self.form.states)}
        names |= {name: f"c[{index}]" for index, name in enumerate(self.form.coefficients)}
        terms: list[list[str]] = [[] for _ in self.form.states]
        for (row, column), name in self.form.linear.items():
            terms[row].append(f"+ {names[name]} * y[{column}]")
        lines = []
        for index, flow in enumerate(self.form.bent):
            lines.append(f"r{index} = {written(flow.rate, names)}")
            terms[self.form.states.index(str(flow.source))].append(f"- r{index}")
            terms[self.form.states.index(str(flow.target))].append(f"+ r{index}")
        blood = self.form.states.index("blood")
        terms[blood].append(f"+ c[{len(self.form.coefficients)}]")
        lines += [f"dy[{row}] = {' '.join(parts)}" for row, parts in enumerate(terms)]
        text = LSODA_TEXT.format(slopes="\n    ".join(lines), blood=blood, last=len(self.form.coefficients))
        path = Path(tempfile.mkdtemp()) / "lsoda_peer.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location("lsoda_peer", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["lsoda_peer"] = module
        spec.loader.exec_module(module)
        run: Callable[..., None] = module.run
        return run


LSODA_TEXT = """
import numpy as np
from numba import cfunc, njit
from numbalsoda import lsoda, lsoda_sig


@cfunc(lsoda_sig)
def slopes(t, y, dy, c):
    {slopes}


ADDRESS = slopes.address


@njit(nogil=True)
def run(table, times, relative, absolute, out):
    for row in range(table.shape[0]):
        y = np.zeros(out.shape[2])
        y[{blood}] = 1e10
        part, _ = lsoda(ADDRESS, y, times[:25], table[row], relative, absolute)
        out[row, :25] = part
        y = out[row, 24].copy()
        y[{blood}] += 0.5e10
        out[row, 24] = y
        part, _ = lsoda(ADDRESS, y, times[24:37], table[row], relative, absolute)
        out[row, 24:37] = part
        table[row, {last}] = 2e10
        part, _ = lsoda(ADDRESS, out[row, 36].copy(), times[36:38], table[row], relative, absolute)
        out[row, 36:38] = part
        table[row, {last}] = 0.0
        part, _ = lsoda(ADDRESS, out[row, 37].copy(), times[37:], table[row], relative, absolute)
        out[row, 37:] = part
"""


def worst_error(found: Floats, exact: Floats) -> float:
    """Return the largest relative error where an amount is above 1e-4 of its state's peak."""
    peak = exact.max(axis=1, keepdims=True)
    seen = exact > 1e-4 * peak
    return float((np.abs(found - exact)[seen] / exact[seen]).max())


def clock(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def tune(name: str, engine: Engine, people: People, exact: Floats) -> tuple[float, float]:
    """Return the fastest tolerances that keep the wanted error."""
    few, many = people.first(len(exact)), people.first(400)
    engine(few, 1e-5, 1e-8, 1)
    best, best_s = (1e-8, 1e-12), np.inf
    for relative in (1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7):
        for ratio in (1e-1, 1e-2, 1e-3, 1e-4):
            try:
                error = worst_error(engine(few, relative, relative * ratio, 1), exact)
            except (RuntimeError, ArithmeticError):
                continue
            if error <= WANTED_ERROR:
                spent = min(clock(lambda r=relative, a=relative * ratio: engine(many, r, a, 1)) for _ in range(2))
                if spent < best_s:
                    best, best_s = (relative, relative * ratio), spent
    error = worst_error(engine(few, *best, 1), exact)
    print(f"{name:<16} relative {best[0]:g}, absolute {best[1]:g} of the dose: error {error:.1e}", flush=True)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--individuals", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    people = make_people(chosen.individuals)
    exact = ours(people.first(60), 1e-11, 1e-15, 1)
    engines: dict[str, Engine] = {
        "paracrine": ours, "libroadrunner": Roadrunner(people), "numbalsoda": Numbalsoda(people),
    }  # fmt: skip
    print(f"{chosen.individuals} individuals, {len(people.model.states)} states, wanted error {WANTED_ERROR:g}")
    tolerances = {name: tune(name, engine, people, exact) for name, engine in engines.items()}
    for workers in (1, 2):
        compare(engines, tolerances, people, workers=workers, repeats=chosen.repeats)


def compare(
    engines: Mapping[str, Engine],
    tolerances: Mapping[str, tuple[float, float]],
    people: People,
    *,
    workers: int,
    repeats: int,
) -> None:
    """Let the programs take turns; by the clock, and for one worker by processor time, which a busy machine spares."""
    wall: dict[str, list[float]] = {name: [] for name in engines}
    busy: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(repeats):
        for name, engine in engines.items():
            relative, absolute = tolerances[name]
            before = time.process_time()
            wall[name].append(clock(lambda e=engine, r=relative, a=absolute: e(people, r, a, workers)))
            busy[name].append(time.process_time() - before)
    for name, (floor, goal) in {"libroadrunner": (8, 10), "numbalsoda": (4, 5)}.items():
        ratio = min(wall[name]) / min(wall["paracrine"])
        verdict = "goal" if ratio >= goal else "floor" if ratio >= floor else "MISSED"
        speeds = [f"{one} {len(people.table) / min(wall[one]):.0f}/s" for one in ("paracrine", name)]
        processor = f"; {min(busy[name]) / min(busy['paracrine']):.1f} x by processor time" if workers == 1 else ""
        print(f"{workers} worker(s): {ratio:5.1f} x {name}{processor}, floor {floor}, goal {goal}: {verdict}")
        print(f"             {', '.join(speeds)}")


if __name__ == "__main__":
    main()
