"""What a check of a workspace says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a check found; `remarks` are worth knowing but break nothing."""

    ok: bool
    entries_checked: int
    files_checked: int
    """Files and array sets whose content was hashed."""
    first_broken: str
    """The first broken entry, else the first other problem; empty when all is well."""
    problems: tuple[str, ...]
    remarks: tuple[str, ...]
    head_number: int
    """Number of the last entry, and its seal: what to write down elsewhere."""
    head_seal_sha256: str
