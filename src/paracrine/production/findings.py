"""What a line's draws say: bands, the terms that dominate them, ratios between lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from paracrine.core.parameter import Grade
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.line import LineResult

COUNTED = ("yield_particles", "yield_as_nta_particles", "harvest_particles", "harvest_as_nta_per_ml", "yield_per_cell")
"""Outputs that fix the secretion rate of a platform once they are measured."""


_FEWEST = 49
"""Draws below which no term is named."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Band:
    """Central value and 95 % band over draws."""

    centre: float
    low: float
    high: float

    @property
    def span_ratio(self) -> float:
        """High over low."""
        return self.high / self.low if self.low > 0 else float("inf")


@dataclass(frozen=True, slots=True)
class Term:
    """A parameter and its share in the spread of an output."""

    name: str
    share_frac: float


@dataclass(frozen=True, slots=True)
class RatioFinding:
    """A ratio of two lines: its band, what it rests on, and the grade of that."""

    band: Band
    grade: Grade
    terms: tuple[Term, ...]


def band_of(values: FloatArray) -> Band:
    """Return the central case and the 2.5 and 97.5 per cent points of the draws."""
    values = np.asarray(values, dtype=float)
    drawn = values[1:] if values.size > 1 else values
    low, high = np.quantile(drawn, (0.025, 0.975))
    centre = float(np.median(drawn)) if values.size > 2 else float(values[0])
    return Band(centre, float(low), float(high))


def dominant_terms(result: LineResult, values: FloatArray, *, at_most: int = 6) -> tuple[Term, ...]:
    """Return the parameters that move an output most, largest first.

    The share is the squared correlation of a parameter's scores with the logarithm of the output; correlations below
    what chance gives are left out.
    """
    if values.size <= _FEWEST:
        return ()
    log = np.log(np.maximum(values[1:], 1e-300))
    if not np.ptp(log) > _SAME:
        return ()
    return _largest_terms(result, log, at_most=at_most)


def _largest_terms(
    result: LineResult, log: FloatArray, *, at_most: int, beside: LineResult | None = None
) -> tuple[Term, ...]:
    """Return the parameters of one line, or of two under one seed, whose scores go with a logarithm."""
    owners = {name: one for one in (beside, result) if one for name, p in one.parameters.items() if p.spread != "fixed"}
    names = list(owners)
    scores = np.stack([one.draws.scores(name)[1:] for name, one in owners.items()])
    keep = scores.std(axis=1) > 0
    names = [name for name, kept in zip(names, keep, strict=True) if kept]
    correlation = np.corrcoef(np.vstack([log, scores[keep]]))[0, 1:]
    shares = np.asarray(correlation**2)
    chance = 9.0 / log.size
    order = np.argsort(-shares)
    return tuple(Term(names[i], float(shares[i])) for i in order[:at_most] if shares[i] > chance)


def ratio_terms(first: LineResult, second: LineResult, output: str, *, at_most: int = 6) -> tuple[Term, ...]:
    """Return the parameters of either line that move the ratio of an output most, largest first."""
    ratio = second.outputs()[output] / np.maximum(first.outputs()[output], 1e-300)
    log = np.log(np.maximum(ratio[1:], 1e-300))
    if log.size < _FEWEST or not np.ptp(log) > _SAME:
        return ()
    return _largest_terms(first, log, at_most=at_most, beside=second)


def ratio_grade(first: LineResult, second: LineResult, terms: tuple[Term, ...]) -> Grade:
    """Return the grade of a ratio: that of its largest term, assumption where no term is known."""
    parameters = {**second.parameters, **first.parameters}
    return parameters[terms[0].name].grade if terms else Grade.ASSUMPTION


def prediction_grade(result: LineResult, terms: tuple[Term, ...]) -> Grade:
    """Return the grade of an absolute number: measured here only where a fit stands behind it."""
    posterior = result.posterior
    if posterior and result.design.culture.platform in posterior.platforms and set(posterior.outputs) & set(COUNTED):
        return Grade.MEASURED_HERE
    if not terms:
        return Grade.ASSUMPTION
    return result.parameters[terms[0].name].grade


def ratio_band(first: FloatArray, second: FloatArray) -> Band:
    """Return second over first, draw by draw."""
    return band_of(np.asarray(second) / np.maximum(np.asarray(first), 1e-300))


def ratio_finding(first: LineResult, second: LineResult, output: str) -> RatioFinding:
    """Return second over first with what decides it; both under one seed."""
    terms = ratio_terms(first, second, output)
    band = ratio_band(first.outputs()[output], second.outputs()[output])
    return RatioFinding(band, ratio_grade(first, second, terms), terms)


def loss_table(result: LineResult) -> list[tuple[str, str, FloatArray]]:
    """Return place, name and cell-derived particles lost, in order of the line."""
    return [(stage.title, name, amount.particles[0]) for stage in result.stages for name, amount in stage.lost.items()]


def output_bands(result: LineResult) -> Mapping[str, Band]:
    """Return the band of each output."""
    return {name: band_of(values) for name, values in result.outputs().items()}
