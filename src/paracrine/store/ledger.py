"""The append-only table of entries: one serialised transaction a write, one moment a read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, exc, func, insert, inspect, select, update

from paracrine.core.catalog import Catalog
from paracrine.core.errors import MissingExtra, RecordError, UnknownName
from paracrine.store.clock import now
from paracrine.store.entry import FIRST_PREVIOUS, Actor, Entry, seal
from paracrine.store.tables import ENTRIES, FORMAT, FORMAT_VERSION, HEAD, METADATA, WORKSPACE

_CONTRACT = (
    *("EXTRA", "SEPARATE_FILES", "open_engine", "writing", "reading"),
    *("lock_creation", "protect", "check", "explain"),
)
DIALECTS = Catalog("paracrine.store.dialects", _CONTRACT)
_PAGE = 500


def load_dialect(url: URL) -> ModuleType:
    """Return the module that knows the database of a URL.

    Raises:
        RecordError: when no module knows it.
    """
    try:
        return DIALECTS.load(url.get_backend_name())
    except UnknownName as error:
        known = ", ".join(DIALECTS.names())
        message = f"a ledger cannot be kept on {url.get_backend_name()!r}"
        raise RecordError(message, hint=f"known databases: {known}") from error


class Ledger:
    """Entries on one database; `engine` is SQLAlchemy's."""

    def __init__(self, url: URL, *, read_only: bool) -> None:
        self._dialect = load_dialect(url)
        self.where = url.render_as_string(hide_password=True)
        try:
            self.engine: Engine = self._dialect.open_engine(url, read_only=read_only)
        except ModuleNotFoundError as error:
            extra = self._dialect.EXTRA
            raise MissingExtra(
                f"the driver {error.name!r} is not installed",
                where=self.where,
                hint=f"pip install 'paracrine[{extra}]'",
            ) from error
        except exc.ArgumentError as error:
            message = f"the URL cannot be used: {error}"
            raise RecordError(message, where=self.where, hint="name the database without a driver") from error

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def exists(self) -> bool:
        """Tell whether the database holds a ledger of ours.

        Raises:
            RecordError: when it cannot be reached, or holds something else or a newer format.
        """
        with self._connected(self._dialect.reading(self.engine)) as connection:
            return self._recognise(connection)

    def create(self) -> None:
        """Create tables and triggers, unless another process just did."""
        with self._connected(self._dialect.writing(self.engine)) as connection:
            self._dialect.lock_creation(connection)
            if self._recognise(connection):
                return
            METADATA.create_all(connection)
            self._dialect.protect(connection)
            at_utc, _ = now()
            connection.execute(insert(WORKSPACE).values(format=FORMAT, version=FORMAT_VERSION, created_utc=at_utc))
            connection.execute(insert(HEAD).values(id=1, number=0, seal_sha256=FIRST_PREVIOUS))

    def append(self, drafts: Sequence[tuple[str, str, str, str]], actor: Actor, reason: str) -> tuple[Entry, ...]:
        """Seal and write (kind, version, text, key) drafts in one transaction."""
        with self._connected(self._dialect.writing(self.engine)) as connection:
            number, previous = read_head(connection, lock=True)
            at_utc, zone = now()
            sealed: list[Entry] = []
            for kind, version, text, key in drafts:
                number += 1
                signed = (actor.person, actor.role, reason, at_utc, zone)
                this = seal(previous, number, kind, version, key, *signed, text)
                sealed.append(Entry(number, kind, version, key, text, *signed, previous, this))
                previous = this
            if sealed:
                connection.execute(insert(ENTRIES), [_row(entry) for entry in sealed])
                connection.execute(update(HEAD).values(number=number, seal_sha256=previous))
        return tuple(sealed)

    def head(self) -> tuple[int, str]:
        """Return number and seal of the last entry."""
        with self._connected(self._dialect.reading(self.engine)) as connection:
            return read_head(connection)

    def select(self, *conditions: Any, newest: bool = False, limit: int | None = None) -> tuple[Entry, ...]:
        """Return the entries that fit, in order of their number."""
        order = ENTRIES.c.number.desc() if newest else ENTRIES.c.number
        query = select(ENTRIES).where(*conditions).order_by(order).limit(limit)
        with self._connected(self._dialect.reading(self.engine)) as connection:
            return tuple(_entry(row) for row in connection.execute(query))

    def walk(self, kind: str | None, key: str | None) -> Iterator[Entry]:
        """Yield entries page by page up to the present head, holding no transaction between pages."""
        last, done = self.head()[0], 0
        wanted = [ENTRIES.c.kind == kind] if kind is not None else []
        wanted += [ENTRIES.c.key == key] if key is not None else []
        while done < last:
            page = self.select(ENTRIES.c.number > done, ENTRIES.c.number <= last, *wanted, limit=_PAGE)
            yield from page
            done = page[-1].number if len(page) == _PAGE else last

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Hand out a connection that sees one moment of the ledger."""
        with self._connected(self._dialect.reading(self.engine)) as connection:
            yield connection

    def check(self, connection: Connection) -> tuple[str, ...]:
        """Return what is wrong with the database itself."""
        found: tuple[str, ...] = self._dialect.check(connection)
        return found

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except exc.DBAPIError as error:
            message, hint = self._dialect.explain(error)
            raise RecordError(message, where=self.where, hint=hint) from error

    def _recognise(self, connection: Connection) -> bool:
        tables = set(inspect(connection).get_table_names())
        ours = {table.name for table in (WORKSPACE, ENTRIES, HEAD)}
        if not tables & ours and (self._dialect.SEPARATE_FILES or not tables):
            return False
        if not ours <= tables:
            raise RecordError(
                "this database holds other tables, not a workspace", where=self.where, hint="name another one"
            )
        columns = {column["name"] for column in inspect(connection).get_columns(WORKSPACE.name)}
        row = None
        if {"format", "version"} <= columns:
            row = connection.execute(select(WORKSPACE.c.format, WORKSPACE.c.version)).first()
        if row is None or row.format != FORMAT:
            raise RecordError("this database is not a Paracrine workspace", where=self.where, hint="name another one")
        if row.version > FORMAT_VERSION:
            raise RecordError(
                f"the workspace has format version {row.version}; this Paracrine reads up to {FORMAT_VERSION}",
                where=self.where,
                hint="install a newer Paracrine: pip install --upgrade paracrine",
            )
        return True


def read_head(connection: Connection, *, lock: bool = False) -> tuple[int, str]:
    """Return what the head row says; with `lock`, other writers wait until this transaction ends.

    Raises:
        RecordError: when it is missing.
    """
    query = select(HEAD.c.number, HEAD.c.seal_sha256)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise RecordError("the ledger has lost its head row", hint="restore it from a copy")
    return int(row.number), str(row.seal_sha256)


def stream_entries(connection: Connection) -> Iterator[Entry]:
    """Yield all entries of one moment in order."""
    result = connection.execution_options(yield_per=_PAGE).execute(select(ENTRIES).order_by(ENTRIES.c.number))
    return map(_entry, result)


def count_entries(connection: Connection) -> int:
    """Return how many entries there are."""
    return int(connection.execute(select(func.count()).select_from(ENTRIES)).scalar_one())


def _row(entry: Entry) -> dict[str, Any]:
    return {column.name: getattr(entry, column.name) for column in ENTRIES.columns}


def _entry(row: Sequence[Any]) -> Entry:
    # The columns lie in the order of the fields; a test holds them to it.
    return Entry(*row)
