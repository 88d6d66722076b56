"""A 96-well plate: readings with the role of each well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """Readings of a plate, row by row.

    Attributes:
        readings: shape (8, 12); NaN where a well is empty.
        readings_unit: `AU` for absorbance or fluorescence counts.
        roles: shape (8, 12) of text: `standard`, `blank`, `sample` or empty.
        names: shape (8, 12) of text: sample name of a sample well, else empty.
        standard_ug_per_ml: shape (8, 12); known protein of standard wells, NaN elsewhere.
        dilution_factor: shape (8, 12); dilution of sample wells, NaN where not stated.
    """

    payload_kind: ClassVar[str] = "plate"

    readings: FloatArray
    readings_unit: str
    roles: npt.NDArray[np.str_]
    names: npt.NDArray[np.str_]
    standard_ug_per_ml: FloatArray
    dilution_factor: FloatArray

    def __post_init__(self) -> None:
        arrays = (self.readings, self.roles, self.names, self.standard_ug_per_ml, self.dilution_factor)
        if any(array.shape != (8, 12) for array in arrays):
            raise InputError("a 96-well plate has 8 rows and 12 columns")

    def summary(self) -> dict[str, Any]:
        """Return how many wells hold what."""
        roles, counts = np.unique(self.roles[self.roles != ""], return_counts=True)
        wells = {str(role): int(count) for role, count in zip(roles, counts, strict=True)}
        return {"payload": self.payload_kind, "wells": wells, "unit": self.readings_unit}
