"""Where the parts of an NTA summary do not agree: the vendor's numbers against the bins, averages against videos."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from paracrine.core.notice import Notice, Severity
from paracrine.readers.nanosight.printed import BlockNumbers, Printed
from paracrine.readers.nanosight.tables import SIZE_KEYS

_SLACK = 1e-3
_SPREADSHEET_DIGITS = 5e-6
"""A spreadsheet keeps six digits of its largest numbers."""


def add_contradictions(numbers: list[BlockNumbers], concentration: Printed, per_video: list[list[Notice]]) -> None:
    """Append a notice for each printed number that the bins or the percentile table do not give."""
    for item in numbers:
        _compare_summary(item, per_video)
        _compare_percentiles(item, per_video)
        if item.is_number_weighted_size:
            _compare_concentration(item, concentration, per_video)


def averages_differ(numbers: list[BlockNumbers]) -> Iterator[Notice]:
    """Yield notices on printed averages that the videos of the file do not give."""
    for item in numbers:
        yield from _bin_averages(item)
        for key in SIZE_KEYS:
            row = item.printed[key]
            mean = math.fsum(row.values) / len(row.values)
            # Printed values and their average are each rounded.
            if row.average is not None and not abs(mean - row.average) <= 2 * max(row.roundings) + _SLACK:
                yield _differs(f"the file prints the average {row.average:g}, its videos give {mean:.2f}", row.place)


def _compare_summary(item: BlockNumbers, per_video: list[list[Notice]]) -> None:
    filled = (item.total > 0).tolist()
    for key, row in item.ours.items():
        printed = item.printed[key]
        reach = _SLACK + (item.block.step / 2 if key == "Mode" else 0)
        for video, (value, ours, rounding) in enumerate(
            zip(printed.values, row.tolist(), printed.roundings, strict=True)
        ):
            if abs(value - ours) <= rounding + reach or (not filled[video] and value == 0):
                continue
            if key == "Mode" and filled[video] and _is_another_fullest_bin(item, video, value, rounding + reach):
                continue
            bins = f"its bins give {ours:.2f}" if filled[video] else "but all bins are empty"
            said = "nothing" if math.isnan(value) else f"{value:g}"
            per_video[video].append(_differs(f"the file prints {said} as {key}, {bins}", printed.place))
    if len(item.ours) < len(SIZE_KEYS):
        for video in np.flatnonzero(item.total > 0).tolist():
            per_video[video].append(_differs("percentiles follow no known convention", item.block.place))


def _is_another_fullest_bin(item: BlockNumbers, video: int, printed: float, reach: float) -> bool:
    bins = item.block.contents[video]
    return bool(np.any(np.abs(item.block.axis[bins == bins.max()] - printed) <= reach))


def _compare_percentiles(item: BlockNumbers, per_video: list[list[Notice]]) -> None:
    """Compare the summary above the histogram with the rows of the percentile table behind it."""
    if item.block.percentiles is None:
        return
    for key, table in zip(("D10", "D50", "D90"), item.block.percentiles.tolist(), strict=True):
        row = item.printed[key]
        for video, (printed, behind, rounding) in enumerate(zip(row.values, table, row.roundings, strict=True)):
            if abs(printed - behind) > rounding + _SLACK:
                message = f"{key} is {printed:g} above the table and {behind:g} among the percentiles"
                per_video[video].append(_differs(message, row.place))


def _compare_concentration(item: BlockNumbers, concentration: Printed, per_video: list[list[Notice]]) -> None:
    pairs = zip(concentration.values, concentration.roundings, item.total.tolist(), strict=True)
    for video, (printed, rounding, total) in enumerate(pairs):
        # Each bin is printed without decimals.
        if not abs(printed - total) <= rounding * (1 + _SLACK) + item.block.axis.size:
            said = "nothing" if math.isnan(printed) else f"{printed:.4g} per mL"
            message = f"the file prints {said} as concentration, its bins sum to {total:.4g} per mL"
            per_video[video].append(_differs(message, concentration.place))


def _bin_averages(item: BlockNumbers) -> Iterator[Notice]:
    """Compare the printed average of every bin with its videos: a checksum of the whole table."""
    block = item.block
    if block.averages is None:
        return
    printed, mean = block.averages, block.contents.mean(axis=0)
    wrong = np.flatnonzero(np.abs(printed - mean) > 1 + _SPREADSHEET_DIGITS * printed)
    if wrong.size:
        first = int(wrong[0])
        yield _differs(
            f"{wrong.size} rows of the table print an average that their videos do not give, first at "
            f"{block.axis[first]:g}: {printed[first]:.6g} printed, {mean[first]:.6g} from the videos",
            block.place,
        )


def _differs(message: str, place: str) -> Notice:
    return Notice(
        code="vendor-summary-differs",
        message=message,
        severity=Severity.SERIOUS,
        concerns=place,
        action="the file was edited or damaged; use the original export",
    )
