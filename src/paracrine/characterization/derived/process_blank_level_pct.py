"""How much of the product's particle count the process brings without cells."""

from __future__ import annotations

from paracrine.characterization.blanks import find_blank
from paracrine.characterization.derivation import (
    UNDILUTED_NAME,
    Derived,
    DerivedContext,
    derive_not_assessed,
    derive_ratio,
    select,
)
from paracrine.core.measurement import Measurement
from paracrine.core.product import Role

NEEDS = (UNDILUTED_NAME,)
DERIVED = Derived(
    name="process_blank_level_pct",
    title="Process blank, share of the sample",
    unit="%",
    definition=(
        "Undiluted particle concentration of the process blank (unconditioned medium taken through the process) over "
        "that of the sample, by the same method."
    ),
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the share of the process blank in every product sample."""
    return tuple(_level(base, measurements) for base in select(measurements, UNDILUTED_NAME, role=Role.PRODUCT))


def _level(base: Measurement, measurements: tuple[Measurement, ...]) -> Measurement:
    blank = find_blank(measurements, base, role=Role.PROCESS_BLANK, attribute=UNDILUTED_NAME)
    if blank is None:
        return derive_not_assessed(DERIVED, base, "no process blank was measured by this method")
    share = derive_ratio(DERIVED, blank, base, factor=100.0)
    return share.model_copy(
        update={"sample": base.sample, "role": base.role, "stage": base.stage, "method": base.method}
    )
