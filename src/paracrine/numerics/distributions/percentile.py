"""Percentiles of binned content, by one stated convention.

Content is spread evenly inside its bin, so the cumulative is linear between bin edges and stands at the UPPER
edge of each bin. The p-th percentile is the smallest position at which the cumulative reaches p.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
        at_edges: running total at each edge, shape (n + 1,), from 0 to the whole content.
        total: the whole content.
    """

    edges: FloatArray
    contents: FloatArray
    at_edges: FloatArray = field(init=False)
    total: float = field(init=False)

    def __post_init__(self) -> None:
        running = np.empty(self.edges.size)
        running[0] = 0.0
        self.contents.cumsum(out=running[1:])
        object.__setattr__(self, "at_edges", running)
        object.__setattr__(self, "total", float(running[-1]))

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
        if not self.total > 0:
            raise LimitError("an empty distribution has no percentiles")
        lowest = wanted.min(initial=1.0)
        if not (lowest >= 0 and wanted.max(initial=0.0) <= 1):
            raise LimitError("a percentile lies between 0 and 100 %")
        running = self.at_edges
        target = wanted * self.total
        upper = running.searchsorted(target)
        if lowest * self.total <= 0:
            upper = np.maximum(upper, running.searchsorted(0.0, side="right"))
        lower = upper - 1
        below, left = running[lower], self.edges[lower]
        inside = (target - below) / (running[upper] - below)
        return np.asarray(left + inside * (self.edges[upper] - left))

    def fraction_below(self, positions: npt.ArrayLike) -> FloatArray:
        """Return the fraction of the content below each position, same shape as `positions`.

        Raises:
            LimitError: when there is no content.
        """
        if not self.total > 0:
            raise LimitError("an empty distribution has no fractions")
        wanted = np.asarray(positions, dtype=np.float64)
        return np.asarray(np.interp(wanted, self.edges, self.at_edges) / self.total)


def percentiles(edges: FloatArray, contents: FloatArray, fractions: npt.ArrayLike) -> FloatArray:
    """Return percentiles of one histogram; see `Cumulative.percentiles`."""
    return Cumulative(edges, contents).percentiles(fractions)
