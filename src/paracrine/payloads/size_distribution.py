"""Size histograms with edges, contents and what a count means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.measurand import Measurand

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SizeDistribution:
    """Contents of size bins.

    Attributes:
        edges_nm: shape (n + 1,), rising, nm.
        contents: shape (n,), non-negative, in `contents_unit`.
        contents_unit: `1/mL` (particles per mL in the bin), `particles` (counted tracks), `%`.
        measurand: kind of diameter and weighting.
        tracks_count: particles behind the whole distribution when the file states it; None unknown.
        tracks_per_bin: shape (n,), counted particles per bin where the instrument states them.
        percentile_errors_nm: standard errors of D10, D50, D90 where they are known better than by counting.
    """

    payload_kind: ClassVar[str] = "size_distribution"

    edges_nm: FloatArray
    contents: FloatArray
    contents_unit: str
    measurand: Measurand
    tracks_count: float | None = None
    tracks_per_bin: FloatArray | None = None
    percentile_errors_nm: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        if self.edges_nm.ndim != 1 or self.contents.ndim != 1 or self.edges_nm.size != self.contents.size + 1:
            raise InputError(f"{self.contents.shape} bins do not fit {self.edges_nm.shape} edges")
        rising = bool((self.edges_nm[1:] > self.edges_nm[:-1]).all())
        if not (rising and math.isfinite(self.edges_nm[0]) and math.isfinite(self.edges_nm[-1])):
            raise InputError("size axis does not rise")
        lowest, highest = self.contents.min(initial=0.0), self.contents.max(initial=0.0)
        if not (math.isfinite(lowest) and math.isfinite(highest)):
            raise InputError("a bin holds NaN or infinity")
        if lowest < 0:
            raise InputError("a bin holds a negative count")
        if self.tracks_per_bin is not None and self.tracks_per_bin.shape != self.contents.shape:
            raise InputError("counted particles do not fit the bins")

    @property
    def centres_nm(self) -> FloatArray:
        """Bin centres, shape (n,), nm: the arithmetic middle."""
        return (self.edges_nm[1:] + self.edges_nm[:-1]) / 2

    @property
    def total(self) -> float:
        """Sum of the contents, in `contents_unit`."""
        return float(self.contents.sum())

    @property
    def is_empty(self) -> bool:
        """Whether no particle is in the distribution."""
        return not bool(self.contents.any())

    def summary(self) -> dict[str, Any]:
        """Return bins, range, total and unit."""
        return {
            "payload": self.payload_kind,
            "bins": int(self.contents.size),
            "low_nm": float(self.edges_nm[0]),
            "high_nm": float(self.edges_nm[-1]),
            "total": self.total,
            "contents_unit": self.contents_unit,
            "tracks_count": self.tracks_count,
            "weighting": self.measurand.weighting.value if self.measurand.weighting else None,
        }
