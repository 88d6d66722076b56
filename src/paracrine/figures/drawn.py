"""What is drawn of a size distribution: few points that keep its shape, and the mean of replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.payloads.size_distribution import FloatArray, SizeDistribution

_POINTS_AT_MOST = 150
_LOG_SPACED_RATIO = 3.0


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


def is_log_spaced(distribution: SizeDistribution) -> bool:
    """Whether bins widen with size, as in light scattering; such contents are drawn per bin."""
    widths = np.diff(distribution.edges_nm)
    return bool(widths[-1] > _LOG_SPACED_RATIO * widths[0])


def drawn_points(distribution: SizeDistribution) -> Points:
    """Return the curve as drawn: contents per nm, or per bin where bins are log-spaced.

    Even bins are joined into at most 150 bins of about equal width on a log axis; contents are conserved.
    """
    if is_log_spaced(distribution) or distribution.contents.size <= _POINTS_AT_MOST:
        heights = distribution.contents
        if not is_log_spaced(distribution):
            heights = heights / np.diff(distribution.edges_nm)
        return _trimmed(Points(distribution.centres_nm, heights))
    edges = _joined_edges(distribution.edges_nm)
    cumulative = np.concatenate([[0.0], np.cumsum(distribution.contents)])
    contents = np.diff(np.interp(edges, distribution.edges_nm, cumulative))
    return _trimmed(Points((edges[1:] + edges[:-1]) / 2, contents / np.diff(edges)))


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
    """Drop empty ends but keep one zero on each side, so that the curve comes down."""
    filled = np.flatnonzero(points.height > 0)
    if filled.size == 0:
        return Points(points.size_nm[:0], points.height[:0])
    kept = slice(max(int(filled[0]) - 1, 0), int(filled[-1]) + 2)
    return Points(points.size_nm[kept], points.height[kept])
