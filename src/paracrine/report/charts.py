"""Which charts a certificate shows, and what each says."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

from paracrine.core.measurement import Measurement
from paracrine.core.product import Role
from paracrine.figures.budget import draw_budget
from paracrine.figures.replicate_spread import SpreadPoint, SpreadRow, draw_replicate_spread
from paracrine.figures.style import Spec, short_names
from paracrine.figures.truth_ratio import TruthRow, draw_truth_ratio
from paracrine.report.content import CertificateContent
from paracrine.report.numbers import THIN, write_quantity, write_value
from paracrine.report.origins import source_text
from paracrine.report.results import find_truth
from paracrine.report.size_charts import draw_sizes, size_series
from paracrine.report.view import Chart
from paracrine.report.words import title_of, write_unit

_ROWS_AT_MOST = 16


def certificate_charts(content: CertificateContent) -> tuple[Chart, ...]:
    """Return the charts of a certificate in reading order; one without data is left out."""
    found = [*_size_charts(content), *_truth_chart(content), *_spread_chart(content), *_budget_chart(content)]
    return tuple(Chart(f"chart-{n}", title, caption, spec) for n, (title, caption, spec) in enumerate(found, 1))


def _size_charts(content: CertificateContent) -> Iterator[tuple[str, str, Spec]]:
    limits = () if content.specification is None else content.specification.limits
    yield from draw_sizes(size_series(content.runs, own_weighting=True), limits=limits)


def result_names(measurements: Sequence[Measurement]) -> list[str]:
    """Return a name for each result that tells it from the others: with sample, technique or method where needed."""
    tells: tuple[Callable[[Measurement], str], ...] = (
        lambda m: "",
        lambda m: m.technique,
        lambda m: m.sample,
        _instrument,
        lambda m: m.method,
        lambda m: f"{m.sample}, {m.method}, {m.stage}",
    )
    titles = [title_of(m.attribute, m.title) for m in measurements]
    names = list(titles)
    for title, count in Counter(titles).items():
        same = [index for index, other in enumerate(titles) if other == title]
        telling = next((t for t in tells if len({t(measurements[i]) for i in same}) == count), tells[-1])
        for index in same:
            tell = telling(measurements[index])
            names[index] = f"{title}, {tell}" if tell else title
    return short_names(names)


def _instrument(measurement: Measurement) -> str:
    """The method without its technique and without what stands in brackets: `NTA, NanoSight (sCMOS)` is NanoSight."""
    return re.sub(r"\s*\([^)]*\)", "", measurement.method.removeprefix(f"{measurement.technique}, "))


def _charted(content: CertificateContent) -> list[Measurement]:
    """The product's results on the overview charts: those that met a limit first, then the others."""
    judged = {(v.limit.attribute, v.sample, v.method) for v in content.verdicts}
    product = [m for m in content.measurements if m.role is Role.PRODUCT]
    return sorted(product, key=lambda m: (m.attribute, m.sample, m.method) not in judged)


def _spread_chart(content: CertificateContent) -> Iterator[tuple[str, str, Spec]]:
    product = _charted(content)
    rows = []
    for measurement, name in zip(product, result_names(product), strict=True):
        included = [r.value for r in measurement.replicates if r.included and r.value is not None]
        centre = fmean(included) if included else 0.0
        if len(measurement.replicates) < 2 or centre == 0 or not math.isfinite(centre):
            continue
        points = tuple(
            SpreadPoint(
                run=replicate.run,
                ratio=replicate.value / centre,
                value_text=f"{write_value(replicate.value, digits=4)} {write_unit(replicate.unit)}".strip(),
                source=source_text(replicate.source),
                included=replicate.included,
                reason=replicate.reason,
            )
            for replicate in measurement.replicates
            if replicate.value is not None
        )
        rows.append(SpreadRow(name, points))
    if rows:
        chosen = rows[:_ROWS_AT_MOST]
        crossed = any(not point.included for row in chosen for point in row.points)
        caption = "One mark a replicate." + (" Crosses are excluded and not in the mean." if crossed else "")
        yield "Replicates around their mean", caption, draw_replicate_spread(chosen)


def _budget_chart(content: CertificateContent) -> Iterator[tuple[str, str, Spec]]:
    product = _charted(content)
    named = zip(result_names(product), product, strict=True)
    budgets = [(name, m.budget) for name, m in named if m.budget and m.budget.standard_uncertainty() > 0]
    if budgets:
        caption = "Each bar is one result's variance, split by where it comes from; all numbers stand further below."
        yield "What makes the intervals wide", caption, draw_budget(budgets[:_ROWS_AT_MOST])


def _truth_chart(content: CertificateContent) -> Iterator[tuple[str, str, Spec]]:
    product = [m for m in content.measurements if m.role is Role.PRODUCT]
    rows = []
    for measurement, name in zip(product, result_names(product), strict=True):
        quantity, true = measurement.quantity, find_truth(measurement, content.truth)
        if quantity is None or true is None or true.value == 0 or quantity.comparator != "=":
            continue
        true_value = true.value
        ends = [None if end is None else end / true_value for end in (quantity.low, quantity.high)]
        ends = ends if true_value > 0 else ends[::-1]
        true_text = write_value(true_value, digits=4)
        text = f"{write_quantity(quantity).text}, true {true_text}{THIN}{write_unit(quantity.unit)}"
        rows.append(TruthRow(name, quantity.value / true_value, ends[0], ends[1], text))
    if rows:
        caption = "The line at 1 is the truth the files were simulated from; intervals are those of the results."
        yield "Measured beside simulated truth", caption, draw_truth_ratio(rows)
