"""The evidence room on curated facts: trials, counts with exact intervals, one pooled outcome, trends."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paracrine.bench.evidence.pooling import PoolReport, pool_file
from paracrine.bench.evidence.trending import TrendReport, trends_of_facts
from paracrine.bench.outputs import write_outputs
from paracrine.evidence.pool.question import PoolQuestion
from paracrine.facts.curated_trials import ReportedCount, read_curated_trials, read_reported_counts
from paracrine.numerics.pooling.tables import exact_proportion

MORTALITY = (
    ("Zamanian 2024 J Extracell Vesicles", "sEV", "control", "hospital death"),
    ("Zarrabi 2023 Stem Cell Res Ther", "MSC+EV", "control", "death"),
)


@dataclass(frozen=True, slots=True)
class EvidenceDemo:
    """What the demonstration shows and where."""

    headline: str
    counts: tuple[ReportedCount, ...]
    pooled: PoolReport
    trends: TrendReport
    files: tuple[Path, ...]

    def count_rows(self) -> list[tuple[str, ...]]:
        """Return the reported counts with exact intervals as rows of a table."""
        rows: list[tuple[str, ...]] = []
        for one in self.counts:
            low, high = exact_proportion(one.events, one.n)
            interval = f"{100 * low:.1f} to {100 * high:.1f} %"
            rows.append((one.study, one.arm, one.outcome, f"{one.events}/{one.n}", interval, one.source))
        return rows

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        names = ("study", "arm", "outcome", "events", "interval_95", "source")
        return {
            "headline": self.headline,
            "counts": [dict(zip(names, row, strict=True)) for row in self.count_rows()],
            "pooled": self.pooled.to_data(),
            "trends": self.trends.to_data(),
            "files": [str(path) for path in self.files],
        }


def show_curated(out: Path) -> EvidenceDemo:
    """Write the curated trials, the counts with exact intervals, a pooled page and a trends page."""
    trials, counts = read_curated_trials(), read_reported_counts()
    table = _csv(
        [tuple(type(trials[0]).model_fields), *(tuple(str(v) for v in one.model_dump().values()) for one in trials)]
    )
    files = {"trials.csv": table, "covid-deaths.csv": _csv(_mortality(counts))}
    write_outputs(out, {name: text.encode() for name, text in files.items()})
    pooled = pool_file(out / "covid-deaths.csv", PoolQuestion(measure="rr"), out=out)
    trends = trends_of_facts(out=out)
    distinct = len({one.registry_id for one in trials})
    headline = (
        f"{distinct} registered trials of MSC vesicles, {len(counts)} arms with reported counts; facts with a source, "
        "to be confirmed at the registry or paper before a number decides anything."
    )
    shown = EvidenceDemo(headline, counts, pooled, trends, ())
    header = ("study", "arm", "outcome", "events", "interval_95", "source")
    write_outputs(out, {"counts.csv": _csv([header, *shown.count_rows()]).encode()})
    paths = [out / name for name in (*files, "counts.csv")] + [path for path in (pooled.page, trends.page) if path]
    return EvidenceDemo(headline, counts, pooled, trends, tuple(paths))


def _mortality(counts: tuple[ReportedCount, ...]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("study", "events_1", "n_1", "events_2", "n_2", "species", "source")]
    for study, treated, control, outcome in MORTALITY:
        year = " ".join(study.split()[:2])
        arms = {one.arm: one for one in counts if one.study.startswith(year) and one.outcome == outcome}
        if treated in arms and "control" in arms:
            first, second = arms[treated], arms[control]
            cells = (str(first.events), str(first.n), str(second.events), str(second.n))
            rows.append((year, *cells, "human", first.source))
    return rows


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
