"""What the file itself, and its contradictions, say against its numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np

from paracrine.core.notice import Notice, Severity
from paracrine.readers.nanosight.layout import DETAILS, Document
from paracrine.readers.nanosight.printed import SIZE_KEYS, BlockNumbers, Printed

WARNINGS, INFORMATION = "[Concentration Warnings]", "[Information]"
_FINE = frozenset({"ok", "no", ""})
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
_CAPTURE_VARIES = frozenset({"Temperature/C", "Viscosity/cP", "Max Jump Distance"})
_SLACK = 1e-3


def flag_notices(document: Document) -> list[list[Notice]]:
    """Return the instrument's own quality flags, one list a video; unknown words count as flags."""
    per_video: list[list[Notice]] = [[] for _ in range(document.videos_count)]
    for (section, key), row in document.rows.items():
        if section not in (WARNINGS, INFORMATION) or key in _NOT_FLAGS:
            continue
        made: dict[str, Notice] = {}
        for video, cell in enumerate(document.per_video(row)):
            word = cell.lower()
            if word in _FINE:
                continue
            if word not in made:
                made[word] = _flag(row.name, key, cell)
            per_video[video].append(made[word])
    return per_video


def _flag(place: str, key: str, cell: str) -> Notice:
    word = cell.lower()
    severity = Severity.SERIOUS if word in _SERIOUS else Severity.NOTE if word in _NOTES else Severity.CAUTION
    if word == "not calibrated":
        code, action = (
            "not-calibrated",
            "the concentration was not calibrated for these capture settings; do not use it",
        )
    elif word == "n/a":
        code, action = "not-assessed-by-instrument", ""
    else:
        code, action = _CODES.get(key, "instrument-flag"), ""
    return Notice(
        code=code, message=f"the instrument says {key}: {cell}", severity=severity, concerns=place, action=action
    )


def mixed_settings(document: Document) -> Iterator[Notice]:
    """Yield a notice when the videos were not captured or processed alike."""
    differing = []
    for (section, key), row in document.rows.items():
        if section in ("[Conditions]", "[Settings]") and key not in _CAPTURE_VARIES:
            counts = Counter(document.per_video(row))
            if len(counts) > 1:
                said = ", ".join(f"{value or 'empty'} ({count})" for value, count in counts.most_common(3))
                differing.append(f"{key} {said}")
    if differing:
        yield Notice(
            code="mixed-settings",
            message=f"videos of this file were not captured or processed alike: {'; '.join(differing)}",
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


def dilution_not_stated(recorded: bool) -> Iterator[Notice]:
    """Yield a notice when no dilution factor was entered."""
    if not recorded:
        yield Notice(
            code="dilution-not-stated",
            message="the file records no dilution factor: concentrations are those of the diluted sample",
            action="give dilution_factor of the sample in study.toml",
        )


def empty_video(numbers: list[BlockNumbers], frames: str, video: int) -> Iterator[Notice]:
    """Yield a notice for a video without any particle."""
    if not any(item.block.domain == "size" for item in numbers):
        return
    if all(item.ours.total[video] <= 0 for item in numbers if item.block.domain == "size"):
        reason = "no frame was analysed" if frames == "0" else "no particle was tracked"
        yield Notice(
            code="no-particles",
            message=f"{reason}: the concentration is zero and there is no size",
            severity=Severity.SERIOUS,
            action="exclude the video with a reason, or keep it as a blank",
        )


def population_cut(numbers: list[BlockNumbers], video: int) -> Iterator[Notice]:
    """Yield a notice when the histogram ends inside a population: 999 is its end, not a measured maximum."""
    cut = []
    for item in numbers:
        total = float(item.ours.total[video])
        if item.block.domain == "size" and total > 0:
            top_frac = float(item.block.contents[-10:, video].sum()) / total
            if top_frac >= 0.01:
                cut.append(f"{top_frac:.0%} by {item.block.weighting}")
    if cut:
        yield Notice(
            code="population-cut",
            message=f"the histogram ends at 1000 nm inside a population (above 990 nm: {', '.join(cut)}); "
            "a mode or percentile of 999 is that end, not a measured size",
        )


def summary_differs(numbers: list[BlockNumbers], concentration: Printed | None, video: int) -> Iterator[Notice]:
    """Yield a notice for each printed number the bins do not give."""
    for item in numbers:
        if item.shift is None:
            yield _differs(f"percentiles of the {item.block.label} follow no known convention", item.block.label)
        if item.ours.total[video] > 0:
            yield from _block_differs(item, video)
        elif any(row.values[video] for row in item.printed.values()):
            yield _differs(f"the file prints sizes, but the {item.block.label} is empty", item.block.label)
        if concentration is None or (item.block.domain, item.block.weighting) != ("size", "number"):
            continue
        printed, total = concentration.values[video], float(item.ours.total[video])
        if printed is None:
            yield _differs(f"no concentration is printed; the bins sum to {total:.4g}", concentration.place)
        elif abs(printed - total) > concentration.roundings[video] + len(item.block.values):
            yield _differs(f"the file prints {printed:.4g} per mL, its bins sum to {total:.4g}", concentration.place)


def _block_differs(item: BlockNumbers, video: int) -> Iterator[Notice]:
    unit = "nm" if item.block.domain == "size" else "E4 nm2/s"
    for key in SIZE_KEYS:
        row, ours = item.printed.get(key), item.rederived(key)
        if row is None or ours is None:
            continue
        printed, value = row.values[video], float(ours[video])
        if printed is None:
            yield _differs(f"no {key} is printed; the bins give {value:.1f} {unit}", row.place)
        elif key == "Mode" and _is_a_mode(item, video, printed):
            continue
        elif abs(printed - value) > row.roundings[video] + _SLACK:
            yield _differs(f"the file prints {printed:g} {unit}, its bins give {value:.2f}", row.place)


def _is_a_mode(item: BlockNumbers, video: int, printed: float) -> bool:
    """Whether the printed mode lies in or at a fullest bin; it is finer than the bins."""
    column, axis = item.block.contents[:, video], item.block.values[:, 0]
    reach = item.block.step / 2 + 0.05 + _SLACK
    return bool(np.any(np.abs(axis[column >= column.max()] - printed) <= reach))


def percentile_rows_differ(numbers: list[BlockNumbers], video: int) -> Iterator[Notice]:
    """Yield a notice when the percentile table and the summary above the histogram disagree."""
    for item in numbers:
        if item.block.percentiles is None:
            continue
        for key, level in (("D10", 10), ("D50", 50), ("D90", 90)):
            row = item.printed.get(key)
            printed = row.values[video] if row else None
            table = float(item.block.percentiles[level, video])
            if row is not None and printed is not None and abs(printed - table) > row.roundings[video] + _SLACK:
                yield _differs(f"{key} is {printed:g} above the table and {table:g} in the percentiles", row.place)


def averages_differ(numbers: list[BlockNumbers], concentration: Printed | None) -> Iterator[Notice]:
    """Yield notices on the file's own averages: over other columns, or counting empty videos as zero."""
    for item in numbers:
        yield from _bin_averages(item)
    number = next((i for i in numbers if (i.block.domain, i.block.weighting) == ("size", "number")), None)
    if number is None:
        return
    empty = number.ours.total <= 0
    if empty.any() and not empty.all():
        yield _empties_in_averages(number, concentration, empty)
    for item in numbers:
        for key in SIZE_KEYS:
            row = item.printed.get(key)
            values = [value for value in row.values if value is not None] if row else []
            if row is None or row.average is None or len(values) < len(row.values):
                continue
            mean = math.fsum(values) / len(values)
            if abs(mean - row.average) > 2 * 0.05 + _SLACK:
                yield _differs(f"the file prints the average {row.average:g}, its videos give {mean:.2f}", row.place)


def _bin_averages(item: BlockNumbers) -> Iterator[Notice]:
    """Compare the printed average of every bin with the videos: a checksum of the whole table."""
    block = item.block
    if block.values.shape[1] != block.videos_count + 3:
        return
    printed, mean = block.values[:, -2], block.contents.mean(axis=1)
    # Bins are printed without decimals; a spreadsheet keeps six digits of the largest.
    wrong = np.flatnonzero(np.abs(printed - mean) > 1 + 5e-6 * printed)
    if wrong.size:
        first = int(wrong[0])
        yield _differs(
            f"{wrong.size} rows of the table have an average that their videos do not give, first at "
            f"{block.values[first, 0]:g}: printed {printed[first]:.6g}, from the videos {mean[first]:.6g}",
            block.label,
        )


def _empties_in_averages(
    number: BlockNumbers, concentration: Printed | None, empty: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> Notice:
    parts = []
    kept = [index for index, is_empty in enumerate(empty) if not is_empty]
    rows = [("mean", number.printed.get("Mean"), "nm"), ("D50", number.printed.get("D50"), "nm")]
    for label, row, unit in rows:
        if row is not None and row.average is not None:
            values = [value for index in kept if (value := row.values[index]) is not None]
            parts.append(f"{label} {row.average:g} {unit}, without them {math.fsum(values) / len(values):.2f} {unit}")
    if concentration is not None and concentration.average is not None:
        total = float(number.ours.total[kept].mean())
        parts.append(f"concentration {concentration.average:.3g} per mL, without them {total:.3g} per mL")
    return Notice(
        code="averages-count-empty-videos",
        message=f"the file's own averages count {int(empty.sum())} empty videos as zero: {'; '.join(parts)}",
        action="use the averages without the empty videos",
    )


def _differs(message: str, place: str) -> Notice:
    return Notice(
        code="vendor-summary-differs",
        message=message,
        severity=Severity.SERIOUS,
        concerns=place,
        action="the file was edited or damaged; use the original export",
    )
