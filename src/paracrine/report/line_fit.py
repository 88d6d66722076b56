"""What a laboratory's batches say of its lines, as a page: before and after, what improved, where it misfits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.core.parameter import Grade
from paracrine.figures.prior_posterior import MovedRow, draw_moved
from paracrine.production.findings import Band, band_of, dominant_terms, prediction_grade
from paracrine.production.fit import LineFit
from paracrine.production.line import LineResult
from paracrine.production.misfit import Check
from paracrine.production.prior import value_at
from paracrine.report.html_page import render_html
from paracrine.report.line_words import OUTPUT_TITLES, band_text, graded_text, term_name
from paracrine.report.numbers import write_value
from paracrine.report.view import Chart

_SHOWN = ("yield_particles", "yield_as_nta_particles", "recovery_frac", "harvest_particles", "cells_at_peak")
_MOVED, _DRAWN = 0.8, 14
_PRIOR_ENDS = np.array([0.0, -1.96, 1.96])
_METHOD = (
    "The logarithm of each measured output is what the line gives at its parameters, plus a part that batches of one "
    "donor share, a part of each batch, and the error of measurement. The priors are those of the lines; the spreads "
    "between donors and batches are averaged over. The posterior is a set of draws: first of the line made straight, "
    "then weighed and moved towards the line itself (sequential Monte Carlo). How an output answers to donors and "
    "batches is taken at the most probable parameters. In simulated batches the intervals of the parameters that move "
    "most were held somewhat less often than they say, about 93 to 95 % instead of 95 %.",
    "Each check asks for one effect that the structure does not have, beside everything the fit leaves open; all "
    "checks of a fit share 5 % of false alarms. Where one is called a misfit, the intervals of the parameters it "
    "touches are too narrow. Cells that grow by other numbers on another platform are not asked for.",
)


@dataclass(frozen=True, slots=True)
class MovedParameter:
    """A parameter before and after: middle, low, high."""

    key: str
    name: str
    unit: str
    assumed: bool
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    left_frac: float

    def cells(self, label: str) -> tuple[str, str, str, str]:
        """Return name, prior, posterior, what is left of the spread; an assumed prior has a range only."""
        return label, _interval(self.prior, self.assumed), _interval(self.posterior), f"{100 * self.left_frac:.0f} %"


@dataclass(frozen=True, slots=True)
class MovedOutput:
    """A predicted output of a line before and after."""

    line: str
    title: str
    prior: Band
    posterior: Band
    said: str

    def cells(self) -> tuple[str, str, str, str, str]:
        """Return line, output, prior, posterior, how many times narrower."""
        times = self.prior.span_ratio / self.posterior.span_ratio
        return self.line, self.title, band_text(self.prior), self.said, f"{write_value(times, digits=2)} ×"


def fit_headline(fit: LineFit, before: Sequence[LineResult], after: Sequence[LineResult]) -> str:
    """Say how much narrower the yield is, and whether the structure fits."""
    first = moved_outputs(before[:1], after[:1])[0]
    old, new = (write_value(band.span_ratio, digits=2) for band in (first.prior, first.posterior))
    count = len(fit.misfits)
    found = "no misfit was found" if not count else f"{count} misfit{'s were' if count > 1 else ' was'} found"
    said = f"From {fit.posterior.source}: the yield of {first.line} is {first.said} particles"
    return f"{said}, a {new}-fold band instead of {old}-fold; {found}."


def moved_parameters(fit: LineFit, before: Sequence[LineResult]) -> list[MovedParameter]:
    """Return the parameters that the data moved, most first."""
    owners = {name: result for result in before for name in result.parameters}
    posterior, rows = fit.posterior, []
    for name, left in sorted(fit.shrinkage.items(), key=lambda item: item[1]):
        if left < _MOVED:
            parameter = owners[name].parameters[name]
            prior, moved = (value_at(parameter, at) for at in (_PRIOR_ENDS, posterior.ends(name)))
            unit = "" if parameter.unit == "1" else parameter.unit
            assumed = parameter.grade is Grade.ASSUMPTION
            title = term_name(owners[name], name)
            rows.append(MovedParameter(name, title, unit, assumed, _three(prior), _three(moved), left))
    return rows


def moved_outputs(before: Sequence[LineResult], after: Sequence[LineResult]) -> list[MovedOutput]:
    """Return the outputs of each line by prior and posterior."""
    rows = []
    for first, second in zip(before, after, strict=True):
        old, new = first.outputs(), second.outputs()
        for name in _SHOWN:
            scale = 100.0 if name.endswith("_frac") else 1.0
            title = OUTPUT_TITLES[name] + (", %" if scale > 1 else "")
            prior, posterior = band_of(scale * old[name]), band_of(scale * new[name])
            grade = prediction_grade(second, dominant_terms(second, new[name], at_most=1))
            rows.append(MovedOutput(first.design.name, title, prior, posterior, graded_text(posterior, grade)))
    return rows


def line_fit_html(
    fit: LineFit,
    before: Sequence[LineResult],
    after: Sequence[LineResult],
    *,
    contradictions: Sequence[str],
    source: tuple[str, str],
) -> str:
    """Return a fit as one HTML page.

    Args:
        fit: what was found.
        before: the lines by prior.
        after: the lines by posterior.
        contradictions: directions of the literature that the batches contradict.
        source: name and SHA-256 of what the batches were read from.
    """
    parameters, outputs = moved_parameters(fit, before), moved_outputs(before, after)
    return render_html(
        "line_fit.html.j2",
        footer="Production lines fitted to batches",
        charts=tuple(_charts(parameters, outputs)),
        title="Production lines fitted to batches",
        headline=fit_headline(fit, before, after),
        parameters=[(*row.cells(row.name), row.unit) for row in parameters],
        held_count=len(fit.shrinkage) - len(parameters),
        outputs=[row.cells() for row in outputs],
        misfits=[in_words(text) for text in fit.misfits],
        contradictions=contradictions,
        checks=[_check_cells(check) for check in fit.checks],
        interactions=[
            (i.line, f"{write_value(i.fold_ratio, digits=2)} ({i.low:.2g} to {i.high:.2g})") for i in fit.interactions
        ],
        spreads=(f"{fit.donor_sd:.2f}", f"{fit.batch_sd:.2f}"),
        observations=[
            (
                o.batch,
                o.donor or "not stated",
                o.line,
                OUTPUT_TITLES.get(o.output, o.output),
                write_value(o.value),
                f"{100 * o.cv_frac:.0f} %",
            )
            for o in fit.observations
        ],
        method=_METHOD,
        draws=f"{before[0].draws.count} draws, seed {before[0].draws.seed}",
        source=source,
    )


def _charts(parameters: Sequence[MovedParameter], outputs: Sequence[MovedOutput]) -> Iterator[Chart]:
    caption = "Grey: the 95 % interval before the batches; blue: after, with its middle. 1 is the middle before."
    if parameters:
        rows = [MovedRow(p.name, _over(p.prior, p.prior[0]), _over(p.posterior, p.prior[0])) for p in parameters]
        yield Chart("chart-parameters", "Each parameter over its middle before", caption, draw_moved(rows[:_DRAWN]))
    several = len({row.line for row in outputs}) > 1
    rows = []
    for row in outputs:
        title = f"{row.title}: {row.line}" if several else row.title
        bands = [_over((b.centre, b.low, b.high), row.prior.centre) for b in (row.prior, row.posterior)]
        rows.append(MovedRow(title, *bands))
    yield Chart("chart-outputs", "Each prediction over its middle before", caption, draw_moved(rows))


def in_words(text: str) -> str:
    """Return what a check found as a sentence, outputs by their titles."""
    for output, title in sorted(OUTPUT_TITLES.items(), key=lambda item: -len(item[0])):
        if text.startswith(f"{output} "):
            return f"The {title}{text.removeprefix(output)}."
    return f"{text[:1].upper()}{text[1:]}."


def _check_cells(check: Check) -> tuple[str, str, str, str]:
    chance = f"{100 * check.p_frac:.1f} %" if check.p_frac >= 0.001 else "below 0.1 %"
    verdict = "✕ misfit" if check.is_misfit else "✓ as chance would have it"
    return check.asked, in_words(check.said), f"{chance} (misfit below {100 * check.limit_frac:.1f} %)", verdict


def _interval(values: tuple[float, float, float], assumed: bool = False) -> str:
    middle, low, high = (write_value(value, digits=2) for value in values)
    return f"{low} to {high}" if assumed else f"{middle} ({low} to {high})"


def _three(values: np.ndarray) -> tuple[float, float, float]:
    middle, low, high = (float(value) for value in values)
    return middle, low, high


def _over(values: tuple[float, float, float], by: float) -> tuple[float, float, float]:
    middle, low, high = (max(value, 1e-300) / max(by, 1e-300) for value in values)
    return middle, low, high
