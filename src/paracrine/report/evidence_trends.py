"""The page of trends: how many records, when, where, on what, and how far toward the clinic."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.evidence.trends.counting import Trends
from paracrine.figures.count_bars import draw_counts, draw_years
from paracrine.figures.style import Spec
from paracrine.report.html_page import render_html
from paracrine.report.view import Chart


def trends_headline(trends: Trends) -> str:
    """Say in one sentence what the records hold."""
    third = sum(one.count for one in trends.funnel if one.group == "MSC-EV" and one.value in ("phase 3", "phase 2/3"))
    cells = trends.trials - trends.vesicle_trials, trends.publications - trends.vesicle_publications
    return (
        f"{_many(trends.vesicle_trials, 'trial')} and {_many(trends.vesicle_publications, 'publication')} on MSC "
        f"vesicles beside {_many(cells[0], 'trial')} and {_many(cells[1], 'publication')} on the cells; "
        f"{_many(third, 'vesicle trial')} in phase 2/3 or 3, {trends.with_results} with posted results; "
        f"{_many(len(trends.comparisons), 'record')} set{'s' if len(trends.comparisons) == 1 else ''} vesicles against "
        "the cells."
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def trends_html(trends: Trends, *, origin: str, version: str) -> str:
    """Return the page of trends."""
    charts = tuple(
        Chart(f"chart-{n}", title, caption, spec, keeps_width=title == "By year")
        for n, (title, caption, spec) in enumerate(_charts(trends), 1)
    )
    return render_html(
        "evidence_trends.html.j2",
        footer="Trends of evidence",
        charts=charts,
        title="Trends of evidence",
        headline=trends_headline(trends),
        trends=trends,
        origin=origin,
        version=version,
    )


def _charts(trends: Trends) -> Iterator[tuple[str, str, Spec]]:
    funnel = [one for one in trends.funnel if one.group == "MSC-EV"]
    if any(one.count for one in funnel):
        caption = (
            "Publications on cells or animals, then trials by phase: each bar counts records, not products; a product "
            "with several trials counts in each."
        )
        yield "From the laboratory to phase 3", caption, draw_counts(funnel, title="Records")
    if trends.years:
        words = "Trials by start, publications by year; vesicles and cells each on their own axis."
        yield "By year", words, draw_years(trends.years)
    for title, counts in (
        ("By phase", trends.stages), ("By condition", trends.conditions),
        ("By source of the cells", trends.sources), ("By country", trends.countries),
    ):  # fmt: skip
        if counts:
            words = "A record with several counts in each." if title in ("By condition", "By country") else ""
            yield title, words, draw_counts(counts, title="Records")
