"""Physiology of a species: every value with unit, source and grade; what is missing stays missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.core.parameter import Grade
from paracrine.core.records import Record
from paracrine.facts.table import Row, number, optional_number, read_fact_table

ORGANS = ("lung", "liver", "spleen", "kidney", "heart", "gut", "brain")
"""Organs the models know, in the order they are shown; all else is the rest of the body."""
ORGAN_QUANTITIES = ("flow", "volume", "vascular space")
COLUMNS = ("organ", "quantity", "value", "low", "high", "unit", "source", "origin", "grade", "note")
_UNITS = {
    "flow": ("% of cardiac output",),
    "volume": ("% of body weight",),
    "vascular space": ("% of organ volume",),
    "weight": ("g", "kg"),
    "cardiac output": ("L/h", "L/h/kg^0.75"),
}
_BODY = ("weight", "cardiac output")


class Physiology(Record):
    """One value of one organ of one species."""

    kind: ClassVar[str] = "physiology"

    organ: str
    quantity: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    source: str
    origin: str = ""
    grade: Grade
    note: str = ""


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ with all that a flow-limited model needs; 1 mL of tissue is taken as 1 g."""

    name: str
    flow_ml_h: float
    volume_ml: float
    vascular_ml: float


@dataclass(frozen=True, slots=True)
class Species:
    """A body: weight, cardiac output, blood volume and the organs whose rows are complete."""

    name: str
    weight_g: float
    cardiac_output_ml_h: float
    blood_ml: float
    rest_vascular_frac: float
    organs: tuple[Organ, ...]
    not_assessed: tuple[tuple[str, str], ...]
    """(organ, what is missing): such an organ is left out, never scaled from another species."""
    rows: tuple[Physiology, ...]

    def organ(self, name: str) -> Organ | None:
        """Return an organ, None where it is not assessed."""
        return next((one for one in self.organs if one.name == name), None)


@cache
def species_names() -> tuple[str, ...]:
    """List the species that have a table."""
    folder = files("paracrine.facts").joinpath("species")
    return tuple(sorted(entry.name.removesuffix(".csv") for entry in folder.iterdir() if entry.name.endswith(".csv")))


def read_species(name: str, *, weight_g: float | None = None, own_rows: Path | None = None) -> Species:
    """Read the physiology of a species.

    Args:
        name: mouse, rat or human.
        weight_g: body weight; None takes the table's.
        own_rows: a CSV in the same columns whose rows replace or add to ours; each needs a source.

    Raises:
        UnknownName: when there is no table of that species.
        InputError: when a row of the user's is not usable, or the weight is not above zero.
    """
    if name not in species_names():
        raise UnknownName(f"no species called {name!r}", hint=nearest(name, species_names()))
    found = {(row.organ, row.quantity): row for row in _read(f"species/{name}.csv")}
    if own_rows is not None:
        found.update({(row.organ, row.quantity): row for row in _read(own_rows)})
    if weight_g is not None and not weight_g > 0:
        raise InputError("a body weighs more than nothing", where="weight", hint=f"{weight_g:g} g was given")
    weight = weight_g if weight_g is not None else _weight_g(found["body", "weight"])
    output = _cardiac_output_ml_h(found["body", "cardiac output"], weight_g=weight)
    organs, missing = _organs(found, weight_g=weight, output_ml_h=output)
    return Species(
        name=name,
        weight_g=weight,
        cardiac_output_ml_h=output,
        blood_ml=found["blood", "volume"].value / 100 * weight,
        rest_vascular_frac=found["rest", "vascular space"].value / 100,
        organs=organs,
        not_assessed=missing,
        rows=tuple(found.values()),
    )


def _organs(
    found: dict[tuple[str, str], Physiology], *, weight_g: float, output_ml_h: float
) -> tuple[tuple[Organ, ...], tuple[tuple[str, str], ...]]:
    organs, missing = [], []
    for name in ORGANS:
        lacking = [quantity for quantity in ORGAN_QUANTITIES if (name, quantity) not in found]
        if lacking:
            missing.append((name, f"no {' and no '.join(lacking)} with a source for this species"))
            continue
        flow, volume, vascular = (found[name, quantity].value / 100 for quantity in ORGAN_QUANTITIES)
        size_ml = volume * weight_g
        organs.append(Organ(name, flow * output_ml_h, size_ml, vascular * size_ml))
    return tuple(organs), tuple(missing)


def _weight_g(row: Physiology) -> float:
    return row.value * (1000 if row.unit == "kg" else 1)


def _cardiac_output_ml_h(row: Physiology, *, weight_g: float) -> float:
    """An output stated at one weight is scaled with weight^0.75 from the weight it belongs to: 70 kg."""
    if row.unit == "L/h":
        return row.value * 1000 * math.pow(weight_g / 70_000, 0.75)
    return row.value * 1000 * math.pow(weight_g / 1000, 0.75)


def _read(place: str | Path) -> list[Physiology]:
    return [_row(row, f"{place}, line {line}") for line, row in enumerate(read_fact_table(place, columns=COLUMNS), 2)]


def _row(row: Row, where: str) -> Physiology:
    organ, quantity = row["organ"], row["quantity"]
    known = ("body", "blood", "rest", *ORGANS)
    if organ not in known:
        raise UnknownName(f"no organ called {organ!r}", where=where, hint=nearest(organ, known))
    wanted = _BODY if organ == "body" else ORGAN_QUANTITIES
    if quantity not in wanted:
        raise UnknownName(f"{organ} has no {quantity!r}", where=where, hint=nearest(quantity, wanted))
    if row["unit"] not in _UNITS[quantity]:
        raise InputError(f"{quantity} in {row['unit']!r}", where=where, hint=f"use {' or '.join(_UNITS[quantity])}")
    if not row["source"]:
        raise InputError(f"{organ} {quantity} has no source", where=where, hint="a DOI, an address or a lab record")
    value = number(row["value"], where=where)
    if value <= 0 or (row["unit"].startswith("%") and value > 100):
        raise InputError(f"{organ} {quantity} cannot be {value:g} {row['unit']}", where=where)
    try:
        grade = Grade(row["grade"])
    except ValueError as error:
        hint = nearest(row["grade"], [one.value for one in Grade])
        raise UnknownName(f"no grade called {row['grade']!r}", where=where, hint=hint) from error
    low, high = (optional_number(row[end], where=where) for end in ("low", "high"))
    return Physiology(
        organ=organ, quantity=quantity, value=value, unit=row["unit"], low=low, high=high, source=row["source"],
        origin=row["origin"], grade=grade, note=row["note"],
    )  # fmt: skip
