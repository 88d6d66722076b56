"""Registered trials of vesicles of mesenchymal cells and counts reported of them, each with its source."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from paracrine.core.records import Record
from paracrine.facts.table import read_fact_table


class CuratedTrial(Record):
    """One registered trial as one source stated it; empty means not stated there."""

    kind: ClassVar[str] = "curated_trial"

    registry_id: str
    condition: str
    phase: str
    ev_source: str
    product: str
    dose: str
    route: str
    n: str
    status: str
    status_as_of: str
    country: str
    has_results: str
    source_kind: str
    source: str


class ReportedCount(Record):
    """Events of n in one arm of one study as one source reported them."""

    kind: ClassVar[str] = "reported_count"

    study: str
    registry_id: str
    disease: str
    ev_source: str
    dose: str
    route: str
    arm: str
    n: int
    events: int
    outcome: str
    source_kind: str
    source: str


@cache
def read_curated_trials() -> tuple[CuratedTrial, ...]:
    """Return every row; one trial may stand there from several sources, which can disagree."""
    rows = read_fact_table("evidence/msc_ev_trials.csv", columns=tuple(CuratedTrial.model_fields))
    return tuple(CuratedTrial.model_validate(row) for row in rows)


@cache
def read_reported_counts() -> tuple[ReportedCount, ...]:
    """Return every arm with counts."""
    rows = read_fact_table("evidence/msc_ev_outcomes.csv", columns=tuple(ReportedCount.model_fields))
    return tuple(
        ReportedCount.model_validate({**row, "n": int(row["n"]), "events": int(row["events"])}) for row in rows
    )
