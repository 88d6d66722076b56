"""The instrument's own flags, and what in the file should not be averaged blindly."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np

from paracrine.core.notice import Notice, Severity
from paracrine.readers.nanosight.layout import CONDITIONS, DETAILS, INFORMATION, SETTINGS, WARNINGS, Document
from paracrine.readers.nanosight.printed import BlockNumbers, Printed

_FINE = frozenset({"ok", "no", ""})
_AS_PRINTED = frozenset({"OK", "No", ""})
_NOT_FLAGS = frozenset({"Vibration correction applied"})
_CODES = {
    "Validity of concentration measurement": "concentration-validity",
    "Completed Tracks": "few-tracks",
    "Particles per frame": "particles-per-frame",
    "Noise level": "noise",
    "Brightness": "brightness",
    "Detection Threshold": "detection-threshold",
    "Camera Histogram Lower Limit": "camera-histogram",
    "Concentration": "low-concentration",
    "Video length": "short-video",
    "Vibration detected": "vibration",
    "Settings changed?": "settings-changed",
    "Errors (1)": "instrument-error",
    "Errors (2)": "instrument-error",
}
_SERIOUS = frozenset({"unreliable", "not calibrated", "no data", "high noise"})
_NOTES = frozenset({"minor vibration", "n/a"})
_VARIES_BY_ITSELF = frozenset({"Temperature/C", "Viscosity/cP", "Max Jump Distance"})
_TOP_BINS = 10
_TOP_FRAC = 0.01


def add_flags(document: Document, per_video: list[list[Notice]]) -> None:
    """Append the instrument's own quality flags to each video; unknown words count as flags."""
    for (section, key), row in document.video_rows.items():
        if section not in (WARNINGS, INFORMATION) or key in _NOT_FLAGS or _AS_PRINTED.issuperset(row.cells):
            continue
        made: dict[str, Notice] = {}
        for video, cell in enumerate(row.cells):
            word = cell.lower()
            if word not in _FINE:
                made[word] = made.get(word) or _flag(row.name, key, cell)
                per_video[video].append(made[word])


def _flag(place: str, key: str, cell: str) -> Notice:
    word = cell.lower()
    severity = Severity.SERIOUS if word in _SERIOUS else Severity.NOTE if word in _NOTES else Severity.CAUTION
    code, action = _CODES.get(key, "instrument-flag"), ""
    if word == "not calibrated":
        code, action = "not-calibrated", "the concentration is not calibrated for these capture settings; leave it out"
    elif word == "n/a":
        code = "not-assessed-by-instrument"
    return Notice(
        code=code, message=f"the instrument says {key}: {cell}", severity=severity, concerns=place, action=action
    )


def add_empty_videos(document: Document, numbers: list[BlockNumbers], per_video: list[list[Notice]]) -> None:
    """Append a notice to each video without any particle: valid, zero, and not a size of 0 nm."""
    totals = [item.total for item in numbers if item.block.domain == "size"]
    if not totals or all(total.all() for total in totals):
        return
    frames = document.video_rows.get((SETTINGS, "Total frames analysed"))
    for video in np.flatnonzero(np.sum(totals, axis=0) == 0):
        no_frame = frames is not None and frames.cells[video] == "0"
        reason = "no frame was analysed" if no_frame else "no particle was tracked"
        per_video[video].append(
            Notice(
                code="no-particles",
                message=f"{reason}: the concentration is zero and there is no size",
                severity=Severity.SERIOUS,
                action="exclude the video with a reason, or keep it as a blank",
            )
        )


def add_population_cut(numbers: list[BlockNumbers], per_video: list[list[Notice]]) -> None:
    """Append a notice where the histogram ends inside a population: 999 is its end, not a measured maximum."""
    cut: dict[int, list[str]] = {}
    for item in numbers:
        if item.block.domain == "size":
            top = item.block.contents[:, -_TOP_BINS:].sum(axis=1)
            if not top.any():
                continue
            for video in np.flatnonzero((top > 0) & (top >= _TOP_FRAC * item.total)).tolist():
                cut.setdefault(video, []).append(f"{top[video] / item.total[video]:.0%} by {item.block.weighting}")
    for video, said in cut.items():
        per_video[video].append(
            Notice(
                code="population-cut",
                message=f"the histogram ends at 1000 nm inside a population (above 990 nm: {', '.join(said)}); "
                "a mode or percentile of 999 is that end, not a measured size",
            )
        )


def mixed_settings(document: Document) -> Iterator[Notice]:
    """Yield a notice when the videos were not diluted, captured or processed alike."""
    differing = []
    for (section, key), row in document.video_rows.items():
        compared = section in (CONDITIONS, SETTINGS) or key.startswith("Dilution factor")
        if compared and key not in _VARIES_BY_ITSELF and len(set(row.cells)) > 1:
            counts = Counter(row.cells).most_common(3)
            differing.append(f"{key} " + ", ".join(f"{value or 'empty'} ({count})" for value, count in counts))
    if differing:
        yield Notice(
            code="mixed-settings",
            message=f"videos of this file were not diluted, captured or processed alike: {'; '.join(differing)}",
            action="average only videos taken with the same settings",
        )


def combined_experiment(document: Document) -> Iterator[Notice]:
    """Yield a notice when the file was put together from several experiments."""
    remarks = document.rows.get((DETAILS, "Remarks"))
    if remarks and any("combined experiment" in cell.lower() for cell in remarks.cells):
        yield Notice(
            code="combined-experiment",
            message="the file combines several experiments, perhaps of different samples and dilutions; "
            "its own averages mix them",
            action="group videos by sample and state each dilution",
        )


def empties_in_averages(numbers: list[BlockNumbers], concentration: Printed) -> Iterator[Notice]:
    """Yield a notice with both numbers when the file's own averages count empty videos as zero."""
    number = next((item for item in numbers if item.is_number_weighted_size), None)
    if number is None or number.total.all() or not number.total.any():
        return
    empty_count = int((number.total == 0).sum())
    kept = np.flatnonzero(number.total > 0).tolist()
    parts = []
    for label, key in (("mean", "Mean"), ("D50", "D50")):
        row = number.printed[key]
        if row.average is not None:
            without = math.fsum(row.values[video] for video in kept) / len(kept)
            parts.append(f"{label} {row.average:g} nm, without them {without:.2f} nm")
    if concentration.average is not None:
        without = float(number.total[kept].mean())
        parts.append(f"concentration {concentration.average:.3g} per mL, without them {without:.3g} per mL")
    yield Notice(
        code="averages-count-empty-videos",
        message=f"the file's own averages count {empty_count} empty videos as zero: {'; '.join(parts)}",
        action="use the averages without the empty videos",
    )


def dilution_not_stated() -> Notice:
    """Return the notice of a video without dilution factor."""
    return Notice(
        code="dilution-not-stated",
        message="the file records no dilution factor: concentrations are those of the diluted sample",
        action="give dilution_factor of the sample in study.toml",
    )
