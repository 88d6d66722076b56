"""What the evidence base keeps in the ledger."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from paracrine.core.records import Record


class EvidenceFileRecord(Record):
    """A file that was added: what was read from it, what was refused and why."""

    kind: ClassVar[str] = "evidence_file"

    name: str
    file_sha256: str
    size_bytes: int
    source: str
    source_version: str
    read_count: int
    new_count: int
    duplicate_count: int
    updated_count: int
    refused: tuple[tuple[str, str], ...] = ()
    """(locator, reason); cut where the list would be endless, `refused_count` is whole."""
    refused_count: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    """Lines between records that were not used: (locator, reason)."""
    remarks: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str, str], ...] = ()
    """(record key, field, before, after) of updated records; news first, cut where the list would be endless."""
    changes_count: int = 0


class SavedSearch(Record):
    """A search kept under a name."""

    kind: ClassVar[str] = "evidence_search"

    name: str
    query: str
    where: tuple[str, ...] = ()
    last_number: int
    """Number of the newest record of the base when it was saved."""


class DuplicatesRecord(Record):
    """Groups of records of one work as they were found, with the reasons of every join."""

    kind: ClassVar[str] = "evidence_duplicates"

    rules_version: str
    records_count: int
    groups: tuple[tuple[str, ...], ...]
    """Keys of each group; the first stands for it."""
    reasons: tuple[tuple[str, str, str, str], ...]
    """(key, key, verdict, reasons) of each match, joined or only linked."""


class LinkDecision(Record):
    """A person says that two records are one work, or are not."""

    kind: ClassVar[str] = "evidence_link_decision"

    one: str
    other: str
    together: bool
    reason: str


class AnswerRecord(Record):
    """A page that was made: what was asked of which files, what came out."""

    kind: ClassVar[str] = "evidence_answer"

    verb: str
    headline: str
    asked: tuple[tuple[str, str], ...] = ()
    program_version: str
    sources: dict[str, str] = Field(default_factory=dict)
    """File name to sha256; none where the whole base was asked."""
    outputs: dict[str, str] = Field(default_factory=dict)
    file_sha256: tuple[str, ...] = ()


class CorrectionsRecord(Record):
    """What a person corrected in extracted values: (record key, item, value); an empty value takes it back."""

    kind: ClassVar[str] = "evidence_corrections"

    name: str
    rows: tuple[tuple[str, str, str], ...]
