"""Records of a ZS XPLORER database: a tree of named parameters per measurement, opened without touching the file."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray
from paracrine.readers.source import SourceFile

MAGIC = b"SQLite format 3\x00"
TABLES = ("StandardRecords", "RecordParameterTypes", "RecordParameterTreeNodes", "RecordParameterData")
_MARKER = np.frombuffer(b"\x06\x01\x01\x01\x02\x01", dtype=np.uint8)
_ITEM_BYTES = 14
_DEEPEST = 40
_MOST_STEPS = 200_000
_STEP_SIZE = 10_000
_BROKEN = "the database is truncated or damaged; export the measurements again"
_VALUES = "Data_Double, Data_Single, Data_Int32, Data_Int64, Data_Boolean, Data_Text, Data_Blob"

Value = float | int | str | bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """Values of one parameter, in the order of their index, with its path of names."""

    path: str
    values: tuple[Value, ...]

    def text(self) -> str:
        """Return the values as text; arrays as their length."""
        return "; ".join(_describe(value) if isinstance(value, bytes) else str(value) for value in self.values)


@dataclass(frozen=True, slots=True)
class ZetasizerRecord:
    """One measurement: number, kind (`Size Measurement Result`), parameters by path without the kind."""

    number: int
    kind: str
    entries: Mapping[str, Entry]

    def text(self, path: str) -> str:
        """Return a parameter as text, empty when absent."""
        return self.entries[path].text() if path in self.entries else ""

    def number_at(self, path: str) -> float | None:
        """Return a single number, None when absent.

        Raises:
            InputError: when the value is no finite number or stands there several times.
        """
        entry = self.entries.get(path)
        if entry is None:
            return None
        value = entry.values[0]
        if len(entry.values) > 1 or isinstance(value, (str, bytes)) or not np.isfinite(value):
            raise InputError(f"{entry.text()!r} is not one number", where=f"record {self.number}, {path}")
        return float(value)

    def array_at(self, path: str) -> FloatArray | None:
        """Return an array of numbers, None when absent or empty.

        Raises:
            InputError: when the blob is damaged.
        """
        entry = self.entries.get(path)
        if entry is None:
            return None
        blob = entry.values[0]
        where = f"record {self.number}, {path}"
        if len(entry.values) > 1 or not isinstance(blob, bytes):
            raise InputError("is not one array", where=where)
        numbers = read_doubles(blob, where=where)
        return numbers if numbers.size else None


def _describe(blob: bytes) -> str:
    start = blob.find(_MARKER.tobytes())
    return f"{(len(blob) - start) // _ITEM_BYTES if start >= 0 else 0} values"


def read_doubles(blob: bytes, *, where: str) -> FloatArray:
    """Read a serialised .NET array of doubles: text header, count, items of marker and 8 bytes.

    Returns:
        Shape (n,).

    Raises:
        InputError: when the count and the items do not fit, or an item is no finite number.
    """
    if b"System.Double[]" not in blob:
        raise InputError("the array is not one of doubles", where=where)
    start = blob.find(_MARKER.tobytes())
    if start < 0:
        if not blob.endswith(b"\x01\x01\x00\x00"):
            raise InputError("the array has no items and no empty count", where=where, hint=_BROKEN)
        return np.zeros(0)
    items, left_over = divmod(len(blob) - start, _ITEM_BYTES)
    if left_over or not blob[:start].endswith(_counts(items)):
        raise InputError("the array does not hold as many items as it states", where=where, hint=_BROKEN)
    rows = np.frombuffer(blob, dtype=np.uint8, offset=start).reshape(items, _ITEM_BYTES)
    numbers = np.ascontiguousarray(rows[:, _MARKER.size :]).view("<f8").ravel().astype(np.float64)
    if not np.all(rows[:, : _MARKER.size] == _MARKER) or not np.all(np.isfinite(numbers)):
        raise InputError("an item of the array is damaged", where=where, hint=_BROKEN)
    return numbers


def _counts(items: int) -> tuple[bytes, ...]:
    """Return how a count may be written: its width in bytes, then the number."""
    widths = ((1, "<B", 0xFF), (2, "<H", 0xFFFF), (4, "<I", 0xFFFFFFFF))
    return tuple(bytes([width]) + struct.pack(form, items) for width, form, most in widths if items <= most)


def read_records(source: SourceFile) -> tuple[ZetasizerRecord, ...]:
    """Read all records of the database, in the order of their numbers.

    Raises:
        InputError: when the database is truncated, damaged, hostile or of another kind.
    """
    _require_whole(source.data)
    journal = source.path.with_name(f"{source.name}-wal")
    if journal.is_file() and journal.stat().st_size:
        raise InputError(
            f"{journal.name} beside it holds changes that are not in the database yet",
            hint="close the database in ZS XPLORER, then copy it again",
        )
    with _open(source) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        absent = [name for name in TABLES if name not in tables]
        if absent:
            raise InputError(f"the database has no table {absent[0]}", hint="only ZS XPLORER databases are read")
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise InputError("the database does not pass its own check", hint=_BROKEN)
        paths = _read_paths(connection)
        numbers = [int(number) for (number,) in connection.execute("SELECT Id FROM StandardRecords ORDER BY Id")]
        return tuple(_read_record(connection, number, paths) for number in numbers)


def _require_whole(data: bytes) -> None:
    if len(data) < 100:
        raise InputError("the database header is cut", hint=_BROKEN)
    (page_size,) = struct.unpack(">H", data[16:18])
    (pages,) = struct.unpack(">I", data[28:32])
    expected = pages * (65_536 if page_size == 1 else page_size)
    if len(data) < expected:
        raise InputError(f"{len(data)} bytes of a database of {expected}", hint=_BROKEN)


@contextmanager
def _open(source: SourceFile) -> Iterator[sqlite3.Connection]:
    steps = iter(range(_MOST_STEPS))
    try:
        connection = sqlite3.connect(f"{source.path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise InputError(f"cannot be opened: {error}", hint=_BROKEN) from error
    try:
        # A file from elsewhere may hold views and functions made to run for ever.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_progress_handler(lambda: next(steps, None) is None, _STEP_SIZE)
        yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise InputError(f"the database cannot be read: {error}", hint=_BROKEN) from error
    finally:
        connection.close()


def _read_paths(connection: sqlite3.Connection) -> dict[int, tuple[str, ...]]:
    names = dict(connection.execute("SELECT Id, FriendlyName FROM RecordParameterTypes"))
    nodes = {
        node: (parent, str(names.get(kind) or "?"))
        for node, parent, kind in connection.execute(
            "SELECT Id, ParentNodeId, ParameterTypeId FROM RecordParameterTreeNodes"
        )
    }
    return {node: _path(nodes, node) for node in nodes}


def _path(nodes: Mapping[int, tuple[int | None, str]], node: int) -> tuple[str, ...]:
    """Return the names from the root down; a property and its type carry one name and count once."""
    names: list[str] = []
    at: int | None = node
    for _ in range(_DEEPEST):
        if at is None or at not in nodes:
            return tuple(reversed(names))
        at, name = nodes[at]
        if not names or names[-1] != name:
            names.append(name)
    raise InputError("the parameter tree has a circle", hint=_BROKEN)


def _read_record(connection: sqlite3.Connection, number: int, paths: Mapping[int, tuple[str, ...]]) -> ZetasizerRecord:
    found: dict[str, list[Value]] = {}
    kinds: set[str] = set()
    rows = connection.execute(
        f'SELECT ParameterTreeNodeId, {_VALUES} FROM RecordParameterData WHERE RecordId = ? ORDER BY "Index"',
        (number,),
    )
    for node, *cells in rows:
        path = paths.get(node, ("?",))
        kinds.add(path[0])
        value = next((cell for cell in cells if cell is not None), None)
        if value is not None:
            found.setdefault(" / ".join(path[1:]) or path[0], []).append(value)
    if len(kinds) > 1:
        raise InputError(f"record {number} mixes {' and '.join(sorted(kinds))}", hint=_BROKEN)
    entries = {path: Entry(path, tuple(values)) for path, values in found.items()}
    return ZetasizerRecord(number, kinds.pop() if kinds else "", entries)
