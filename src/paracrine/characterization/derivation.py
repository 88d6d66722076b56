"""The contract of a derived metric, the order in which they run, and the arithmetic of their budgets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from paracrine.characterization.material import Material
from paracrine.characterization.request import BatchRequest
from paracrine.core.catalog import Catalog
from paracrine.core.measurement import Measurement, State
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import Role
from paracrine.core.provenance import Provenance
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.numerics.interval import coverage_factor, expand_budget

DERIVED_METRICS = Catalog("paracrine.characterization.derived", ("DERIVED", "NEEDS", "derive"))
UNDILUTED_NAME = "particle_concentration_undiluted_per_ml"
AS_MEASURED_NAME = "particle_concentration_per_ml"


@dataclass(frozen=True, slots=True)
class Derived:
    """Identity of a derived metric; `DERIVED` in each module of `characterization/derived/`."""

    name: str
    title: str
    unit: str
    definition: str
    """One sentence with the convention."""
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedContext:
    """What a derived metric may look at besides the measurements."""

    request: BatchRequest
    materials: tuple[Material, ...]

    def material_of(self, measurement: Measurement) -> Material | None:
        """Return the material a measurement was made on; None for results that name no sample of the study."""
        return next((item for item in self.materials if item.name == measurement.sample), None)

    def volume_ml(self, measurement: Measurement) -> float | None:
        """Return the volume a measurement's material stands for; the product volume at the final stage."""
        material = self.material_of(measurement)
        stated = material.samples[0].volume_ml if material else None
        if stated is None and measurement.stage == "final product":
            return self.request.batch.product_volume_ml
        return stated


def derive_all(measurements: Sequence[Measurement], context: DerivedContext) -> tuple[Measurement, ...]:
    """Return every derived measurement, each made when what it needs is there."""
    known = [*measurements, *context.request.external]
    made: list[Measurement] = []
    for module in in_order(load_derived()):
        new = module.derive(tuple(known), context)
        made.extend(new)
        known.extend(new)
    return tuple(made)


@cache
def load_derived() -> tuple[ModuleType, ...]:
    """Return all derived metrics, ours and other people's, loaded once."""
    return tuple(DERIVED_METRICS)


def in_order(modules: Iterable[ModuleType]) -> Iterator[ModuleType]:
    """Yield modules so that each comes after those whose results it needs.

    Raises:
        TypeError: when derived metrics need one another in a circle (the author's mistake).
    """
    waiting: dict[str, ModuleType] = {module.DERIVED.name: module for module in modules}
    while waiting:
        ready = [name for name, module in waiting.items() if not any(need in waiting for need in module.NEEDS)]
        if not ready:
            raise TypeError(f"derived metrics need one another in a circle: {', '.join(sorted(waiting))}")
        yield from (waiting.pop(name) for name in ready)


def select(
    measurements: Iterable[Measurement], attribute: str, *, role: Role | None = None, method: str | None = None
) -> Iterator[Measurement]:
    """Yield the measurements of one attribute, of one role and method where given."""
    for item in measurements:
        if item.attribute != attribute or (role is not None and item.role is not role):
            continue
        if method is None or item.method == method:
            yield item


def measured_value(measurement: Measurement | None) -> float | None:
    """Return the value of a measurement that has one."""
    if measurement is None or measurement.state is not State.MEASURED or measurement.quantity is None:
        return None
    return measurement.quantity.value


def derive_not_assessed(derived: Derived, base: Measurement, reason: str) -> Measurement:
    """Return the derived metric of the base's sample, not assessed, with the reason."""
    return _frame(derived, base, (base,), ()).model_copy(update={"state": State.NOT_ASSESSED, "reason": reason})


def derive_ratio(
    derived: Derived,
    top: Measurement,
    bottom: Measurement,
    *,
    factor: float = 1.0,
    assumptions: Sequence[str] = (),
) -> Measurement:
    """Return factor * top / bottom; parts that both share cancel in the budget."""
    above, below = measured_value(top), measured_value(bottom)
    for item, value in ((top, above), (bottom, below)):
        if value is None:
            return derive_not_assessed(derived, top, f"{item.title} of {item.sample}: {item.reason or 'no number'}")
    if not below:
        return derive_not_assessed(derived, top, f"{bottom.title} of {bottom.sample} is 0")
    first, doubt = relative_budget(top)
    second, other_doubt = relative_budget(bottom)
    budget = first.times(second, power=-1.0) if first and second else first or second
    value = factor * (above or 0.0) / below
    doubts = [notice for notice in (doubt, other_doubt) if notice is not None]
    return _measured(
        derived, (top, bottom), value=value, budget=budget if value else None, assumptions=assumptions, notices=doubts
    )


def derive_multiple(
    derived: Derived, base: Measurement, factor: float, *, assumptions: Sequence[str] = ()
) -> Measurement:
    """Return base times an exactly known factor."""
    value = measured_value(base)
    if value is None:
        return derive_not_assessed(derived, base, f"{base.title}: {base.reason or 'no number'}")
    budget, doubt = relative_budget(base)
    found = _measured(
        derived,
        (base,),
        value=value * factor,
        budget=budget if value else None,
        assumptions=assumptions,
        notices=[doubt] if doubt else [],
    )
    if value == 0 and base.quantity is not None and base.quantity.high is not None:
        ends = {"low": 0.0, "high": base.quantity.high * factor, "basis": base.quantity.basis}
        return found.model_copy(update={"quantity": found.quantity.model_copy(update=ends) if found.quantity else None})
    return found


def derive_difference(
    derived: Derived, first: Measurement, second: Measurement, *, assumptions: Sequence[str] = ()
) -> Measurement:
    """Return first - second with the parts of both, on the relative scale where the difference is clear."""
    above, below = measured_value(first), measured_value(second)
    for item, value in ((first, above), (second, below)):
        if value is None:
            return derive_not_assessed(derived, first, f"{item.title} of {item.sample}: {item.reason or 'no number'}")
    difference = (above or 0.0) - (below or 0.0)
    one, doubt = relative_budget(first)
    parts = _in_units_of_value(one, above or 0.0, 1.0) + _subtracted(second, below or 0.0)
    budget = Budget(scale="absolute", components=parts, calibrated=bool(one and one.calibrated)) if one else None
    if budget is not None and difference > 0 and budget.standard_uncertainty() < 0.25 * difference:
        shares = (part.model_copy(update={"sensitivity": part.sensitivity / difference}) for part in parts)
        budget = Budget(scale="relative", components=tuple(shares), calibrated=budget.calibrated)
    return _measured(
        derived,
        (first, second),
        value=difference,
        budget=budget,
        assumptions=assumptions,
        notices=[doubt] if doubt else [],
    )


def relative_budget(measurement: Measurement) -> tuple[Budget | None, Notice | None]:
    """Return the relative budget of a measurement, from its stated interval where it has no budget."""
    quantity = measurement.quantity
    if quantity is None:
        return None, None
    if measurement.budget is not None and measurement.budget.scale == "relative":
        return measurement.budget, None
    if quantity.low is not None and quantity.high is not None and quantity.low > 0:
        half = math.log(quantity.high / quantity.low) / 2 / coverage_factor(math.inf, quantity.coverage_pct)
        part = Component(
            name=f"stated interval of {measurement.title}",
            standard_uncertainty=half,
            shared_id=f"stated:{measurement.attribute}:{measurement.sample}:{measurement.method}",
            source=f"interval stated by {measurement.laboratory or 'the source'}",
        )
        return Budget(scale="relative", components=(part,)), None
    notice = Notice(
        code="interval-incomplete",
        message=f"{measurement.title} of {measurement.sample} comes without an interval, which is left out here",
        severity=Severity.CAUTION,
    )
    return None, notice


def _in_units_of_value(budget: Budget | None, value: float, sign: float) -> tuple[Component, ...]:
    if budget is None:
        return ()
    return tuple(part.model_copy(update={"sensitivity": part.sensitivity * value * sign}) for part in budget.components)


def _subtracted(measurement: Measurement, value: float) -> tuple[Component, ...]:
    budget, _ = relative_budget(measurement)
    quantity = measurement.quantity
    if budget is not None and value > 0:
        return _in_units_of_value(budget, value, -1.0)
    if quantity is None or quantity.high is None:
        return ()
    return (
        Component(
            name=f"limit of {measurement.sample}",
            standard_uncertainty=(quantity.high - quantity.value) / coverage_factor(math.inf),
            sensitivity=-1.0,
            source="upper limit of a run without particles",
        ),
    )


def _measured(
    derived: Derived,
    bases: Sequence[Measurement],
    *,
    value: float,
    budget: Budget | None,
    assumptions: Sequence[str],
    notices: Sequence[Notice],
) -> Measurement:
    basis = next((b.quantity.basis for b in bases if b.quantity and b.quantity.basis), Basis.STATED)
    quantity = (
        expand_budget(value, derived.unit, budget=budget, basis=basis)
        if budget is not None and budget.components
        else Quantity(value=value, unit=derived.unit)
    )
    frame = _frame(derived, bases[0], bases, assumptions)
    carried = [notice for base in bases for notice in base.notices]
    return frame.model_copy(
        update={
            "state": State.MEASURED,
            "reason": "",
            "quantity": quantity,
            "budget": budget,
            "notices": tuple({(n.code, n.message): n for n in (*carried, *notices)}.values()),
        }
    )


def _frame(
    derived: Derived, base: Measurement, bases: Sequence[Measurement], assumptions: Sequence[str]
) -> Measurement:
    sources = dict.fromkeys(source for item in bases for source in item.provenance.sources)
    cites = dict.fromkeys((*derived.cites, *(cite for item in bases for cite in item.provenance.cites)))
    stated = [text for item in bases for text in item.provenance.assumptions if text.startswith("dilution")]
    return Measurement(
        attribute=derived.name,
        title=derived.title,
        batch=base.batch,
        sample=base.sample,
        role=base.role,
        stage=base.stage,
        method=" and ".join(dict.fromkeys(item.method for item in bases)),
        technique=base.technique,
        performed_at=base.performed_at,
        state=State.NOT_ASSESSED,
        reason="not yet derived",
        measurand=base.measurand,
        provenance=Provenance(
            sources=tuple(sources),
            made_by=f"characterization.derived.{derived.name}",
            software_version=next((item.provenance.software_version for item in bases), ""),
            cites=tuple(cites),
            assumptions=(derived.definition, *assumptions, *dict.fromkeys(stated)),
        ),
    )
