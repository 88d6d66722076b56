"""Everything a certificate shows, assembled by the bench from the record; drawing adds nothing to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from paracrine.core.measurement import Measurement
from paracrine.core.notice import Notice
from paracrine.core.plan import StudyPlan
from paracrine.core.product import Batch
from paracrine.core.run import Run
from paracrine.core.specification import Specification, Verdict
from paracrine.release.comparison import AttributeComparison
from paracrine.rulebooks.line import ChecklistLine


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file that went into the certificate."""

    path: str
    sha256: str
    size_bytes: int
    reader: str
    reader_version: str
    maturity: str
    error: str = ""
    """One line when the file could not be read."""


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as the certificate shows it: payload included, so that curves can be drawn."""

    run: Run
    sample: str
    role: str
    included: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A cited work: key `doi:...`, one-line reference, what it was used for."""

    key: str
    reference: str
    used_for: str


@dataclass(frozen=True, slots=True)
class Seal:
    """Where in the ledger the certificate stands."""

    workspace: str
    entry: int
    seal_sha256: str
    sealed_at: str
    person: str
    role: str


@dataclass(frozen=True, slots=True)
class TruthEntry:
    """One true value of a simulated batch, of every method or of those whose name holds `method`."""

    attribute: str
    value: float
    unit: str
    method: str = ""


@dataclass(frozen=True, slots=True)
class CertificateContent:
    """One batch's certificate."""

    headline: str
    """The one sentence that answers; made by `report.headline`."""
    plan: StudyPlan
    batch: Batch
    measurements: tuple[Measurement, ...]
    verdicts: tuple[Verdict, ...]
    specification: Specification | None
    runs: tuple[RunEntry, ...]
    files: tuple[FileEntry, ...]
    checklist: tuple[ChecklistLine, ...] = ()
    works: tuple[Work, ...] = ()
    notices: tuple[Notice, ...] = ()
    seal: Seal | None = None
    software: tuple[tuple[str, str], ...] = ()
    """(name, version) of what computed the numbers."""
    truth: tuple[TruthEntry, ...] = ()
    """Simulated truth, only in the demonstration."""
    made_at: str = ""


@dataclass(frozen=True, slots=True)
class ComparisonContent:
    """A page over several batches."""

    headline: str
    plan: StudyPlan
    certificates: tuple[CertificateContent, ...]
    comparisons: tuple[AttributeComparison, ...] = field(default=())
