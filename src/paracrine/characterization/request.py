"""What characterisation is asked: one batch, its samples, and which runs belong to them."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.core.measurement import Measurement
from paracrine.core.plan import StudyPlan
from paracrine.core.product import Batch, Sample
from paracrine.core.run import Run


@dataclass(frozen=True, slots=True)
class RunUse:
    """One run as part of a sample."""

    run: Run
    sample: str
    """Sample name; empty for a plate whose role map names the samples."""
    technical_replicate: str = ""
    """Runs with the same word are one loading or one file and are averaged first."""
    included: bool = True
    reason: str = ""
    """Why it is excluded, and by whom."""
    dilution_factor: float | None = None
    """Stated for this file; it goes before the sample's."""


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One batch with everything measured on it or beside it."""

    plan: StudyPlan
    batch: Batch
    samples: tuple[Sample, ...]
    uses: tuple[RunUse, ...]
    external: tuple[Measurement, ...] = ()
    """Results from elsewhere: ratios may need them; they are not returned again."""
    software_version: str = ""
