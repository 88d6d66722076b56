"""Virtual plate reader: a colour assay for protein with a response that bends, pipetted by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.instruments.tracking_noise import lognormal_ratios
from paracrine.payloads.size_distribution import FloatArray

ROWS, COLUMNS = "ABCDEFGH", tuple(range(1, 13))


@dataclass(frozen=True)
class ColourAssay:
    """A saturating response: blank + span c / (c + half).

    Attributes:
        blank_au: reading without protein.
        span_au: reading of endless protein above the blank.
        half_ug_per_ml: protein at half of the span.
        pipetting_cv: relative, of the volume in each well.
        reading_sd_au: of the reader.
    """

    blank_au: float = 0.085
    span_au: float = 2.9
    half_ug_per_ml: float = 310.0
    pipetting_cv: float = 0.02
    reading_sd_au: float = 0.003

    def response_au(self, protein_ug_per_ml: FloatArray) -> FloatArray:
        """Return readings without noise."""
        protein = np.asarray(protein_ug_per_ml, dtype=np.float64)
        return self.blank_au + self.span_au * protein / (protein + self.half_ug_per_ml)


@dataclass(frozen=True, eq=False)
class PlateExport:
    """Readings of a plate and the map of what is in the wells.

    Attributes:
        title: first line of the file.
        readings_au: shape (8, 12); NaN where a well is empty.
        roles: shape (8, 12) of text: `std <ug/mL>`, `blank`, `<sample> x<dilution>` or empty.
    """

    title: str
    readings_au: FloatArray
    roles: npt.NDArray[np.str_]


def simulate_plate(
    protein_ug_per_ml: Mapping[str, float],
    *,
    rng: np.random.Generator,
    dilutions: Mapping[str, float] | None = None,
    standards_ug_per_ml: Sequence[float] = (200.0, 125.0, 80.0, 50.0, 30.0, 15.0, 7.5),
    replicates: int = 3,
    blanks: int = 6,
    assay: ColourAssay | None = None,
    title: str = "SIMULATED by Paracrine; no instrument was used",
) -> PlateExport:
    """Fill and read a plate: blanks, standards, then samples, replicates side by side.

    Args:
        protein_ug_per_ml: true protein of each undiluted sample, by name.
        rng: source of all randomness.
        dilutions: dilution of each sample on the plate; 1 where not given.
        standards_ug_per_ml: protein of the standards.
        replicates: wells per standard and per sample.
        blanks: wells without protein.
        assay: the response; None for the usual.
        title: first line of the file.

    Raises:
        InputError: when the wells do not suffice.
    """
    assay, dilutions = assay or ColourAssay(), dilutions or {}
    wells: list[tuple[str, float]] = [("blank", 0.0)] * blanks
    for standard in standards_ug_per_ml:
        wells += [(f"std {standard:g}", standard)] * replicates
    for name, protein in protein_ug_per_ml.items():
        factor = dilutions.get(name, 1.0)
        wells += [(f"{name} x{factor:g}", protein / factor)] * replicates
    if len(wells) > len(ROWS) * len(COLUMNS):
        raise InputError(f"{len(wells)} wells do not fit on a plate of {len(ROWS) * len(COLUMNS)}")
    protein_in_well = np.array([protein for _, protein in wells])
    pipetted = protein_in_well * lognormal_ratios(len(wells), rng, cv=assay.pipetting_cv)
    read = assay.response_au(pipetted) + assay.reading_sd_au * rng.standard_normal(len(wells))
    readings = np.full(len(ROWS) * len(COLUMNS), math.nan)
    readings[: len(wells)] = read
    roles = np.array([role for role, _ in wells] + [""] * (readings.size - len(wells)))
    shape = (len(ROWS), len(COLUMNS))
    return PlateExport(title, readings.reshape(shape), roles.reshape(shape))


def write_plate(export: PlateExport, path: Path) -> Path:
    """Write readings and role map as two grids of one CSV: letters down, numbers across.

    Returns:
        The path.
    """
    numbers = ",".join(str(column) for column in COLUMNS)
    lines = [export.title, "Absorbance 562 nm (AU)", f",{numbers}"]
    for letter, row in zip(ROWS, export.readings_au.tolist(), strict=True):
        lines.append(",".join([letter, *("" if math.isnan(value) else f"{value:.4f}" for value in row)]))
    lines += ["", "roles", f",{numbers}"]
    for letter, names in zip(ROWS, export.roles.tolist(), strict=True):
        lines.append(",".join([letter, *names]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return path
