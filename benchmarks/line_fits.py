"""Fits of simulated batches: how often truth lies in its intervals, and how often a misfit is said.

`python benchmarks/line_fits.py studies KIND FIRST COUNT FILE.npz` and `table FILE.npz ...`: studies number FIRST to
FIRST + COUNT - 1 of a kind are made and fitted; the number of a study is its seed. Kinds: same, heavy, load, drift,
donor, wrong, each alone (example lines) or as `curved-KIND` (small lines); interaction1, interaction2, interaction4.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from paracrine.bench.line_form import read_line
from paracrine.numerics.interval import binomial_limits
from paracrine.production.culture import SCATTER
from paracrine.production.design import published_enhancement
from paracrine.production.fit import LineFit, fit_scores, informative_names, line_predictor
from paracrine.production.observed import Cell, Observation
from paracrine.production.sampling import DRAWS, Predict

EXAMPLES = Path(__file__).parents[1] / "src" / "paracrine" / "production" / "examples"
OUTPUTS = ("harvest_as_nta_per_ml", "yield_as_nta_particles", "cells_at_peak")
REACH, FEW = 1.959963984540054, 60
Twist = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Logarithm of each cell of each batch (batches, cells), as nature makes it instead."""
BATCHES, DONORS, CV = 8, "ABC", 0.2
SEED = 20261128
SHOWN = 5
COVERED = ("same", "heavy")


@dataclass(frozen=True)
class Laboratory:
    """Lines that batches are made on, and what the fit takes them to follow.

    Attributes:
        cells: outputs measured.
        names: parameters whose truth is drawn.
        predict: scores to cells.
        nature: the same with the scatter of a batch as a further score.
        interacting: lines asked for an interaction.
    """

    cells: tuple[Cell, ...]
    names: tuple[str, ...]
    predict: Predict
    nature: Predict
    interacting: tuple[str, ...] = ()

    def at(self, line: int, output: str) -> int:
        """Return the position of a cell."""
        lines = list(dict.fromkeys(cell.line for cell in self.cells))
        return self.cells.index(Cell(lines[line], output))


def laboratory(*, primed: bool = False) -> Laboratory:
    """Return flasks and a stirred tank; with priming of each beside them, both made straight."""
    plain = [read_line(EXAMPLES / f"{n}.toml") for n in ("flasks_ultracentrifuge", "stirred_tank_tff_sec")]
    both = (published_enhancement("cytokine_priming"),)
    primed_ones = [replace(one, name=f"{one.name} primed", enhancements=both) for one in plain] if primed else []
    designs = {d.name: d for d in (*plain, *primed_ones)}
    cells = tuple(Cell(name, output) for name in designs for output in OUTPUTS)
    names = informative_names(designs, cells)
    predict, nature = (line_predictor(designs, cells, n) for n in (names, (*names, SCATTER.name)))
    if primed:
        predict, nature = made_straight(predict, len(names)), made_straight(nature, len(names) + 1)
    return Laboratory(cells, names, predict, nature, tuple(d.name for d in primed_ones[1:]))


CURVED = ("doubling", "limit_a", "limit_b", "background", "law.rate_per_cell_d", "fold_b", "spin", "column", "membrane")


def curved_law(scores: np.ndarray) -> np.ndarray:
    """Return six cells of two small lines: growth to contact, secretion over a background, recoveries on the logit.

    Args:
        scores: nine parameters, shape (n, 9), or ten with the scatter of a batch.
    """
    double, limit_a, limit_b, back, rate, fold, spin, column, membrane = scores.T[:9]
    scatter = np.exp(np.log(2.0) / REACH * scores[:, 9]) if scores.shape[1] > 9 else 1.0
    growth = np.exp(np.log(2.0) / (32.0 * np.exp(0.28 * double)) * 90.0)
    two_steps = _share(0.7, 0.87 * column) * _share(0.6, 0.6 * membrane)
    found = []
    for start, limit, more, recovery in (
        (5e6, 1e8 * np.exp(0.5 * limit_a), 1.0, _share(0.2059, 0.53 * spin)),
        (7e6, 3e8 * np.exp(0.5 * limit_b), 4.0 * np.exp(0.9 * fold), two_steps),
    ):
        cells = limit / (1 + (limit / start - 1) / growth)
        made = 7e3 * np.exp(1.45 * rate) * more * scatter * cells + 2e10 * np.exp(1.1 * back)
        found += [np.log(made), np.log(made * recovery), np.log(cells)]
    return np.stack(found, axis=1)


def _share(middle: float, shift: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + (1 - middle) / middle * np.exp(-shift)))


def curved_laboratory() -> Laboratory:
    """Return two small lines of the same shape as the real ones, cheap enough for thousands of studies."""
    cells = tuple(Cell(line, output) for line in ("a", "b") for output in OUTPUTS)
    return Laboratory(cells, CURVED, curved_law, curved_law)


def made_straight(whole: Predict, count: int) -> Predict:
    """Return a line's tangent at its centre."""
    values = whole(np.vstack([np.zeros(count), 0.25 * np.eye(count), -0.25 * np.eye(count)]))
    slopes = (values[1 : count + 1] - values[count + 1 :]).T / 0.5

    def straight(scores: np.ndarray) -> np.ndarray:
        return np.asarray(values[0] + scores @ slopes.T)

    return straight


def as_fitted(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Batches follow the law that is fitted."""
    return level


def falls_with_load(lab: Laboratory) -> Twist:
    """A batch with more in its harvest recovers less: as the root of the load, around a load at which both agree."""

    def twist(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        for line in (0, 1):
            harvest, filled = lab.at(line, OUTPUTS[0]), lab.at(line, OUTPUTS[1])
            level[:, filled] -= 0.5 * (level[:, harvest] - level[:, harvest].mean())
        return level

    return twist


def drifts(lab: Laboratory) -> Twist:
    """The last batch gives a third of what the first gives."""

    def twist(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        counted = [cell.output != OUTPUTS[2] for cell in lab.cells]
        level[:, counted] -= np.log(3.0) * (np.arange(len(level)) / (len(level) - 1))[:, None]
        return level

    return twist


def one_donor_differs(lab: Laboratory) -> Twist:
    """Cells of the first donor give four times as much in the tank only."""

    def twist(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        rows = [number for number in range(len(level)) if number % len(DONORS) == 0]
        for output in OUTPUTS[:2]:
            level[rows, lab.at(1, output)] += np.log(4.0)
        return level

    return twist


def one_value_is_wrong(lab: Laboratory) -> Twist:
    """One yield was written ten times too large."""

    def twist(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        level[3, lab.at(1, OUTPUTS[1])] += np.log(10.0)
        return level

    return twist


def interacts(lab: Laboratory, fold: float) -> Twist:
    """Platform and priming together give more than they give apart."""

    def twist(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        here = np.array([cell.line in lab.interacting and cell.output != OUTPUTS[2] for cell in lab.cells])
        return np.asarray(level + np.log(fold) * here)

    return twist


def one_study(
    seed: int, lab: Laboratory, twist: Twist, *, batches: int = BATCHES, heavy: bool = False, draws: int = DRAWS
) -> tuple[np.ndarray, LineFit]:
    """Batches of three donors, the lines in turn; truth, donors and batches from the prior.

    Args:
        seed: fixed beforehand: the number of the study.
        lab: the lines.
        twist: what nature does otherwise.
        batches: number of batches.
        heavy: donors, batches and measurement have the tails of Student's t with 3 degrees, at the same spread.
        draws: of the posterior.
    """
    rng = np.random.default_rng([SEED, seed])
    truth = rng.standard_normal(len(lab.names))
    donor_sd, batch_sd = np.abs(rng.normal(0, 0.5, 2))

    def noise(count: int) -> np.ndarray:
        return np.asarray(rng.standard_t(3, count) / np.sqrt(3.0) if heavy else rng.standard_normal(count))

    effects = donor_sd * noise(len(DONORS))[np.arange(batches) % len(DONORS)] + batch_sd * noise(batches)
    reach = np.log(SCATTER.high or 1.0) / REACH
    level = lab.nature(np.column_stack([np.tile(truth, (batches, 1)), effects / reach]))
    level = twist(level, np.random.default_rng([SEED + 1, seed]))
    lines = list(dict.fromkeys(cell.line for cell in lab.cells))
    found = []
    for number in range(batches):
        errors = np.sqrt(np.log1p(CV**2)) * noise(len(lab.cells))
        for position, cell in enumerate(lab.cells):
            if cell.line == lines[number % len(lines)]:
                value = float(np.exp(level[number, position] + errors[position]))
                donor = DONORS[number % len(DONORS)]
                found.append(Observation(f"b{number}", cell.line, cell.output, value, CV, donor))
    predict, names = lab.predict, lab.names
    fit = fit_scores(
        found, lab.cells, names, predict=predict, interacting=lab.interacting, seed=seed, draws_count=draws
    )
    return truth, fit


def simulate_studies(kind: str, first: int, count: int, out: Path) -> None:
    """Make and fit studies, and keep what was held and what was said, so that a long series can be made in pieces."""
    lab = curved_laboratory() if kind.startswith("curved") else laboratory(primed=kind.startswith("interaction"))
    base = kind.removeprefix("curved-")
    twists = {
        "same": as_fitted,
        "heavy": as_fitted,
        "load": falls_with_load(lab),
        "drift": drifts(lab),
        "donor": one_donor_differs(lab),
        "wrong": one_value_is_wrong(lab),
        "interaction1": as_fitted,
        "interaction2": interacts(lab, 2.0),
        "interaction4": interacts(lab, 4.0),
    }
    draws, batches = (DRAWS if base in COVERED else FEW), (16 if lab.interacting else BATCHES)
    held, left, even, chances = [], [], [], []
    for seed in range(first, first + count):
        truth, fit = one_study(seed, lab, twists[base], batches=batches, heavy=base == "heavy", draws=draws)
        ends = np.array([fit.posterior.ends(name) for name in lab.names])
        held.append((ends[:, 1] <= truth) & (truth <= ends[:, 2]))
        left.append([fit.shrinkage[name] for name in lab.names])
        even.append(fit.even_frac)
        chances.append([check.p_frac for check in fit.checks])
    np.savez(
        out,
        kind=np.array(kind),
        names=np.array(lab.names),
        asked=np.array([check.asked for check in fit.checks]),
        limits=np.array([check.limit_frac for check in fit.checks]),
        held=np.array(held),
        left=np.array(left),
        even=np.array(even),
        chances=np.array(chances),
    )


def print_studies(files: list[Path]) -> None:
    """Print coverage by parameter, and how often a misfit was said, of all pieces of each kind."""
    pieces: dict[str, list[dict[str, np.ndarray]]] = {}
    for path in files:
        with np.load(path) as piece:
            pieces.setdefault(str(piece["kind"]), []).append(dict(piece))
    print("| truth | parameter | spread left | inside | coverage (exact 95 %) |")
    print("|---|---|---|---|---|")
    for kind, several in pieces.items():
        chances = np.concatenate([one["chances"] for one in several])
        said = chances < several[0]["limits"]
        if kind.removeprefix("curved-") in COVERED:
            names = several[0]["names"]
            inside, spread = (np.concatenate([one[key] for one in several]) for key in ("held", "left"))
            left = spread.mean(axis=0)
            for at in np.argsort(left)[:SHOWN]:
                print(_row(kind, names[at], f"{100 * left[at]:.0f} %", int(inside[:, at].sum()), len(said)))
            rates = inside.mean(axis=0)
            print(_row(kind, f"all {len(names)} parameters", "", int(inside.sum()), inside.size))
            lowest, highest = (names[pick(rates)] for pick in (np.argmin, np.argmax))
            print(f"{kind}: lowest {100 * rates.min():.1f} % ({lowest}), highest {100 * rates.max():.1f} % ({highest})")
            even = np.concatenate([one["even"] for one in several])
            print(f"{kind}: effective share of the first draws, median {np.median(even):.3f}, least {even.min():.4f}")
        print(_row(kind, "studies with a misfit said", "", int(said.any(axis=1).sum()), len(said)))
        for asked, fired in zip(several[0]["asked"], said.T, strict=True):
            print(_row(kind, f"misfit: {asked}", "", int(fired.sum()), len(said)))


def _row(label: str, name: str, left: str, inside: int, trials: int) -> str:
    low, high = binomial_limits(inside, trials)
    coverage = f"{100 * inside / trials:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
    return f"| {label} | {name} | {left} | {inside} of {trials} | {coverage} |"


if __name__ == "__main__":
    word, *rest = sys.argv[1:]
    if word == "studies":
        simulate_studies(rest[0], int(rest[1]), int(rest[2]), Path(rest[3]))
    elif word == "table":
        print_studies([Path(path) for path in rest])
