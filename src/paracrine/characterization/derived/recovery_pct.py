"""Share of the particles that a later stage still holds."""

from __future__ import annotations

from paracrine.characterization.derivation import (
    Derived,
    DerivedContext,
    derive_ratio,
    select,
)
from paracrine.core.measurement import Measurement
from paracrine.core.product import Role

NEEDS = ("total_particles",)
DERIVED = Derived(
    name="recovery_pct",
    title="Recovery of particles",
    unit="%",
    definition=(
        "Total particles of a stage over those of the first stage measured by the same method; stages in the order of "
        "the protocol, else as listed with the final product last."
    ),
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the recovery of every later stage against the first."""
    order = _stage_order(context)
    totals = list(select(measurements, "total_particles", role=Role.PRODUCT))
    found: list[Measurement] = []
    for method in dict.fromkeys(item.method for item in totals):
        same = sorted((item for item in totals if item.method == method), key=lambda item: order[item.stage])
        later = [item for item in same if item.stage != same[0].stage]
        found.extend(
            derive_ratio(
                DERIVED, item, same[0], factor=100.0, assumptions=(f"against {same[0].sample} ({same[0].stage})",)
            )
            for item in later
        )
    return tuple(found)


def _stage_order(context: DerivedContext) -> dict[str, int]:
    stages = list(dict.fromkeys(sample.stage for sample in context.request.samples))
    steps = [step.name for step in context.request.plan.protocol.steps] if context.request.plan.protocol else []
    known = {stage: steps.index(stage) if stage in steps else -1 for stage in stages}
    ranked = sorted(stages, key=lambda stage: (stage == "final product", known[stage]))
    return {stage: rank for rank, stage in enumerate(ranked)}
