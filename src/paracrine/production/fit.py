"""A line fitted to a laboratory's own batches: prior to posterior, pooled over donors and batches.

`log y = g(z) + s (u_donor + v_batch) + e`: z are the standard normal scores of all parameters, g is the line itself,
s how an output answers to the secretion rate, u and v normal with unknown spreads, e the measurement. g is made linear
around the posterior mode (Gauss-Newton); the spreads are averaged over a grid.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paracrine.core.errors import InputError, UnknownName
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.design import LineDesign
from paracrine.production.line import run_line
from paracrine.production.prior import Posterior

RATE, FOLD = ".rate_per_cell_d", "fold_ratio"
_NEVER_FITTED = ("price.", "batch.")
_ROUNDS = 15
_SPREAD_GRID = (0.02, 0.1, 0.2, 0.35, 0.55, 0.8, 1.2)
_SPREAD_SCALE = 0.5
_INTERACTION_SD = 0.7
_FREE_SD = 1.5
_REACH = 1.959963984540054

Predict = Callable[[FloatArray], FloatArray]
"""Scores (n, parameters) to the logarithm of each predicted cell (n, cells)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One measured output of one batch.

    Attributes:
        batch: name.
        line: name of the line it was made on.
        output: name of an output of the line.
        value: measured, above 0.
        cv_frac: relative standard uncertainty of the measurement.
        donor: name; empty: a donor of its own.
    """

    batch: str
    line: str
    output: str
    value: float
    cv_frac: float
    donor: str = ""


class Cell(NamedTuple):
    """One output of one line: what batches of that line share."""

    line: str
    output: str


@dataclass(frozen=True)
class Interaction:
    """How far platform and treatments of a line are from multiplying: a further fold with its 95 % interval."""

    line: str
    fold_ratio: float
    low: float
    high: float

    @property
    def is_misfit(self) -> bool:
        """Whether the interval leaves out 1."""
        return self.low > 1 or self.high < 1


@dataclass(frozen=True)
class LineFit:
    """What was learnt.

    Attributes:
        posterior: joint scores of all parameters that the data can move.
        shrinkage: by parameter, posterior over prior standard deviation of its score.
        donor_sd: spread between donors, log scale, posterior mean.
        batch_sd: spread between batches, log scale, posterior mean.
        residuals: by cell, mean residual in standard deviations of what the fit expects.
        interactions: one for each line with a platform fold and treatments.
        free_folds: by fold parameter, what these batches say of it over its prior centre when its prior does not bind:
            low, middle, high.
        observations: what was fitted.
    """

    posterior: Posterior
    shrinkage: dict[str, float]
    donor_sd: float
    batch_sd: float
    residuals: dict[Cell, float]
    interactions: tuple[Interaction, ...]
    free_folds: dict[str, tuple[float, float, float]]
    observations: tuple[Observation, ...]

    @property
    def misfits(self) -> tuple[str, ...]:
        """Where the structure does not fit, in words."""
        found = [
            f"folds of platform and treatment do not multiply in {i.line}: together {i.fold_ratio:.2g} times "
            f"({i.low:.2g} to {i.high:.2g}) what they give apart"
            for i in self.interactions
            if i.is_misfit
        ]
        found += [
            f"{cell.output} of {cell.line} lies {abs(residual):.1f} standard deviations "
            f"{'above' if residual > 0 else 'below'} the fit"
            for cell, residual in self.residuals.items()
            if abs(residual) > 3
        ]
        return tuple(found)


def fit_lines(observations: Sequence[Observation], designs: Sequence[LineDesign]) -> LineFit:
    """Fit lines to batches.

    Args:
        observations: measured outputs; an output of a line may be measured on any number of batches.
        designs: the lines, by name.

    Raises:
        InputError: when there is nothing to fit, or a value is not above 0.
        UnknownName: when a line or output is unknown.
    """
    cells = _cells(observations, designs)
    chosen = {design.name: design for design in designs if design.name in {cell.line for cell in cells}}
    names = informative_names(chosen, cells)
    predict = line_predictor(chosen, cells, names)
    both = [n for n, d in chosen.items() if d.enhancements and d.culture.platform != "t_flask"]
    platforms = tuple(dict.fromkeys(design.culture.platform for design in chosen.values()))
    return fit_scores(observations, cells, names, predict=predict, interacting=both, platforms=platforms)


def line_predictor(designs: dict[str, LineDesign], cells: Sequence[Cell], names: Sequence[str]) -> Predict:
    """Return the lines as a function from scores to the logarithm of each cell."""

    def predict(scores: FloatArray) -> FloatArray:
        found = np.empty((len(scores), len(cells)))
        for name, design in designs.items():
            shifts = {key: scores[:, j] for j, key in enumerate(names)}
            outputs = run_line(design, draws_count=len(scores) - 1, shifts=shifts, others_central=True).outputs()
            for position, cell in enumerate(cells):
                if cell.line == name:
                    found[:, position] = np.log(np.maximum(outputs[cell.output], 1e-300))
        return found

    return predict


def fit_scores(
    observations: Sequence[Observation],
    cells: Sequence[Cell],
    names: Sequence[str],
    *,
    predict: Predict,
    interacting: Sequence[str] = (),
    platforms: tuple[str, ...] = (),
) -> LineFit:
    """Fit scores to observations through any prediction of the cells."""
    data = _Data.of(observations, cells)
    mode = np.zeros(len(names))
    for _ in range(_ROUNDS):
        centre, slopes = _linearised(predict, mode)
        rate = _rate_answer(slopes, names)[data.cell]
        target = data.log_value - centre[data.cell] + slopes[data.cell] @ mode
        mixture = _posterior(target, slopes[data.cell], rate, data)
        step = mixture.mean - mode
        mode = mode + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-3:
            break
    sd = np.sqrt(np.diag(mixture.covariance))
    scatter = float(np.hypot(mixture.donor_sd, mixture.batch_sd))
    source = f"{len(observations)} values of {len(set(data.batches))} batches"
    posterior = Posterior(tuple(names), mode, mixture.covariance, source, _observed(cells), platforms, scatter)
    return LineFit(
        posterior=posterior,
        shrinkage=dict(zip(names, sd.tolist(), strict=True)),
        donor_sd=mixture.donor_sd,
        batch_sd=mixture.batch_sd,
        residuals=_residuals(target - slopes[data.cell] @ mode, mixture, data, cells),
        interactions=tuple(_interaction(line, target, slopes[data.cell], rate, data, cells) for line in interacting),
        free_folds=dict(_free_folds(names, target, slopes[data.cell], rate, data)),
        observations=tuple(observations),
    )


@dataclass(frozen=True)
class _Data:
    log_value: FloatArray
    noise: FloatArray
    cell: list[int]
    donor: FloatArray
    batch: FloatArray
    batches: tuple[str, ...]

    @classmethod
    def of(cls, observations: Sequence[Observation], cells: Sequence[Cell]) -> _Data:
        batches = [o.batch for o in observations]
        donors = [o.donor or f"batch {o.batch}" for o in observations]
        return cls(
            log_value=np.log([o.value for o in observations]),
            noise=np.log1p(np.array([o.cv_frac for o in observations]) ** 2),
            cell=[list(cells).index(Cell(o.line, o.output)) for o in observations],
            donor=_same(donors),
            batch=_same(batches),
            batches=tuple(batches),
        )

    def spread(self, rate: FloatArray, donor_sd: float, batch_sd: float) -> FloatArray:
        """Return the covariance of the observations around the line."""
        shared = donor_sd**2 * self.donor + batch_sd**2 * self.batch
        return np.asarray(np.diag(self.noise) + shared * np.outer(rate, rate))


class _Mixture(NamedTuple):
    mean: FloatArray
    covariance: FloatArray
    donor_sd: float
    batch_sd: float
    spread: FloatArray


def _posterior(target: FloatArray, slopes: FloatArray, rate: FloatArray, data: _Data) -> _Mixture:
    """Average the normal posteriors over the grid of spreads, each weighed by its marginal likelihood."""
    parts, weights, grid = [], [], [(d, b) for d in _SPREAD_GRID for b in _SPREAD_GRID]
    prior = slopes @ slopes.T
    for donor_sd, batch_sd in grid:
        spread = data.spread(rate, donor_sd, batch_sd)
        root = np.linalg.cholesky(prior + spread)
        solved = np.linalg.solve(root, np.column_stack([target, slopes]))
        gain = solved[:, 1:]
        fit = -0.5 * float(solved[:, 0] @ solved[:, 0]) - float(np.log(np.diag(root)).sum())
        weights.append(
            fit - (donor_sd**2 + batch_sd**2) / (2 * _SPREAD_SCALE**2) + np.log(_width(donor_sd) * _width(batch_sd))
        )
        parts.append((gain.T @ solved[:, 0], gain))
    share = np.exp(np.array(weights) - max(weights))
    share = share / share.sum()
    mean = np.asarray(sum(w * m for w, (m, _) in zip(share, parts, strict=True)))
    covariance = np.eye(slopes.shape[1])
    for weight, (middle, gain) in zip(share, parts, strict=True):
        covariance = covariance + weight * (np.outer(middle - mean, middle - mean) - gain.T @ gain)
    donor_sd, batch_sd = (float(share @ np.array([pair[k] for pair in grid])) for k in (0, 1))
    return _Mixture(mean, covariance, donor_sd, batch_sd, data.spread(rate, donor_sd, batch_sd))


def _width(value: float) -> float:
    """Return the length of the grid around a spread: the grid is not even."""
    ends = (0.0, *((a + b) / 2 for a, b in itertools.pairwise(_SPREAD_GRID)), 1.6)
    at = _SPREAD_GRID.index(value)
    return ends[at + 1] - ends[at]


def _interaction(
    line: str, target: FloatArray, slopes: FloatArray, rate: FloatArray, data: _Data, cells: Sequence[Cell]
) -> Interaction:
    here = np.array([cells[at].line == line for at in data.cell])
    with_it = np.column_stack([slopes, _INTERACTION_SD * rate * here])
    mixture = _posterior(target, with_it, rate, data)
    middle = _INTERACTION_SD * float(mixture.mean[-1])
    reach = _REACH * _INTERACTION_SD * float(np.sqrt(mixture.covariance[-1, -1]))
    low, fold, high = (float(np.exp(v)) for v in (middle - reach, middle, middle + reach))
    return Interaction(line, fold, low, high)


def _free_folds(
    names: Sequence[str], target: FloatArray, slopes: FloatArray, rate: FloatArray, data: _Data
) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Yield each fold that some batches have and others lack, with a wide prior of its own."""
    for at, name in enumerate(names):
        here = np.abs(slopes[:, at]) > 1e-3 * rate
        if not name.endswith(FOLD) or here[rate > 0.1].all() or not here.any():
            continue
        answer = float(np.median(slopes[here & (rate > 0.1), at] / rate[here & (rate > 0.1)]))
        mixture = _posterior(target, np.column_stack([slopes, _FREE_SD * rate * here]), rate, data)
        weight = np.zeros(slopes.shape[1] + 1)
        weight[at], weight[-1] = answer, _FREE_SD
        middle = float(weight @ mixture.mean)
        reach = _REACH * float(np.sqrt(weight @ mixture.covariance @ weight))
        yield name, (float(np.exp(middle - reach)), float(np.exp(middle)), float(np.exp(middle + reach)))


def _residuals(rest: FloatArray, mixture: _Mixture, data: _Data, cells: Sequence[Cell]) -> dict[Cell, float]:
    found = {}
    for position, cell in enumerate(cells):
        here = np.array([at == position for at in data.cell])
        weight = here / here.sum()
        found[cell] = float(weight @ rest / np.sqrt(weight @ mixture.spread @ weight))
    return found


def _linearised(predict: Predict, mode: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the cells at the mode and their slopes (cells, parameters), by central differences."""
    half = 0.25
    points = np.vstack([mode, mode + half * np.eye(mode.size), mode - half * np.eye(mode.size)])
    values = predict(points)
    up, down = values[1 : mode.size + 1], values[mode.size + 1 :]
    return values[0], np.asarray((up - down).T / (2 * half))


def _rate_answer(slopes: FloatArray, names: Sequence[str]) -> FloatArray:
    """Return how each cell answers to the secretion rate, 1 for a product that is proportional to it."""
    columns = [slopes[:, j] for j, name in enumerate(names) if name.endswith(RATE)]
    if not columns:
        return np.ones(slopes.shape[0])
    answer = np.abs(np.sum(columns, axis=0))
    return np.asarray(answer / max(float(answer.max()), 1e-12))


def informative_names(designs: dict[str, LineDesign], cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return the parameters that some cell answers to, in the order of the lines."""
    names: dict[str, None] = {}
    for design in designs.values():
        used = run_line(design, draws_count=0).parameters
        names.update({n: None for n, p in used.items() if p.spread != "fixed" and not n.startswith(_NEVER_FITTED)})
    every = tuple(names)
    _, slopes = _linearised(line_predictor(designs, cells, every), np.zeros(len(every)))
    strong = np.abs(slopes).max(axis=0) > 1e-3
    return tuple(name for name, kept in zip(every, strong, strict=True) if kept)


def _cells(observations: Sequence[Observation], designs: Sequence[LineDesign]) -> tuple[Cell, ...]:
    from paracrine.core.catalog import nearest

    if not observations:
        raise InputError("there is no batch to fit")
    known = [design.name for design in designs]
    outputs = run_line(designs[0], draws_count=0).outputs() if designs else {}
    for one in observations:
        where = f"batch {one.batch}"
        if one.line not in known:
            raise UnknownName(f"no line called {one.line!r}", where=where, hint=nearest(one.line, known))
        if one.output not in outputs:
            raise UnknownName(f"a line has no output {one.output!r}", where=where, hint=nearest(one.output, outputs))
        if not (one.value > 0 and np.isfinite(one.value)):
            raise InputError(f"{one.output} must be above 0, not {one.value:g}", where=where)
        if not 0 < one.cv_frac < 5:
            raise InputError(f"a relative uncertainty of {one.cv_frac:g} makes no sense", where=where)
    return tuple(dict.fromkeys(Cell(o.line, o.output) for o in observations))


def _observed(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.output for cell in cells))


def _same(labels: Sequence[str]) -> FloatArray:
    column = np.array(labels)
    return np.asarray(column[:, None] == column[None, :], dtype=float)
