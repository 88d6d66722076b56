"""Count the records of the base, of files or of the curated facts, and write the page of trends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paracrine.bench.evidence.answering import Answer, Ledger, write_answer
from paracrine.core.version import __version__
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


def trends_of_records(
    records: Iterable[Work | Trial], *, files: tuple[Path, ...], out: Path | None, ledger: Ledger | None
) -> TrendReport:
    """Count records of files or of the base; with `out`, trends.html and trends.json are written there and recorded."""
    seen = (_with_reported(see_trial(one)) if isinstance(one, Trial) else see_work(one) for one in records)
    trends, origin = count_trends(seen), ", ".join(path.name for path in files) or "the evidence base"
    return _report(trends, origin=origin, out=out, ledger=ledger)


def trends_of_facts(*, out: Path | None) -> TrendReport:
    """Count the curated trials; one trial stated by several sources counts once, by its latest statement."""
    latest: dict[str, CuratedTrial] = {}
    for one in read_curated_trials():
        if one.registry_id not in latest or one.status_as_of > latest[one.registry_id].status_as_of:
            latest[one.registry_id] = one
    return _report(count_trends(_see_fact(one) for one in latest.values()), origin="curated facts", out=out)


def _with_reported(seen: Seen) -> Seen:
    arms = [one for one in read_reported_counts() if seen.key == f"trial:{one.registry_id}"]
    told = "; ".join(f"{one.arm} {one.events}/{one.n} {one.outcome} ({one.source})" for one in arms)
    return replace(seen, reported=told) if told else seen


def _see_fact(one: CuratedTrial) -> Seen:
    phases = tuple(re.findall(r"\d", one.phase))
    compares = bool(re.search(r"MSC\s*/\s*exosome|synovial", f"{one.product} {one.ev_source}", re.IGNORECASE))
    seen = Seen(
        key=f"trial:{one.registry_id}",
        kind="trial",
        group=VESICLES,
        title=one.product or one.condition,
        conditions=name_conditions((one.condition,)) if one.condition else (),
        source=one.ev_source,
        stage=stage_of(phases),
        countries=tuple(part.strip() for part in one.country.split("|") if part.strip()),
        compares=compares,
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
