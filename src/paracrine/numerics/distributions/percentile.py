"""Percentiles of binned content, by one stated convention.

Content is spread evenly inside its bin, so the cumulative is linear between bin edges and stands at the UPPER
edge of each bin. The p-th percentile is the smallest position at which the cumulative reaches p.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import LimitError

FloatArray = npt.NDArray[np.float64]

CONVENTION = "content spread evenly in its bin: cumulative at upper bin edges, linear between them"


@dataclass(frozen=True, eq=False)
class Cumulative:
    """The running total of binned content, made once and asked many times.

    Attributes:
        edges: shape (n + 1,), rising.
        contents: shape (n,), non-negative.
    """

    edges: FloatArray
    contents: FloatArray

    @cached_property
    def at_edges(self) -> FloatArray:
        """Running total at each edge, shape (n + 1,), from 0 to the whole content."""
        running = np.empty(self.edges.size)
        running[0] = 0.0
        np.cumsum(self.contents, out=running[1:])
        return running

    @property
    def total(self) -> float:
        """The whole content."""
        return float(self.at_edges[-1])

    def percentiles(self, fractions: npt.ArrayLike) -> FloatArray:
        """Return the positions at which the cumulative first reaches each fraction of the total.

        Args:
            fractions: between 0 and 1; 0 gives the lower edge of the first filled bin.

        Returns:
            Positions in the unit of the edges, same shape as `fractions`.

        Raises:
            LimitError: when there is no content, or a fraction lies outside 0 to 1.
        """
        wanted = np.asarray(fractions, dtype=np.float64)
        running = self.at_edges
        total = running[-1]
        if not total > 0:
            raise LimitError("an empty distribution has no percentiles")
        if not (wanted.min(initial=0.0) >= 0 and wanted.max(initial=1.0) <= 1):
            raise LimitError("a percentile lies between 0 and 100 %")
        target = wanted * total
        upper = np.maximum(running.searchsorted(target, side="left"), self._first_filled + 1)
        below = running[upper - 1]
        left = self.edges[upper - 1]
        inside = (target - below) / (running[upper] - below)
        return np.asarray(left + inside * (self.edges[upper] - left))

    def fraction_below(self, positions: npt.ArrayLike) -> FloatArray:
        """Return the fraction of the content below each position, same shape as `positions`.

        Raises:
            LimitError: when there is no content.
        """
        if not self.total > 0:
            raise LimitError("an empty distribution has no fractions")
        return np.asarray(np.interp(np.asarray(positions, dtype=np.float64), self.edges, self.at_edges) / self.total)

    @cached_property
    def _first_filled(self) -> int:
        return int(np.argmax(self.contents > 0))


def percentiles(edges: FloatArray, contents: FloatArray, fractions: npt.ArrayLike) -> FloatArray:
    """Return percentiles of one histogram; see `Cumulative.percentiles`."""
    return Cumulative(edges, contents).percentiles(fractions)
