"""Doubts that only several runs together can raise: scatter, one run apart, few particles, mixed settings."""

from __future__ import annotations

import math
from collections.abc import Sequence

from paracrine.characterization.measuring import RunValue
from paracrine.characterization.metric import Metric
from paracrine.core.notice import Notice, Severity
from paracrine.payloads.size_distribution import SizeDistribution

SPREAD_CV_PCT = 20.0
"""Quoted acceptance limit of replicates, to be confirmed against ISO 19430."""
ENOUGH_TRACKS = 1000
ENOUGH_TRACKS_PER_RUN = 200
"""Quoted acceptance limits of tracked particles, to be confirmed against ISO 19430."""
_APART_DEVIATIONS = 4.0
_APART_SHARE = 0.25
_CAPTURE_WORDS = ("camera", "shutter", "gain", "threshold", "sensitivity", "laser", "brightness", "tracelength")


def spread_notices(metric: Metric, values: Sequence[RunValue]) -> list[Notice]:
    """Return what the scatter between runs says about their mean."""
    numbers = [item.value.value for item in values if item.value.value is not None]
    found: list[Notice] = []
    if metric.scale == "relative" and len(numbers) > 1:
        found += _wide_scatter(metric, numbers)
        found += _one_apart(metric, values, numbers)
    found += _few_tracks(values)
    found += _settings_differ(values)
    return found


def _wide_scatter(metric: Metric, numbers: Sequence[float]) -> list[Notice]:
    mean = math.fsum(numbers) / len(numbers)
    if mean <= 0:
        return []
    deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1))
    cv_pct = 100 * deviation / mean
    if cv_pct <= SPREAD_CV_PCT:
        return []
    return [
        Notice(
            code="wide-scatter",
            message=f"the runs scatter by {cv_pct:.0f} % (coefficient of variation), more than {SPREAD_CV_PCT:.0f} %",
            concerns=metric.name,
            action="look for a run that failed, or measure more",
        )
    ]


def _one_apart(metric: Metric, values: Sequence[RunValue], numbers: Sequence[float]) -> list[Notice]:
    if len(numbers) < 4:
        return []
    found = []
    for index, number in enumerate(numbers):
        others = [*numbers[:index], *numbers[index + 1 :]]
        mean = math.fsum(others) / len(others)
        deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in others) / (len(others) - 1))
        if abs(number - mean) > max(_APART_DEVIATIONS * deviation, _APART_SHARE * abs(mean)):
            found.append(
                Notice(
                    code="run-apart",
                    message=f"{values[index].use.run.name} is {number / mean:.2g} times the mean of the other runs"
                    if mean > 0
                    else f"{values[index].use.run.name} lies apart from the other runs",
                    concerns=metric.name,
                    action="look at this run; exclude it only with a reason",
                )
            )
    return found[:2]


def _few_tracks(values: Sequence[RunValue]) -> list[Notice]:
    counts = [
        payload.tracks_count
        for item in values
        for payload in item.use.run.payloads[:1]
        if isinstance(payload, SizeDistribution) and payload.tracks_count is not None
    ]
    if not counts or sum(counts) >= ENOUGH_TRACKS:
        return []
    if len(counts) >= 3 and min(counts) >= ENOUGH_TRACKS_PER_RUN:
        return []
    return [
        Notice(
            code="few-particles",
            message=f"{sum(counts):.0f} particles were tracked in all, fewer than the usual {ENOUGH_TRACKS}",
            action="measure longer or dilute less",
        )
    ]


def _settings_differ(values: Sequence[RunValue]) -> list[Notice]:
    """Compare capture settings between files; within a file the reader has done it."""
    by_file: dict[str, RunValue] = {}
    for item in values:
        by_file.setdefault(item.use.run.source.sha256, item)
    runs = [item.use.run for item in by_file.values()]
    if len(runs) < 2:
        return []
    keys = [key for key in runs[0].settings if any(word in key.lower() for word in _CAPTURE_WORDS)]
    differing = [
        f"{key.rpartition('/')[2].strip()} ({', '.join(said)})"
        for key in keys
        if len(said := list(dict.fromkeys(run.settings.get(key, "not stated") for run in runs))) > 1
    ]
    if not differing:
        return []
    return [
        Notice(
            code="settings-differ",
            message=f"the files were not captured or processed alike: {'; '.join(differing[:4])}",
            severity=Severity.CAUTION,
            action="average only runs taken with the same settings",
        )
    ]
