"""The workspace on disk: an append-only ledger, files by hash, arrays; docs/format.md is its specification."""

from paracrine.store.crate import export_ro_crate
from paracrine.store.entry import Actor, Entry, FileRef
from paracrine.store.verify_report import VerifyReport
from paracrine.store.workspace import Workspace, open_workspace

__all__ = ["Actor", "Entry", "FileRef", "VerifyReport", "Workspace", "export_ro_crate", "open_workspace"]
