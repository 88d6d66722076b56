"""Where the vesicles go, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paracrine.core.parameter import Grade
from paracrine.core.quantity import Quantity
from paracrine.facts.disposition import read_disposition_rows
from paracrine.facts.references import reference_lines
from paracrine.fate.answer import Band, FateAnswer, Place
from paracrine.figures.bands import BandLine, draw_bands
from paracrine.report.fate_headline import estimate_text, fate_headline, settled
from paracrine.report.html_page import render_html
from paracrine.report.numbers import THIN, write_quantity, write_value
from paracrine.report.results import Notes
from paracrine.report.view import Chart
from paracrine.report.words import join_words

_HOURS = (1 / 4, 1.0, 4.0, 24.0, 48.0)
_DRAWN = ("liver", "lung", "spleen", "kidney")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place over the chosen hours: (value, interval) a cell."""

    title: str
    cells: tuple[tuple[str, str], ...]
    grade: str


def fate_html(found: FateAnswer) -> str:
    """Return the answer to a fate question as one HTML page."""
    at = _times(found)
    charts = tuple(_charts(found))
    return render_html(
        "fate.html.j2",
        footer=f"Fate of {found.dose}, {found.species}, {found.route}",
        charts=charts,
        drawn={chart.anchor: chart for chart in charts},
        title=f"Fate of {found.dose} in a {found.species}",
        headline=fate_headline(found),
        facts=_facts(found),
        notes=Notes().of(found.notices),
        hours=[f"{write_value(found.times_h[i], digits=2)}{THIN}h" for i in at],
        intact_rows=[_row(one, one.intact, at) for one in found.places],
        gram_rows=[_row(one, one.intact, at, one.volume_ml) for one in found.places if one.volume_ml],
        brain_rows=[_row(one, one.intact, at) for one in found.brain_parts],
        shown_rows=[_row(one, one.shown, at) for one in found.places if one.shown],
        half_rows=[(one.name, estimate_text(one), one.grade.value) for one in found.estimates],
        balance_rows=[(one.name, estimate_text(one), one.grade.value) for one in found.balance],
        balance_error=write_value(max(found.balance_error_frac, 1e-16), digits=1),
        last_hour=f"{write_value(found.times_h[-1], digits=3)}{THIN}h",
        label_summary=found.label_summary,
        label_decay="Decay-corrected." if found.decay_corrected else "There is no decay to correct.",
        not_assessed=found.not_assessed,
        without_datum=join_words([one.title for one in found.places if not one.vesicle_datum]),
        method=list(_method(found)),
        row_table=list(_row_table(found)),
        works=[(key, "" if line.startswith("reference not") else line) for key, line in reference_lines(found.cites)],
    )


def _times(found: FateAnswer) -> list[int]:
    return list(dict.fromkeys(found.at(hour) for hour in _HOURS if hour <= found.times_h[-1] * 1.01))


def _facts(found: FateAnswer) -> list[tuple[str, str]]:
    weight = found.weight_g
    body = f"{write_value(weight / 1000)} kg" if weight >= 1000 else f"{write_value(weight)} g"
    return [
        ("Dose", found.dose), ("Species", f"{found.species}, {body}"), ("Route", found.route_title),
        ("Label", found.label), ("Surface", found.surface), ("Disease", found.disease), ("Size", found.sizes),
        ("Posterior", f"version {found.calibration['posterior_version']}"),
    ]  # fmt: skip


def _row(place: Place, band: Band | None, at: Sequence[int], divided_by: float | None = None) -> PlaceRow:
    assert band is not None
    scale = divided_by or 1.0
    cells = tuple(
        _cell(
            band.middle[i] / scale,
            band.low[i] / scale,
            band.high[i] / scale,
            place.grade is not Grade.ASSUMPTION,
            scale,
        )
        for i in at
    )
    datum = "" if place.vesicle_datum else "; no datum on vesicles"
    return PlaceRow(place.title, cells, f"{place.grade.value}{datum}")


def _cell(middle: float, low: float, high: float, point: bool, grams: float) -> tuple[str, str]:
    low, middle, high = (settled(value, grams=grams) for value in (low, middle, high))
    if not point:
        return f"{write_value(low, digits=2)} to {write_value(high, digits=2)}", ""
    written = write_quantity(Quantity(value=middle, unit="%", low=low, high=high))
    return written.value, written.interval


def _charts(found: FateAnswer) -> Iterator[Chart]:
    organs = [one for one in found.places if one.name in _DRAWN]
    yield Chart(
        "chart-organs", "Intact vesicles in organs",
        "Lines are medians where one value is preferred; bands hold 95 % of the draws.",
        draw_bands(found.times_h, [_line(one.title, one.intact, one) for one in organs], title="% of the dose"),
    )  # fmt: skip
    blood = found.place("blood")
    lines = [_line("intact vesicles", blood.intact, blood)]
    if blood.shown:
        lines.append(_line(f"{found.label.lower()}, as counted", blood.shown, blood))
    caption = (
        "All blood, in large vessels and organs. Late signal may be label without a vesicle; how much of it is so is "
        "assumed between none and all."
    )
    yield Chart("chart-blood", "Blood", caption, draw_bands(found.times_h, lines, title="% of the dose", log=True))
    if found.brain_parts:
        parts = [_line(one.title.removeprefix("brain, "), one.intact, one) for one in found.brain_parts]
        spec = draw_bands(found.times_h, parts, title="% of the dose", log=True)
        yield Chart("chart-brain", "Brain", "Bands without a line: no value in them is preferred.", spec)
    liver = found.place("liver")
    if liver.shown:
        pair = [
            _line("intact vesicles", liver.intact, liver),
            _line(f"{found.label.lower()}, as counted", liver.shown, liver),
        ]
        caption = "The difference is label that outlives its vesicle."
        yield Chart(
            "chart-label",
            "Liver, by vesicle and by label",
            caption,
            draw_bands(found.times_h, pair, title="% of what was given"),
        )


def _line(name: str, band: Band, place: Place) -> BandLine:
    return BandLine(name, band.low, band.middle, band.high, place.grade is not Grade.ASSUMPTION)


def _method(found: FateAnswer) -> Iterator[str]:
    facts = found.calibration
    held = facts["leave_one_paper_out"]
    rows, k_before = facts["rows_from_soft_alone"], sum(row["holds"] for row in facts["rows_from_soft_alone"])
    k_after = sum(row["holds"] for row in facts["rows_after"])
    yield (
        "A flow-limited whole-body model with phagocytes in liver and spleen that may fill, solved once for each of "
        f"{facts['draws_count']} posterior draws. Two populations: a share leaves within minutes, the rest later."
    )
    yield (
        f"Calibrated on {sum(facts['soft_papers'].values())} concentrations of soft particles in mice from "
        f"{len(facts['soft_papers'])} papers (effective draws {facts['soft_ess']:.0f}, k-hat {facts['soft_khat']:.2f}),"
        f" then shifted by the published rows on vesicles (effective draws {facts['vesicle_ess']:.0f}, k-hat "
        f"{facts['vesicle_khat']:.2f}). Above 0.7 a k-hat says that the tails of the draws are not to be trusted."
    )
    yield (
        f"Each soft-particle paper predicted from the others: {held['inside']} of {held['rows']} values lie in their "
        f"95 % interval ({100 * held['inside'] / held['rows']:.1f} %, binomial {100 * held['low_frac']:.1f} to "
        f"{100 * held['high_frac']:.1f} %; values of one paper hang together, so the papers count less than that)."
    )
    yield (
        f"Vesicle rows: {k_before} of {len(rows)} held from soft particles alone, {k_after} of {len(rows)} after use. "
        "So few rows support no statement of coverage."
    )


def _row_table(found: FateAnswer) -> Iterator[tuple[str, str, str, str]]:
    before, after = found.calibration["rows_from_soft_alone"], found.calibration["rows_after"]
    for row, first, second in zip(read_disposition_rows(), before, after, strict=True):
        ends = [f"{end:g}" for end in (row.low, row.high) if end is not None]
        published = f"{'below ' if row.low is None else ''}{' to '.join(dict.fromkeys(ends))} {row.unit}"
        name = f"{row.quantity}, {row.organ}, {row.label}{'' if first['informs'] else ' (not used)'}"
        yield name, published, _held(first), _held(second)


def _held(row: dict[str, object]) -> str:
    numbers = [write_value(float(str(row[name])), digits=2) for name in ("median", "low", "high")]
    return f"{'✓ holds' if row['holds'] else '✕ missed'}: {numbers[0]} ({numbers[1]} to {numbers[2]})"
