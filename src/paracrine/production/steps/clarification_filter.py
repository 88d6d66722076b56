"""Clarification by a filter: what is larger than the pore stays, a share sticks to the filter."""

from __future__ import annotations

import numpy as np

from paracrine.production.populations import CENTRES_NM, Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Clarification filter",
    stage="clarify",
    method="passing = 1 / (1 + (d / pore)^n), and adsorption",
    never_after=("concentrate", "purify", "modify", "finish", "store"),
)
SETTINGS = (
    Setting("pore_nm", unit="nm", default=450.0, low=50.0, high=20000.0, meaning="nominal pore"),
    Setting("area_cm2", unit="cm2", default=100.0, low=0.1, meaning="filter area"),
    Setting("load_limit_ml_per_cm2", unit="mL/cm2", meaning="largest volume per area, for the check"),
)
PARAMETERS = (
    assumed("recovery_frac", 0.95, 0.8, 0.99, meaning="vesicles that do not stick"),
    assumed("steepness_ratio", 6.0, 3.0, 12.0, spread="log", meaning="how sharp the pore cuts"),
    assumed("hold_up_frac", 0.02, 0.005, 0.06, meaning="liquid left in the filter"),
)
COST = {"filter_cm2": "filter area used", "labour_h": "operator hours"}


def run(feed: Feed, task: Task) -> StepResult:
    """Filter and keep the filtrate."""
    passes = 1 / (1 + (CENTRES_NM / column(task.number("pore_nm"))) ** task.draw_column("steepness_ratio"))
    sieved, caught = feed.keep(passes, protein_frac=1.0)
    loose, stuck = sieved.keep(task.draw_column("recovery_frac"), protein_frac=1.0)
    held = task.draw("hold_up_frac")
    kept, left = loose.keep(column(1 - held), protein_frac=1 - held)
    load = feed.volume_ml / np.asarray(task.number("area_cm2"))
    return StepResult(
        product=kept.with_volume(feed.volume_ml * (1 - held)),
        lost={"caught by the filter": caught, "stuck to the filter": stuck, "left in the filter": left},
        hours=0.5,
        uses={"filter_cm2": task.number("area_cm2"), "labour_h": 0.5},
        notices=task.require_at_most(load, "load_limit_ml_per_cm2", what="filter load", unit="mL/cm2"),
    )
