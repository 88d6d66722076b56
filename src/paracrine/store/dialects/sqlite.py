"""A ledger in one SQLite file, in WAL mode: readers never wait, writers queue."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc
from sqlalchemy.pool import QueuePool

EXTRA = ""
SEPARATE_FILES = False
WAIT_S = 30.0

_REFUSE = "CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END"
TRIGGERS = {
    "entries_never_change": _REFUSE.format(
        name="entries_never_change", event="UPDATE", table="entries", message="entries never change"
    ),
    "entries_never_go": _REFUSE.format(
        name="entries_never_go", event="DELETE", table="entries", message="entries are never deleted"
    ),
    "entries_follow": """
        CREATE TRIGGER entries_follow BEFORE INSERT ON entries
        WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries)
          OR NEW.previous_sha256 IS NOT coalesce(
               (SELECT seal_sha256 FROM entries ORDER BY number DESC LIMIT 1), printf('%064d', 0))
        BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END""",
    "head_never_goes_back": """
        CREATE TRIGGER head_never_goes_back BEFORE UPDATE ON head WHEN NEW.number <= OLD.number
        BEGIN SELECT RAISE(ABORT, 'the head never goes back'); END""",
    "head_never_goes": _REFUSE.format(
        name="head_never_goes", event="DELETE", table="head", message="the head is never deleted"
    ),
    "workspace_never_changes": _REFUSE.format(
        name="workspace_never_changes", event="UPDATE", table="workspace", message="the format never changes"
    ),
    "workspace_never_goes": _REFUSE.format(
        name="workspace_never_goes", event="DELETE", table="workspace", message="the format is never deleted"
    ),
}


def open_engine(url: URL, *, read_only: bool) -> Engine:
    """Return an engine on one file; nothing is created beside it when `read_only`."""
    path = Path(str(url.database)).absolute()
    copy = _copy_unsettled(path) if read_only else None
    if copy is not None:
        uri = (Path(copy.name) / path.name).as_uri()
    else:
        uri = _read_only_uri(path) if read_only else path.as_uri()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            if not read_only:
                _use_wal(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "begin", _begin)
    if copy is not None:
        event.listen(engine, "engine_disposed", lambda _engine: copy.cleanup())
    return engine


def writing(engine: Engine) -> Engine:
    """Return the engine whose transactions take the write lock at once, so that none fails half-way."""
    return engine.execution_options(paracrine_writing=True)


def reading(engine: Engine) -> Engine:
    """Return the engine whose transactions see one moment of the ledger."""
    return engine


def lock_creation(connection: Connection) -> None:
    """Do nothing: the write lock already keeps a second creator out."""


def protect(connection: Connection) -> None:
    """Create the triggers that keep the ledger append-only."""
    for statement in TRIGGERS.values():
        connection.exec_driver_sql(statement)


def check(connection: Connection) -> tuple[str, ...]:
    """Return what is wrong with the file itself or with its triggers."""
    damage = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(5)")]
    found = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    return (
        *(f"the database file is damaged: {line}" for line in damage if line != "ok"),
        *(f"the trigger {name} is missing: entries could be changed" for name in TRIGGERS if name not in found),
    )


def explain(error: exc.DBAPIError) -> tuple[str, str]:
    """Return message and hint in plain words for a database error."""
    code = str(getattr(error.orig, "sqlite_errorname", "") or "")
    for start, words in _WORDS.items():
        if code.startswith(start):
            return words
    return f"the database says: {error.orig}", "run `paracrine verify` on the workspace"


_WORDS = {
    "SQLITE_FULL": ("the disk is full; nothing was written", "free space and run the same command again"),
    "SQLITE_IOERR": ("the disk refuses to read or write; nothing was written", "check space, quota and the disk"),
    "SQLITE_READONLY": ("the workspace is read-only here", "ask for write access, or work on a copy"),
    "SQLITE_PERM": ("the workspace is read-only here", "ask for write access, or work on a copy"),
    "SQLITE_CANTOPEN": ("the ledger cannot be opened", "check that the folder exists and is yours to read"),
    "SQLITE_BUSY": (f"another program has held the ledger for {WAIT_S:.0f} s", "close it, then run again"),
    "SQLITE_NOTADB": ("ledger.db is not a database", "restore it from a copy, or name another folder"),
    "SQLITE_CORRUPT": ("the database file is damaged", "restore it from a copy; `paracrine verify` names the place"),
    "SQLITE_CONSTRAINT": (
        "the ledger refused the entry: it does not follow the last one",
        "run `paracrine verify` on the workspace",
    ),
}


def _log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _is_settled(path: Path) -> bool:
    return not _log(path).exists() or _log(path).stat().st_size == 0


def _read_only_uri(path: Path) -> str:
    return path.as_uri() + ("?mode=ro&immutable=1" if _is_settled(path) else "?mode=ro")


def _copy_unsettled(path: Path) -> tempfile.TemporaryDirectory[str] | None:
    """Copy a ledger whose log a crash left full, where SQLite may not make the index it needs to read the log."""
    if _is_settled(path) or path.with_name(path.name + "-shm").exists():
        return None
    folder = tempfile.TemporaryDirectory()
    for source in (path, _log(path)):
        shutil.copyfile(source, Path(folder.name) / source.name)
    return folder


def _use_wal(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    # Somebody else's database, opened by mistake, stays as it is.
    if not tables or {"workspace", "entries", "head"} <= tables:
        connection.execute("PRAGMA journal_mode=WAL")


def _begin(connection: Any) -> None:
    immediate = connection.get_execution_options().get("paracrine_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
