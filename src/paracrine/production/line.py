"""The whole line: culture, isolation train, balance, cost, in one pass over all draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from paracrine.core.errors import ParacrineError, SolveError
from paracrine.core.notice import Notice
from paracrine.core.parameter import Parameter
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.cost import CostResult, cost_of
from paracrine.production.counting import counted_as_nta, particles_per_ug
from paracrine.production.culture import Course, CultureResult, run_culture
from paracrine.production.design import LineDesign, StepPlan, place_of, require_sensible
from paracrine.production.populations import Amount, Feed, empty_amount
from paracrine.production.prior import Draws, Posterior
from paracrine.production.step import STEPS, StepResult, Task

BALANCE_TOLERANCE = 1e-9
DRAWS = 1000


@dataclass(frozen=True)
class Stage:
    """The line at one place: culture or a step."""

    place: str
    title: str
    out: Feed
    lost: Mapping[str, Amount]
    made: Mapping[str, Amount]
    hours: FloatArray
    is_storage: bool = False


@dataclass(frozen=True)
class LineResult:
    """What a line gives; index 0 of every array over draws is the central case.

    Attributes:
        design: as designed.
        stages: culture first, then each step.
        course: culture over time.
        brought: what came with medium.
        imbalance: largest relative gap of `in + made = out + lost`, over origins, protein and draws.
        cost: None where the design has no prices.
        uses: what the line takes, by cost driver.
        parameters: every parameter used, by scoped name.
        draws: the draws themselves.
        notices: doubts.
        posterior: what was learnt from batches; None without.
    """

    design: LineDesign
    stages: tuple[Stage, ...]
    course: Course
    brought: Amount
    imbalance: float
    cost: CostResult | None
    uses: Mapping[str, FloatArray]
    parameters: Mapping[str, Parameter]
    draws: Draws
    notices: tuple[Notice, ...]
    posterior: Posterior | None = None

    @property
    def fitted(self) -> str:
        """What a posterior rests on; empty without one."""
        return self.posterior.source if self.posterior else ""

    @property
    def final(self) -> Feed:
        """The product."""
        return self.stages[-1].out

    @property
    def harvest(self) -> Feed:
        """The conditioned medium."""
        return self.stages[0].out

    @property
    def hours(self) -> FloatArray:
        """From seeding to the vials; time in the store is not counted."""
        return np.asarray(sum(stage.hours for stage in self.stages if not stage.is_storage))

    def outputs(self) -> dict[str, FloatArray]:
        """Return the numbers a line is judged by, each over draws."""
        final, harvest = self.final, self.harvest
        found = {
            "yield_particles": final.cell_derived,
            "yield_as_nta_particles": counted_as_nta(final, self.draws),
            "recovery_frac": final.cell_derived / np.maximum(harvest.cell_derived, 1e-300),
            "cell_derived_frac": final.cell_derived / np.maximum(final.totals.sum(axis=0), 1e-300),
            "particles_per_ug_protein": particles_per_ug(final, self.draws),
            "protein_ug": final.protein_ug,
            "volume_ml": final.volume_ml,
            "harvest_particles": harvest.cell_derived,
            "harvest_as_nta_per_ml": counted_as_nta(harvest, self.draws) / harvest.volume_ml,
            "cells_at_peak": self.uses["cells"],
            "yield_per_cell": final.cell_derived / np.maximum(self.uses["cells"], 1.0),
            "hours": self.hours,
        }
        if self.cost is not None:
            found["cost"] = self.cost.total
            found["cost_per_1e9_particles"] = self.cost.total / np.maximum(final.cell_derived, 1e-300) * 1e9
            if self.design.dose_particles:
                doses = final.cell_derived / self.design.dose_particles
                found["cost_per_dose"] = self.cost.total / np.maximum(doses, 1e-300)
        return found


def run_line(
    design: LineDesign,
    *,
    draws_count: int = DRAWS,
    seed: int = 1,
    posterior: Posterior | None = None,
    shifts: Mapping[str, FloatArray] | None = None,
    others_central: bool = False,
    beyond: FloatArray | None = None,
) -> LineResult:
    """Run a line.

    Args:
        design: refused when it makes no sense.
        draws_count: Monte Carlo draws besides the central case.
        seed: of the draws; lines under one seed share the draws of the parameters they share.
        posterior: fitted parameters.
        shifts: scores given outright, by parameter name, shape (draws_count + 1,).
        others_central: whether parameters without a shift stay at their centre.
        beyond: where given, each draw is a design of its own and adds here how far it is beyond typed limits.

    Raises:
        InputError: when the design makes no sense.
        LimitError: when a step is asked beyond a limit the user typed.
        SolveError: when the balance does not close.
    """
    steps = require_sensible(design)
    own, given = design.parameters, dict(shifts or {})
    draws = Draws(
        draws_count, seed, posterior, overrides=own, shifts=given, others_central=others_central, beyond=beyond
    )
    culture = run_culture(design, draws)
    stages = [_culture_stage(culture)]
    uses = _culture_uses(design, culture)
    notices = list(culture.notices)
    for number, plan in enumerate(steps, 1):
        stage, result = _run_step(number, plan, stages[-1].out, draws)
        stages.append(stage)
        notices.extend(result.notices)
        for name, value in result.uses.items():
            uses[name] = uses.get(name, 0.0) + _over(value, draws.size)
    uses["line_h"] = np.asarray(sum(stage.hours for stage in stages if not stage.is_storage))
    _require_known_names(design, draws)
    return LineResult(
        design=design,
        stages=tuple(stages),
        course=culture.course,
        brought=culture.brought,
        imbalance=_imbalance(culture.brought, stages),
        cost=cost_of(design.cost, uses, draws) if design.cost else None,
        uses=uses,
        parameters=dict(draws.used),
        draws=draws,
        notices=tuple(dict.fromkeys(notices)),
        posterior=posterior,
    )


def _run_step(number: int, plan: StepPlan, feed: Feed, draws: Draws) -> tuple[Stage, StepResult]:
    module = STEPS.load(plan.kind)
    place = place_of(number, plan.kind)
    task = Task(plan.kind, place, plan.settings, draws, {p.name: p for p in module.PARAMETERS})
    try:
        result: StepResult = module.run(feed, task)
    except ParacrineError as error:
        error.where = error.where or place
        raise
    title = f"{number}. {module.STEP.title}"
    hours = _over(result.hours, draws.size)
    is_storage = module.STEP.stage == "store"
    return Stage(place, title, result.product, result.lost, result.made, hours, is_storage), result


def _culture_stage(culture: CultureResult) -> Stage:
    return Stage("culture", "Culture and harvest", culture.harvest, culture.lost, culture.made, culture.hours)


def _culture_uses(design: LineDesign, culture: CultureResult) -> dict[str, FloatArray]:
    size = culture.hours.size
    handled = 1.0 + 0.5 * len(design.culture.events)
    return {
        "batch": np.ones(size),
        "culture_h": culture.hours,
        "medium_l": culture.medium_l,
        "area_cm2": _over(design.culture.area_cm2, size),
        "labour_h": np.full(size, handled),
        "cells": culture.peak_cells,
    }


def _imbalance(brought: Amount, stages: list[Stage]) -> float:
    """Return the largest relative gap between what came or was made and what went out or was lost.

    Raises:
        SolveError: when it is above the tolerance.
    """
    size = brought.protein_ug.size
    put, gone = brought, empty_amount(size)
    for stage in stages:
        for amount in stage.made.values():
            put = put.plus(amount)
        for amount in stage.lost.values():
            gone = gone.plus(amount)
    gone = gone.plus(stages[-1].out.amount)
    came, went = (np.vstack([amount.particles, amount.protein_ug]) for amount in (put, gone))
    worst = float((np.abs(came - went) / np.maximum(np.maximum(came, went), 1e-30)).max())
    if not worst <= BALANCE_TOLERANCE:
        raise SolveError(f"the balance of the line does not close: a gap of {worst:.2g} of what came in", where="line")
    return worst


def _require_known_names(design: LineDesign, draws: Draws) -> None:
    from paracrine.core.catalog import nearest
    from paracrine.core.errors import UnknownName

    for name in design.parameters:
        if name not in draws.used:
            raise UnknownName(f"no parameter {name!r} in this line", hint=nearest(name, draws.used))


def _over(value: Any, size: int) -> FloatArray:
    return np.array(np.broadcast_to(np.asarray(value, dtype=float), (size,)))
