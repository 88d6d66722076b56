"""What is drawn of a size distribution: few points that keep its shape, the mean of replicates and its band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.numerics.interval import coverage_factor
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution

_POINTS_AT_MOST = 150
_LOG_SPACED_RATIO = 3.0
REPLICATES_FOR_A_BAND = 3
"""Two replicates give a band 12.7 standard errors wide, which shows nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A drawn curve: `size_nm` rising and `height`, both shape (n,)."""

    size_nm: FloatArray
    height: FloatArray

    @property
    def peak(self) -> float:
        """The largest height, 0 for an empty curve."""
        return float(self.height.max(initial=0.0))

    def flank(self, fraction: float) -> tuple[float, float]:
        """Return the last point at or above a fraction of the peak."""
        position = int(np.flatnonzero(self.height >= fraction * self.peak)[-1])
        return float(self.size_nm[position]), float(self.height[position])


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The 95 % interval of a mean curve at each size: `size_nm`, `low` and `high`, shape (n,)."""

    size_nm: FloatArray
    low: FloatArray
    high: FloatArray


def is_log_spaced(distribution: SizeDistribution) -> bool:
    """Whether bins widen with size, as in light scattering; such contents are drawn per bin."""
    widths = np.diff(distribution.edges_nm)
    return bool(widths[-1] > _LOG_SPACED_RATIO * widths[0])


def drawn_points(distribution: SizeDistribution) -> Points:
    """Return the curve as drawn: contents per nm, or per bin where bins are log-spaced.

    Even bins are joined into at most 150 bins of about equal width on a log axis; contents are conserved.
    """
    return _trimmed(_untrimmed(distribution))


def band_of_mean(distributions: Sequence[SizeDistribution]) -> Band | None:
    """Return the 95 % interval of the mean of replicates at each drawn size, cut at zero.

    The mean plus and minus Student's t times the standard error over replicates, size by size: a band for one size
    looked at, not for the whole curve at once. None for fewer than three replicates or different bins.

    Args:
        distributions: the replicates.
    """
    if len(distributions) < REPLICATES_FOR_A_BAND or mean_distribution(distributions) is None:
        return None
    curves = [_untrimmed(distribution) for distribution in distributions]
    heights = np.array([curve.height for curve in curves])
    mean = heights.mean(axis=0)
    error = heights.std(axis=0, ddof=1) / np.sqrt(len(curves))
    reach = coverage_factor(len(curves) - 1) * error
    kept = _filled(mean)
    return Band(curves[0].size_nm[kept], np.maximum(mean - reach, 0)[kept], (mean + reach)[kept])


def _untrimmed(distribution: SizeDistribution) -> Points:
    if is_log_spaced(distribution) or distribution.contents.size <= _POINTS_AT_MOST:
        heights = distribution.contents
        if not is_log_spaced(distribution):
            heights = heights / np.diff(distribution.edges_nm)
        return Points(distribution.centres_nm, heights)
    edges = _joined_edges(distribution.edges_nm)
    cumulative = np.concatenate([[0.0], np.cumsum(distribution.contents)])
    contents = np.diff(np.interp(edges, distribution.edges_nm, cumulative))
    return Points((edges[1:] + edges[:-1]) / 2, contents / np.diff(edges))


def mean_distribution(distributions: Sequence[SizeDistribution]) -> SizeDistribution | None:
    """Return the mean of replicates, None when their bins or units differ.

    Args:
        distributions: at least one.
    """
    first = distributions[0]
    for other in distributions[1:]:
        same_unit = (
            other.contents_unit == first.contents_unit and other.measurand.weighting == first.measurand.weighting
        )
        if not same_unit or not np.array_equal(other.edges_nm, first.edges_nm):
            return None
    contents = np.mean([distribution.contents for distribution in distributions], axis=0)
    return SizeDistribution(
        edges_nm=first.edges_nm, contents=contents, contents_unit=first.contents_unit, measurand=first.measurand
    )


def _joined_edges(edges_nm: FloatArray) -> FloatArray:
    start = min(max(float(edges_nm[0]), 10.0), float(edges_nm[-1]) / 2)
    wanted = np.geomspace(start, float(edges_nm[-1]), _POINTS_AT_MOST + 1)
    positions = np.unique(np.searchsorted(edges_nm, wanted).clip(0, edges_nm.size - 1))
    joined: FloatArray = edges_nm[np.union1d(positions, [0, edges_nm.size - 1])]
    return joined


def _trimmed(points: Points) -> Points:
    kept = _filled(points.height)
    return Points(points.size_nm[kept], points.height[kept])


def _filled(height: FloatArray) -> slice:
    """Drop empty ends but keep one zero on each side, so that the curve comes down."""
    filled = np.flatnonzero(height > 0)
    return slice(max(int(filled[0]) - 1, 0), int(filled[-1]) + 2) if filled.size else slice(0, 0)
