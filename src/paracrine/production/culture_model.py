"""Contracts of culture models and secretion laws: what the vessel offers them, what they declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from paracrine.core.catalog import Catalog
from paracrine.payloads.size_distribution import FloatArray

MODELS = Catalog(
    "paracrine.production.models", ("MODEL", "STATES", "PARAMETERS", "KNOWN", "start", "rates", "glucose_uptake")
)
SECRETION_LAWS = Catalog("paracrine.production.secretion", ("LAW", "PARAMETERS", "start", "advance"))

PMOL_PER_ML_IN_MM = 1e-6
FMOL_PER_ML_IN_UM = 1e-6
AIR_OXYGEN_UM = 196.0
"""Dissolved oxygen under 21 % oxygen (doi:10.1186/1478-811X-8-18)."""
FRESH_GLUCOSE_MM = 5.5
"""Usual glucose of a fresh medium (doi:10.1155/2018/2547098)."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Title of a culture model or a secretion law, and its law in one sentence."""

    title: str
    method: str


@dataclass(frozen=True)
class Vessel:
    """What the cells find, over draws.

    Attributes:
        area_cm2: growth area.
        volume_ml: medium that feeds the cells.
        density_limit_per_cm2: cells per area at contact limit.
        oxygen_transfer_per_h: gas exchange.
        oxygen_saturation_um: of the medium with the gas above it.
        values: draws of the model's parameters by name.
    """

    area_cm2: Any
    volume_ml: Any
    density_limit_per_cm2: FloatArray
    oxygen_transfer_per_h: FloatArray
    oxygen_saturation_um: float
    values: Mapping[str, FloatArray]

    def __getitem__(self, name: str) -> FloatArray:
        return self.values[name]

    def oxygen_um(self, cells: FloatArray) -> FloatArray:
        """Return dissolved oxygen where supply meets uptake, umol/L.

        `kLa (C* - C) = q X / V * C / (K + C)`; gas exchange is fast beside growth, so it is taken as balanced.
        """
        half = self["oxygen_half_um"]
        draw = self["oxygen_uptake_fmol_per_cell_h"] * cells / self.volume_ml * FMOL_PER_ML_IN_UM
        reach = draw / self.oxygen_transfer_per_h
        linear = self.oxygen_saturation_um - half - reach
        return np.asarray((linear + np.sqrt(linear**2 + 4 * half * self.oxygen_saturation_um)) / 2)


@dataclass(frozen=True, slots=True)
class CellView:
    """What a secretion law sees of the culture during one step.

    Attributes:
        cells: living attached cells, middle of the step.
        density_per_cm2: cells per area.
        cells_per_ml: cells per medium.
        glucose_uptake_pmol_per_cell_h: as limited by glucose.
        volume_ml: medium.
        fold_ratio: product of platform and treatment folds.
    """

    cells: FloatArray
    density_per_cm2: FloatArray
    cells_per_ml: FloatArray
    glucose_uptake_pmol_per_cell_h: FloatArray
    volume_ml: Any
    fold_ratio: FloatArray
