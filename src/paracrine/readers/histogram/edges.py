"""Bin edges from centres or from one or both sides, refused where they would be a guess."""

from __future__ import annotations

import numpy as np

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray

_OF_A_STEP = 0.15
_OF_A_WIDTH = 0.02
_SINGLE_STEPS_FRAC = 0.8
_FEWEST_CENTRES = 5


def edges_from_both(lower: FloatArray, upper: FloatArray, rounding: FloatArray) -> FloatArray:
    """Return the edges of bins given by both sides, shape (n + 1,).

    Raises:
        InputError: when a bin is empty or upside down, or bins overlap or leave a gap.
    """
    if np.any(upper <= lower):
        row = int(np.argmax(upper <= lower)) + 1
        raise InputError(f"bin {row} has an upper edge that is not above its lower edge", hint="check the two columns")
    tolerance = np.minimum(rounding[:-1] + rounding[1:], _OF_A_WIDTH * (upper - lower)[1:])
    misfit = np.abs(upper[:-1] - lower[1:]) > tolerance
    if np.any(misfit):
        row = int(np.argmax(misfit))
        raise InputError(f"bins {row + 1} and {row + 2} overlap or leave a gap", hint="give every bin, empty ones as 0")
    return np.append(lower, upper[-1])


def edges_from_one_side(side: str, sizes: FloatArray, rounding: FloatArray) -> FloatArray:
    """Return the edges when only lower or only upper edges are given: the missing one follows from equal widths.

    Raises:
        InputError: when the widths are not equal.
    """
    require_rising(sizes)
    if not _is_regular(sizes, rounding):
        raise InputError(
            f"only {side} edges are given and bins are not equally wide", hint="give a column of the other edges too"
        )
    _, width = _line(sizes, rounding)
    return np.append(sizes, sizes[-1] + width) if side == "lower" else np.insert(sizes, 0, sizes[0] - width)


def edges_from_centres(centres: FloatArray, rounding: FloatArray) -> tuple[FloatArray, bool]:
    """Return edges, and whether they follow from the centres: equal widths, or equal ratios of neighbours.

    Otherwise the edges lie halfway between neighbours, which is a choice the reader of the result must know.

    Raises:
        InputError: when the centres do not rise, or rows are missing from a regular row of centres.
    """
    require_rising(centres)
    steps = np.diff(centres)
    if _is_regular(centres, rounding):
        start, width = _line(centres, rounding)
        edges = start + width * (np.arange(centres.size + 1) - 0.5)
        return np.maximum(edges, 0), True
    if np.all(centres > 0) and _is_regular(np.log(centres), rounding / centres):
        inner = np.sqrt(centres[1:] * centres[:-1])
        return np.concatenate(([centres[0] ** 2 / inner[0]], inner, [centres[-1] ** 2 / inner[-1]])), True
    _require_no_gap(centres, centres, rounding)
    if np.all(centres > 0):
        _require_no_gap(centres, np.log(centres), rounding / centres)
    inner = (centres[1:] + centres[:-1]) / 2
    outer = (max(0.0, centres[0] - steps[0] / 2), centres[-1] + steps[-1] / 2)
    return np.concatenate(([outer[0]], inner, [outer[1]])), False


def require_rising(sizes: FloatArray) -> None:
    """Raise unless there are at least two sizes and each is above the one before.

    Raises:
        InputError: naming the first row that is not.
    """
    if sizes.size < 2:
        raise InputError("one bin has no width", hint="give lower and upper edges")
    wrong = np.diff(sizes) <= 0
    if np.any(wrong):
        row = int(np.argmax(wrong)) + 2
        word = "stands there twice" if sizes[row - 1] == sizes[row - 2] else "does not rise"
        raise InputError(f"size {sizes[row - 1]:g} nm in row {row} {word}", hint="sort the rows and merge duplicates")


def _require_no_gap(centres: FloatArray, points: FloatArray, rounding: FloatArray) -> None:
    """Raise when nearly all points are one step apart and a few are not: rows are missing or changed there.

    Raises:
        InputError: naming the two sizes around the first odd step.
    """
    steps = np.diff(points)
    step = float(np.median(steps))
    slack = np.minimum(rounding[1:] + rounding[:-1], _OF_A_STEP * step) + 1e-9 * step
    single = np.abs(steps - step) <= slack
    if centres.size >= _FEWEST_CENTRES and _SINGLE_STEPS_FRAC <= np.mean(single) < 1:
        first = int(np.argmin(single))
        raise InputError(
            f"rows are missing or changed between {centres[first]:g} and {centres[first + 1]:g} nm",
            hint="give every bin, empty ones as 0, or both edges of each",
        )


def _is_regular(points: FloatArray, rounding: FloatArray) -> bool:
    """Whether points lie on equal steps within their print rounding, and the rounding cannot hide uneven steps."""
    first, last = _line_ends(rounding)
    start, step = _line(points, rounding)
    share = (np.arange(points.size) - first) / (last - first)
    line = start + step * np.arange(points.size)
    slack = rounding + rounding[first] * np.abs(1 - share) + rounding[last] * np.abs(share)
    widest = _OF_A_STEP * step
    return bool(np.all(np.abs(points - line) <= np.minimum(slack, widest) + 1e-9 * np.abs(points).max()))


def _line(points: FloatArray, rounding: FloatArray) -> tuple[float, float]:
    """Return start and step of the line through the outermost points that the print fixes best."""
    first, last = _line_ends(rounding)
    step = float(points[last] - points[first]) / (last - first)
    return float(points[first]) - step * first, step


def _line_ends(rounding: FloatArray) -> tuple[int, int]:
    """Return the outermost points; where a few are printed more coarsely than the others, those do not count."""
    finest = np.flatnonzero(rounding <= rounding.min() * 1.001)
    if finest.size >= max(2, _SINGLE_STEPS_FRAC * rounding.size):
        return int(finest[0]), int(finest[-1])
    return 0, rounding.size - 1
