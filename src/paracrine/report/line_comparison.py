"""Lines beside one another: ratios first, because what two lines share cancels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from paracrine.core.parameter import Grade
from paracrine.figures.line import IntervalRow, draw_intervals
from paracrine.production.findings import ratio_finding
from paracrine.production.line import LineResult
from paracrine.report.html_page import render_html
from paracrine.report.line_words import OUTPUT_TITLES, output_rows, ratio_text, rests_on
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
        found = ratio_finding(first, other, "yield_particles")
        said, band = ratio_text(found.band, found.grade), found.band
        sure = "" if band.low > 1 or band.high < 1 else ", which may be no difference"
        part = f"{other.design.name} yields {said} times as much as {first.design.name}{sure}"
        parts.append(part + rests_on(found, {**first.parameters, **other.parameters}))
    return f"{join_words(parts)}. Absolute yields stay prior-driven without batches of your own."


def ratio_rows(results: Sequence[LineResult]) -> list[tuple[str, ...]]:
    """Return rows of output, then the ratio of each further line over the first."""
    first, *others = results
    reference = first.outputs()
    found = []
    for name in reference:
        theirs = [other.outputs() for other in others]
        if all(name in one for one in theirs):
            found_here = [ratio_finding(first, other, name) for other in others]
            cells = [ratio_text(one.band, one.grade) for one in found_here]
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
                found = ratio_finding(first, other, name)
                band, grade = found.band, found.grade
                said, point = ratio_text(band, grade), grade is not Grade.ASSUMPTION
                rows.append(IntervalRow(other.design.name, band.low, band.centre, band.high, said, point))
        if rows:
            title = OUTPUT_TITLES[name]
            caption = "Bands hold 95 % of the draws; dots are medians, left out where an assumption decides."
            spec = draw_intervals(rows, title=f"Ratio to {first.design.name}", reference=1.0)
            yield Chart(f"chart-{number}", title[:1].upper() + title[1:], caption, spec)
