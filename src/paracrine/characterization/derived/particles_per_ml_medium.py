"""Yield per volume of conditioned medium."""

from __future__ import annotations

from paracrine.characterization.derivation import (
    Derived,
    DerivedContext,
    derive_multiple,
    derive_not_assessed,
    select,
)
from paracrine.core.measurement import Measurement

NEEDS = ("total_particles",)
DERIVED = Derived(
    name="particles_per_ml_medium",
    title="Particles per mL of conditioned medium",
    unit="1/mL",
    definition="Total particles over the stated volume of conditioned medium, which is taken as exact.",
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the yield of every product sample with a total."""
    return tuple(_yield(base, context) for base in select(measurements, "total_particles"))


def _yield(base: Measurement, context: DerivedContext) -> Measurement:
    amount = context.request.batch.medium_volume_ml
    if amount is None:
        return derive_not_assessed(
            DERIVED, base, "the volume of conditioned medium of the batch is not stated (medium_volume_ml)"
        )
    return derive_multiple(
        DERIVED, base, 1 / amount, assumptions=(f"volume of conditioned medium {amount:g}, as stated",)
    )
