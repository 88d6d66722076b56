"""A line fitted to a laboratory's own batches: prior to posterior, pooled over donors and batches.

`log y = g(z) + s (u_donor + v_batch) + e`: z are the standard normal scores of all parameters, g is the line itself,
s how an output answers to the secretion rate, u and v normal with unknown spreads, e the measurement. The posterior is
a set of draws: from g made straight to g itself (`sampling`). What does not fit is asked for by checks (`misfit`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from paracrine.core.errors import InputError, UnknownName
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.design import LineDesign
from paracrine.production.line import run_line
from paracrine.production.misfit import Check, interaction_column, misfit_checks
from paracrine.production.observed import Cell, Data, Observation
from paracrine.production.prior import Posterior
from paracrine.production.sampling import DRAWS, Predict, sample_scores
from paracrine.production.straight import PAIRS, Straight, Tangent, straight_posterior

RATE, FOLD = ".rate_per_cell_d", "fold_ratio"
_NEVER_FITTED = ("price.", "batch.")
_ROUNDS = 10
_NEAR = 0.1
_INTERACTION_SD = 0.7
_FREE_SD = 1.5
_REACH = 1.959963984540054


@dataclass(frozen=True)
class Interaction:
    """How far platform and treatments of a line are from multiplying: a further fold with its 95 % interval."""

    line: str
    fold_ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class LineFit:
    """What was learnt.

    Attributes:
        posterior: joint scores of all parameters that the data can move.
        shrinkage: by parameter, posterior over prior standard deviation of its score.
        donor_sd: spread between donors, log scale, posterior mean.
        batch_sd: spread between batches, log scale, posterior mean.
        checks: every effect outside the structure that these batches could show.
        interactions: one for each line with a platform fold and treatments.
        free_folds: by fold parameter, what these batches say of it over its prior centre when its prior does not bind:
            low, middle, high.
        observations: what was fitted.
        even_frac: effective share of the draws of the straight law under the line, 1 where the line is straight.
    """

    posterior: Posterior
    shrinkage: dict[str, float]
    donor_sd: float
    batch_sd: float
    checks: tuple[Check, ...]
    interactions: tuple[Interaction, ...]
    free_folds: dict[str, tuple[float, float, float]]
    observations: tuple[Observation, ...]
    even_frac: float

    @property
    def misfits(self) -> tuple[str, ...]:
        """Where the structure does not fit, in words."""
        return tuple(check.said for check in self.checks if check.is_misfit)


def fit_lines(
    observations: Sequence[Observation], designs: Sequence[LineDesign], *, seed: int = 1, draws_count: int = DRAWS
) -> LineFit:
    """Fit lines to batches.

    Args:
        observations: measured outputs; an output of a line may be measured on any number of batches.
        designs: the lines, by name.
        seed: of the draws.
        draws_count: of the posterior.

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
    fit = fit_scores(observations, cells, names, predict=predict, interacting=both, seed=seed, draws_count=draws_count)
    return replace(fit, posterior=replace(fit.posterior, platforms=platforms))


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
    seed: int = 1,
    draws_count: int = DRAWS,
) -> LineFit:
    """Fit scores to observations through any prediction of the cells."""
    data = Data.of(observations, cells)
    tangent = most_probable(data, names, predict)
    sampled = sample_scores(data, tangent, predict=predict, seed=seed, draws_count=draws_count)
    straight, scores = sampled.straight, sampled.scores
    donor_sd, batch_sd = np.array(PAIRS)[sampled.pair].mean(axis=0).tolist()
    source = f"{len(observations)} values of {len({o.batch for o in observations})} batches"
    posterior = Posterior(
        names=tuple(names),
        mean=scores.mean(axis=0),
        covariance=np.atleast_2d(np.cov(scores.T)),
        source=source,
        outputs=tuple(dict.fromkeys(cell.output for cell in cells)),
        scatter_sd=float(np.hypot(donor_sd, batch_sd)),
        draws=scores,
    )
    return LineFit(
        posterior=posterior,
        shrinkage=dict(zip(names, scores.std(axis=0).tolist(), strict=True)),
        donor_sd=donor_sd,
        batch_sd=batch_sd,
        checks=misfit_checks(data, straight, cells, interacting=interacting),
        interactions=tuple(_interaction(line, data, straight, sampled.tangent) for line in interacting),
        free_folds=dict(_free_folds(names, data, straight, sampled.tangent)),
        observations=tuple(observations),
        even_frac=sampled.even_frac,
    )


def most_probable(data: Data, names: Sequence[str], predict: Predict) -> Tangent:
    """Return the tangent of the line at the most probable scores (Gauss-Newton)."""
    mode = np.zeros(len(names))
    for _ in range(_ROUNDS):
        centre, slopes = _linearised(predict, mode)
        bend = np.zeros((centre.size, centre.size))
        tangent = Tangent(centre - slopes @ mode, slopes, _rate_answer(slopes, names), bend)
        step = straight_posterior(data, tangent).mean - mode
        mode = mode + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < _NEAR:
            break
    return tangent


def _widened(data: Data, straight: Straight, tangent: Tangent, column: FloatArray) -> Straight:
    """Return the straight posterior with a column beside the slopes; its score comes last."""
    slopes = np.column_stack([straight.slopes, column])
    everywhere = np.arange(len(data.cell))
    bend = tangent.bend[np.ix_(data.cell, data.cell)]
    level = data.log_value - straight.target
    own = replace(data, cell=everywhere)
    return straight_posterior(own, Tangent(level, slopes, straight.rate, bend))


def _fold_of(mixture: Straight, weight: FloatArray) -> tuple[float, float, float]:
    """Return low, middle, high of the exponential of a sum of scores."""
    middles = np.array([weight @ part.mean for part in mixture.parts])
    covered = [weight @ weight - weight @ part.gain @ (mixture.slopes @ weight) for part in mixture.parts]
    middle = float(mixture.share @ middles)
    sd = float(np.sqrt(mixture.share @ (np.array(covered) + (middles - middle) ** 2)))
    low, centre, high = (float(np.exp(middle + reach * sd)) for reach in (-_REACH, 0.0, _REACH))
    return low, centre, high


def _interaction(line: str, data: Data, straight: Straight, tangent: Tangent) -> Interaction:
    column = _INTERACTION_SD * interaction_column(data, straight, line)
    mixture = _widened(data, straight, tangent, column)
    weight = np.zeros(mixture.slopes.shape[1])
    weight[-1] = _INTERACTION_SD
    low, fold, high = _fold_of(mixture, weight)
    return Interaction(line, fold, low, high)


def _free_folds(
    names: Sequence[str], data: Data, straight: Straight, tangent: Tangent
) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Yield each fold that some batches have and others lack, with a wide prior of its own."""
    slopes, rate = straight.slopes, straight.rate
    for at, name in enumerate(names):
        here = np.abs(slopes[:, at]) > _ANSWERS * rate
        if not name.endswith(FOLD) or here[rate > 0.1].all() or not here.any():
            continue
        answer = float(np.median(slopes[here & (rate > 0.1), at] / rate[here & (rate > 0.1)]))
        mixture = _widened(data, straight, tangent, _FREE_SD * rate * here)
        weight = np.zeros(mixture.slopes.shape[1])
        weight[at], weight[-1] = answer, _FREE_SD
        yield name, _fold_of(mixture, weight)


_ANSWERS = 0.05
"""Least slope over the rate's for a cell to count as answering to a fold: mended slopes are never quite 0."""


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
