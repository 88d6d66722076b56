"""What the bench itself keeps in the ledger."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from paracrine.core.records import Record


class FileRecord(Record):
    """A file that was read, or could not be."""

    kind: ClassVar[str] = "file"

    path: str
    file_sha256: str
    """Under this key, so that verifying looks for the file itself."""
    size_bytes: int
    reader: str = ""
    reader_version: str = ""
    maturity: str = ""
    error: str = ""


class VideoRecord(Record):
    """A raw video that was analysed: the video stays where it lies, its analysis is kept."""

    kind: ClassVar[str] = "video"

    path: str
    video_sha256: str
    """Of the file, or of the names and hashes of the frames of a folder."""
    size_bytes: int
    file_sha256: str
    """Of the kept analysis (`result.json`)."""
    fingerprint: str


class RunName(Record):
    """A run as a reviewer may name it."""

    kind: ClassVar[str] = "run_name"

    sample: str
    run: str
    file: str


class CertificateRecord(Record):
    """A certificate as it was rendered: what it rests on and the hashes of its files."""

    kind: ClassVar[str] = "certificate"

    batch: str
    headline: str
    fingerprint: str
    """Hash over everything that could change the certificate; equal means no work."""
    first_entry: int
    last_entry: int
    runs: tuple[RunName, ...]
    outcomes: tuple[tuple[str, str], ...]
    """(attribute, outcome) per verdict."""
    unreadable: tuple[tuple[str, str], ...] = ()
    outputs: dict[str, str] = Field(default_factory=dict)
    """File name to sha256."""
    file_sha256: tuple[str, ...] = ()
    """The same files as kept in the workspace."""


class ReviewRecord(Record):
    """A person takes a run out of the pooled value, or back in, and says why."""

    kind: ClassVar[str] = "review"

    batch: str
    sample: str
    run: str
    excluded: bool
    reason: str


class ComparisonRecord(Record):
    """The comparison page of a study."""

    kind: ClassVar[str] = "comparison"

    title: str
    headline: str
    fingerprint: str
    outputs: dict[str, str] = Field(default_factory=dict)


class ExportRecord(Record):
    """A copy of the workspace left the house."""

    kind: ClassVar[str] = "export"

    target: str
    """Name of the folder or archive, without the folders above it."""
    form: str
    head_entry: int
    """Last entry when the copying began."""
    head_seal: str
    outputs: dict[str, str] = Field(default_factory=dict)
    """File name to sha256: the archive, or the description inside the folder."""
