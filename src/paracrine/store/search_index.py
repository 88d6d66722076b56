"""The search index of a workspace: `search.db` beside the ledger, made from kept files, never part of the record.

It can be deleted at any time; whoever owns the records fills it again. It is a file of its own so that a ledger on a
server has one too, and so that rebuilding it never touches the ledger.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paracrine.core.errors import RecordError
from paracrine.store.content import explain_os_error

INDEX_NAME = "search.db"
LAYOUT = "2"
FULL_HINT = "free some space and do it again: the ledger is whole, and the index is made again from the kept files"
FIELDS = ("title", "abstract", "authors", "journal", "keywords", "numbers", "other")
_WEIGHTS = "8.0, 1.0, 2.0, 1.0, 3.0, 4.0, 0.5"
TOKENS = "porter unicode61 remove_diacritics 2"
_SCHEMA = f"""
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE records (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE facets (name TEXT NOT NULL, value TEXT NOT NULL, id INTEGER NOT NULL,
  PRIMARY KEY (name, value, id)) WITHOUT ROWID;
CREATE INDEX facets_of_record ON facets (id);
CREATE VIRTUAL TABLE texts USING fts5({", ".join(FIELDS)}, content='', tokenize='{TOKENS}');
INSERT INTO texts(texts, rank) VALUES('rank', 'bm25({_WEIGHTS})');
INSERT INTO texts(texts, rank) VALUES('hashsize', 16000000);
"""


@dataclass(frozen=True, slots=True)
class Document:
    """One record as the index keeps it.

    Attributes:
        key: the record's own identity.
        kind: `work` or `trial`.
        data: JSON values of the record.
        texts: what is searched, by field of `FIELDS`.
        facets: what is counted and filtered by, name to values.
    """

    key: str
    kind: str
    data: Mapping[str, Any]
    texts: Mapping[str, str]
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; a lower rank is a better match."""

    key: str
    rank: float


class SearchIndex:
    """Records by key, full text and facets in one SQLite file; use it in a `with` block, or close it."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.path = folder / INDEX_NAME
        self._database = _open(self.path, read_only=read_only)

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def note(self, name: str) -> str:
        """Return what was noted under a name, empty when nothing was."""
        row = self._database.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_note(self, name: str, value: str) -> None:
        """Note something about the whole index."""
        with _explained(self.path), self._database:
            self._database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def clear(self) -> None:
        """Forget everything."""
        with _explained(self.path), self._database:
            for table in ("records", "facets", "about"):
                self._database.execute(f"DELETE FROM {table}")
            self._database.execute("INSERT INTO texts(texts) VALUES('delete-all')")
            self._database.execute("INSERT INTO about VALUES ('layout', ?)", (LAYOUT,))

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the JSON values of a record, None when there is none."""
        row = self._database.execute("SELECT data FROM records WHERE key = ?", (key,)).fetchone()
        return _unpack(row[0]) if row else None

    def key_of(self, number: int) -> str:
        """Return the key of the record with this number in the order they came."""
        return str(self._database.execute("SELECT key FROM records WHERE id = ?", (number,)).fetchone()[0])

    def last_number(self) -> int:
        """Return the number of the newest record; records that come later have higher ones."""
        return int(self._database.execute("SELECT coalesce(max(id), 0) FROM records").fetchone()[0])

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a reading query."""
        return self._database.execute(query, values).fetchall()

    def tag(self, key: str, name: str, values: Sequence[str]) -> None:
        """Set the values of one facet of a record, inside `writing`; what was set before goes."""
        row = self._database.execute("SELECT id FROM records WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise RecordError("there is no such record to tag", where=key)
        self._database.execute("DELETE FROM facets WHERE id = ? AND name = ?", (row[0], name))
        self._database.executemany(
            "INSERT OR IGNORE INTO facets VALUES (?, ?, ?)", [(name, value, row[0]) for value in values]
        )

    def keys(self, kind: str = "") -> tuple[str, ...]:
        """Return all keys, of one kind if given, in the order they came."""
        rows = self._database.execute("SELECT key FROM records WHERE ?1 = '' OR kind = ?1 ORDER BY id", (kind,))
        return tuple(row[0] for row in rows)

    def records(self, kind: str = "") -> Iterator[dict[str, Any]]:
        """Yield the JSON values of all records, of one kind if given, in the order they came."""
        last = 0
        query = "SELECT id, data FROM records WHERE id > ?1 AND (?2 = '' OR kind = ?2) ORDER BY id LIMIT 500"
        while page := self._database.execute(query, (last, kind)).fetchall():
            for _, packed in page:
                yield _unpack(packed)
            last = page[-1][0]

    def count(self, kind: str = "") -> int:
        """Return how many records there are."""
        query = "SELECT count(*) FROM records WHERE ?1 = '' OR kind = ?1"
        return int(self._database.execute(query, (kind,)).fetchone()[0])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold one transaction for many changes; an error undoes them all."""
        with _explained(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def put(self, document: Document, *, before: Document | None = None) -> None:
        """Add a document inside `writing`, or put it in the place of `before`, which must be what was put."""
        data = _pack(document.data)
        if before is None:
            cursor = self._database.execute(
                "INSERT INTO records (key, kind, data) VALUES (?, ?, ?)", (document.key, document.kind, data)
            )
            number = cursor.lastrowid
        else:
            number = self._database.execute("SELECT id FROM records WHERE key = ?", (document.key,)).fetchone()[0]
            self._database.execute("UPDATE records SET data = ? WHERE id = ?", (data, number))
            self._database.execute("DELETE FROM facets WHERE id = ?", (number,))
            columns, marks = ", ".join(FIELDS), ", ".join("?" * len(FIELDS))
            self._database.execute(
                f"INSERT INTO texts(texts, rowid, {columns}) VALUES('delete', ?, {marks})",
                (number, *(before.texts.get(name, "") for name in FIELDS)),
            )
        self._database.execute(
            f"INSERT INTO texts(rowid, {', '.join(FIELDS)}) VALUES ({', '.join('?' * (len(FIELDS) + 1))})",
            (number, *(document.texts.get(name, "") for name in FIELDS)),
        )
        rows = {(name, value, number) for name, values in document.facets.items() for value in values if value}
        self._database.executemany("INSERT OR IGNORE INTO facets VALUES (?, ?, ?)", rows)


def _open(path: Path, *, read_only: bool) -> sqlite3.Connection:
    with _explained(path):
        if read_only:
            if not path.is_file():
                raise RecordError("there is no search index", where=str(path), hint="add a file first")
            return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=30.0, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("PRAGMA cache_size=-65536")
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        found = database.execute("SELECT value FROM about WHERE name = 'layout'").fetchone() if tables else None
        if tables and (found is None or found[0] != LAYOUT):
            # Another layout, made by another version: it can be made again, so it goes.
            database.close()
            for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                name.unlink(missing_ok=True)
            return _open(path, read_only=False)
        if not tables:
            _make_tables(database)
        return database


def _make_tables(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have made them since we looked.
        if not database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1").fetchone():
            for statement in _SCHEMA.split(";\n"):
                database.execute(statement)
            database.execute("INSERT INTO about VALUES ('layout', ?)", (LAYOUT,))
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _pack(data: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _unpack(packed: bytes) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(zlib.decompress(packed))
    return data


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        remade = f"delete {path.name}; it is made again from the kept files"
        raise RecordError(
            f"the search index cannot be used: {error}",
            where=str(path),
            hint=FULL_HINT if "full" in str(error) else remade,
        ) from error
    except OSError as error:
        raise explain_os_error(error, path.parent) from error
