"""How much of a sample's particle count the diluent brings."""

from __future__ import annotations

from paracrine.characterization.blanks import HIGH_BLANK_PCT, NO_BLANK, find_blank, high_blank_notice
from paracrine.characterization.derivation import (
    AS_MEASURED_NAME,
    Derived,
    DerivedContext,
    derive_not_assessed,
    derive_ratio,
    measured_value,
    select,
)
from paracrine.core.measurement import Measurement
from paracrine.core.product import Role

NEEDS = (AS_MEASURED_NAME,)
DERIVED = Derived(
    name="blank_level_pct",
    title="Diluent blank, share of the sample",
    unit="%",
    definition=(
        "Particle concentration of the diluent blank over that of the sample, both as measured, by the same method."
    ),
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the share of the diluent blank in every product sample."""
    return tuple(_level(base, measurements) for base in select(measurements, AS_MEASURED_NAME, role=Role.PRODUCT))


def _level(base: Measurement, measurements: tuple[Measurement, ...]) -> Measurement:
    blank = find_blank(measurements, base, role=Role.DILUENT_BLANK, attribute=AS_MEASURED_NAME)
    if blank is None:
        return derive_not_assessed(DERIVED, base, NO_BLANK)
    share = derive_ratio(DERIVED, blank, base, factor=100.0)
    own: dict[str, object] = {"sample": base.sample, "role": base.role, "stage": base.stage, "method": base.method}
    level = measured_value(share)
    if level is not None and level > HIGH_BLANK_PCT:
        own["notices"] = (*share.notices, high_blank_notice(blank, level / 100))
    return share.model_copy(update=own)
