"""Exports leave a trace: who took a copy of the workspace, when, why, and what exactly."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from paracrine.bench.records import ExportRecord
from paracrine.core.progress import Progress
from paracrine.store import Actor, Workspace, export_ro_crate

_DESCRIPTION = "ro-crate-metadata.json"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """Where the copy lies and which ledger entry tells of it."""

    path: Path
    entry: int
    record: ExportRecord


def export_recorded(workspace: Workspace, out: Path, *, actor: Actor, reason: str, progress: Progress) -> ExportReport:
    """Write an RO-Crate and record it; a copy that cannot be recorded does not stay.

    Raises:
        InputError: when `out` is there already, or the reason is empty.
        RecordError: when the ledger or the copy cannot be written.
    """
    head_entry, head_seal = workspace.head()
    path = export_ro_crate(workspace, out, progress=progress)
    described = path if path.is_file() else path / _DESCRIPTION
    record = ExportRecord(
        target=path.name,
        form="RO-Crate 1.1",
        head_entry=head_entry,
        head_seal=head_seal,
        outputs={described.name: hashlib.sha256(described.read_bytes()).hexdigest()},
    )
    try:
        entry = workspace.append(record, key=path.name, actor=actor, reason=reason)
    except BaseException:
        path.unlink() if path.is_file() else shutil.rmtree(path)
        raise
    return ExportReport(path, entry.number, record)
