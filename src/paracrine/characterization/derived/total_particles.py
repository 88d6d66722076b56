"""All detected particles of the product."""

from __future__ import annotations

from paracrine.characterization.derivation import (
    UNDILUTED_NAME,
    Derived,
    DerivedContext,
    derive_multiple,
    derive_not_assessed,
    select,
)
from paracrine.core.measurement import Measurement
from paracrine.core.product import Role

NEEDS = (UNDILUTED_NAME,)
DERIVED = Derived(
    name="total_particles",
    title="Total particles",
    unit="particles",
    definition="Undiluted particle concentration times the volume of the product, which is taken as exact.",
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the total of every product sample whose volume is stated."""
    return tuple(_total(base, context) for base in select(measurements, UNDILUTED_NAME, role=Role.PRODUCT))


def _total(base: Measurement, context: DerivedContext) -> Measurement:
    volume = context.volume_ml(base)
    if volume is None:
        return derive_not_assessed(DERIVED, base, f"the volume of {base.sample} is not stated (product_volume_ml)")
    return derive_multiple(DERIVED, base, volume, assumptions=(f"volume {volume:g} mL, as stated",))
