"""The page of trends: how many records, when, where, on what, and how far toward the clinic."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.evidence.trends.counting import Trends
from paracrine.figures.count_bars import draw_counts
from paracrine.figures.style import Spec
from paracrine.report.html_page import render_html
from paracrine.report.view import Chart


def trends_headline(trends: Trends) -> str:
    """Say in one sentence what the records hold."""
    third = sum(one.count for one in trends.funnel if one.group == "MSC-EV" and one.value in ("phase 3", "phase 2/3"))
    compared = len(trends.comparisons)
    return (
        f"{trends.vesicle_trials} trials and {trends.vesicle_publications} publications on MSC vesicles beside "
        f"{trends.trials - trends.vesicle_trials} trials and {trends.publications - trends.vesicle_publications} "
        f"publications on the cells; {third} vesicle trials reach phase 2/3 or 3, {trends.with_results} have posted "
        f"results, {compared} compare{'s' if compared == 1 else ''} vesicles with cells."
    )


def trends_html(trends: Trends, *, origin: str, version: str) -> str:
    """Return the page of trends."""
    charts = tuple(
        Chart(f"chart-{n}", title, caption, spec) for n, (title, caption, spec) in enumerate(_charts(trends), 1)
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
    for title, counts in (
        ("By year", trends.years), ("By phase", trends.stages), ("By condition", trends.conditions),
        ("By source of the cells", trends.sources), ("By country", trends.countries),
    ):  # fmt: skip
        if counts:
            words = "A record with several counts in each." if title in ("By condition", "By country") else ""
            yield title, words, draw_counts(counts, title="Records")
