"""One raw video: what was found, how sure it is, and pictures to judge it by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paracrine.characterization.inference.video_record import (
    BandRecord,
    SettingLine,
    ThresholdAnswer,
    VideoAnalysis,
)
from paracrine.core.quantity import Quantity
from paracrine.figures.size_band import BandCurve, draw_size_band, shared_scale
from paracrine.figures.style import Spec
from paracrine.figures.video_charts import (
    ThresholdPoint,
    draw_common_motion,
    draw_size_brightness,
    draw_thresholds,
)
from paracrine.figures.video_frame import FrameSample, common_contrast, draw_frame
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray
from paracrine.report.html_page import render_html
from paracrine.report.numbers import NOT_ASSESSED, THIN, write_quantity, write_value
from paracrine.report.results import Notes
from paracrine.report.view import Chart, Note
from paracrine.report.words import write_unit

TRACKED, WHOLE = "tracked particles", "all particles"
_SETTING_WORDS = {
    "pixel_um": "Pixel size in the sample",
    "frames_per_s": "Frames per second",
    "exposure_ms": "Exposure",
    "temperature_c": "Temperature of the liquid",
    "viscosity_mpas": "Viscosity of the liquid",
    "depth_um": "Depth that is looked into",
    "spot_diameter_px": "Rough diameter of a spot",
    "threshold_ratio": "Detection threshold, brightness over its noise",
    "spots": "Spots are",
    "still_removed": "What never moves is taken away first",
    "refractive_index": "Refractive index of the particles",
    "refractive_index_spread": "Its spread from particle to particle",
}
_BY = {"file": "the file", "user": "the user", "assumed": "nobody: assumed", "program": "this analysis"}


@dataclass(frozen=True, slots=True, eq=False)
class VideoPageContent:
    """Everything the page of a video shows.

    Attributes:
        analysis: the result.
        frames: sampled frames.
        track, diameter_nm, relative_error, brightness_counts, spots_count: shape (tracks,), the analysed tracks.
        time_s, drift_x_um, drift_y_um: shape (frames,), common motion.
    """

    analysis: VideoAnalysis
    frames: tuple[FrameSample, ...]
    track: IntArray
    diameter_nm: FloatArray
    relative_error: FloatArray
    brightness_counts: FloatArray
    spots_count: IntArray
    time_s: FloatArray
    drift_x_um: FloatArray
    drift_y_um: FloatArray


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One number of the page."""

    title: str
    value: str
    interval: str
    unit: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One percentile for the tracked and for all particles."""

    title: str
    tracked: str
    tracked_interval: str
    whole: str
    whole_interval: str


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting with its origin."""

    title: str
    value: str
    unit: str
    stated_by: str
    origin: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class FramePicture:
    """A drawn frame."""

    number: int
    label: str
    svg: str


def video_html(content: VideoPageContent) -> str:
    """Return the page of one raw video as self-contained HTML."""
    analysis, notes = content.analysis, Notes()
    numbered = _numbered(content)
    return render_html(
        "video.html.j2",
        footer=f"{analysis.name} · {analysis.sha256[:16]}",
        charts=tuple(chart for chart, _ in numbered),
        places={chart.anchor: place for chart, place in numbered},
        title=f"{analysis.name}, particles tracked",
        kicker=_kicker(analysis),
        headline=video_headline(analysis),
        notes=_sorted_notes(notes, analysis),
        numbers=tuple(_numbers(analysis)),
        sizes=tuple(_sizes(analysis)),
        tracked_reason=analysis.tracked_reason,
        whole_reason=analysis.whole_reason,
        lowest=_lowest(analysis),
        frames=tuple(_pictures(content)),
        settings=tuple(_setting(line) for line in analysis.settings),
        tracking=tuple(_setting(line) for line in analysis.tracking),
        thresholds=analysis.thresholds and _threshold_sentence(analysis),
        analysis=analysis,
    )


def video_headline(analysis: VideoAnalysis) -> str:
    """Say in one sentence what was found and how sure it is."""
    if analysis.tracked is None:
        return f"{analysis.name}: no size distribution; {analysis.tracked_reason}."
    if analysis.headline_is_mean and analysis.mean_diffusion is not None:
        return _mean_headline(analysis)
    said = [f"the tracked particles have a median diameter of {_in_words(analysis.tracked.d50)}"]
    if analysis.whole is not None:
        said.append(f"all particles above {analysis.whole.lowest_nm:.0f}{THIN}nm {_in_words(analysis.whole.d50)}")
    concentration = analysis.concentration
    amount = (
        f"concentration {NOT_ASSESSED}" if concentration is None else f"{_in_words(concentration)} in the instrument"
    )
    return f"{analysis.name}: {', '.join(said)}; {amount}."


def _mean_headline(analysis: VideoAnalysis) -> str:
    assert analysis.mean_diffusion is not None
    assert analysis.mean_diameter is not None
    assert analysis.tracked is not None
    return (
        f"{analysis.name}: the mean diffusion coefficient of all steps is {_in_words(analysis.mean_diffusion)}, which "
        f"stands for {_in_words(analysis.mean_diameter)}; there is no common size, half of the tracks are slower than "
        f"{_in_words(analysis.tracked.d50)} would be."
    )


def _in_words(quantity: Quantity) -> str:
    written = write_quantity(quantity)
    interval = f" {written.interval}" if written.interval else ""
    return f"{written.value}{interval}{THIN}{write_unit(quantity.unit)}"


def _kicker(analysis: VideoAnalysis) -> str:
    rate = next(float(line.value) for line in analysis.settings if line.name == "frames_per_s")
    return (
        f"Raw video, {analysis.frames_count} frames of {analysis.width_px} × {analysis.height_px} px, "
        f"{analysis.frames_count / rate:.3g} s, {analysis.encoding}, {analysis.bit_depth} bit"
    )


def _sorted_notes(notes: Notes, analysis: VideoAnalysis) -> tuple[Note, ...]:
    order = {"serious": 0, "caution": 1, "note": 2}
    ranked = sorted(analysis.notices, key=lambda notice: order[notice.severity.value])
    return notes.of(ranked)


def _numbers(analysis: VideoAnalysis) -> Iterator[NumberRow]:
    concentration = analysis.concentration
    if concentration is None:
        yield NumberRow("Concentration in the instrument", NOT_ASSESSED, "", "", analysis.concentration_reason)
    else:
        yield _row("Concentration in the instrument", concentration, analysis.concentration_basis)
    yield _row("Particles per frame", analysis.per_frame, "spots of analysed tracks above the counting threshold")
    yield _row("Particles per area of the frame", analysis.per_image_area_mm2)
    yield NumberRow(
        "Tracks", f"{analysis.analysed_tracks_count}", "", "", f"long enough for a size, of {analysis.tracks_count}"
    )
    yield NumberRow("Particles", f"{analysis.particles_count}", "", "", "tracks that may be one particle count once")
    if analysis.mean_diffusion is not None and analysis.mean_diameter is not None:
        yield _row("Mean diffusion coefficient", analysis.mean_diffusion, "over all steps, whatever the sizes")
        yield _row("Diameter it stands for", analysis.mean_diameter, "big particles are seen longer and count more")
    if analysis.localisation_nm is not None:
        yield NumberRow("Localisation error", f"{analysis.localisation_nm:.2g}", "", "nm", "a spot, root mean square")
    yield NumberRow("Drift", f"{analysis.drift_um_per_s:.2g}", "", "µm/s", "removed")
    if analysis.exponent is not None:
        yield NumberRow("Power of time in the displacements", f"{analysis.exponent:.2f}", "", "", "1 is free diffusion")


def _row(title: str, quantity: Quantity, detail: str = "") -> NumberRow:
    written = write_quantity(quantity)
    return NumberRow(title, written.value, written.interval, write_unit(quantity.unit), detail)


def _sizes(analysis: VideoAnalysis) -> Iterator[SizeRow]:
    if analysis.tracked is None:
        return
    for title, name in (("D10", "d10"), ("D50", "d50"), ("D90", "d90"), ("Standard deviation", "deviation")):
        tracked = write_quantity(getattr(analysis.tracked, name))
        whole = write_quantity(getattr(analysis.whole, name) if analysis.whole else None)
        yield SizeRow(title, tracked.value, tracked.interval, whole.value, whole.interval)


def _lowest(analysis: VideoAnalysis) -> str:
    return "" if analysis.whole is None else f"{analysis.whole.lowest_nm:.0f}"


def _setting(line: SettingLine) -> SettingRow:
    value = write_value(float(line.value), digits=5) if isinstance(line.value, float) else str(line.value)
    return SettingRow(
        title=_SETTING_WORDS.get(line.name, line.name),
        value=value,
        unit=write_unit(line.unit),
        stated_by=_BY.get(line.stated_by, line.stated_by),
        origin=line.origin,
        assumed=line.stated_by == "assumed",
    )


def _pictures(content: VideoPageContent) -> Iterator[FramePicture]:
    if not content.frames:
        return
    low, high = common_contrast(content.frames)
    for number, sample in enumerate(content.frames, 1):
        label = f"{write_value(sample.time_s, digits=3)} s"
        yield FramePicture(number, label, draw_frame(sample, low_counts=low, high_counts=high))


def _numbered(content: VideoPageContent) -> list[tuple[Chart, str]]:
    return [
        (Chart(f"chart-{number}", title, caption, spec), place)
        for number, (place, title, caption, spec) in enumerate(_charts(content), 1)
    ]


def _charts(content: VideoPageContent) -> Iterator[tuple[str, str, str, Spec]]:
    analysis = content.analysis
    curves = [curve for curve in _curves(content) if curve is not None]
    if curves:
        axis_nm, top = shared_scale(curves)
        captions = (
            (
                "As tracked",
                "Line and 95 % band: all tracks together. Grey bars: each track by itself, blurred by its error.",
            ),
            ("Corrected for what was not seen", _correction(analysis)),
        )
        for hue, (curve, (title, caption)) in enumerate(zip(curves, captions, strict=False)):
            yield "sizes", title, caption, draw_size_band(curve, axis_nm=axis_nm, top=top, hue=hue)
    if content.track.size:
        plane = draw_size_brightness(
            track=content.track,
            diameter_nm=content.diameter_nm,
            relative_error=content.relative_error,
            brightness_counts=content.brightness_counts,
            spots_count=content.spots_count,
        )
        yield (
            "more",
            "Size and brightness",
            "One point a track; its size by diffusion, its brightness by its peak.",
            plane,
        )
    if content.time_s.size > 1:
        motion = draw_common_motion(time_s=content.time_s, x_um=content.drift_x_um, y_um=content.drift_y_um)
        yield "more", "Drift", "Motion that all particles share; it is removed before diffusion is measured.", motion
    points = [point for answer in analysis.thresholds for point in _points(answer)]
    if len({point.threshold_ratio for point in points}) > 1:
        caption = "The whole video tracked and analysed again at each threshold; bands are 95 % intervals."
        yield "more", "How the answer moves with the detection threshold", caption, draw_thresholds(points)


def _curves(content: VideoPageContent) -> Iterator[BandCurve | None]:
    analysis = content.analysis
    yield _curve(analysis.tracked, content.diameter_nm)
    yield _curve(analysis.whole, np.zeros(0))


def _curve(band: BandRecord | None, tracks_nm: FloatArray) -> BandCurve | None:
    if band is None:
        return None
    return BandCurve(
        edges_nm=np.asarray(band.edges_nm),
        shares=np.asarray(band.shares),
        low_shares=np.asarray(band.low_shares),
        high_shares=np.asarray(band.high_shares),
        median_nm=band.d50.value,
        median_text=f"D50 {write_quantity(band.d50).value} nm",
        lowest_nm=band.lowest_nm,
        tracks_nm=tracks_nm,
    )


def _correction(analysis: VideoAnalysis) -> str:
    index = next(line for line in analysis.tracking if line.name == "refractive_index")
    return (
        f"All particles in the liquid above {_lowest(analysis)} nm, if they are spheres of index {index.value:g} "
        f"({_BY.get(index.stated_by, index.stated_by)}); nothing is said of smaller ones."
    )


def _points(answer: ThresholdAnswer) -> Iterator[ThresholdPoint]:
    for series, quantity in ((TRACKED, answer.tracked_d50), (WHOLE, answer.whole_d50)):
        if quantity is not None and quantity.low is not None and quantity.high is not None:
            yield ThresholdPoint(
                answer.threshold_ratio, series, quantity.value, quantity.low, quantity.high, answer.chosen
            )


def _threshold_sentence(analysis: VideoAnalysis) -> str:
    parts = []
    for series, name in ((TRACKED, "tracked_d50"), (WHOLE, "whole_d50")):
        values = [quantity.value for answer in analysis.thresholds if (quantity := getattr(answer, name)) is not None]
        if len(values) > 1:
            parts.append(f"D50 of {series} lies between {min(values):.4g} and {max(values):.4g} nm")
    ratios = [answer.threshold_ratio for answer in analysis.thresholds]
    return f"Between thresholds of {min(ratios):.3g} and {max(ratios):.3g}: {'; '.join(parts)}." if parts else ""
