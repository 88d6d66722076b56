"""What the size metrics share: one cumulative, one set of percentiles and moments per payload."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from paracrine.numerics.distributions.moment import mean_and_deviation
from paracrine.numerics.distributions.percentile import Cumulative
from paracrine.payloads.size_distribution import SizeDistribution

FRACTIONS = (0.1, 0.5, 0.9)
NO_PARTICLE = "no particle was tracked"
ENOUGH_FOR_A_SIZE = 10
"""Assumption of ours: below this count the outer tenths of a distribution hold no particle on average."""
_MIDDLE = np.array(FRACTIONS)
_BINOMIAL = np.sqrt(_MIDDLE * (1 - _MIDDLE))


@dataclass(frozen=True, eq=False)
class SizeSummary:
    """Percentiles, moments and counting errors of one size distribution, computed once.

    Attributes:
        payload: the distribution.
        cumulative: running total over its bins.
        particles_count: particles behind it where the file states them, else None.
        counting: 1 over the root of that count; None without counts or with none counted.
        mean_nm, deviation_nm: moments at bin centres (population form); NaN when empty.
        percentiles_nm: D10, D50, D90; NaN when empty.
        percentile_errors_nm: their standard errors, those of the payload where it has them; None without counts.
            Else half the distance between the percentiles one binomial standard error below and above.

    References:
        doi:10.1080/01621459.1952.10483443
    """

    payload: SizeDistribution
    cumulative: Cumulative = field(init=False)
    particles_count: float | None = field(init=False)
    counting: float | None = field(init=False)
    mean_nm: float = field(init=False, default=math.nan)
    deviation_nm: float = field(init=False, default=math.nan)
    percentiles_nm: tuple[float, ...] = field(init=False, default=(math.nan,) * 3)
    percentile_errors_nm: tuple[float, ...] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        payload = self.payload
        cumulative = Cumulative(payload.edges_nm, payload.contents)
        count = payload.tracks_count
        if count is None and payload.contents_unit == "particles":
            count = cumulative.total
        put = object.__setattr__
        put(self, "cumulative", cumulative)
        put(self, "particles_count", count)
        put(self, "counting", 1 / math.sqrt(count) if count else None)
        if cumulative.total > 0:
            mean, deviation = mean_and_deviation(payload.edges_nm, payload.contents)
            put(self, "mean_nm", mean)
            put(self, "deviation_nm", deviation)
            self._put_percentiles()

    def _put_percentiles(self) -> None:
        if self.counting is None:
            object.__setattr__(self, "percentiles_nm", tuple(self.cumulative.percentiles(_MIDDLE).tolist()))
            return
        step = _BINOMIAL * self.counting
        wanted = np.empty(9)
        wanted[:3] = _MIDDLE
        np.maximum(_MIDDLE - step, 0.0, out=wanted[3:6])
        np.minimum(_MIDDLE + step, 1.0, out=wanted[6:])
        found = self.cumulative.percentiles(wanted)
        object.__setattr__(self, "percentiles_nm", tuple(found[:3].tolist()))
        errors = self.payload.percentile_errors_nm or tuple(((found[6:] - found[3:6]) / 2).tolist())
        object.__setattr__(self, "percentile_errors_nm", errors)

    @property
    def without_size(self) -> str:
        """Why this distribution has no size; empty when it has one."""
        if not self.cumulative.total > 0:
            return NO_PARTICLE
        if self.particles_count is not None and self.particles_count < ENOUGH_FOR_A_SIZE:
            return f"{self.particles_count:.0f} particles were tracked, too few for a size"
        return ""

    def relative_percentile_error(self, index: int) -> float | None:
        """Return the relative counting error of one of `FRACTIONS`."""
        errors = self.percentile_errors_nm
        return None if errors is None else errors[index] / self.percentiles_nm[index]
