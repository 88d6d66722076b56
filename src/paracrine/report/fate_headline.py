"""The one sentence above a fate page."""

from __future__ import annotations

from paracrine.core.parameter import Grade
from paracrine.core.quantity import Quantity
from paracrine.fate.answer import Band, Estimate, FateAnswer
from paracrine.report.numbers import THIN, write_quantity, write_value


def fate_headline(found: FateAnswer) -> str:
    """Say where the vesicles are after an hour and a day, how sure, and resting on what."""
    liver, blood = found.place("liver"), found.place("blood")
    first, last = found.at(1.0), found.at(24.0)
    parts = [
        f"after {write_value(found.times_h[at], digits=2)}{THIN}h {range_text(liver.intact, at, liver.grade)} "
        f"are intact in the liver and {range_text(blood.intact, at, blood.grade)} in blood"
        for at in dict.fromkeys((first, last))
    ]
    dose = write_value(float(found.dose.split()[0]), digits=3)
    text = f"Of {dose} particles, {found.route_title}, in a {found.species}: {'; '.join(parts)}."
    return f"{text} Grade: {found.grade.value}."


def range_text(band: Band, at: int, grade: Grade) -> str:
    """Write a share with its interval; on assumption alone, the range without a point."""
    return share_text(settled(band.middle[at]), settled(band.low[at]), settled(band.high[at]), grade)


def settled(value: float, *, grams: float = 1.0) -> float:
    """Return a share, of a gram where `grams` share it; under a thousandth of a per cent no assay sees anything."""
    return 0.0 if value < 1e-3 / grams else value


def share_text(value: float, low: float, high: float, grade: Grade, unit: str = "%") -> str:
    """Write a number with its interval, the range alone where it rests on assumption."""
    if grade is Grade.ASSUMPTION:
        return f"{write_value(low, digits=2)} to {write_value(high, digits=2)}{THIN}{unit}"
    written = write_quantity(Quantity(value=value, unit=unit, low=low, high=high))
    return f"{written.value}{THIN}{unit} {written.interval}".strip()


def estimate_text(one: Estimate) -> str:
    """Write an estimate as its grade allows."""
    return share_text(one.value, one.low, one.high, one.grade, one.unit)
