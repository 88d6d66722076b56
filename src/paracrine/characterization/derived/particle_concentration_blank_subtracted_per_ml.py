"""Concentration as measured without what the diluent brings."""

from __future__ import annotations

from paracrine.characterization.blanks import NO_BLANK, find_blank
from paracrine.characterization.derivation import (
    AS_MEASURED_NAME,
    Derived,
    DerivedContext,
    derive_difference,
    derive_not_assessed,
    select,
)
from paracrine.core.measurement import Measurement
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import Role

NEEDS = (AS_MEASURED_NAME,)
DERIVED = Derived(
    name="particle_concentration_blank_subtracted_per_ml",
    title="Particle concentration as measured, blank subtracted",
    unit="1/mL",
    definition=(
        "Concentration as measured minus that of the diluent blank by the same method; the blank counts in full, since "
        "a diluted sample is almost all diluent."
    ),
    cites=("doi:10.59161/JCGM100-2008E",),
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the blank-subtracted concentration of every product sample."""
    return tuple(_subtracted(base, measurements) for base in select(measurements, AS_MEASURED_NAME, role=Role.PRODUCT))


def _subtracted(base: Measurement, measurements: tuple[Measurement, ...]) -> Measurement:
    blank = find_blank(measurements, base, role=Role.DILUENT_BLANK, attribute=AS_MEASURED_NAME)
    if blank is None:
        return derive_not_assessed(DERIVED, base, NO_BLANK)
    found = derive_difference(DERIVED, base, blank)
    quantity = found.quantity
    if quantity is None or (quantity.low is not None and quantity.low > 0):
        return found
    notice = Notice(
        code="not-above-blank",
        message=f"{base.sample} cannot be told from the diluent blank {blank.sample}",
        severity=Severity.SERIOUS,
        action="dilute less or use a cleaner diluent",
    )
    return found.model_copy(update={"notices": (*found.notices, notice)})
