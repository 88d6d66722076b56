"""A ledger on a PostgreSQL server, for a group: writers queue on the head row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc

from paracrine.core.errors import RecordError

EXTRA = "postgresql"
SEPARATE_FILES = True
WAIT_S = 30.0
_CREATION_LOCK = 7_265_001

_REFUSE = """
    CREATE FUNCTION paracrine_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING MESSAGE = TG_OP || ' of ' || TG_TABLE_NAME || ' is refused',
        ERRCODE = 'integrity_constraint_violation';
    END $$"""
_FOLLOW = """
    CREATE FUNCTION paracrine_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE last record;
    BEGIN
      SELECT number, seal_sha256 INTO last FROM entries ORDER BY number DESC LIMIT 1;
      IF NEW.number IS DISTINCT FROM coalesce(last.number, 0) + 1
         OR NEW.previous_sha256 IS DISTINCT FROM coalesce(last.seal_sha256, repeat('0', 64)) THEN
        RAISE EXCEPTION 'an entry follows the last one' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$"""
_FORWARD = """
    CREATE FUNCTION paracrine_forward() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.number <= OLD.number THEN
        RAISE EXCEPTION 'the head never goes back' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$"""
_ROW = "CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
_TABLE = "CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION paracrine_refuse()"
_MOVES = _ROW.format(name="head_never_goes_back", event="UPDATE", table="head", function="paracrine_forward")
_FOLLOWS = _ROW.format(name="entries_follow", event="INSERT", table="entries", function="paracrine_follow")
_FUNCTIONS = (_REFUSE, _FOLLOW, _FORWARD)
TRIGGERS = {
    "entries_never_change": _TABLE.format(name="entries_never_change", event="UPDATE", table="entries"),
    "entries_never_go": _TABLE.format(name="entries_never_go", event="DELETE OR TRUNCATE", table="entries"),
    "entries_follow": _FOLLOWS,
    "head_never_goes_back": _MOVES,
    "head_never_goes": _TABLE.format(name="head_never_goes", event="DELETE OR TRUNCATE", table="head"),
    "workspace_never_changes": _TABLE.format(name="workspace_never_changes", event="UPDATE", table="workspace"),
    "workspace_never_goes": _TABLE.format(name="workspace_never_goes", event="DELETE OR TRUNCATE", table="workspace"),
}


def open_engine(url: URL, *, read_only: bool) -> Engine:
    """Return an engine on a server; `read_only` makes every transaction so."""
    engine = create_engine(url, pool_pre_ping=True)
    event.listen(engine, "connect", _set_limits)
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def writing(engine: Engine) -> Engine:
    """Return the engine for writing; the head row, read for update, is the queue."""
    return engine


def reading(engine: Engine) -> Engine:
    """Return the engine whose transactions see one moment of the ledger."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def lock_creation(connection: Connection) -> None:
    """Keep a second creator out, and refuse a database that cannot hold every text."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATION_LOCK})")
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise RecordError(f"the database is encoded as {encoding}", hint="create it with ENCODING 'UTF8'")


def protect(connection: Connection) -> None:
    """Create the triggers that keep the ledger append-only."""
    for statement in (*_FUNCTIONS, *TRIGGERS.values()):
        connection.exec_driver_sql(statement)


def check(connection: Connection) -> tuple[str, ...]:
    """Return which triggers are missing or switched off."""
    rows = connection.exec_driver_sql(
        "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
    )
    found = {row[0] for row in rows}
    return tuple(
        f"the trigger {name} is missing or switched off: entries could be changed"
        for name in TRIGGERS
        if name not in found
    )


def explain(error: exc.DBAPIError) -> tuple[str, str]:
    """Return message and hint in plain words for a database error."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    for start, words in _WORDS.items():
        if state.startswith(start):
            return words
    first_line = next(iter(str(error.orig).strip().splitlines()), type(error.orig).__name__)
    if isinstance(error, exc.OperationalError):
        return f"the server cannot be reached: {first_line}", "check host, port, database and password in the URL"
    return f"the database says: {first_line}", "run `paracrine verify` on the workspace"


_WORDS = {
    "53100": ("the server's disk is full; nothing was written", "free space there and run the same command again"),
    "25006": ("the workspace is read-only here", "ask the database's owner for write access"),
    "42501": ("this database user may not do that", "ask the database's owner for access"),
    "55P03": (f"another program has held the ledger for {WAIT_S:.0f} s", "close it, then run again"),
    "3D000": ("there is no such database", "create it with ENCODING 'UTF8', or correct the URL"),
    "28": ("the server refuses this user or password", "correct the URL"),
    "23": ("the ledger refused the entry: it does not follow the last one", "run `paracrine verify` on the workspace"),
}


def _set_limits(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {WAIT_S * 1000:.0f}")
    connection.commit()
