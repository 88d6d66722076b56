"""What a blank shows: its level beside every concentration measured by the same method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from paracrine.characterization.derivation import (
    AS_MEASURED_NAME,
    UNDILUTED_NAME,
    Derived,
    derive_difference,
    measured_value,
    select,
)
from paracrine.core.measurement import Beside, Measurement
from paracrine.core.notice import Notice
from paracrine.core.product import Role

HIGH_BLANK_PCT = 10.0
"""Quoted acceptance limit (blank below 5 to 10 % of the sample), to be confirmed against ISO 19430."""
NO_BLANK = "no diluent blank was measured by this method"
_SUBTRACTED = Derived("beside", "Minus the diluent blank", "1/mL", "Concentration minus that of the diluent blank.")


def find_blank(
    measurements: Iterable[Measurement], sample: Measurement, *, role: Role, attribute: str
) -> Measurement | None:
    """Return the blank measured by the same method as a sample; the highest when there are several."""
    found = list(select(measurements, attribute, role=role, method=sample.method))
    measured = [item for item in found if measured_value(item) is not None]
    return max(measured, key=lambda item: measured_value(item) or 0.0, default=next(iter(found), None))


def show_blanks(measurements: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """Put the diluent blank beside each concentration, as measured and times the dilution of the sample."""
    return tuple(_with_blank(item, measurements) for item in measurements)


def _with_blank(item: Measurement, measurements: Sequence[Measurement]) -> Measurement:
    if item.attribute not in (AS_MEASURED_NAME, UNDILUTED_NAME) or item.role is Role.DILUENT_BLANK:
        return item
    value = measured_value(item)
    blank = find_blank(measurements, item, role=Role.DILUENT_BLANK, attribute=AS_MEASURED_NAME)
    level = measured_value(blank)
    own = next((m for m in select(measurements, AS_MEASURED_NAME, method=item.method) if m.sample == item.sample), item)
    as_measured = measured_value(own)
    if value is None or blank is None or level is None or not as_measured:
        return item
    beside = (*item.beside, *_beside(item, _scaled(blank, item, value / as_measured)))
    share = level / as_measured
    notices = (high_blank_notice(blank, share),) if share > HIGH_BLANK_PCT / 100 else ()
    return item.model_copy(update={"beside": beside, "notices": (*item.notices, *notices)})


def _beside(item: Measurement, blank: Measurement) -> Iterator[Beside]:
    source = blank.provenance.sources[0] if blank.provenance.sources else None
    diluted = "" if item.attribute == AS_MEASURED_NAME else ", times the same dilution"
    if blank.quantity is not None:
        yield Beside(label=f"diluent blank {blank.sample}{diluted}", quantity=blank.quantity, source=source)
    subtracted = derive_difference(_SUBTRACTED, item, blank).quantity
    if subtracted is not None:
        yield Beside(label=f"minus the diluent blank {blank.sample}", quantity=subtracted, source=source)


def _scaled(blank: Measurement, item: Measurement, factor: float) -> Measurement:
    """Return the blank on the scale of a concentration; it shares the dilution that brought it there."""
    if blank.quantity is None:
        return blank
    low, high = (None if end is None else end * factor for end in (blank.quantity.low, blank.quantity.high))
    quantity = blank.quantity.model_copy(update={"value": blank.quantity.value * factor, "low": low, "high": high})
    parts = item.budget.components if item.budget and factor != 1 else ()
    dilution = [part for part in parts if part.name == "dilution"]
    budget = blank.budget.with_components(dilution) if blank.budget else None
    return blank.model_copy(update={"quantity": quantity, "budget": budget})


def high_blank_notice(blank: Measurement, share: float) -> Notice:
    """Return the notice that a blank holds too much."""
    return Notice(
        code="blank-high",
        message=f"{blank.sample} holds {100 * share:.0f} % of the particles of the sample as measured "
        f"(more than {HIGH_BLANK_PCT:.0f} %)",
        action="use a cleaner diluent or dilute less",
    )
