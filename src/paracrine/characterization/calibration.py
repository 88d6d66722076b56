"""Reference beads: how far the measured beads lie from their nominal value, and what that adds to a budget.

Nothing is corrected: a bias seen on polystyrene need not hold for vesicles. It enters the budget instead, as
u = sqrt(bias^2 + u(beads measured)^2 + u(nominal)^2), all relative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from paracrine.characterization.derivation import AS_MEASURED_NAME, UNDILUTED_NAME, measured_value
from paracrine.characterization.material import Material
from paracrine.core.measurement import Measurement
from paracrine.core.notice import Notice
from paracrine.core.product import Role
from paracrine.core.quantity import Basis, Budget, Component
from paracrine.numerics.interval import expand_budget, expanded_uncertainty

CHECKED_SIZES = ("diameter_d50_nm", "z_average_nm")
"""What is held against the nominal diameter of beads."""
CONCENTRATIONS = (AS_MEASURED_NAME, UNDILUTED_NAME)


@dataclass(frozen=True, slots=True)
class BeadCheck:
    """One bead measurement held against its nominal value."""

    measurement: Measurement
    nominal: float
    nominal_u: float | None

    @property
    def bias(self) -> float:
        """Measured over nominal, minus 1."""
        return (measured_value(self.measurement) or 0.0) / self.nominal - 1

    @property
    def known(self) -> Budget:
        """How well the bias is known: scatter of the beads and their certificate."""
        own = self.measurement.budget.components if self.measurement.budget else ()
        certificate = Component(
            name="nominal value", standard_uncertainty=(self.nominal_u or 0.0) / self.nominal, source="stated"
        )
        return Budget(scale="relative", components=(*own, certificate))

    def component(self) -> Component | None:
        """Return the calibration's part of a budget; None when the nominal value comes without uncertainty."""
        if self.nominal_u is None or self.measurement.budget is None:
            return None
        spread, freedom = self.known.standard_uncertainty(), self.known.degrees_of_freedom()
        total = math.hypot(spread, self.bias)
        if math.isfinite(freedom):
            freedom *= (total / spread) ** 4
        quantity = "diameter" if self.measurement.attribute in CHECKED_SIZES else "concentration"
        return Component(
            name="calibration",
            standard_uncertainty=total,
            degrees_of_freedom=freedom if math.isfinite(freedom) else None,
            shared_id=f"calibration:{quantity}:{self.measurement.sample}:{self.measurement.method}",
            source=f"{self.measurement.sample}: {quantity} {100 * self.bias:+.1f} % from nominal "
            f"{self.nominal:g}, not corrected",
        )

    def notices(self) -> Iterator[Notice]:
        """Yield a notice when the bias is real, and one when it cannot calibrate anything."""
        if self.nominal_u is None:
            yield Notice(
                code="nominal-uncertainty-not-stated",
                message=f"{self.measurement.sample}: the nominal value is stated without uncertainty: "
                "the beads are a check, not a calibration",
                action="state nominal_diameter_u_nm (or nominal_concentration_u_per_ml) from the certificate",
            )
        reach = expanded_uncertainty(self.known)
        if abs(self.bias) > reach:
            yield Notice(
                code="bead-bias",
                message=f"{self.measurement.sample} measured {100 * self.bias:+.1f} % from nominal, more than its "
                f"interval of {100 * reach:.1f} %; results are not corrected, the bias is in their interval",
                action="have the instrument checked",
            )


def check_beads(measurements: Iterable[Measurement], materials: Sequence[Material]) -> tuple[BeadCheck, ...]:
    """Hold every bead measurement that has a nominal value against it."""
    found: list[BeadCheck] = []
    for item in measurements:
        if item.role is not Role.REFERENCE_BEAD or not measured_value(item):
            continue
        sample = next(material.samples[0] for material in materials if material.name == item.sample)
        if item.attribute in CHECKED_SIZES and sample.nominal_diameter_nm:
            found.append(BeadCheck(item, sample.nominal_diameter_nm, sample.nominal_diameter_u_nm))
        elif item.attribute == UNDILUTED_NAME and sample.nominal_concentration_per_ml:
            found.append(BeadCheck(item, sample.nominal_concentration_per_ml, sample.nominal_concentration_u_per_ml))
    return tuple(found)


def calibrate_measurements(measurements: Iterable[Measurement], checks: Sequence[BeadCheck]) -> tuple[Measurement, ...]:
    """Add the calibration to the budget of every size and concentration measured as the beads were."""
    return tuple(_calibrated(item, checks) for item in measurements)


def _calibrated(item: Measurement, checks: Sequence[BeadCheck]) -> Measurement:
    value = measured_value(item)
    if not value or item.quantity is None or item.role is Role.REFERENCE_BEAD or item.budget is None:
        return item
    check = _nearest(item, checks)
    if check is None:
        return item
    notices = (*item.notices, *check.notices())
    component = check.component()
    if component is None:
        return item.model_copy(update={"notices": notices})
    budget = item.budget.model_copy(update={"components": (*item.budget.components, component), "calibrated": True})
    quantity = expand_budget(value, item.quantity.unit, budget=budget, basis=item.quantity.basis or Basis.REPLICATES)
    return item.model_copy(update={"budget": budget, "quantity": quantity, "notices": notices})


def _nearest(item: Measurement, checks: Sequence[BeadCheck]) -> BeadCheck | None:
    """Return the beads measured by the same method whose nominal value is nearest."""
    if item.budget is None or item.budget.scale != "relative" or item.quantity is None:
        return None
    if item.attribute in CONCENTRATIONS:
        wanted: tuple[str, ...] = (UNDILUTED_NAME,)
    elif item.quantity.unit == "nm":
        wanted = CHECKED_SIZES
    else:
        return None
    fitting = [
        check for check in checks if check.measurement.attribute in wanted and check.measurement.method == item.method
    ]
    value = item.quantity.value
    return min(fitting, key=lambda check: abs(math.log(check.nominal / value)), default=None)
