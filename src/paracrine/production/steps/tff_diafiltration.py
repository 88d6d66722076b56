"""Tangential-flow diafiltration: buffer replaces the liquid at constant volume, `kept = exp(-S N)`."""

from __future__ import annotations

import numpy as np

from paracrine.production.filtration import retained_after_diafiltration
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
    title="Tangential-flow diafiltration",
    stage="purify",
    method="washing at constant volume, kept = exp(-S N)",
    never_after=("store",),
)
SETTINGS = (
    Setting("diavolumes_count", unit="1", default=6.0, high=100.0, meaning="volumes of buffer"),
    *MEMBRANE_SETTINGS,
)
PARAMETERS = MEMBRANE_PARAMETERS
COST = MEMBRANE_COST


def run(feed: Feed, task: Task) -> StepResult:
    """Wash."""
    diavolumes = np.asarray(task.number("diavolumes_count"))
    stays = retained_after_diafiltration(particle_sieving(task), column(diavolumes))
    sieved, permeate = feed.keep(stays, protein_frac=retained_after_diafiltration(protein_sieving(task), diavolumes))
    kept, on_membrane = sieved.keep(task.draw_column("recovery_frac"), protein_frac=1.0)
    permeate_ml = feed.volume_ml * diavolumes
    hours = hours_for(task, permeate_ml)
    load = permeate_ml / np.asarray(task.number("area_cm2"))
    return StepResult(
        product=kept,
        lost={"in the permeate": permeate, "left on the membrane": on_membrane},
        hours=hours,
        uses={"membrane_cm2": task.number("area_cm2"), "buffer_l": permeate_ml * 1e-3, "labour_h": 0.5 + hours / 2},
        notices=task.require_at_most(load, "load_limit_ml_per_cm2", what="membrane load", unit="mL/cm2"),
    )
