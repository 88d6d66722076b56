"""The last seal written beside the ledger: shows when a ledger was exchanged for an older copy of itself."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from paracrine.core.errors import RecordError

_NAME = "head.json"


def write_head_note(folder: Path, number: int, seal_sha256: str) -> None:
    """Write the note after a commit; it may lag behind the ledger, so a failure here loses nothing."""
    # Always the same length and one write, so that no reader meets half of it.
    line = f'{{"number":{number:20d},"seal_sha256":"{seal_sha256}"}}\n'.encode("ascii")
    with suppress(OSError):
        descriptor = os.open(folder / _NAME, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


def read_head_note(folder: Path) -> tuple[int, str] | None:
    """Return number and seal of the note, None when there is none yet.

    Raises:
        RecordError: when it cannot be understood.
    """
    path = folder / _NAME
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        return int(note["number"]), str(note["seal_sha256"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{_NAME} cannot be understood", where=str(path)) from error
