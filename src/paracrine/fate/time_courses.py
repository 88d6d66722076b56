"""A user's time courses as arms of a fit; what cannot be meant is refused with its line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.facts.species import ORGANS, read_species, species_names
from paracrine.facts.table import Row, number, read_fact_table
from paracrine.fate.amount import read_amount
from paracrine.fate.arms import BLOOD, Arm
from paracrine.fate.mixed import UPTAKE_ORGANS, MixedBody, mixed_body
from paracrine.fate.modifiers import modifier_names, read_label

COLUMNS = ("study", "species", "weight_g", "label", "route", "dose", "organ", "time_h", "value", "unit")
UNITS = ("%ID", "%ID/g")
ROUTE = "iv"
_MORE_THAN_ALL_PCT = 100.0
_ROOM = 1.25
"""An organ may weigh this much more than the table says before its content exceeds the dose."""


def read_time_courses(path: Path, *, perfused: bool = False) -> dict[str, list[Arm]]:
    """Read arms by study; an arm is one study, label, species, weight and dose.

    Args:
        path: CSV with `COLUMNS`; organs blood, liver, spleen, kidney, lung, heart, gut; units %ID or %ID/g.
        perfused: whether blood was washed out of the organs.

    Raises:
        UnknownName: when an organ, unit, species, label or route does not exist.
        InputError: when a value, time, dose or unit cannot be meant.
    """
    rows = read_fact_table(path, columns=COLUMNS)
    if not rows:
        raise InputError("there is no row", where=str(path))
    groups: dict[tuple[str, ...], list[tuple[Row, str]]] = {}
    units: dict[tuple[str, str], str] = {}
    for line, row in enumerate(rows, 2):
        where = f"{path.name}, line {line}"
        _check_names(row, where)
        known = units.setdefault((row["study"], row["organ"]), row["unit"])
        if known != row["unit"]:
            raise InputError(
                f"{row['organ']} of {row['study']} is in {known} and in {row['unit']}: mixed units", where=where
            )
        key = tuple(row[name] for name in ("study", "label", "species", "weight_g", "dose"))
        groups.setdefault(key, []).append((row, where))
    found: dict[str, list[Arm]] = {}
    for key, many in groups.items():
        found.setdefault(key[0], []).append(_arm(key, many, perfused))
    _check_species(found, rows, path)
    return found


def _check_species(found: dict[str, list[Arm]], rows: Iterable[Row], path: Path) -> None:
    for study in found:
        species = sorted({row["species"] for row in rows if row["study"] == study})
        if len(species) > 1:
            raise InputError(f"{study} names {' and '.join(species)}: one study, one species", where=str(path))


def _check_names(row: Row, where: str) -> None:
    choices = (
        ("organ", ("blood", *UPTAKE_ORGANS[:-1])), ("unit", UNITS), ("species", species_names()),
        ("label", tuple(name for name in modifier_names("labels") if read_label(name).shows)), ("route", (ROUTE,)),
    )  # fmt: skip
    for name, known in choices:
        if row[name] not in known:
            hint = nearest(row[name], known)
            if name == "organ" and row[name] in ORGANS:
                hint = "brain is not fitted: no row tells tissue from the blood in it"
            raise UnknownName(f"no {name} called {row[name]!r}", where=where, hint=hint)
    if not row["study"]:
        raise InputError("the study has no name", where=where)
    read_amount(row["dose"])


def _arm(key: tuple[str, ...], rows: list[tuple[Row, str]], perfused: bool) -> Arm:
    study, label_name, species_name, weight, dose = key
    weight_g = number(weight, where=rows[0][1]) if weight else None
    body = mixed_body(read_species(species_name, weight_g=weight_g))
    span = read_label(label_name).label_loss_factor
    values = [_pct_per_g(row, body, where) for row, where in rows]
    times = [_time_h(row, where) for row, where in rows]
    return Arm(
        study=study,
        name=f"{study}, {label_name}, {species_name}, {dose}",
        body=body,
        organ=np.array([BLOOD if row["organ"] == "blood" else UPTAKE_ORGANS.index(row["organ"]) for row, _ in rows]),
        time_h=np.array(times),
        pct_per_g=np.array(values),
        label=label_name,
        loss_factor=math.sqrt(span.low * span.high) if span else 1.0,
        perfused=perfused,
    )


def _time_h(row: Row, where: str) -> float:
    time_h = number(row["time_h"], where=where)
    if time_h < 0:
        raise InputError(f"a time cannot be negative: {time_h:g} h", where=where)
    return time_h


def _pct_per_g(row: Row, body: MixedBody, where: str) -> float:
    value = number(row["value"], where=where)
    if value <= 0:
        raise InputError(
            f"{value:g} {row['unit']} has no logarithm", where=where, hint="leave values below detection out"
        )
    blood = row["organ"] == "blood"
    size_ml = body.blood_ml if blood else float(body.volume_ml[UPTAKE_ORGANS.index(row["organ"])])
    whole = value if row["unit"] == "%ID" else value * size_ml / _ROOM
    if whole > _MORE_THAN_ALL_PCT:
        raise InputError(f"{value:g} {row['unit']} of {row['organ']} is more than was given", where=where)
    return value / size_ml if row["unit"] == "%ID" else value
