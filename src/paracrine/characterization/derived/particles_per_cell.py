"""Yield per producing cell."""

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
    name="particles_per_cell",
    title="Particles per producing cell",
    unit="particles/cell",
    definition="Total particles over the stated number of producing cells, which is taken as exact.",
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the yield of every product sample with a total."""
    return tuple(_yield(base, context) for base in select(measurements, "total_particles"))


def _yield(base: Measurement, context: DerivedContext) -> Measurement:
    amount = context.request.batch.cells_count
    if amount is None:
        return derive_not_assessed(
            DERIVED, base, "the number of producing cells of the batch is not stated (cells_count)"
        )
    return derive_multiple(DERIVED, base, 1 / amount, assumptions=(f"number of producing cells {amount:g}, as stated",))
