"""A study as the user states it in study.toml: which file belongs to which sample."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from paracrine.core.product import Batch, Product, Protocol, Sample
from paracrine.core.records import Record


class FileUse(Record):
    """One file named in a study, and which of its runs belong to the sample."""

    kind: ClassVar[str] = "file_use"

    path: str
    """Relative to the study's folder."""
    sample: str
    """Sample name within the batch; empty for a plate whose role map names the samples."""
    batch: str
    runs: tuple[str, ...] = ()
    """Run names or sample hints to take; empty takes all."""
    technical_replicate: str = ""
    dilution_factor: float | None = None
    """Dilution for this measurement where it differs from the sample's: two instruments, two dilutions."""


class PlateUse(Record):
    """A plate file whose role map names the samples as `batch/sample` or `batch`."""

    kind: ClassVar[str] = "plate_use"

    path: str


class SizeWindow(Record):
    """The window of `particles_in_window_pct`."""

    kind: ClassVar[str] = "size_window"

    low_nm: float = 50.0
    high_nm: float = 200.0


class StudyPlan(Record):
    """Product, batches, samples with roles, files, and what could not be known."""

    kind: ClassVar[str] = "study_plan"

    title: str
    product: Product
    protocol: Protocol | None = None
    batches: tuple[Batch, ...]
    samples: tuple[Sample, ...]
    files: tuple[FileUse, ...] = ()
    plates: tuple[PlateUse, ...] = ()
    window: SizeWindow = SizeWindow()
    rulebooks: tuple[str, ...] = ("misev2023", "misev2018", "msc_ev_cqa")
    margins: dict[str, float] = Field(default_factory=dict)
    """Attribute to the ratio within which two batches count as equivalent, stated by the user."""
    person: str = ""
    role: str = ""
    questions: tuple[str, ...] = ()
    """What `init` could not know."""
