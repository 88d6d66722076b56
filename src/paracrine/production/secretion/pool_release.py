"""Multivesicular bodies fill, release or are degraded; cells take vesicles back.

    dP/dt = b - (kr + kd) P            vesicles in the pool of one cell
    release = kr P                     per cell
    b = q0 / 24 (kr + kd) / kr (n / n0)^-a (g / g0)^c folds
    uptake = ku X / V / (1 + E / V / cs) of all vesicles outside

`q0` is the net rate per cell and day at density n0 and glucose uptake g0. Rates are frozen over a step and each
state is solved exactly, so that no rate makes the solution unstable.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paracrine.core.parameter import Grade, Parameter
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.culture_model import CellView, ModelInfo
from paracrine.production.step import assumed

LAW = ModelInfo(
    title="Pool, release and uptake",
    method="pool of vesicles per cell, first-order release and degradation, uptake that saturates",
)
REFERENCE_DENSITY_PER_CM2 = 1.0e4
REFERENCE_UPTAKE_PMOL_PER_CELL_H = 0.383
PARAMETERS = (
    Parameter(
        name="rate_per_cell_d",
        value=3500.0,
        low=200.0,
        high=60000.0,
        unit="particles/cell",
        spread="log",
        meaning="net release per cell and day, static, at the reference density",
        source="no rate for MSC is published; 60 to 65 per cell and h in breast cancer lines, 45 per cell and min in "
        "monocytes (doi:10.1002/jex2.46): 2e2 to 6e4",
        grade=Grade.OTHER_PARTICLE,
    ),
    Parameter(
        name="release_per_h",
        value=0.105,
        low=0.04,
        high=0.28,
        unit="1/h",
        spread="log",
        meaning="release from the pool",
        source="doi:10.1016/j.jconrel.2017.10.020 (cancer cell lines); width is an assumption",
        grade=Grade.OTHER_PARTICLE,
    ),
    Parameter(
        name="degradation_per_h",
        value=0.55,
        low=0.25,
        high=1.0,
        unit="1/h",
        spread="log",
        meaning="pool lost to lysosomes: ln2 over 60 to 90 min",
        source="PMID 8223712 (HEp-2); width is an assumption",
        grade=Grade.OTHER_PARTICLE,
    ),
    assumed("density_exponent_ratio", 0.3, 0.05, 0.9, spread="log", meaning="fall with density; sign from Y022"),
    assumed("glucose_exponent_ratio", 0.5, 0.1, 1.5, spread="log", meaning="rise with glucose uptake; sign from Y012"),
    assumed("uptake_ml_per_cell_h", 1e-7, 1e-8, 1e-6, unit="mL/cell/h", spread="log", meaning="volume a cell clears"),
    assumed("uptake_half_per_ml", 1e11, 1e9, 1e13, unit="1/mL", spread="log", meaning="concentration of half uptake"),
)


def start(size: int) -> FloatArray:
    """Return the pool of a cell at seeding, shape (draws,); it fills within hours."""
    return np.zeros(size)


def advance(
    pool: FloatArray, particles: FloatArray, *, view: CellView, values: Mapping[str, FloatArray], time_h: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Move the pool and the particles outside over one step.

    Args:
        pool: vesicles in the pool of one cell, shape (draws,).
        particles: in the medium by origin, shape (origins, draws); the first is cell-derived.
        view: of the cells.
        values: draws of the law's parameters.
        time_h: length of the step, shape (draws,).

    Returns:
        Pool, particles, released (draws,), taken up (origins, draws).
    """
    release, loss = values["release_per_h"], values["degradation_per_h"]
    crowded = (np.maximum(view.density_per_cm2, 1.0) / REFERENCE_DENSITY_PER_CM2) ** -values["density_exponent_ratio"]
    fed = (view.glucose_uptake_pmol_per_cell_h / REFERENCE_UPTAKE_PMOL_PER_CELL_H) ** values["glucose_exponent_ratio"]
    made = values["rate_per_cell_d"] / 24 * (release + loss) / release * crowded * fed * view.fold_ratio
    gone = -np.expm1(-(release + loss) * time_h)
    full = made / (release + loss)
    after = pool + (full - pool) * gone
    released = view.cells * release * (full * time_h + (pool - full) * gone / (release + loss))
    outside = particles.sum(axis=0) / view.volume_ml
    clearing = values["uptake_ml_per_cell_h"] * view.cells_per_ml / (1 + outside / values["uptake_half_per_ml"])
    stay = np.exp(-clearing * time_h)
    mean_stay = np.where(
        clearing * time_h > 1e-9, -np.expm1(-clearing * time_h) / np.maximum(clearing * time_h, 1e-300), 1.0
    )
    added = np.zeros_like(particles)
    added[0] = released
    later = particles * stay + added * mean_stay
    return after, later, released, particles * (1 - stay) + added * (1 - mean_stay)
