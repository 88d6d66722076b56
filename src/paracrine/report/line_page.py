"""A production line, as a page: what it gives, where vesicles are lost, what decides, what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.core.parameter import Grade
from paracrine.facts.production_facts import read_signs
from paracrine.facts.references import reference_lines
from paracrine.figures.line import (
    Curve,
    IntervalRow,
    draw_course,
    draw_intervals,
    draw_losses,
    draw_populations,
    draw_shares,
)
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.findings import band_of, dominant_terms, loss_table, prediction_grade
from paracrine.production.line import LineResult
from paracrine.production.populations import CENTRES_NM, ORIGINS
from paracrine.report.html_page import render_html
from paracrine.report.line_words import band_text, line_headline, output_rows, term_name
from paracrine.report.numbers import write_value
from paracrine.report.results import Notes
from paracrine.report.view import Chart

_SMALL_LOSS_PCT = 0.5
_DOI = re.compile(r"doi:10\.\d{4,9}/[^\s\"'`)\]},;]+")
NOT_MODELLED = (
    "Potency is not modelled: no number here says whether the vesicles work.",
    "Death by shear, pH and differentiation are not modelled; nor is any change of size between platforms.",
)


@dataclass(frozen=True, slots=True)
class StageRow:
    """The line at one place, in print."""

    place: str
    volume: str
    hours: str
    particles: tuple[str, ...]
    protein: str


def line_html(result: LineResult, *, made_from: str = "", sha256: str = "") -> str:
    """Return a line as one HTML page.

    Args:
        result: of a run with draws.
        made_from: name of the line's file.
        sha256: of that file.
    """
    design = result.design
    facts = (
        ("Product", design.product),
        ("Cells", design.cell_source),
        ("Platform", design.culture.platform.replace("_", " ")),
        ("Steps", str(len(design.steps))),
        ("Draws", f"{result.draws.count}, seed {result.draws.seed}"),
        ("Balance", f"closes to {write_value(max(result.imbalance, 1e-16), digits=1)}"),
        ("Fitted on", result.fitted),
    )
    parameters = [_parameter_row(result, name) for name in result.parameters]
    return render_html(
        "line.html.j2",
        footer=f"Production line · {design.name}",
        charts=tuple(_charts(result)),
        title=f"Production line: {design.name}",
        headline=line_headline(result),
        facts=tuple(fact for fact in facts if fact[1]),
        notes=Notes().of(result.notices),
        outputs=output_rows(result),
        losses=list(_loss_rows(result)),
        origins=[origin.value for origin in ORIGINS],
        stages=[_stage_row(result, number) for number in range(len(result.stages))],
        cost=_cost_rows(result),
        currency=f"{result.cost.currency} of {result.cost.price_year}" if result.cost else "",
        parameters=sorted(parameters, key=lambda row: _GRADES.index(row[2])),
        signs=[
            (s.change, s.effect, "modelled" if s.modelled else f"not modelled: {s.why}", s.source) for s in read_signs()
        ],
        not_modelled=NOT_MODELLED,
        works=[(key, line) for key, line in reference_lines(_cited(result))],
        source=(made_from, sha256),
    )


_GRADES = [grade.value for grade in (Grade.ASSUMPTION, Grade.OTHER_PARTICLE, Grade.EV_LITERATURE, Grade.MEASURED_HERE)]


def _charts(result: LineResult) -> Iterator[Chart]:
    harvest = np.maximum(result.harvest.cell_derived, 1e-300)
    rows = []
    for place, name, lost in loss_table(result):
        band = band_of(100 * lost / harvest)
        if place != result.stages[0].title and band.high >= _SMALL_LOSS_PCT:
            rows.append(_share_row(result, f"{place.partition('. ')[2]}: {name}", lost / harvest))
    rows.append(_share_row(result, "In the vials", result.final.cell_derived / harvest))
    caption = (
        "Lines hold 95 % of the draws; bars are medians, pale bars the range where an assumption decides. "
        "Losses that stay below 0.5 % are in the table only."
    )
    yield Chart("chart-losses", "Where the harvested vesicles go", caption, draw_losses(rows))
    terms = dominant_terms(result, result.outputs()["yield_particles"])
    if terms:
        shares = [(term_name(result, term.name), term.share_frac) for term in terms]
        caption = "Share of the spread of the yield (on a log scale) that goes with each parameter."
        spec = draw_shares(shares, title="Share of the spread of the yield")
        yield Chart("chart-terms", "What the yield depends on", caption, spec)
    curves = [
        Curve(origin.value, CENTRES_NM.tolist(), (result.final.particles[i][0] / result.final.volume_ml[0]).tolist())
        for i, origin in enumerate(ORIGINS)
        if result.final.particles[i][0].sum() > 0
    ]
    caption = "The central case; absolute heights carry the band of the yield."
    yield Chart("chart-sizes", "Particles of the product by origin", caption, draw_populations(curves))
    yield from _course_charts(result)
    if result.cost is not None:
        bands = [(name, band_of(values)) for name, values in result.cost.by_category().items()]
        rows = [IntervalRow(name, b.low, b.centre, b.high, band_text(b), point=False) for name, b in bands if b.low > 0]
        spec = draw_intervals(rows, title=f"{result.cost.currency} a batch")
        yield Chart("chart-cost", "Cost of a batch by kind", "Bands hold 95 % of the draws.", spec)


def _share_row(result: LineResult, name: str, share: FloatArray) -> IntervalRow:
    """Return a share of the harvest; without a best value where an assumption decides."""
    band = band_of(100 * share)
    assumed = prediction_grade(result, dominant_terms(result, share, at_most=1)) is Grade.ASSUMPTION
    return IntervalRow(name, band.low, band.centre, band.high, f"{band_text(band)} %", point=not assumed)


def _course_charts(result: LineResult) -> Iterator[Chart]:
    course = result.course
    hours = [float(point[0]) for point in course.time_h]
    cells = [_curve("cells", hours, course.series["cells"])]
    caption = "The line is the median, the band holds 95 % of the draws."
    yield Chart("chart-cells", "Cells", caption, draw_course(cells, title="Attached cells", log=True))
    pair = [
        _curve("glucose", hours, course.series["glucose_mm"]),
        _curve("lactate", hours, course.series["lactate_mm"]),
    ]
    yield Chart("chart-medium", "Glucose and lactate", caption, draw_course(pair, title="mM"))
    oxygen = [_curve("oxygen", hours, course.series["oxygen_um"])]
    yield Chart("chart-oxygen", "Dissolved oxygen", caption, draw_course(oxygen, title="umol/L"))


def _curve(name: str, hours: Sequence[float], series: Sequence[FloatArray]) -> Curve:
    drawn = np.stack(series)
    drawn = drawn[:, 1:] if drawn.shape[1] > 1 else drawn
    low, middle, high = np.quantile(drawn, (0.025, 0.5, 0.975), axis=1)
    return Curve(name, hours, middle.tolist(), low.tolist(), high.tolist())


def _loss_rows(result: LineResult) -> Iterator[tuple[str, str, str, str]]:
    harvest = np.maximum(result.harvest.cell_derived, 1e-300)
    for place, name, lost in loss_table(result):
        yield place, name, band_text(band_of(lost)), f"{band_text(band_of(100 * lost / harvest))} %"


def _stage_row(result: LineResult, number: int) -> StageRow:
    stage = result.stages[number]
    totals = stage.out.totals
    return StageRow(
        place=stage.title,
        volume=band_text(band_of(stage.out.volume_ml)),
        hours=band_text(band_of(stage.hours)),
        particles=tuple(band_text(band_of(totals[i])) for i in range(len(ORIGINS))),
        protein=band_text(band_of(stage.out.protein_ug)),
    )


def _cost_rows(result: LineResult) -> list[tuple[str, str, str]]:
    if result.cost is None:
        return []
    rows = [(name, category, band_text(band_of(values))) for name, category, values in result.cost.rows]
    return [*rows, ("all of it", "", band_text(band_of(result.cost.total)))]


def _parameter_row(result: LineResult, name: str) -> tuple[str, str, str, str]:
    parameter = result.parameters[name]
    low, high = parameter.low, parameter.high
    interval = "" if low is None or high is None else f" ({write_value(low)} to {write_value(high)})"
    unit = "" if parameter.unit == "1" else f" {parameter.unit}"
    return (
        term_name(result, name),
        f"{write_value(parameter.value)}{interval}{unit}",
        parameter.grade.value,
        parameter.source,
    )


def _cited(result: LineResult) -> list[str]:
    texts = [parameter.source for parameter in result.parameters.values()]
    return [key.rstrip(".").lower() for text in texts for key in _DOI.findall(text)]
