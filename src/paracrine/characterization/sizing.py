"""What the size metrics share: one cumulative, one set of percentiles and moments per payload."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paracrine.numerics.distributions.moment import mean_and_deviation
from paracrine.numerics.distributions.percentile import Cumulative, FloatArray
from paracrine.payloads.size_distribution import SizeDistribution

FRACTIONS = (0.1, 0.5, 0.9)
NO_PARTICLE = "no particle was tracked"


@dataclass(frozen=True)
class SizeSummary:
    """Percentiles, moments and counting errors of one size distribution, computed once and on demand."""

    payload: SizeDistribution

    @cached_property
    def cumulative(self) -> Cumulative:
        """Running total over the bins."""
        return Cumulative(self.payload.edges_nm, self.payload.contents)

    @cached_property
    def particles_count(self) -> float | None:
        """Particles behind the distribution where the file states them."""
        tracks = self.payload.tracks_count
        if tracks is None and self.payload.contents_unit == "particles":
            return self.cumulative.total
        return tracks

    @cached_property
    def moments(self) -> tuple[float, float]:
        """Mean and population standard deviation, nm."""
        return mean_and_deviation(self.payload.edges_nm, self.payload.contents)

    @cached_property
    def percentiles_nm(self) -> FloatArray:
        """D10, D50 and D90, nm."""
        return self._percentiles_and_errors[0]

    @cached_property
    def percentile_errors_nm(self) -> FloatArray | None:
        """Standard counting errors of D10, D50 and D90, nm; None without counts.

        Half the distance between the percentiles one binomial standard error below and above.

        References:
            doi:10.1080/01621459.1952.10483443
        """
        return self._percentiles_and_errors[1]

    @cached_property
    def _percentiles_and_errors(self) -> tuple[FloatArray, FloatArray | None]:
        count = self.particles_count
        middle = np.array(FRACTIONS)
        if not count:
            return self.cumulative.percentiles(middle), None
        step = np.sqrt(middle * (1 - middle) / count)
        wanted = np.concatenate((middle, np.maximum(middle - step, 0.0), np.minimum(middle + step, 1.0)))
        found = self.cumulative.percentiles(wanted).reshape(3, -1)
        return found[0], (found[2] - found[1]) / 2

    def relative_percentile_error(self, index: int) -> float | None:
        """Return the relative counting error of one of `FRACTIONS`."""
        errors = self.percentile_errors_nm
        return None if errors is None else float(errors[index] / self.percentiles_nm[index])

    @cached_property
    def relative_counting_error(self) -> float | None:
        """1 over the root of the counted particles; None without counts or with none counted.

        References:
            doi:10.59161/JCGM100-2008E
        """
        count = self.particles_count
        return 1 / math.sqrt(count) if count else None
