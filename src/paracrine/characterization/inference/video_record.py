"""What is kept of an analysed video: enough to draw it, to certify it, and to tell whether it must be done again."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from paracrine.characterization.inference.mean_diffusion import MeanDiffusion
from paracrine.characterization.inference.recording import Recording
from paracrine.characterization.inference.result import NtaResult, SizeBand
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.notice import Notice
from paracrine.core.provenance import SourceRef
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.core.records import Record
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution
from paracrine.payloads.video import Video
from paracrine.payloads.video_counts import VideoCounts

READER, READER_VERSION = "particle_video", "1"
INSTRUMENT = "particle video"
NO_COMMON_SIZE = "no-common-size"
"""Notice: mean of all steps and median of the tracks are far apart; the mean is then what the video says."""
_UNITS = {
    "pixel_um": "um", "frames_per_s": "1/s", "exposure_ms": "ms", "temperature_c": "°C", "viscosity_mpas": "mPa.s"
}  # fmt: skip
_NORMAL_975 = 1.959964


class SettingLine(Record):
    """One setting with its origin."""

    kind: ClassVar[str] = "setting_line"

    name: str
    value: float | str
    unit: str = ""
    stated_by: str
    origin: str = ""
    relative_standard_uncertainty: float = 0.0


class BandRecord(Record):
    """A size distribution with pointwise 95 % limits and percentiles."""

    kind: ClassVar[str] = "size_band"

    edges_nm: tuple[float, ...]
    shares: tuple[float, ...]
    low_shares: tuple[float, ...]
    high_shares: tuple[float, ...]
    d10: Quantity
    d50: Quantity
    d90: Quantity
    deviation: Quantity
    budget: Budget
    lowest_nm: float = 0.0


class ThresholdAnswer(Record):
    """What another detection threshold would have said."""

    kind: ClassVar[str] = "threshold_answer"

    threshold_ratio: float
    spots_per_frame: float
    tracks_count: int
    tracked_d50: Quantity | None
    whole_d50: Quantity | None
    chosen: bool = False


class VideoAnalysis(Record):
    """Sizes and counts of one raw video."""

    kind: ClassVar[str] = "video_analysis"

    name: str
    sha256: str
    """Of the file, or of the names and hashes of the frames of a folder."""
    size_bytes: int
    encoding: str
    frames_count: int
    width_px: int
    height_px: int
    bit_depth: int
    settings: tuple[SettingLine, ...]
    tracking: tuple[SettingLine, ...]
    spots_per_frame: float
    tracks_count: int
    analysed_tracks_count: int
    median_spots_per_track: float
    mean_diffusion: Quantity | None
    mean_diameter: Quantity | None
    tracked: BandRecord | None
    tracked_reason: str = ""
    whole: BandRecord | None
    whole_reason: str = ""
    per_frame: Quantity
    particles_count: int
    per_image_area_mm2: Quantity
    concentration: Quantity | None
    concentration_basis: str = ""
    concentration_reason: str = ""
    count_budget: Budget | None
    drift_um_per_s: float
    vibration_um: float
    exponent: float | None
    localisation_nm: float | None
    notices: tuple[Notice, ...]
    thresholds: tuple[ThresholdAnswer, ...] = ()
    software_version: str
    fingerprint: str = ""
    """Hash over video, settings and code; equal means that the analysis need not be made again."""
    outputs: dict[str, str] = Field(default_factory=dict)
    """File name to sha256."""

    @property
    def headline_is_mean(self) -> bool:
        """Whether the mean over all steps is the answer, not the median of the tracks."""
        return any(notice.code == NO_COMMON_SIZE for notice in self.notices)


def setting_lines(recording: Recording) -> tuple[tuple[SettingLine, ...], tuple[SettingLine, ...]]:
    """Return the lines of camera and liquid, and those of the analysis."""
    camera = []
    for name, unit in _UNITS.items():
        setting = getattr(recording.settings, name)
        camera.append(
            SettingLine(
                name=name,
                value=setting.value,
                unit=unit,
                stated_by=setting.stated_by.value,
                origin=setting.origin,
                relative_standard_uncertainty=setting.relative_standard_uncertainty,
            )
        )
    if recording.depth is not None:
        depth = recording.depth
        camera.append(
            SettingLine(
                name="depth_um",
                value=depth.depth_um,
                unit="um",
                stated_by="assumed" if "assumption" in depth.stated_by else "user",
                origin=f"stated by {depth.stated_by}, ± {196 * depth.relative_standard_uncertainty:.2g} % at 95 %",
                relative_standard_uncertainty=depth.relative_standard_uncertainty,
            )
        )
    return tuple(camera), tuple(_analysis_lines(recording))


def _analysis_lines(recording: Recording) -> Iterable[SettingLine]:
    tracking, law = recording.tracking, recording.law
    yield SettingLine(name="spot_diameter_px", value=tracking.spot_diameter_px, unit="px", stated_by="program")
    yield SettingLine(name="threshold_ratio", value=tracking.threshold_ratio, stated_by="program")
    yield SettingLine(name="spots", value="dark" if tracking.dark_spots else "bright", stated_by="program")
    yield SettingLine(name="still_removed", value="yes" if tracking.still_removed else "no", stated_by="program")
    yield SettingLine(name="refractive_index", value=law.refractive_index, stated_by=law.stated_by)
    yield SettingLine(name="refractive_index_spread", value=law.refractive_index_spread, stated_by=law.stated_by)


def band_record(band: SizeBand | None) -> BandRecord | None:
    """Return a distribution as a record; arrays keep six significant digits."""
    if band is None:
        return None
    return BandRecord(
        edges_nm=_short(band.edges_nm),
        shares=_short(band.shares),
        low_shares=_short(band.low_shares),
        high_shares=_short(band.high_shares),
        d10=band.d10,
        d50=band.d50,
        d90=band.d90,
        deviation=band.deviation,
        budget=band.budget,
        lowest_nm=band.lowest_nm,
    )


def mean_quantities(mean: MeanDiffusion | None, result: NtaResult) -> tuple[Quantity | None, Quantity | None]:
    """Return the mean diffusion coefficient and the diameter it stands for, settings' uncertainty in the latter."""
    if mean is None or not mean.diffusion_um2_per_s > 0:
        return None, None
    low, high = mean.limits_um2_per_s
    value = mean.diffusion_um2_per_s
    diffusion = Quantity(value=value, unit="um2/s", low=low, high=high, basis=Basis.MODEL)
    nm = result.settings.diffusion_nm_um2_per_s
    shared = math.sqrt(sum(part**2 for part in result.settings.size_uncertainty().values()))
    reach = math.exp(_NORMAL_975 * math.hypot(shared, mean.standard_error_um2_per_s / value))
    size = nm / value
    return diffusion, Quantity(value=size, unit="nm", low=size / reach, high=size * reach, basis=Basis.MODEL)


def describe_video(video: Video, *, name: str, sha256: str, size_bytes: int) -> dict[str, Any]:
    """Return the fields of `VideoAnalysis` that say which video it was."""
    return {
        "name": name,
        "sha256": sha256,
        "size_bytes": size_bytes,
        "encoding": video.encoding,
        "frames_count": video.frames_count,
        "width_px": video.width_px,
        "height_px": video.height_px,
        "bit_depth": video.bit_depth,
    }


def run_of(analysis: VideoAnalysis, *, path: str) -> Run:
    """Return an analysed video as a run, so that it goes the way of any instrument's file to the certificate.

    Sizes are those of the tracked particles, as any tracking instrument reports; those of all particles, and the
    particles per frame, are single numbers beside them.
    """
    counts = VideoCounts(
        analysis.per_frame.value,
        _relative(analysis.per_frame),
        None if analysis.whole is None else analysis.whole.d50.value,
        None if analysis.whole is None else _own_error(analysis.whole.d50, analysis.whole.budget),
        analysis.whole_reason,
    )
    payloads: list[SizeDistribution | VideoCounts] = []
    shared: dict[str, tuple[Component, ...]] = {}
    if analysis.tracked is not None:
        payloads.append(_distribution(analysis, analysis.tracked))
        of_settings = tuple(_of_setting(part) for part in analysis.tracked.budget.components[1:])
        shared = {"diameter": of_settings, "whole_population": of_settings}
    if analysis.count_budget is not None:
        shared["particle_concentration"] = analysis.count_budget.components[1:]
    payloads.append(counts)
    lines = (*analysis.settings, *analysis.tracking)
    return Run(
        source=SourceRef(
            name=path, sha256=analysis.sha256, reader=READER, reader_version=READER_VERSION, locator="whole video"
        ),
        name=analysis.name,
        technique=Technique.NTA,
        instrument=INSTRUMENT,
        software=f"paracrine {analysis.software_version}",
        settings={f"recording / {line.name}": _as_text(line) for line in lines},
        payloads=tuple(payloads),
        shared_parts=shared,
        maturity=Maturity.CANDIDATE,
        notices=analysis.notices,
    )


def _distribution(analysis: VideoAnalysis, band: BandRecord) -> SizeDistribution:
    shares = np.asarray(band.shares)
    total = analysis.concentration.value if analysis.concentration else float(analysis.particles_count)
    errors = [_own_error(q, band.budget) * q.value for q in (band.d10, band.d50, band.d90)]
    return SizeDistribution(
        edges_nm=np.asarray(band.edges_nm),
        contents=shares / shares.sum() * total,
        contents_unit="1/mL" if analysis.concentration else "particles",
        measurand=Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER),
        tracks_count=float(analysis.particles_count),
        percentile_errors_nm=(errors[0], errors[1], errors[2]),
    )


def _own_error(quantity: Quantity, budget: Budget) -> float:
    """Relative standard uncertainty without what settings and localisation add."""
    systematic = math.sqrt(sum(part.standard_uncertainty**2 for part in budget.components[1:]))
    return math.sqrt(max(_relative(quantity) ** 2 - systematic**2, 0.0))


def _of_setting(part: Component) -> Component:
    """One physical effect for all videos of a sample; each video's own localisation error counts as one too."""
    return part.model_copy(update={"shared_id": part.shared_id or f"video {part.name}"})


def _relative(quantity: Quantity) -> float:
    """Relative standard uncertainty behind an interval."""
    if quantity.low is None or quantity.high is None or not quantity.low > 0:
        return 0.0
    return math.log(quantity.high / quantity.low) / (2 * _NORMAL_975)


def _as_text(line: SettingLine) -> str:
    value = f"{line.value:g}" if isinstance(line.value, float) else str(line.value)
    return f"{value}{f' {line.unit}' if line.unit else ''} ({line.stated_by})"


def _short(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)
