"""A study as the user states it in study.toml: which file belongs to which sample."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from paracrine.core.product import Batch, Product, Protocol, Sample
from paracrine.core.records import Record


class VideoSettings(Record):
    """What a person says about a raw particle video; what is left out is taken from the file, or asked for.

    A number may carry its 95 % interval: `25`, `"25±0.5"` or `"24.5..25.5"`. One without an interval has no part in
    the interval of any result.
    """

    kind: ClassVar[str] = "video_settings"

    pixel_um: float | str | None = None
    """Pixel size in the sample plane."""
    frames_per_s: float | str | None = None
    exposure_ms: float | str | None = None
    temperature_c: float | str | None = None
    """Of the liquid."""
    viscosity_mpas: float | str | None = None
    """Of the liquid at that temperature; `diluent` instead computes it."""
    diluent: str = ""
    depth_um: float | str | None = None
    """Depth in which particles are seen; without it there is no concentration. It needs an interval."""
    depth_bead_diameter_nm: float | None = None
    """Size of the beads of known concentration that the depth was calibrated with."""
    depth_bead_refractive_index: float | None = None
    """Of these beads; left out, it is that of the particles."""
    assumed: tuple[str, ...] = ()
    """Names of settings above that nobody measured; every page says so."""
    spot_diameter_px: float | None = None
    threshold_ratio: float | None = None
    """Lowest brightness over its noise that counts as a spot."""
    dark_spots: bool = False
    still_removed: bool = False
    """Whether what never moves (stuck particles, dust) is taken away first."""
    fewest_spots: int | None = None
    """Shorter tracks are not analysed."""
    refractive_index: float | None = None
    """Of the particles; behind the correction for those too dim to be seen."""
    refractive_index_spread: float | None = None

    def over(self, study: VideoSettings | None) -> VideoSettings:
        """Return these settings, with those of the study where nothing is said here."""
        if study is None:
            return self
        own = self.model_dump(exclude_unset=True)
        return VideoSettings(**{**study.model_dump(exclude_unset=True), **own})


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
    video: VideoSettings | None = None
    """Settings of a raw video where they differ from the study's."""


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
    video: VideoSettings | None = None
    """Settings that all raw videos of the study share."""
    window: SizeWindow = SizeWindow()
    rulebooks: tuple[str, ...] = ("misev2023", "misev2018", "msc_ev_cqa")
    margins: dict[str, float] = Field(default_factory=dict)
    """Attribute to the ratio within which two batches count as equivalent, stated by the user."""
    person: str = ""
    role: str = ""
    questions: tuple[str, ...] = ()
    """What `init` could not know."""
