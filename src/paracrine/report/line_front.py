"""Designs of a line that no other beats, as a page."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.figures.line import draw_front
from paracrine.production.optimise import POTENCY, FrontPoint, LineFront
from paracrine.report.html_page import render_html
from paracrine.report.line_words import OUTPUT_TITLES, band_text
from paracrine.report.numbers import write_value
from paracrine.report.view import Chart

_FIRST = 12


def front_html(front: LineFront, *, name: str) -> str:
    """Return the front of a line as one HTML page."""
    return render_html(
        "line_front.html.j2",
        footer=f"Designs · {name}",
        charts=tuple(_chart(front, name)),
        title=f"Designs of {name}",
        headline=front_headline(front, name=name),
        objectives=[objective_title(o.output, maximise=o.maximise) for o in front.objectives],
        variables=[f"{v.what}, {v.unit}" if v.unit and v.unit != "1" else v.what for v in front.variables],
        points=[_row(front, point) for point in front.points[:_FIRST]],
        others=[_row(front, point) for point in front.points[_FIRST:]],
        potency=POTENCY,
        evaluations=str(front.evaluations_count),
    )


def front_headline(front: LineFront, *, name: str) -> str:
    """Say how far the designs reach beyond the line as it is."""
    count = len(front.points)
    reach = []
    for objective in front.objectives:
        ratios = [point.ratios[objective.output] for point in front.points]
        best = max(ratios) if objective.maximise else min(ratios)
        reach.append(f"{write_value(best, digits=2)} times the {OUTPUT_TITLES.get(objective.output, objective.output)}")
    said = "measured here" if front.fitted else "relative, until fitted to your own batches"
    return (
        f"{count} designs of {name} that no other beats ({said}): apart, they reach {'; '.join(reach)}, "
        f"each over the line as it is. {POTENCY}"
    )


def objective_title(output: str, *, maximise: bool) -> str:
    """Return an objective in words."""
    return f"{OUTPUT_TITLES.get(output, output)}, {'more' if maximise else 'less'} is better"


def ratio_cell(front: LineFront, point: FrontPoint, position: int) -> str:
    """Return a ratio over the line as it is, with its band where it was drawn."""
    output = front.objectives[position].output
    ratio = write_value(point.ratios[output], digits=3)
    return f"{ratio} ({band_text(point.bands[output])})" if output in point.bands else ratio


def value_cells(front: LineFront, point: FrontPoint) -> list[str]:
    """Return the values of a design in the order of the variables."""
    return [write_value(point.values[v.what], digits=3) for v in front.variables]


def _row(front: LineFront, point: FrontPoint) -> tuple[list[str], list[str], str]:
    ratios = [ratio_cell(front, point, i) for i in range(len(front.objectives))]
    return ratios, value_cells(front, point), point.limits


def _by_reach(front: LineFront, outputs: list[str]) -> tuple[str, str]:
    """Return the output that differs most between the designs, and the other one (or the same, of one)."""

    def reach(output: str) -> float:
        ratios = [point.ratios[output] for point in front.points]
        return max(ratios) / max(min(ratios), 1e-300)

    order = sorted(outputs, key=reach, reverse=True)
    return order[0], order[-1]


def _chart(front: LineFront, name: str) -> Iterator[Chart]:
    outputs = [o.output for o in front.objectives]
    second, third = _by_reach(front, outputs[1:])
    points = []
    for point in front.points:
        text = ", ".join(f"{OUTPUT_TITLES.get(o, o)} × {write_value(point.ratios[o], digits=2)}" for o in outputs)
        points.append((point.ratios[outputs[0]], point.ratios[second], point.ratios[third], text))
    titles = [f"{OUTPUT_TITLES.get(o, o)}, ratio" for o in (outputs[0], second)]
    spec = draw_front(points, x_title=titles[0], y_title=titles[1], size=f"{OUTPUT_TITLES.get(third, third)}, ratio")
    caption = "Each mark is a design, as ratios over the line as it is, central case; the area is the third objective."
    yield Chart("chart-front", f"Designs of {name}", caption, spec)
