"""Electroporation: pores open in a field and cargo enters; vesicles break and stick."""

from __future__ import annotations

from paracrine.production.cargo_step import CARGO_COST, CARGO_SETTINGS, treat_vesicles
from paracrine.production.populations import Feed
from paracrine.production.step import StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Electroporation",
    stage="modify",
    method="shares that survive, take cargo and stick together; none published for MSC vesicles",
    never_after=("store",),
    needs_before=("concentrate", "purify"),
)
SETTINGS = CARGO_SETTINGS
PARAMETERS = (
    assumed("recovery_frac", 0.6, 0.2, 0.9, meaning="vesicles that survive"),
    assumed("loading_frac", 0.25, 0.03, 0.7, meaning="vesicles that take cargo"),
    assumed("aggregated_frac", 0.2, 0.03, 0.6, meaning="vesicles that stick together"),
    assumed("vesicles_per_aggregate_ratio", 6.0, 3.0, 15.0, spread="log", meaning="vesicles in one aggregate"),
)
COST = CARGO_COST


def run(feed: Feed, task: Task) -> StepResult:
    """Open pores in a field."""
    return treat_vesicles(feed, task, share="loaded_frac", gets="loading_frac")
