"""Sterile filtration: the pore holds back aggregates, and a share of the vesicles sticks."""

from __future__ import annotations

import numpy as np

from paracrine.production.populations import CENTRES_NM, Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Sterile filtration",
    stage="finish",
    method="passing = 1 / (1 + (d / pore)^n), and adsorption",
    never_after=("store",),
)
SETTINGS = (
    Setting("pore_nm", unit="nm", default=220.0, low=50.0, high=1000.0, meaning="nominal pore"),
    Setting("area_cm2", unit="cm2", default=20.0, low=0.1, meaning="filter area"),
    Setting("load_limit_ml_per_cm2", unit="mL/cm2", meaning="largest volume per area, for the check"),
)
PARAMETERS = (
    assumed("recovery_frac", 0.85, 0.45, 0.97, meaning="vesicles that do not stick"),
    assumed("steepness_ratio", 8.0, 4.0, 16.0, spread="log", meaning="how sharp the pore cuts"),
    assumed("hold_up_ml_per_cm2", 0.01, 0.003, 0.03, unit="mL/cm2", spread="log", meaning="liquid left in the filter"),
)
COST = {"filter_cm2": "filter area used", "labour_h": "operator hours"}


def run(feed: Feed, task: Task) -> StepResult:
    """Filter and keep the filtrate."""
    area = np.asarray(task.number("area_cm2"))
    passes = 1 / (1 + (CENTRES_NM / column(task.number("pore_nm"))) ** task.draw_column("steepness_ratio"))
    sieved, caught = feed.keep(passes, protein_frac=1.0)
    loose, stuck = sieved.keep(task.draw_column("recovery_frac"), protein_frac=1.0)
    held = np.minimum(0.9, task.draw("hold_up_ml_per_cm2") * area / feed.volume_ml)
    kept, left = loose.keep(column(1 - held), protein_frac=1 - held)
    return StepResult(
        product=kept.with_volume(feed.volume_ml * (1 - held)),
        lost={"caught by the filter": caught, "stuck to the filter": stuck, "left in the filter": left},
        hours=0.5,
        uses={"filter_cm2": area, "labour_h": 0.5},
        notices=task.require_at_most(feed.volume_ml / area, "load_limit_ml_per_cm2", what="filter load", unit="mL/cm2"),
    )
