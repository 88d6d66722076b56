"""Immunoaffinity: vesicles with the marker are captured and eluted; the others pass."""

from __future__ import annotations

import numpy as np

from paracrine.production.adsorption import bound_frac
from paracrine.production.populations import Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Immunoaffinity",
    stage="purify",
    method="marker-positive share times capture up to the capacity, then elution",
    never_after=("store",),
)
SETTINGS = (
    Setting("beads_ml", unit="mL", required=True, low=1e-4, meaning="bead or bed volume"),
    Setting("eluted_in_ml", unit="mL", default=1.0, low=1e-4, meaning="volume of the eluate"),
    Setting("capacity_particles_per_ml", unit="1/mL", low=1.0, meaning="particles that one mL of beads may be offered"),
    Setting("time_h", unit="h", default=4.0, low=0.1, high=72.0, meaning="binding, washing, elution"),
)
PARAMETERS = (
    assumed("positive_frac", 0.4, 0.08, 0.85, meaning="cell-derived vesicles that carry the marker"),
    assumed("captured_frac", 0.75, 0.3, 0.95, meaning="positive vesicles that free beads capture"),
    assumed("eluted_frac", 0.5, 0.1, 0.9, meaning="captured vesicles that come off whole"),
    assumed("other_bound_frac", 0.01, 0.001, 0.1, meaning="other particles that stick"),
    assumed("protein_bound_frac", 0.005, 0.0005, 0.05, meaning="protein that sticks"),
    assumed("capacity_per_ml", 1e11, 1e9, 1e13, unit="1/mL", spread="log", meaning="places in one mL of beads"),
)
COST = {"beads_ml": "beads used", "labour_h": "operator hours"}


def run(feed: Feed, task: Task) -> StepResult:
    """Capture, wash, elute."""
    beads = np.asarray(task.number("beads_ml"))
    offered = feed.totals.sum(axis=0)
    notices = task.require_at_most(offered / beads, "capacity_particles_per_ml", what="bead load", unit="particles/mL")
    wanted = task.draw("positive_frac") * task.draw("captured_frac")
    other = task.draw("other_bound_frac")
    single = np.stack([wanted, other, other, other])
    bound = bound_frac(single, offered=feed.cell_derived, capacity=task.draw("capacity_per_ml") * beads)
    captured, through = feed.keep(column(bound), protein_frac=task.draw("protein_bound_frac"))
    eluted = task.draw("eluted_frac")
    kept, left = captured.keep(column(eluted), protein_frac=eluted)
    return StepResult(
        product=kept.with_volume(task.number("eluted_in_ml")),
        lost={"not captured": through, "not eluted": left},
        hours=task.number("time_h"),
        uses={"beads_ml": beads, "labour_h": 2.0},
        notices=notices,
    )
