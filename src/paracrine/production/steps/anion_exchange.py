"""Anion exchange: negatively charged vesicles bind, salt elutes them; places are limited."""

from __future__ import annotations

import numpy as np

from paracrine.production.adsorption import bound_frac
from paracrine.production.populations import Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Anion exchange",
    stage="purify",
    method="binding by origin up to the capacity, then elution",
    never_after=("store",),
)
SETTINGS = (
    Setting("column_ml", unit="mL", required=True, low=0.01, meaning="bed volume"),
    Setting("eluted_in_ml", unit="mL", default=10.0, low=1e-3, meaning="volume of the eluate"),
    Setting("capacity_particles_per_ml", unit="1/mL", low=1.0, meaning="particles that one mL of bed may be offered"),
    Setting("run_time_h", unit="h", default=2.0, low=0.01, high=48.0, meaning="one run"),
)
PARAMETERS = (
    assumed("bound_vesicles_frac", 0.85, 0.45, 0.97, meaning="vesicles that bind to free resin"),
    assumed("bound_lipoproteins_frac", 0.3, 0.04, 0.8, meaning="lipoproteins that bind to free resin"),
    assumed("bound_protein_frac", 0.25, 0.05, 0.7, meaning="protein that binds"),
    assumed("eluted_frac", 0.7, 0.3, 0.92, meaning="bound particles that come off in the fraction"),
    assumed("capacity_per_ml", 1e12, 1e10, 1e14, unit="1/mL", spread="log", meaning="places in one mL of bed"),
)
COST = {"column_ml": "bed volume used", "buffer_l": "buffer", "labour_h": "operator hours"}


def run(feed: Feed, task: Task) -> StepResult:
    """Bind, wash, elute."""
    bed = np.asarray(task.number("column_ml"))
    offered = feed.totals.sum(axis=0)
    notices = task.require_at_most(offered / bed, "capacity_particles_per_ml", what="column load", unit="particles/mL")
    vesicles, lipoproteins = task.draw("bound_vesicles_frac"), task.draw("bound_lipoproteins_frac")
    places = task.draw("capacity_per_ml") * bed
    single = np.stack([vesicles, vesicles, lipoproteins, vesicles])
    bound = bound_frac(single, offered=offered, capacity=places)
    eluted = task.draw("eluted_frac")
    on_resin, through = feed.keep(column(bound), protein_frac=task.draw("bound_protein_frac"))
    kept, left = on_resin.keep(column(eluted), protein_frac=eluted)
    hours = task.number("run_time_h")
    return StepResult(
        product=kept.with_volume(task.number("eluted_in_ml")),
        lost={"not bound": through, "not eluted": left},
        hours=hours,
        uses={"column_ml": bed, "buffer_l": bed * 0.02, "labour_h": hours},
        notices=notices,
    )
