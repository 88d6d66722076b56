"""Incubation: cargo that crosses membranes enters by itself."""

from __future__ import annotations

from paracrine.production.cargo_step import CARGO_COST, CARGO_SETTINGS, treat_vesicles
from paracrine.production.populations import Feed
from paracrine.production.step import StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Incubation with cargo",
    stage="modify",
    method="shares that survive, take cargo and stick together; none published for MSC vesicles",
    never_after=("store",),
    needs_before=("concentrate", "purify"),
)
SETTINGS = CARGO_SETTINGS
PARAMETERS = (
    assumed("recovery_frac", 0.9, 0.7, 0.98, meaning="vesicles that survive"),
    assumed("loading_frac", 0.08, 0.005, 0.4, meaning="vesicles that take cargo"),
    assumed("aggregated_frac", 0.02, 0.002, 0.15, meaning="vesicles that stick together"),
    assumed("vesicles_per_aggregate_ratio", 6.0, 3.0, 15.0, spread="log", meaning="vesicles in one aggregate"),
)
COST = CARGO_COST


def run(feed: Feed, task: Task) -> StepResult:
    """Mix and wait."""
    return treat_vesicles(feed, task, share="loaded_frac", gets="loading_frac")
