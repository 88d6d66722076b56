"""A quantity along one axis: correlogram, zeta profile, phase plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Values along an axis, both shape (n,), with their units.

    NaN in `values` marks a point the instrument left without value.
    """

    payload_kind: ClassVar[str] = "trace"

    name: str
    axis: FloatArray
    axis_unit: str
    values: FloatArray
    values_unit: str

    def __post_init__(self) -> None:
        if self.axis.ndim != 1 or self.axis.shape != self.values.shape:
            raise InputError(f"{self.name}: {self.values.shape} values do not fit {self.axis.shape} points")
        if not np.all(np.isfinite(self.axis)):
            raise InputError(f"{self.name}: the axis holds NaN or infinity")

    def summary(self) -> dict[str, Any]:
        """Return name, length and units."""
        return {
            "payload": self.payload_kind,
            "name": self.name,
            "points": int(self.axis.size),
            "axis_unit": self.axis_unit,
            "values_unit": self.values_unit,
        }
