"""Share of the detected particles that detergent removes."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.characterization.derivation import (
    UNDILUTED_NAME,
    Derived,
    DerivedContext,
    derive_ratio,
    select,
)
from paracrine.core.measurement import Measurement
from paracrine.core.product import Role
from paracrine.core.quantity import Budget

NEEDS = (UNDILUTED_NAME,)
DERIVED = Derived(
    name="detergent_sensitive_pct",
    title="Detergent-sensitive share of the detected particles",
    unit="%",
    definition=(
        "100 % times 1 minus the undiluted concentration with detergent over that without, of the same stage, by the "
        "same method. Detergent micelles and membrane-free particles count as resistant."
    ),
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the detergent-sensitive share of every product sample that has a detergent control."""
    found: list[Measurement] = []
    for base in select(measurements, UNDILUTED_NAME, role=Role.PRODUCT):
        found.extend(_share(base, control) for control in _controls(base, measurements))
    return tuple(found)


def _controls(base: Measurement, measurements: tuple[Measurement, ...]) -> Iterator[Measurement]:
    for item in select(measurements, UNDILUTED_NAME, role=Role.DETERGENT_CONTROL, method=base.method):
        if item.stage == base.stage:
            yield item


def _share(base: Measurement, control: Measurement) -> Measurement:
    left = derive_ratio(DERIVED, control, base, factor=100.0, assumptions=(f"detergent control: {control.sample}",))
    own: dict[str, object] = {"sample": base.sample, "role": base.role, "method": base.method}
    if left.quantity is not None:
        ends = {}
        if left.quantity.low is not None and left.quantity.high is not None:
            ends = {"low": 100 - left.quantity.high, "high": 100 - left.quantity.low}
        own["quantity"] = left.quantity.model_copy(update={"value": 100 - left.quantity.value, **ends})
        own["budget"] = _absolute(left.budget, left.quantity.value)
    return left.model_copy(update=own)


def _absolute(budget: Budget | None, left_pct: float) -> Budget | None:
    """Return the budget in per cent: the share falls when what is left rises."""
    if budget is None:
        return None
    parts = (part.model_copy(update={"sensitivity": -part.sensitivity * left_pct}) for part in budget.components)
    return Budget(scale="absolute", components=tuple(parts), calibrated=budget.calibrated)
