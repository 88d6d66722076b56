"""Counts over records: by year, condition, source, stage and country; the funnel; vesicles beside cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from paracrine.evidence.trends.comparing import Comparison
from paracrine.evidence.trends.seen import CELL_THERAPY, OTHER, STAGES, VESICLES, Seen

NOT_STATED = "not stated"
_MANY = 15


@dataclass(frozen=True, slots=True)
class Count:
    """How many records of one kind and group have a value."""

    value: str
    kind: str
    group: str
    count: int


@dataclass(frozen=True, slots=True)
class Trends:
    """All counts; a record with several conditions or countries counts in each."""

    trials: int
    publications: int
    vesicle_trials: int
    vesicle_publications: int
    years: tuple[Count, ...]
    conditions: tuple[Count, ...]
    sources: tuple[Count, ...]
    stages: tuple[Count, ...]
    countries: tuple[Count, ...]
    funnel: tuple[Count, ...]
    comparisons: tuple[Comparison, ...]
    with_results: int
    doubts: tuple[str, ...]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"kind": "evidence trends", "version": "1", **asdict(self)}


def count_trends(records: Iterable[Seen], *, doubts: Iterable[str] = ()) -> Trends:
    """Count records; those that are neither MSC nor MSC-EV are left out and told, after the doubts given."""
    every = list(records)
    kept = [one for one in every if one.group != OTHER]
    vesicles = [one for one in kept if one.group == VESICLES]
    compared = [one.comparison for one in vesicles if one.comparison]
    told = list(doubts)
    if len(every) > len(kept):
        told.append(f"{len(every) - len(kept)} records name no mesenchymal cells and are not counted")
    undated = sum(1 for one in kept if one.year is None)
    if undated:
        told.append(f"{undated} records state no year")
    unstaged = sum(1 for one in vesicles if one.kind == "trial" and not one.stage)
    if unstaged:
        told.append(f"{unstaged} MSC-EV trials state no phase and stand outside the funnel")
    return Trends(
        trials=sum(one.kind == "trial" for one in kept),
        publications=sum(one.kind == "publication" for one in kept),
        vesicle_trials=sum(one.kind == "trial" for one in vesicles),
        vesicle_publications=sum(one.kind == "publication" for one in vesicles),
        years=_by(kept, lambda one: (str(one.year),) if one.year else (), by_value=True),
        conditions=_by(vesicles, lambda one: one.conditions),
        sources=_by(vesicles, lambda one: (one.source or NOT_STATED,)),
        stages=_by([one for one in kept if one.kind == "trial"], lambda one: (one.stage or NOT_STATED,), by_value=True),
        countries=_by(vesicles, lambda one: tuple(dict.fromkeys(one.countries))),
        funnel=_funnel(kept),
        comparisons=tuple(sorted(compared, key=lambda one: (one.kind != "trial", -(one.year or 0), one.key))),
        with_results=sum(bool(one.has_results) for one in vesicles),
        doubts=tuple(told),
    )


def _by(records: list[Seen], key: Callable[[Seen], tuple[str, ...]], *, by_value: bool = False) -> tuple[Count, ...]:
    counter: Counter[tuple[str, str, str]] = Counter()
    for one in records:
        for value in key(one):
            counter[value, one.kind, one.group] += 1
    rows = [Count(value, kind, group, count) for (value, kind, group), count in counter.items()]
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row.value] += row.count
    order = (lambda row: (row.value, row.kind, row.group)) if by_value else (
        lambda row: (-totals[row.value], row.value, row.kind, row.group)
    )  # fmt: skip
    ranked = sorted(rows, key=order)
    kept = list(dict.fromkeys(row.value for row in ranked))[:_MANY]
    return tuple(row for row in ranked if by_value or row.value in kept)


def _funnel(records: list[Seen]) -> tuple[Count, ...]:
    rows = []
    for group in (VESICLES, CELL_THERAPY):
        for stage in STAGES:
            kind = "publication" if stage == STAGES[0] else "trial"
            found = [one for one in records if one.group == group and one.kind == kind and one.stage == stage]
            rows.append(Count(stage, kind, group, len(found)))
    return tuple(rows)
