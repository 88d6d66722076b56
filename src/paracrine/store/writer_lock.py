"""One writer at a time over the search index of a workspace; a process that dies gives its turn back by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paracrine.core.errors import RecordError
from paracrine.store.search_index import FULL_HINT, INDEX_NAME

LOCK_NAME = "search.lock"


@contextmanager
def hold_alone(folder: Path, *, wait_s: float) -> Iterator[bool]:
    """Hold the turn to write for the block; yields whether it was free within `wait_s` seconds.

    The lock is SQLite's own on an empty database beside the index: the system frees it when a process ends, however.

    Raises:
        RecordError: when nothing can be written there, such as on a full disk.
    """
    lock = sqlite3.connect(folder / LOCK_NAME, timeout=wait_s, isolation_level=None)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                hint = f"{FULL_HINT}; if there is none, delete {INDEX_NAME}"
                raise RecordError(f"cannot be written: {error}", where=str(folder), hint=hint) from error
            yield False
        else:
            yield True
    finally:
        lock.close()
