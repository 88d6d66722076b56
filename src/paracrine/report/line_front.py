"""Designs of a line that no other beats, as a page: ranges first, the search's own numbers last."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.parameter import Grade
from paracrine.figures.line import DesignMark, draw_front
from paracrine.production.findings import Band
from paracrine.production.optimise import POTENCY, SHOWN_DRAWS, FrontPoint, LineFront
from paracrine.production.space import Variable
from paracrine.report.html_page import render_html
from paracrine.report.line_words import OUTPUT_TITLES, range_from, ratio_text, term_words
from paracrine.report.numbers import write_share, write_value
from paracrine.report.view import Chart
from paracrine.report.words import join_words

FIRST = 12


def front_html(front: LineFront, *, name: str) -> str:
    """Return the front of a line as one HTML page."""
    return render_html(
        "line_front.html.j2",
        footer=f"Designs · {name}",
        charts=tuple(_charts(front, name)),
        title=f"Designs of {name}",
        headline=front_headline(front, name=name),
        objectives=[objective_title(o.output, maximise=o.maximise) for o in front.objectives],
        variables=[variable_title(v) for v in front.variables],
        points=[_row(front, point) for point in front.points[:FIRST]],
        others=[_row(front, point) for point in front.points[FIRST:]],
        potency=POTENCY,
        evaluations=str(front.evaluations_count),
        draws=str(SHOWN_DRAWS),
    )


def front_headline(front: LineFront, *, name: str) -> str:
    """Say how far the designs reach beyond the line as it is: the range, and what decides it."""
    reach = []
    for objective in front.objectives:
        pick = max if objective.maximise else min
        best = pick(front.points, key=lambda point: point.ratios[objective.output])
        found = best.found[objective.output]
        title = OUTPUT_TITLES.get(objective.output, objective.output)
        reach.append(f"{ratio_text(found.band, found.grade)} times the {title}{range_from(found, front.parameters)}")
    said = "measured here" if front.fitted else "relative, until fitted to your own batches"
    count = len(front.points)
    return (
        f"{count} designs of {name} that no other beats ({said}). At best, and not all in one design, they reach over "
        f"the line as it is {join_words(reach)}. {POTENCY}"
    )


def objective_title(output: str, *, maximise: bool) -> str:
    """Return an objective in words."""
    return f"{OUTPUT_TITLES.get(output, output)}, {'more' if maximise else 'less'} is better"


def ratio_cell(front: LineFront, point: FrontPoint, position: int) -> str:
    """Return a ratio over the line as it is: a range where an assumption decides it."""
    found = point.found[front.objectives[position].output]
    return ratio_text(found.band, found.grade)


def variable_title(variable: Variable) -> str:
    """Return what varies, with its unit, in words that break over lines."""
    what = variable.what.replace("_", " ").replace(".", " ")
    return f"{what}, {variable.unit}" if variable.unit and variable.unit != "1" else what


def value_cells(front: LineFront, point: FrontPoint) -> list[str]:
    """Return the values of a design in the order of the variables."""
    return [write_value(point.values[v.what], digits=3) for v in front.variables]


def decided_by(front: LineFront, point: FrontPoint) -> str:
    """Name the largest term of the first objective whose range is not settled by data."""
    for objective in front.objectives:
        found = point.found[objective.output]
        if found.terms:
            term = found.terms[0]
            title = OUTPUT_TITLES.get(objective.output, objective.output)
            words = term_words(front.parameters[term.name], term.name)
            return f"{write_share(term.share_frac)} of the range of {title}: {words} ({found.grade.value})"
    return ""


def _row(front: LineFront, point: FrontPoint) -> tuple[list[str], list[str], str, str]:
    ratios = [ratio_cell(front, point, i) for i in range(len(front.objectives))]
    return ratios, value_cells(front, point), point.limits, decided_by(front, point)


def _by_reach(front: LineFront, outputs: list[str]) -> str:
    """Return the output that differs most between the designs."""

    def reach(output: str) -> float:
        ratios = [point.ratios[output] for point in front.points]
        return max(ratios) / max(min(ratios), 1e-300)

    return max(outputs, key=reach)


def _charts(front: LineFront, name: str) -> Iterator[Chart]:
    first, *rest = (o.output for o in front.objectives)
    second = _by_reach(front, rest)
    marks = []
    for number, point in enumerate(front.points[:FIRST], 1):
        across, up = point.found[first], point.found[second]
        sure = Grade.ASSUMPTION not in (across.grade, up.grade)
        text = "; ".join(
            f"{OUTPUT_TITLES.get(o.output, o.output)} × {ratio_cell(front, point, i)}"
            for i, o in enumerate(front.objectives)
        )
        marks.append(DesignMark(str(number), _span(across.band), _span(up.band), sure, text))
    titles = [f"{OUTPUT_TITLES.get(o, o)}, ratio" for o in (first, second)]
    caption = (
        "The first dozen designs by the number of their row: each cross spans the 95 % ranges of both ratios over the "
        "line as it is; a dot marks the median only where data decide."
    )
    yield Chart("chart-front", f"Designs of {name}", caption, draw_front(marks, x_title=titles[0], y_title=titles[1]))


def _span(band: Band) -> tuple[float, float, float]:
    return band.low, band.centre, band.high
