"""How far reference beads measure from their nominal diameter."""

from __future__ import annotations

from paracrine.characterization.calibration import CHECKED_SIZES
from paracrine.characterization.derivation import Derived, DerivedContext, derive_not_assessed, measured_value, select
from paracrine.core.measurement import Measurement, State
from paracrine.core.product import Role
from paracrine.core.quantity import Quantity

NEEDS = CHECKED_SIZES
DERIVED = Derived(
    name="bead_size_bias_pct",
    title="Reference beads, bias of the diameter",
    unit="%",
    definition=(
        "Measured D50 (light scattering: Z-average) of the reference beads over their nominal diameter, minus 1; the "
        "interval is that of the measured beads. Sizes are not corrected by it."
    ),
)


def derive(measurements: tuple[Measurement, ...], context: DerivedContext) -> tuple[Measurement, ...]:
    """Derive the bias of every bead run, or say by which method no beads were measured."""
    sizes = [item for name in CHECKED_SIZES for item in select(measurements, name)]
    found: list[Measurement] = []
    for method in dict.fromkeys(item.method for item in sizes):
        beads = [item for item in sizes if item.method == method and item.role is Role.REFERENCE_BEAD]
        if beads:
            found.extend(_bias(item, context) for item in beads)
        else:
            product = next(item for item in sizes if item.method == method)
            absent = derive_not_assessed(DERIVED, product, "no reference beads were measured by this method")
            found.append(absent.model_copy(update={"sample": "reference beads", "role": Role.REFERENCE_BEAD}))
    return tuple(found)


def _bias(item: Measurement, context: DerivedContext) -> Measurement:
    material = context.material_of(item)
    nominal = material.samples[0].nominal_diameter_nm if material else None
    value, quantity = measured_value(item), item.quantity
    frame = derive_not_assessed(DERIVED, item, item.reason or "the nominal diameter of the beads is not stated")
    if nominal is None or value is None or quantity is None:
        return frame
    low, high = (None if end is None else 100 * (end / nominal - 1) for end in (quantity.low, quantity.high))
    bias = Quantity(value=100 * (value / nominal - 1), unit="%", low=low, high=high, basis=quantity.basis)
    provenance = frame.provenance.model_copy(
        update={"assumptions": (*frame.provenance.assumptions, f"nominal diameter {nominal:g} nm, as stated")}
    )
    return frame.model_copy(
        update={
            "state": State.MEASURED,
            "reason": "",
            "quantity": bias,
            "provenance": provenance,
            "notices": item.notices,
        }
    )
