"""What loading and surface modification have in common: some vesicles get it, some are lost, some stick together."""

from __future__ import annotations

from dataclasses import replace

from paracrine.production.aggregation import aggregate
from paracrine.production.populations import Feed
from paracrine.production.step import Setting, StepResult, Task

CARGO_SETTINGS = (Setting("time_h", unit="h", default=1.0, low=0.01, high=72.0, meaning="including handling"),)
CARGO_COST = {"cargo_runs": "runs with cargo or reagent", "labour_h": "operator hours"}


def treat_vesicles(feed: Feed, task: Task, *, share: str, gets: str) -> StepResult:
    """Return the stream after a treatment.

    Args:
        feed: the stream.
        task: with parameters `recovery_frac`, `aggregated_frac`, `vesicles_per_aggregate_ratio` and `gets`.
        share: name under which the treated share is kept, such as `loaded_frac`.
        gets: parameter with the share of vesicles that take it.
    """
    kept, lost = feed.keep(task.draw_column("recovery_frac"), protein_frac=1.0)
    product, stuck, made = aggregate(
        kept,
        share=task.draw("aggregated_frac"),
        vesicles_per_aggregate=task.draw("vesicles_per_aggregate_ratio"),
    )
    hours = task.number("time_h")
    return StepResult(
        product=replace(product, shares={**feed.shares, share: task.draw(gets)}),
        lost={"broken or stuck": lost, "aggregated": stuck},
        made={"aggregates": made},
        hours=hours,
        uses={"cargo_runs": 1.0, "labour_h": hours},
    )
