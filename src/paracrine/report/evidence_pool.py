"""The page of a pooled answer: what the studies say together, how sure, and what to doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paracrine.core.notice import Notice
from paracrine.evidence.pool.network_answer import NetworkAnswer
from paracrine.evidence.pool.result import PooledAnswer, PoolResult, Span
from paracrine.evidence.pool.risk import MARKS, RiskTool
from paracrine.figures.forest import draw_against, draw_alternatives, draw_forest, is_drawable, write
from paracrine.figures.funnel import draw_funnel
from paracrine.figures.style import Spec
from paracrine.figures.treatment_network import draw_network
from paracrine.report.html_page import render_html
from paracrine.report.view import Chart, Note

_ROWS_ON_A_CHART = 60


@dataclass(frozen=True, slots=True)
class PoolContent:
    """What a page is made from: the result, the file it came from with its hash, what was asked, what changed."""

    result: PoolResult
    sha256: str
    asked: tuple[tuple[str, str], ...]
    news: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class NetworkContent:
    """What a network page is made from."""

    answer: NetworkAnswer
    sha256: str
    asked: tuple[tuple[str, str], ...]
    version: str


def write_span(span: Span | None) -> str:
    """Return `0.48 (0.31 to 0.73)`."""
    return f"{write(span.value)} ({write(span.low)} to {write(span.high)})" if span else "not assessed"


def pool_headline(result: PoolResult) -> str:
    """Say in one sentence what was found and how sure it is."""
    return " ".join(_answer_sentence(answer) for answer in result.answers)


def _answer_sentence(answer: PooledAnswer) -> str:
    group = f"{answer.group}: " if answer.group else ""
    title = answer.measure_title if group else f"{answer.measure_title[:1].upper()}{answer.measure_title[1:]}"
    count = len(answer.studies)
    subjects = f"{count} comparison{'s' if count != 1 else ''}"
    if answer.pooled is None:
        return f"{group}{title} of {subjects} is not pooled: {answer.reason}."
    words = f"{group}{title} {write_span(answer.pooled)} from {subjects}, {answer.model}"
    if answer.prediction:
        words += f"; a new study may lie from {write(answer.prediction.low)} to {write(answer.prediction.high)}"
    return words + "."


def pool_html(content: PoolContent) -> str:
    """Return the page of a pooled table."""
    result = content.result
    charts = tuple(
        Chart(f"chart-{n}", title, caption, spec, keeps_width="Funnel" not in title)
        for n, (title, caption, spec) in enumerate(_charts(result), 1)
    )
    return render_html(
        "evidence_pool.html.j2",
        footer=f"Pooled evidence · {result.table}",
        charts=charts,
        title=f"Pooled evidence, {result.table}",
        headline=pool_headline(result),
        news=content.news,
        notes=_notes([*result.notices, *(n for answer in result.answers for n in answer.notices)]),
        answers=result.answers,
        between=result.between_groups,
        risk=result.risk,
        write=write,
        write_span=write_span,
        asked=content.asked,
        sha256=content.sha256,
        table=result.table,
        version=content.version,
    )


def _notes(notices: list[Notice]) -> tuple[Note, ...]:
    order = {"serious": 0, "caution": 1, "note": 2}
    kept = {notice.message: notice for notice in notices}.values()
    ranked = sorted(kept, key=lambda notice: order[notice.severity.value])
    return tuple(Note(n, one.severity.value, one.message, one.action) for n, one in enumerate(ranked, 1))


def _charts(result: PoolResult) -> Iterator[tuple[str, str, Spec]]:
    tool = result.risk.tool if result.risk else None
    for answer in result.answers:
        if not is_drawable(answer):
            continue
        name = f", {answer.group}" if answer.group else ""
        caption = "Square: a study, as large as its weight; line: 95 % interval; diamond: pooled."
        if answer.prediction:
            caption += f" Dashed: where a new study's true effect lies; rule: {answer.prediction_rule}."
        if tool:
            caption += (
                f" Signs at the right, {tool.title}: {', '.join(f'{n} {d}' for n, d in enumerate(tool.domains, 1))}; "
                f"{_signs(tool)}, · not judged."
            )
        yield f"Forest plot{name}", caption, draw_forest(answer, tool)
        yield from _further_charts(answer, name)


def _signs(tool: RiskTool) -> str:
    return ", ".join(f"{MARKS[word]} {word}" for word in tool.judgements if MARKS.get(word))


def _further_charts(answer: PooledAnswer, name: str) -> Iterator[tuple[str, str, Spec]]:
    if len(answer.studies) >= 3 and answer.pooled_effect is not None:
        caption = (
            "Dashed: where 95 % of studies lie without heterogeneity; thin lines: equal p about no effect (funnel "
            "with contours). Open points were filled in by trim and fill."
        )
        yield f"Funnel plot{name}", caption, draw_funnel(answer)
    if 0 < len(answer.leave_one_out) <= _ROWS_ON_A_CHART:
        caption = "The pooled value with one study left out at a time."
        yield f"One study left out{name}", caption, draw_alternatives(answer.leave_one_out, answer)
    if 2 < len(answer.cumulative) <= _ROWS_ON_A_CHART:
        caption = "The pooled value as studies were added, in the order given; intervals by normal quantiles."
        yield f"Study after study{name}", caption, draw_alternatives(answer.cumulative, answer)
    if answer.otherwise:
        caption = "The same studies under other estimators of the variance between studies, and other models."
        yield f"Other choices{name}", caption, draw_alternatives(answer.otherwise, answer)


def network_headline(answer: NetworkAnswer) -> str:
    """Say in one sentence what the network found."""
    best, score = answer.ranking[0]
    parts = answer.inconsistency.between_random
    if parts.p_value is None:
        agree = "whether direct and indirect evidence agree cannot be assessed"
    else:
        agree = f"inconsistency between designs p = {parts.p_value:.2g}"
    shown = next((span for name, span, _ in answer.against if name == best), None)
    effect = f", {answer.measure_title} {write_span(shown)} against {answer.reference}" if shown else ""
    count = answer.study_count
    return (
        f"{count} {'study links' if count == 1 else 'studies link'} {len(answer.treatments)} treatments; {best} ranks "
        f"first (P-score {score:.2f}{effect}); {agree}."
    )


def network_html(content: NetworkContent) -> str:
    """Return the page of a network."""
    answer = content.answer
    against = Chart(
        "chart-1",
        f"Against {answer.reference}",
        "Point: network value; line: 95 % interval.",
        draw_against(answer, log=answer.null == 1),
        keeps_width=True,
    )
    links = Chart(
        "chart-2",
        "Network",
        "Lines as wide as the number of studies, points as large as the studies of a treatment.",
        draw_network(answer.study_counts, answer.edges),
    )
    return render_html(
        "evidence_network.html.j2",
        footer=f"Network of evidence · {answer.table}",
        charts=(against, links),
        title=f"Network of evidence, {answer.table}",
        headline=network_headline(answer),
        notes=_notes(list(answer.notices)),
        answer=answer,
        write=write,
        write_span=write_span,
        asked=content.asked,
        sha256=content.sha256,
        table=answer.table,
        version=content.version,
    )
