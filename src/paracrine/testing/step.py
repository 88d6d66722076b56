"""Holds unit operations and culture models, ours or other people's, to their contracts."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from paracrine.core.parameter import Grade, Parameter
from paracrine.production.populations import ORIGINS, Feed, lognormal_shares
from paracrine.production.prior import SPREADS, Draws
from paracrine.production.step import StepResult, Task, settle

_STAGES = ("clarify", "concentrate", "purify", "modify", "finish", "store")
_COUNTS = (3e11, 4e9, 6e10, 2e8)
_MEDIANS_NM, _SPREADS = (97.0, 83.0, 28.0, 270.0), (1.4, 1.5, 1.3, 1.6)
_DENSITIES_G_PER_CM3 = (1.15, 1.14, 1.02, 1.17)


def check_step(module: ModuleType, settings: Mapping[str, Any] | None = None) -> None:
    """Assert that a step keeps the contract of `production/steps/`.

    It names its stage; its parameters have sources, grades and defaults inside their bounds, all different, so that
    swapped arguments show; nothing is lost without a name; nothing is negative; it uses what it says it costs.

    Args:
        module: defines `STEP`, `SETTINGS`, `PARAMETERS`, `COST` and `run`.
        settings: those the step requires.

    Raises:
        AssertionError: naming the promise that was broken.
    """
    name = module.__name__.rpartition(".")[2]
    assert module.STEP.stage in _STAGES, f"{name}: stage {module.STEP.stage!r} is none of {_STAGES}"
    check_parameters(module.PARAMETERS, name=name)
    feed, result = run_step(module, settings or {}, draws=Draws(60, seed=4))
    _check_balance(name, feed, result)
    unknown = set(result.uses) - set(module.COST)
    assert not unknown, f"{name}: uses {sorted(unknown)}, which COST does not name"


def check_parameters(parameters: tuple[Parameter, ...], *, name: str) -> None:
    """Assert that parameters have sources, grades and defaults inside their bounds, all different."""
    for parameter in parameters:
        low, high = parameter.low, parameter.high
        assert parameter.spread in SPREADS, f"{name}.{parameter.name}: spread {parameter.spread!r}"
        assert parameter.source, f"{name}.{parameter.name} has no source"
        assert parameter.meaning, f"{name}.{parameter.name} has no meaning"
        fixed = parameter.spread == "fixed"
        inside = low is not None and high is not None and low < parameter.value < high
        assert fixed or inside, f"{name}.{parameter.name}: the default is not inside its bounds"
        if parameter.source.startswith("assumption"):
            assert parameter.grade is Grade.ASSUMPTION, f"{name}.{parameter.name} assumes more than its grade says"
    values = [parameter.value for parameter in parameters]
    assert len(set(values)) == len(values), f"{name}: two defaults are the same, so that swapped arguments do not show"


def run_step(
    module: ModuleType, settings: Mapping[str, Any], *, draws: Draws, volume_ml: float = 130.0
) -> tuple[Feed, StepResult]:
    """Run a step on a stream of four different populations; return the stream and what came of it."""
    name = module.__name__.rpartition(".")[2]
    known = {parameter.name: parameter for parameter in module.PARAMETERS}
    task = Task(name, name, settle(module.SETTINGS, settings, where=name), draws, known)
    size = draws.size
    shapes = (
        lognormal_shares(np.full(size, median), np.full(size, spread)) * count
        for median, spread, count in zip(_MEDIANS_NM, _SPREADS, _COUNTS, strict=True)
    )
    density = np.stack([np.full(size, value) for value in _DENSITIES_G_PER_CM3])
    feed = Feed(np.full(size, volume_ml), np.stack(list(shapes)), np.full(size, 9000.0), density)
    return feed, module.run(feed, task)


def _check_balance(name: str, feed: Feed, result: StepResult) -> None:
    into, out = feed.amount, result.product.amount
    for amount in result.made.values():
        into = into.plus(amount)
    for loss, amount in result.lost.items():
        assert (amount.particles >= -1e-9 * into.particles.max()).all(), f"{name}: {loss!r} is negative"
        out = out.plus(amount)
    for position, origin in enumerate(ORIGINS):
        closes = np.allclose(into.particles[position], out.particles[position], rtol=1e-10)
        assert closes, f"{name}: {origin.value} particles are lost without a name"
    assert np.allclose(into.protein_ug, out.protein_ug, rtol=1e-10), f"{name}: protein is lost without a name"
    assert (result.product.particles >= 0).all(), f"{name}: a population is negative"
    assert (result.product.volume_ml > 0).all(), f"{name}: nothing is left"
