"""Full-text search, facets and highlights over the search index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paracrine.core.errors import InputError
from paracrine.store.search_index import FIELDS, TOKENS, Hit, SearchIndex

MARK_START, MARK_END = "\x02", "\x03"


@dataclass(frozen=True, slots=True)
class Filter:
    """One facet that must have one of some values, or a value between two."""

    name: str
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""


def find(
    index: SearchIndex, match: str, *, filters: Sequence[Filter] = (), limit: int = 20, skip: int = 0, after: int = 0
) -> tuple[Hit, ...]:
    """Return the best hits in the order of their rank; `after` leaves out what was added up to that number.

    An empty match finds what the filters let through, the newest first.

    Raises:
        InputError: when the index does not understand the match.
    """
    source, given = _matching(match, filters, after)
    chosen = f"SELECT rowid, rank {source} ORDER BY rank" if match else f"SELECT rowid, 0 {source} ORDER BY rowid DESC"
    rows = _rows(index, f"{chosen} LIMIT ? OFFSET ?", (*given, limit, skip))
    return tuple(Hit(index.key_of(int(number)), float(rank)) for number, rank in rows)


def count(index: SearchIndex, match: str, *, filters: Sequence[Filter] = (), after: int = 0) -> int:
    """Return how many records match."""
    source, given = _matching(match, filters, after)
    return int(_rows(index, f"SELECT count(*) {source}", given)[0][0])


def facets(
    index: SearchIndex, names: Iterable[str], *, match: str = "", filters: Sequence[Filter] = (), most: int = 20
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Count the values of facets among the matches, the most frequent first."""
    source, given = _matching(match, filters, 0)
    found = {}
    for name in names:
        chosen = ""
        values: tuple[str | int, ...] = ()
        if match or filters:
            chosen, values = f" AND id IN (SELECT rowid {source})", given
        query = f"SELECT value, count(*) FROM facets WHERE name = ?{chosen} GROUP BY value ORDER BY 2 DESC, 1 LIMIT ?"
        found[name] = tuple((str(value), int(number)) for value, number in _rows(index, query, (name, *values, most)))
    return found


def facet_names(index: SearchIndex) -> tuple[str, ...]:
    """Return the names of all facets."""
    # A loose scan: one step a name instead of one a row.
    names: list[str] = []
    while row := _rows(index, "SELECT min(name) FROM facets WHERE name > ?", (names[-1] if names else "",))[0]:
        if row[0] is None:
            break
        names.append(str(row[0]))
    return tuple(names)


def facet_values(index: SearchIndex, name: str, part: str) -> tuple[str, ...]:
    """Return a value of a facet as it is written, or else all values that contain it, whatever the case."""
    query = "SELECT DISTINCT value FROM facets WHERE name = ? AND instr(lower(value), lower(?))"
    found = tuple(str(row[0]) for row in _rows(index, query, (name, part)))
    return (part,) if part in found else found


def highlight(texts: Sequence[Mapping[str, str]], match: str, *, words: int = 28) -> tuple[tuple[str, str], ...]:
    """Return (title, best passage) of each document, matches between two marks, exactly as the index sees words."""
    if not match:
        return tuple((document.get("title", ""), "") for document in texts)
    database = sqlite3.connect(":memory:")
    try:
        database.execute(f"CREATE VIRTUAL TABLE t USING fts5({', '.join(FIELDS)}, tokenize='{TOKENS}')")
        marks = ", ".join("?" * (len(FIELDS) + 1))
        for number, document in enumerate(texts):
            row = (number, *(document.get(name, "") for name in FIELDS))
            database.execute(f"INSERT INTO t(rowid, {', '.join(FIELDS)}) VALUES ({marks})", row)
        passages = ", ".join(f"snippet(t, {place}, '\x02', '\x03', '…', {words})" for place in range(1, len(FIELDS)))
        query = f"SELECT rowid, highlight(t, 0, '\x02', '\x03'), {passages} FROM t WHERE t MATCH ?"
        found = {row[0]: row[1:] for row in database.execute(query, (match,))}
    finally:
        database.close()
    shown = []
    for number, document in enumerate(texts):
        title, *rest = found.get(number, (document.get("title", ""),))
        marked = [text for text in rest if MARK_START in text]
        shown.append((title, marked[0] if marked else ""))
    return tuple(shown)


def _matching(match: str, filters: Sequence[Filter], after: int) -> tuple[str, tuple[str | int, ...]]:
    clause, given = _clause(filters, after)
    if match:
        return f"FROM texts WHERE texts MATCH ?{clause}", (match, *given)
    return f"FROM records WHERE 1{clause}", given


def _clause(filters: Sequence[Filter], after: int) -> tuple[str, tuple[str | int, ...]]:
    parts: list[str] = []
    given: list[str | int] = []
    for one in filters:
        if one.values:
            marks = ", ".join("?" * len(one.values))
            parts.append(f" AND rowid IN (SELECT id FROM facets WHERE name = ? AND value IN ({marks}))")
            given += [one.name, *one.values]
        else:
            parts.append(" AND rowid IN (SELECT id FROM facets WHERE name = ? AND value >= ? AND value <= ?)")
            given += [one.name, one.low, one.high or "\U0010ffff"]
    if after:
        parts.append(" AND rowid > ?")
        given.append(after)
    return "".join(parts), tuple(given)


def _rows(index: SearchIndex, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    try:
        return index.rows(query, values)
    except sqlite3.OperationalError as error:
        raise InputError(f"the search cannot be understood: {error}", where="search") from error
