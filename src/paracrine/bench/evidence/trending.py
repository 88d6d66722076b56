"""Count the records of the base, of files or of the curated facts, and write the page of trends."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paracrine.bench.evidence.answering import Answer, Ledger, write_answer
from paracrine.bench.evidence.extracting import records_in
from paracrine.bench.evidence.ledger_records import DuplicatesRecord
from paracrine.bench.evidence.linking import distinct_works
from paracrine.bench.evidence.opening import EvidenceBase
from paracrine.core.version import __version__
from paracrine.evidence.dedupe.registries import NAMES, RESULT, TWICE
from paracrine.evidence.trends.comparing import Comparison, Result
from paracrine.evidence.trends.counting import Trends, count_trends
from paracrine.evidence.trends.seen import VESICLES, Seen, name_conditions, see_trial, see_work, stage_of
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work
from paracrine.facts.curated_trials import CuratedTrial, read_curated_trials, read_reported_counts
from paracrine.report.evidence_trends import trends_headline, trends_html

PAGE_NAME, DATA_NAME = "trends.html", "trends.json"


@dataclass(frozen=True, slots=True)
class TrendReport:
    """The counts and where the page is."""

    headline: str
    trends: Trends
    page: Path | None
    entry: int | None = None

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "headline": self.headline,
            "page": str(self.page) if self.page else None,
            "ledger_entry": self.entry,
            **self.trends.to_data(),
        }


def trends_of_files(paths: tuple[Path, ...], *, out: Path | None, ledger: Ledger | None) -> TrendReport:
    """Count the records of files as they stand; with `out`, trends.html and trends.json are written and recorded."""
    doubts = ("records of files are counted as they stand; duplicates are set aside only in an evidence base",)
    trends = count_trends(map(_see, records_in(paths)), doubts=doubts)
    return _report(trends, origin=", ".join(path.name for path in paths), out=out, ledger=ledger)


def trends_of_base(base: EvidenceBase, *, out: Path | None, ledger: Ledger | None) -> TrendReport:
    """Count each study of the base once; with `out`, trends.html and trends.json are written and recorded."""
    entry = base.workspace.latest(DuplicatesRecord.kind, "base")
    links = DuplicatesRecord.from_data(entry.body).reasons if entry else ()
    twice = {other: one for one, other, verdict, _ in links if verdict == TWICE}
    works = distinct_works(base)
    doubts = []
    if entry is None:
        doubts.append("nobody has looked for duplicates yet (`paracrine evidence dedupe`): a study may count twice")
    if twice:
        doubts.append(f"{len(twice)} trials stand in two registries and count once")
    trials = [one for one in base.records(Trial.kind) if isinstance(one, Trial) and one.key not in twice]
    seen = [*map(_see, works.values()), *map(_see, trials)]
    published: dict[str, list[Result]] = {}
    for work, trial, verdict, _ in links:
        if verdict in (RESULT, NAMES) and work in works:
            found = works[work]
            source = f"https://doi.org/{found.doi}" if found.doi else ""
            published.setdefault(twice.get(trial, trial), []).append(
                Result(f"published: {found.title} ({found.year})", source)
            )
    told = [_with_results(one, tuple(published.get(one.key, ()))) for one in seen]
    return _report(count_trends(told, doubts=doubts), origin="the evidence base", out=out, ledger=ledger)


def _see(record: Work | Trial) -> Seen:
    return _with_reported(see_trial(record)) if isinstance(record, Trial) else see_work(record)


def trends_of_facts(*, out: Path | None) -> TrendReport:
    """Count the curated trials; one trial stated by several sources counts once, by its latest statement."""
    latest: dict[str, CuratedTrial] = {}
    for one in read_curated_trials():
        if one.registry_id not in latest or one.status_as_of > latest[one.registry_id].status_as_of:
            latest[one.registry_id] = one
    return _report(count_trends(_see_fact(one) for one in latest.values()), origin="curated facts", out=out)


def _with_reported(seen: Seen) -> Seen:
    """Add what curated sources reported of the arms of a comparison."""
    if seen.comparison is None:
        return seen
    arms: dict[tuple[str, str], list[str]] = {}
    for one in read_reported_counts():
        if seen.key == f"trial:{one.registry_id}":
            arms.setdefault((one.outcome, one.study), []).append(f"{one.arm} {one.events}/{one.n}")
    sources = {(one.outcome, one.study): one.source for one in read_reported_counts()}
    told = tuple(
        Result(f"{outcome}: {', '.join(found)} ({study})", sources[outcome, study])
        for (outcome, study), found in arms.items()
    )
    return _with_results(seen, told)


def _with_results(seen: Seen, results: tuple[Result, ...]) -> Seen:
    if seen.comparison is None or not results:
        return seen
    return replace(seen, comparison=replace(seen.comparison, results=(*seen.comparison.results, *results)))


def _see_fact(one: CuratedTrial) -> Seen:
    conditions = name_conditions((one.condition,)) if one.condition else ()
    key, stage = f"trial:{one.registry_id}", stage_of(tuple(re.findall(r"\d", one.phase)))
    title = one.product or one.condition
    countries = tuple(part.strip() for part in one.country.split("|") if part.strip())
    comparison = None
    if re.search(r"MSC\s*/\s*exosome|synovial", f"{one.product} {one.ev_source}", re.IGNORECASE):
        people = f"{one.n} people, " if one.n else "people, "
        comparison = Comparison(
            key=key, kind="trial", title=title, year=None, who=", ".join(countries) or "not stated", how="",
            subjects=people + ", ".join(conditions), stage=stage, arms=(), results=(),
        )  # fmt: skip
    seen = Seen(
        key=key,
        kind="trial",
        group=VESICLES,
        title=title,
        conditions=conditions,
        source=one.ev_source,
        stage=stage,
        countries=countries,
        comparison=comparison,
        has_results=one.has_results == "yes",
    )
    return _with_reported(seen)


def _report(trends: Trends, *, origin: str, out: Path | None, ledger: Ledger | None = None) -> TrendReport:
    headline = trends_headline(trends)
    if out is None:
        return TrendReport(headline, trends, None)
    data = json.dumps({"headline": headline, **trends.to_data()}, indent=2, ensure_ascii=False)
    page = trends_html(trends, origin=origin, version=__version__)
    written = {PAGE_NAME: page.encode(), DATA_NAME: data.encode()}
    entry = write_answer(Answer("trends", headline, (("records of", origin),), {}, written), out, ledger)
    return TrendReport(headline, trends, out / PAGE_NAME, entry)
