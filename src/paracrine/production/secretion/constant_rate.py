"""A constant rate per cell, times folds; nothing is taken back: `dE/dt = q0 / 24 X folds`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.culture_model import CellView, ModelInfo
from paracrine.production.secretion import pool_release

LAW = ModelInfo(title="Constant rate", method="rate per cell times platform and treatment folds")
PARAMETERS = tuple(parameter for parameter in pool_release.PARAMETERS if parameter.name == "rate_per_cell_d")
start = pool_release.start


def advance(
    pool: FloatArray, particles: FloatArray, *, view: CellView, values: Mapping[str, FloatArray], time_h: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Add what the cells release in one step; shapes as in `pool_release.advance`."""
    released = np.asarray(values["rate_per_cell_d"] / 24 * view.cells * view.fold_ratio * time_h)
    later = np.array(particles)
    later[0] = later[0] + released
    return pool, later, released, np.zeros_like(particles)
