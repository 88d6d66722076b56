"""Searches over the evidence base: ranked, filtered, highlighted, counted, kept under a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from paracrine.bench.evidence.ledger_records import SavedSearch
from paracrine.bench.evidence.opening import EvidenceBase
from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.evidence.documents import document_of
from paracrine.evidence.query import parse_query
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work
from paracrine.store.searching import (
    MARK_END,
    MARK_START,
    Filter,
    count,
    facet_names,
    facet_values,
    facets,
    find,
    highlight,
)

FACETS = ("kind", "year", "database", "type", "status", "phase", "source", "route", "dose_kind", "condition")
_WHERE = re.compile(r"([a-z_]+)\s*(=|>=|<=)\s*(.+)")


@dataclass(frozen=True, slots=True)
class Found:
    """One record found: marks stand around the matching words."""

    record: Work | Trial
    title: str
    passage: str
    is_new: bool = False

    @property
    def summary(self) -> str:
        """First author, journal or registry, year and number."""
        record = self.record
        if isinstance(record, Trial):
            count = f"n = {record.enrollment_count}" if record.enrollment_count is not None else "n not stated"
            return " · ".join(filter(None, (record.trial_id, record.status, ", ".join(record.phases), count)))
        first = record.authors[0].text if record.authors else ""
        more = " et al." if len(record.authors) > 1 else ""
        year = str(record.year or "year not stated")
        return " · ".join(filter(None, (first + more, record.journal or record.journal_short, year, record.key)))

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = str.maketrans("", "", MARK_START + MARK_END)
        return {
            "key": self.record.key,
            "title": self.title.translate(plain),
            "title_marked": _marked(self.title),
            "passage_marked": _marked(self.passage),
            "summary": self.summary,
            "new": self.is_new,
        }


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What a search found."""

    query: str
    where: tuple[str, ...]
    total_count: int
    base_count: int
    hits: tuple[Found, ...]
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    new_count: int | None = None
    """Matches that came since the search was saved; None for a search without a name."""

    @property
    def headline(self) -> str:
        """One sentence."""
        new = f", {self.new_count} of them new since the search was saved" if self.new_count is not None else ""
        where = f" where {', '.join(self.where)}" if self.where else ""
        what = f"match {self.query!r}" if self.query.strip() else "are found"
        return f"{self.total_count} of {self.base_count} records {what}{where}{new}."

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "query": self.query,
            "where": list(self.where),
            "total": self.total_count,
            "base": self.base_count,
            "new": self.new_count,
            "hits": [hit.to_data() for hit in self.hits],
            "facets": {name: [list(pair) for pair in values] for name, values in self.facets.items()},
        }


def search_base(
    base: EvidenceBase,
    text: str,
    *,
    where: Iterable[str] = (),
    limit: int = 20,
    skip: int = 0,
    with_facets: bool = False,
    since: int | None = None,
) -> SearchReport:
    """Search the base.

    Raises:
        InputError: when search or filter cannot be understood.
        UnknownName: when a field or facet does not exist.
    """
    filters = read_filters(base, where)
    match = parse_query(text).match if text.strip() or not filters else ""
    hits = find(base.index, match, filters=filters, limit=limit, skip=skip)
    records = [base.record(hit.key) for hit in hits]
    marked = highlight([document_of(record).texts for record in records], match)
    new = set()
    if since is not None:
        new = {hit.key for hit in find(base.index, match, filters=filters, limit=100_000, after=since)}
    names = [name for name in FACETS if name in facet_names(base.index)] if with_facets else []
    return SearchReport(
        text,
        tuple(where),
        count(base.index, match, filters=filters),
        base.index.count(),
        tuple(
            Found(one, title, passage, one.key in new) for one, (title, passage) in zip(records, marked, strict=True)
        ),
        facets(base.index, names, match=match, filters=filters),
        len(new) if since is not None else None,
    )


def read_filters(base: EvidenceBase, where: Iterable[str]) -> tuple[Filter, ...]:
    """Return filters written as `year>=2020`, `database=pubmed,embase`, `year=2019..2022`, `source=umbilical`.

    A value that no record has as it is written stands for all values that contain it.

    Raises:
        InputError: when one cannot be understood.
        UnknownName: when the base has no such facet.
    """
    filters = []
    for text in where:
        found = _WHERE.fullmatch(text.strip())
        if not found:
            raise InputError("is no filter", where=f"--where {text}", hint="year>=2020, database=pubmed,embase")
        name, relation, value = found.groups()
        known = facet_names(base.index)
        if name not in known:
            hint = f"{nearest(name, known)} known: {', '.join(known)}" if known else "add a file first"
            raise UnknownName(f"the base has nothing to filter by called {name!r}", hint=hint)
        low, between, high = value.partition("..")
        if relation == ">=":
            filters.append(Filter(name, low=value))
        elif relation == "<=":
            filters.append(Filter(name, high=value))
        elif between:
            filters.append(Filter(name, low=low, high=high))
        else:
            parts = [part.strip() for part in value.split(",")]
            values = [one for part in parts for one in facet_values(base.index, name, part) or (part,)]
            filters.append(Filter(name, tuple(values)))
    return tuple(filters)


def save_search(base: EvidenceBase, name: str, text: str, where: Iterable[str]) -> SavedSearch:
    """Keep a search under a name, with what the base held then."""
    record = SavedSearch(name=name, query=text, where=tuple(where), last_number=base.index.last_number())
    base.remember(record, key=name, reason=f"saved the search {name}")
    return record


def saved_search(base: EvidenceBase, name: str) -> SavedSearch:
    """Return a search kept under a name.

    Raises:
        UnknownName: when there is none.
    """
    entry = base.workspace.latest(SavedSearch.kind, name)
    if entry is None:
        known = {one.key for one in base.workspace.entries(SavedSearch.kind)}
        hint = nearest(name, known) if known else "save one with --save NAME"
        raise UnknownName(f"no search is saved as {name!r}", hint=hint)
    return SavedSearch.from_data(entry.body)


def _marked(text: str) -> str:
    return text.replace(MARK_START, "**").replace(MARK_END, "**")
