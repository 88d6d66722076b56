"""A dose in many bodies, as a page."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.core.parameter import Grade
from paracrine.facts.references import reference_lines
from paracrine.fate.sensitivity import SobolIndex
from paracrine.fate.spread import PlaceSpread, Spread
from paracrine.figures.bands import BandLine, draw_bands
from paracrine.figures.sobol_bars import SobolRow, draw_sobol
from paracrine.report.fate_headline import settled, share_text
from paracrine.report.html_page import render_html
from paracrine.report.numbers import THIN, write_value
from paracrine.report.results import Notes
from paracrine.report.view import Chart

_DRAWN = ("liver", "lung", "spleen", "kidney")


def population_headline(found: Spread) -> str:
    """Say how far bodies differ, and what makes them."""
    liver = found.place("liver")
    text = (
        f"In {_bodies(found)} given {_dose(found)}, {found.route_title}: the liver's "
        f"exposure to intact vesicles is {exposure_text(liver)} of the dose"
    )
    leading = found.leading("liver")
    if leading is not None and leading.total > 0:
        text += f"; {leading.group} makes most of the spread ({100 * min(leading.total, 1.0):.0f}{THIN}%)"
    return f"{text}. Grade: {liver.grade.value}."


def exposure_text(one: PlaceSpread) -> str:
    """Write an exposure with its 95 % interval, the range alone where it rests on assumption."""
    low, middle, high = (settled(one.exposure_pct_h[at]) for at in (0, 2, 4))
    return share_text(middle, low, high, one.grade, unit="%·h")


def fold_text(one: PlaceSpread) -> str:
    """Write how many times the lower end the upper one is."""
    return write_value(one.fold, digits=2) if settled(one.exposure_pct_h[0]) > 0 else "from nothing"


def sobol_text(found: Spread) -> list[tuple[str, ...]]:
    """Rows of group and total index a place, ordered by the first place."""
    places = list(dict.fromkeys(one.place for one in found.sobol))
    rows: dict[str, dict[str, SobolIndex]] = {}
    for one in found.sobol:
        rows.setdefault(one.group, {})[one.place] = one
    ordered = sorted(rows, key=lambda group: -max(one.total for one in rows[group].values()))
    return [
        (group, *(f"{100 * max(rows[group][place].total, 0):.0f} ± {100 * rows[group][place].total_half_width:.0f} %"
                  for place in places))
        for group in ordered
    ]  # fmt: skip


def population_html(found: Spread) -> str:
    """Return the spread over a population as one HTML page."""
    return render_html(
        "population.html.j2",
        footer=f"{_bodies(found)}, {_dose(found)}, {found.route}",
        charts=tuple(_charts(found)),
        title=f"{_dose(found)} in {_bodies(found)}",
        headline=population_headline(found),
        facts=_facts(found),
        notes=Notes().of(found.notices),
        rows=[_row(one) for one in found.places],
        sobol_places=list(dict.fromkeys(one.place for one in found.sobol)),
        sobol_rows=sobol_text(found),
        not_assessed=found.not_assessed,
        works=[(key, "" if line.startswith("reference not") else line) for key, line in reference_lines(found.cites)],
    )


def _bodies(found: Spread) -> str:
    kind = {"mouse": "mice"}.get(found.species, f"{found.species}s")
    return f"{write_value(found.individuals_count, digits=6)} simulated {kind}"


def _dose(found: Spread) -> str:
    return f"{write_value(float(found.dose.split()[0]), digits=3)} particles"


def _facts(found: Spread) -> list[tuple[str, str]]:
    weight = found.weight_g
    body = f"{write_value(weight / 1000)} kg" if weight >= 1000 else f"{write_value(weight)} g"
    duration = f", over {write_value(found.duration_h)} h" if found.duration_h else ""
    return [
        ("Dose", _dose(found) + duration), ("Species", f"{found.species}, middle weight {body}"),
        ("Route", found.route_title), ("Disease", found.disease),
        ("Bodies", f"{write_value(found.individuals_count, digits=6)}, seed {found.seed}"),
        ("Grade", found.grade.value),
    ]  # fmt: skip


def _row(one: PlaceSpread) -> tuple[str, list[str], str, str]:
    quantiles = [write_value(settled(value), digits=2) for value in one.exposure_pct_h]
    if one.grade is Grade.ASSUMPTION:
        quantiles[1:4] = ["–"] * 3
    return one.title, quantiles, fold_text(one), one.grade.value


def _charts(found: Spread) -> Iterator[Chart]:
    organs = [_line(one) for one in found.places if one.name in _DRAWN]
    spec = draw_bands(found.times_h, organs, title="% of the dose")
    yield Chart(
        "chart-organs",
        "Intact vesicles in organs",
        "Bands hold 95 % of the bodies; lines are medians, left out where no value is preferred.",
        spec,
    )
    blood = draw_bands(found.times_h, [_line(found.place("blood"))], title="% of the dose", log=True)
    yield Chart("chart-blood", "Blood", "All blood, in large vessels and organs.", blood)
    for place in dict.fromkeys(one.place for one in found.sobol):
        rows = [SobolRow(one.group, one.total, one.total_half_width) for one in found.sobol if one.place == place]
        name = place.replace(" ", "-")
        caption = "Total Sobol index of each group, interactions included, with its 95 % interval."
        yield Chart(f"chart-sobol-{name}", f"What makes {place} differ", caption, draw_sobol(rows, place=place))


def _line(one: PlaceSpread) -> BandLine:
    return BandLine(one.title, one.shares.low, one.shares.middle, one.shares.high, one.grade is not Grade.ASSUMPTION)
