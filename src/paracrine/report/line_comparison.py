"""Lines beside one another: ratios first, because what two lines share cancels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from paracrine.core.parameter import Grade
from paracrine.figures.line import IntervalRow, draw_intervals
from paracrine.production.findings import Band, Term, ratio_band, ratio_grade, ratio_terms
from paracrine.production.line import LineResult
from paracrine.report.html_page import render_html
from paracrine.report.line_words import OUTPUT_TITLES, band_text, output_rows, term_name
from paracrine.report.numbers import write_share, write_value
from paracrine.report.results import Notes
from paracrine.report.view import Chart
from paracrine.report.words import join_words


def line_comparison_html(results: Sequence[LineResult]) -> str:
    """Return several lines beside the first one as one HTML page."""
    first, *others = results
    notices = [notice for result in results for notice in result.notices]
    return render_html(
        "line_comparison.html.j2",
        footer=f"Production lines · {first.design.name}",
        charts=tuple(_charts(results)),
        title="Comparison of production lines",
        headline=comparison_headline(results),
        reference=first.design.name,
        others=[other.design.name for other in others],
        ratios=ratio_rows(results),
        lines=[(result.design.name, output_rows(result)) for result in results],
        chances=[(other.design.name, *_chances(first, other)) for other in others],
        notes=Notes().of(tuple(dict.fromkeys(notices))),
        draws=f"{first.draws.count} draws, seed {first.draws.seed}",
    )


def comparison_headline(results: Sequence[LineResult]) -> str:
    """Say how many times more each line yields than the first, and whether that is sure."""
    first, *others = results
    parts = []
    for other in others:
        band = ratio_band(first.outputs()["yield_particles"], other.outputs()["yield_particles"])
        terms = ratio_terms(first, other, "yield_particles")
        said = ratio_text(band, ratio_grade(first, other, terms))
        sure = "" if band.low > 1 or band.high < 1 else ", which may be no difference"
        part = f"{other.design.name} yields {said} times as much as {first.design.name}{sure}"
        parts.append(part + _rests_on(first, other, terms))
    return f"{join_words(parts)}. Absolute yields stay prior-driven without batches of your own."


def _rests_on(first: LineResult, other: LineResult, terms: tuple[Term, ...]) -> str:
    """Name the assumption that decides a ratio; nothing where data do."""
    if not terms or ratio_grade(first, other, terms) is not Grade.ASSUMPTION:
        return ""
    owner = other if terms[0].name in other.parameters else first
    name, share = term_name(owner, terms[0].name), write_share(terms[0].share_frac)
    return f" (a range and no best value: {share} of it is {name}, graded {Grade.ASSUMPTION.value})"


def ratio_text(band: Band, grade: Grade) -> str:
    """Return a ratio with its band: the range alone where it rests on an assumption."""
    if grade is Grade.ASSUMPTION or band.low == band.high:
        return band_text(band)
    return f"{write_value(band.centre, digits=2)} ({band_text(band)})"


def ratio_rows(results: Sequence[LineResult]) -> list[tuple[str, ...]]:
    """Return rows of output, then the ratio of each further line over the first."""
    first, *others = results
    reference = first.outputs()
    found = []
    for name, value in reference.items():
        theirs = [other.outputs() for other in others]
        if all(name in one for one in theirs):
            cells = [
                ratio_text(ratio_band(value, one[name]), ratio_grade(first, other, ratio_terms(first, other, name)))
                for other, one in zip(others, theirs, strict=True)
            ]
            found.append((OUTPUT_TITLES.get(name, name), *cells))
    return found


def _chances(first: LineResult, other: LineResult) -> tuple[str, str, str]:
    found = []
    for name, more in (
        ("yield_particles", True),
        ("particles_per_ug_protein", True),
        ("cost_per_1e9_particles", False),
    ):
        ours, theirs = first.outputs().get(name), other.outputs().get(name)
        if ours is None or theirs is None:
            found.append("not assessed")
            continue
        better = theirs[1:] > ours[1:] if more else theirs[1:] < ours[1:]
        found.append(f"{100 * float(np.mean(better)):.0f} %")
    return found[0], found[1], found[2]


def _charts(results: Sequence[LineResult]) -> Iterator[Chart]:
    first, *others = results
    wanted = ("yield_particles", "recovery_frac", "particles_per_ug_protein", "cost_per_1e9_particles")
    for number, name in enumerate(wanted, 1):
        rows = []
        for other in others:
            ours, theirs = first.outputs().get(name), other.outputs().get(name)
            if ours is not None and theirs is not None:
                band = ratio_band(ours, theirs)
                grade = ratio_grade(first, other, ratio_terms(first, other, name))
                said, point = ratio_text(band, grade), grade is not Grade.ASSUMPTION
                rows.append(IntervalRow(other.design.name, band.low, band.centre, band.high, said, point))
        if rows:
            title = OUTPUT_TITLES[name]
            caption = "Bands hold 95 % of the draws; dots are medians, left out where an assumption decides."
            spec = draw_intervals(rows, title=f"Ratio to {first.design.name}", reference=1.0)
            yield Chart(f"chart-{number}", title[:1].upper() + title[1:], caption, spec)
