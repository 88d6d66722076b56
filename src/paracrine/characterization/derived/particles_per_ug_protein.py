"""Particles per mass of protein."""

from __future__ import annotations

from paracrine.characterization.derivation import (
    UNDILUTED_NAME,
    Derived,
    DerivedContext,
    derive_not_assessed,
    derive_ratio,
    measured_value,
    select,
)
from paracrine.core.measurement import Measurement
from paracrine.core.product import Role

NEEDS = (UNDILUTED_NAME, "protein_ug_per_ml")
DERIVED = Derived(
    name="particles_per_ug_protein",
    title="Particles per µg protein",
    unit="particles/ug",
    definition=(
        "Undiluted particle concentration over the protein concentration of the same sample; blanks are not "
        "subtracted from the particles."
    ),
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the ratio of every product sample, with each protein result of that sample."""
    found: list[Measurement] = []
    for base in select(measurements, UNDILUTED_NAME, role=Role.PRODUCT):
        proteins = [item for item in select(measurements, "protein_ug_per_ml") if item.sample == base.sample]
        if any(measured_value(item) is not None for item in proteins):
            proteins = [item for item in proteins if measured_value(item) is not None]
        if proteins:
            found.extend(derive_ratio(DERIVED, base, protein) for protein in proteins)
        else:
            found.append(derive_not_assessed(DERIVED, base, f"no protein was measured in {base.sample}"))
    return tuple(found)
