"""Tangential-flow ultrafiltration: the volume shrinks, what passes the pore leaves with it.

`kept = factor^-S` for each size; vesicles also stay behind on the membrane (`recovery_frac`).
"""

from __future__ import annotations

import numpy as np

from paracrine.production.filtration import retained_after_concentration
from paracrine.production.membrane_step import (
    MEMBRANE_COST,
    MEMBRANE_PARAMETERS,
    MEMBRANE_SETTINGS,
    hours_for,
    particle_sieving,
    protein_sieving,
)
from paracrine.production.populations import Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task

STEP = StepInfo(
    title="Tangential-flow ultrafiltration",
    stage="concentrate",
    method="steric sieving by size, kept = factor^-S, flux that declines with the volume filtered",
    never_after=("store",),
)
SETTINGS = (
    Setting("concentration_factor_ratio", unit="1", default=20.0, low=1.0, high=1e4, meaning="volume in over out"),
    *MEMBRANE_SETTINGS,
)
PARAMETERS = MEMBRANE_PARAMETERS
COST = MEMBRANE_COST


def run(feed: Feed, task: Task) -> StepResult:
    """Concentrate."""
    factor = task.number("concentration_factor_ratio")
    permeate_ml = feed.volume_ml * (1 - 1 / np.asarray(factor))
    stays = retained_after_concentration(particle_sieving(task), column(factor))
    sieved, permeate = feed.keep(stays, protein_frac=retained_after_concentration(protein_sieving(task), factor))
    kept, on_membrane = sieved.keep(task.draw_column("recovery_frac"), protein_frac=1.0)
    load = feed.volume_ml / np.asarray(task.number("area_cm2"))
    hours = hours_for(task, permeate_ml)
    return StepResult(
        product=kept.with_volume(feed.volume_ml / np.asarray(factor)),
        lost={"in the permeate": permeate, "left on the membrane": on_membrane},
        hours=hours,
        uses={"membrane_cm2": task.number("area_cm2"), "labour_h": 0.5 + hours / 2},
        notices=task.require_at_most(load, "load_limit_ml_per_cm2", what="membrane load", unit="mL/cm2"),
    )
