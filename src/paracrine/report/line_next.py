"""What to try next on a line, as a page: designs with reasons, what the line expects of each as a range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from paracrine.core.parameter import Grade, Parameter
from paracrine.figures.line import IntervalRow, draw_intervals
from paracrine.production.findings import RatioFinding
from paracrine.production.optimise import POTENCY, SHOWN_DRAWS
from paracrine.production.space import Variable
from paracrine.production.suggest import Suggestion
from paracrine.report.html_page import render_html
from paracrine.report.line_front import variable_title
from paracrine.report.line_words import OUTPUT_TITLES, range_from, ratio_text
from paracrine.report.numbers import write_value
from paracrine.report.view import Chart


@dataclass(frozen=True)
class NextPlan:
    """Experiments to do next.

    Attributes:
        line: name of the line.
        variables: what varies.
        suggestions: in order.
        found: what the line predicts of each, over the line as it is.
        output: which output that is.
        method: how they were chosen, in words.
        parameters: of the line, by scoped name.
    """

    line: str
    variables: tuple[Variable, ...]
    suggestions: tuple[Suggestion, ...]
    found: tuple[RatioFinding, ...]
    output: str
    method: str
    parameters: Mapping[str, Parameter]

    def values(self, suggestion: Suggestion) -> list[float]:
        """Return the values of the variables, canonical units."""
        return [float(v.value(np.asarray(s))) for v, s in zip(self.variables, suggestion.shares, strict=True)]


def next_headline(plan: NextPlan) -> str:
    """Say how many experiments, how chosen, and what the line expects of them together."""
    count = len(plan.suggestions)
    low, high = min(f.band.low for f in plan.found), max(f.band.high for f in plan.found)
    title = OUTPUT_TITLES.get(plan.output, plan.output)
    widest = max(plan.found, key=lambda found: found.band.span_ratio)
    reach = f"{write_value(low, digits=2)} to {write_value(high, digits=2)} times the {title} of the line as it is"
    said = f"{count} experiment{'s' if count > 1 else ''} for {plan.line}, {plan.method}"
    return f"{said}. The line expects {reach}{range_from(widest, plan.parameters)}. {POTENCY}"


def next_rows(plan: NextPlan) -> list[tuple[str, ...]]:
    """Return rows of the range the line predicts, values, and why."""
    return [
        (ratio_text(found.band, found.grade), *(write_value(v, digits=3) for v in plan.values(one)), one.why)
        for one, found in zip(plan.suggestions, plan.found, strict=True)
    ]


def next_html(plan: NextPlan) -> str:
    """Return the experiments as one HTML page."""
    return render_html(
        "line_next.html.j2",
        footer=f"Experiments · {plan.line}",
        charts=tuple(_charts(plan)),
        title=f"What to try next on {plan.line}",
        headline=next_headline(plan),
        variables=[variable_title(v) for v in plan.variables],
        output=OUTPUT_TITLES.get(plan.output, plan.output),
        rows=next_rows(plan),
        method=plan.method,
        draws=str(SHOWN_DRAWS),
        potency=POTENCY,
    )


def _charts(plan: NextPlan) -> Iterator[Chart]:
    rows = [
        IntervalRow(
            f"experiment {number}",
            found.band.low,
            found.band.centre,
            found.band.high,
            ratio_text(found.band, found.grade),
            point=found.grade is not Grade.ASSUMPTION,
        )
        for number, found in enumerate(plan.found, 1)
    ]
    title = OUTPUT_TITLES.get(plan.output, plan.output)
    caption = "Bands hold 95 % of the draws; dots are medians, left out where an assumption decides."
    spec = draw_intervals(rows, title="Ratio to the line as it is", reference=1.0)
    yield Chart("chart-next", f"What the line expects: {title}", caption, spec)
