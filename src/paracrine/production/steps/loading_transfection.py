"""Transfection reagent: cargo enters with the reagent, whose own particles stay in the product."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from paracrine.core.notice import Notice
from paracrine.production.cargo_step import CARGO_COST, CARGO_SETTINGS, treat_vesicles
from paracrine.production.populations import ORIGINS, Feed, Origin, empty_amount, lognormal_shares
from paracrine.production.step import StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Transfection reagent",
    stage="modify",
    method="shares that survive, take cargo and stick together, and reagent particles that are counted as aggregates",
    never_after=("store",),
    needs_before=("concentrate", "purify"),
)
SETTINGS = CARGO_SETTINGS
PARAMETERS = (
    assumed("recovery_frac", 0.8, 0.4, 0.96, meaning="vesicles that survive"),
    assumed("loading_frac", 0.3, 0.04, 0.8, meaning="vesicles that take cargo"),
    assumed("aggregated_frac", 0.1, 0.01, 0.45, meaning="vesicles that stick together"),
    assumed("vesicles_per_aggregate_ratio", 6.0, 3.0, 15.0, spread="log", meaning="vesicles in one aggregate"),
    assumed("reagent_particles_ratio", 0.35, 0.01, 5.0, spread="log", meaning="reagent particles for each vesicle"),
    assumed("reagent_diameter_nm", 120.0, 60.0, 300.0, unit="nm", spread="log", meaning="of reagent particles"),
)
COST = CARGO_COST


def run(feed: Feed, task: Task) -> StepResult:
    """Load with a reagent."""
    result = treat_vesicles(feed, task, share="loaded_frac", gets="loading_frac")
    count = feed.cell_derived * task.draw("reagent_particles_ratio")
    where = ORIGINS.index(Origin.AGGREGATE)
    particles = np.array(result.product.particles)
    shape = lognormal_shares(task.draw("reagent_diameter_nm"), np.full(count.size, 1.4))
    particles[where] += shape * count[..., None]
    made = empty_amount(count.size)
    made.particles[where] = count
    message = "reagent particles look like vesicles to a particle counter and are not removed by this step"
    return replace(
        result,
        product=replace(result.product, particles=particles),
        made={**result.made, "reagent particles": made},
        notices=(Notice(code="reagent-particles", message=message, concerns=task.place),),
    )
