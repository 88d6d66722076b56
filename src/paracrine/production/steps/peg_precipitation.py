"""Precipitation with polyethylene glycol: large particles come down first, protein comes along."""

from __future__ import annotations

import numpy as np

from paracrine.production.aggregation import aggregate
from paracrine.production.populations import CENTRES_NM, Feed
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="PEG precipitation",
    stage="concentrate",
    method="precipitated = 1 - exp(-b PEG d / 100 nm), then resuspension",
    never_after=("store",),
)
SETTINGS = (
    Setting("peg_pct", unit="%", default=10.0, low=0.1, high=40.0, meaning="final concentration"),
    Setting("time_h", unit="h", default=12.0, low=0.1, high=72.0, meaning="incubation and spin"),
    Setting("resuspended_in_ml", unit="mL", default=2.0, low=1e-3, meaning="buffer on the pellet"),
)
PARAMETERS = (
    assumed("strength_per_pct_ratio", 0.2, 0.06, 0.6, spread="log", meaning="for 100 nm, each per cent PEG"),
    assumed("recovery_frac", 0.6, 0.2, 0.9, meaning="precipitate that resuspends"),
    assumed("protein_carried_frac", 0.3, 0.08, 0.7, meaning="protein that comes along"),
    assumed("aggregated_frac", 0.15, 0.02, 0.5, meaning="vesicles that stay stuck together"),
    assumed("vesicles_per_aggregate_ratio", 6.0, 3.0, 15.0, spread="log", meaning="vesicles in one aggregate"),
)
COST = {"peg_l": "PEG solution", "labour_h": "operator hours"}


def run(feed: Feed, task: Task) -> StepResult:
    """Precipitate, spin, resuspend."""
    peg = np.asarray(task.number("peg_pct"))
    depth = (task.draw("strength_per_pct_ratio") * peg)[..., None] * CENTRES_NM / 100
    pellet, above = feed.keep(-np.expm1(-depth), protein_frac=task.draw("protein_carried_frac"))
    suspended, lost = pellet.keep(task.draw_column("recovery_frac"), protein_frac=1.0)
    product, stuck, made = aggregate(
        suspended,
        share=task.draw("aggregated_frac"),
        vesicles_per_aggregate=task.draw("vesicles_per_aggregate_ratio"),
    )
    return StepResult(
        product=product.with_volume(np.minimum(np.asarray(task.number("resuspended_in_ml")), feed.volume_ml)),
        lost={"not precipitated": above, "not resuspended": lost, "aggregated": stuck},
        made={"aggregates": made},
        hours=task.number("time_h"),
        uses={"peg_l": feed.volume_ml * peg / 100 * 1e-3, "labour_h": 1.5},
    )
