"""A workspace as an RO-Crate: what anybody can read without this program."""

from __future__ import annotations

from pathlib import Path

from paracrine.store.workspace import Workspace


def export_ro_crate(workspace: Workspace, out: Path | str) -> Path:
    """Write ledger, files and arrays as an RO-Crate 1.1 folder, or as a zip when `out` ends in `.zip`."""
    raise NotImplementedError(workspace, out)
