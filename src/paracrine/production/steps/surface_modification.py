"""Surface modification: a ligand is coupled or inserted."""

from __future__ import annotations

from paracrine.production.cargo_step import CARGO_COST, CARGO_SETTINGS, treat_vesicles
from paracrine.production.populations import Feed
from paracrine.production.step import StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Surface modification",
    stage="modify",
    method="shares that survive, carry the ligand and stick together; none published for MSC vesicles",
    never_after=("store",),
    needs_before=("concentrate", "purify"),
)
SETTINGS = CARGO_SETTINGS
PARAMETERS = (
    assumed("recovery_frac", 0.75, 0.35, 0.95, meaning="vesicles that survive"),
    assumed("modified_frac", 0.5, 0.1, 0.9, meaning="vesicles that carry the ligand"),
    assumed("aggregated_frac", 0.05, 0.005, 0.3, meaning="vesicles that stick together"),
    assumed("vesicles_per_aggregate_ratio", 6.0, 3.0, 15.0, spread="log", meaning="vesicles in one aggregate"),
)
COST = CARGO_COST


def run(feed: Feed, task: Task) -> StepResult:
    """Couple a ligand."""
    return treat_vesicles(feed, task, share="modified_frac", gets="modified_frac")
