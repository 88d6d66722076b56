"""line.toml: a line as a person writes it, every number with its unit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from paracrine.bench.toml_form import read_toml, require_known, take_table, take_tables
from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.core.parameter import Grade, Parameter
from paracrine.core.units import convert
from paracrine.production.culture import fold_parameter
from paracrine.production.design import (
    EVENT_KEYS,
    CostRow,
    CostSheet,
    CulturePlan,
    Enhancement,
    Event,
    LineDesign,
    StepPlan,
    published_enhancement,
)
from paracrine.production.step import STEPS

_DECIMAL_COMMA = re.compile(r"^[-+]?\d+,\d+([eE][-+]?\d+)?$")
TABLES = ("line", "cells", "culture", "enhancement", "interaction", "step", "cost", "parameters", "vary")
_CULTURE = ("platform", "medium", "area", "volume", "max_volume", "oxygen", "model", "secretion", "shear", "event")


def read_line(path: Path) -> LineDesign:
    """Read a line from its TOML file.

    Raises:
        InputError: naming the place, when a key is unknown, a number has no unit, or a value makes no sense.
        UnknownName: when a step, platform, medium or treatment does not exist.
    """
    return line_of(read_line_toml(path), where=path.name)


def read_line_toml(path: Path) -> dict[str, Any]:
    """Read the TOML document of a line.

    Raises:
        InputError: when it is missing, a folder, empty or not TOML.
    """
    hint = "`paracrine line example NAME --out FILE` writes one"
    if not path.exists():
        raise InputError("no such file", where=str(path), hint=hint)
    if path.is_dir():
        raise InputError("is a folder, not a line", where=str(path), hint=hint)
    document = read_toml(path)
    if not document:
        raise InputError("is empty", where=path.name, hint=hint)
    return document


def line_of(data: Mapping[str, Any], *, where: str) -> LineDesign:
    """Make a line of a TOML document."""
    document = dict(data)
    require_known(document, TABLES, where=where)
    _require_finite(document, where)
    head = take_table(document, "line", where=where)
    require_known(head, ("name", "product", "dose", "donor"), where=f"{where}: line")
    cells = take_table(document, "cells", where=where)
    require_known(cells, ("source", "doublings", "seeded"), where=f"{where}: cells")
    return LineDesign(
        name=_text(head, "name", f"{where}: line"),
        product=str(head.get("product", "")),
        donor=str(head.get("donor", "")),
        cell_source=str(cells.get("source", "")),
        culture=_culture(take_table(document, "culture", where=where), cells, where),
        steps=tuple(_step(table, n, where) for n, table in enumerate(take_tables(document, "step", where=where), 1)),
        enhancements=tuple(_enhancement(t, where) for t in take_tables(document, "enhancement", where=where)),
        interaction=_interaction(take_table(document, "interaction", where=where), where),
        cost=_cost(take_table(document, "cost", where=where), where),
        dose_particles=_optional(head, "dose", "particles", f"{where}: line"),
        parameters=_parameters(take_table(document, "parameters", where=where), where),
    )


def number_with_unit(value: Any, unit: str, *, where: str) -> float:
    """Return a number in `unit` from text such as `70 min`; a dimensionless number may stand alone.

    Raises:
        InputError: when the unit is missing, unknown or of another kind.
    """
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    if bare and unit == "1":
        return float(value)
    if bare:
        raise InputError(f"{value} has no unit", where=where, hint=f'write it as text, such as "{value} {unit}"')
    head, _, tail = str(value).strip().partition(" ")
    try:
        number = float(head)
        _require_finite(number, where)
    except ValueError as error:
        hint = f'such as "10 {unit}"' if unit != "1" else "a number"
        if _DECIMAL_COMMA.match(head):
            hint = f'numbers take a point: "{str(value).strip().replace(",", ".")}"'
        raise InputError(f"{value!r} is not a number with a unit", where=where, hint=hint) from error
    if not tail.strip() and unit != "1":
        raise InputError(f"{value!r} has no unit", where=where, hint=f'such as "{head} {unit}"')
    try:
        return convert(number, tail or "1", unit)
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from error


def _require_finite(value: Any, where: str) -> None:
    """Refuse `nan` and `inf` anywhere in a document."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{value} is no number a line can have", where=where)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _require_finite(inner, f"{where}: {key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            _require_finite(inner, f"{where} {number}")


def _culture(table: dict[str, Any], cells: dict[str, Any], where: str) -> CulturePlan:
    place = f"{where}: culture"
    require_known(table, _CULTURE, where=place)
    events = tuple(_event(t, n, where) for n, t in enumerate(take_tables(table, "event", where=place), 1))
    oxygen = _optional(table, "oxygen", "%", place)
    return CulturePlan(
        platform=_text(table, "platform", place),
        medium=_text(table, "medium", place),
        area_cm2=_required(table, "area", "cm2", place),
        seeded_per_cm2=_required(cells, "seeded", "cells/cm2", f"{where}: cells"),
        events=events,
        volume_ml=_optional(table, "volume", "mL", place),
        max_volume_ml=_optional(table, "max_volume", "mL", place),
        doublings_count=_plain({"doublings": 10.0, **cells}, "doublings", f"{where}: cells"),
        oxygen_pct=21.0 if oxygen is None else oxygen,
        model=str(table.get("model", "attached_growth")),
        secretion=str(table.get("secretion", "pool_release")),
        shear_pa=None if "shear" not in table else 1000 * _required(table, "shear", "kPa", place),
    )


def _event(table: dict[str, Any], number: int, where: str) -> Event:
    place = f"{where}: culture.event {number}"
    what = _text(table, "what", place)
    if what not in EVENT_KEYS:
        raise UnknownName(f"no event called {what!r}", where=place, hint=nearest(what, EVENT_KEYS))
    require_known(table, ("at", "what", *EVENT_KEYS[what]), where=f"{place} ({what})")
    goes_to = str(table.get("to", "harvest"))
    if goes_to not in ("harvest", "waste"):
        raise InputError(f"a perfusion goes to harvest or waste, not to {goes_to!r}", where=place)
    return Event(
        time_h=_required(table, "at", "h", place),
        what=what,
        medium=str(table.get("medium", "")),
        glucose_mm=_optional(table, "glucose", "mM", place) or 0.0,
        volume_ml=_optional(table, "volume", "mL", place),
        rate_ml_per_h=_optional(table, "rate", "mL/h", place),
        retained_frac=_optional(table, "retained", "1", place) or 0.0,
        protein_retained_frac=_optional(table, "protein_retained", "1", place) or 0.0,
        to_waste=goes_to == "waste",
    )


def _step(table: dict[str, Any], number: int, where: str) -> StepPlan:
    place = f"{where}: step {number}"
    kind = _text(table, "what", place)
    if kind not in STEPS.names():
        raise UnknownName(f"no step called {kind!r}", where=place, hint=nearest(kind, STEPS.names()))
    known = {setting.key: setting for setting in STEPS.load(kind).SETTINGS}
    settings: dict[str, Any] = {}
    for key, value in table.items():
        if key == "what":
            continue
        if key not in known:
            raise InputError(f"{kind} has no setting {key!r}", where=place, hint=nearest(key, known))
        setting = known[key]
        unit = setting.unit or "1"
        settings[setting.name] = (
            str(value) if setting.is_word else number_with_unit(value, unit, where=f"{place}: {key}")
        )
    return StepPlan(kind, settings)


def _enhancement(table: dict[str, Any], where: str) -> Enhancement:
    place = f"{where}: enhancement"
    require_known(table, ("treatment", "name", "fold"), where=place)
    if "treatment" in table:
        return published_enhancement(str(table["treatment"]))
    name = _text(table, "name", place)
    fold = table.get("fold")
    if not isinstance(fold, dict) or "value" not in fold:
        raise InputError("an enhancement of your own needs fold = { value = ..., low = ..., high = ... }", where=place)
    require_known(fold, ("value", "low", "high", "source"), where=f"{place} {name}")
    return Enhancement(name, _fold(f"{name}.fold_ratio", fold, f"{place} {name}"))


def _interaction(table: dict[str, Any], where: str) -> Parameter | None:
    if not table:
        return None
    require_known(table, ("value", "low", "high", "source"), where=f"{where}: interaction")
    return _fold("interaction.fold_ratio", {"value": 1.0, **table}, f"{where}: interaction")


def _fold(name: str, row: Mapping[str, Any], where: str) -> Parameter:
    low, high = (_plain(row, end, where) if end in row else None for end in ("low", "high"))
    value = _plain(row, "value", where)
    ends = [end for end in (low, value, high) if end is not None]
    if not value > 0 or ends != sorted(ends) or (low is not None and not low > 0):
        raise InputError("a fold must be above 0, and low <= value <= high", where=where)
    return fold_parameter(name, value, low=low, high=high, source=str(row.get("source", "")))


def _cost(table: dict[str, Any], where: str) -> CostSheet | None:
    if not table:
        return None
    place = f"{where}: cost"
    require_known(table, ("currency", "price_year", "row"), where=place)
    rows = []
    for number, row in enumerate(take_tables(table, "row", where=place), 1):
        spot = f"{place}.row {number} ({row.get('name', 'without a name')})"
        require_known(row, ("name", "category", "per", "price", "low", "high", "source"), where=spot)
        ends = {key: _plain(row, key, spot) for key in ("low", "high") if key in row}
        rows.append(
            CostRow(
                name=_text(row, "name", spot),
                category=_text(row, "category", spot),
                per=_text(row, "per", spot),
                price=_plain(row, "price", spot),
                source=str(row.get("source", "")),
                **ends,
            )
        )
    return CostSheet(_text(table, "currency", place), int(_plain(table, "price_year", place)), tuple(rows))


def _parameters(table: dict[str, Any], where: str) -> dict[str, Parameter]:
    found = {}
    for name, row in table.items():
        place = f"{where}: parameters.{name}"
        if not isinstance(row, dict):
            raise InputError("a parameter needs value, low, high, unit and source", where=place)
        require_known(row, ("value", "low", "high", "unit", "spread", "source"), where=place)
        source = str(row.get("source", ""))
        bounded = "low" in row and "high" in row
        low, high = (_plain(row, end, place) if bounded else None for end in ("low", "high"))
        found[name] = Parameter(
            name=name,
            value=_plain(row, "value", place),
            unit=_text(row, "unit", place),
            spread=str(row.get("spread", ("log" if low else "linear") if bounded else "fixed")),
            low=low,
            high=high,
            source=source or "assumption: typed without a source",
            grade=Grade.MEASURED_HERE if source else Grade.ASSUMPTION,
        )
    return found


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    if key not in table:
        raise InputError(f"the key {key!r} is missing", where=where)
    if not isinstance(table[key], str) or not table[key].strip():
        raise InputError(f"{key} must be a text, not {table[key]!r}", where=where, hint="text needs quotes")
    return str(table[key])


def _plain(table: Mapping[str, Any], key: str, where: str) -> float:
    value = table.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        hint = "a number without quotes, with a point"
        raise InputError(f"{key} must be a number, not {value!r}", where=where, hint=hint)
    return float(value)


def _required(table: Mapping[str, Any], key: str, unit: str, where: str) -> float:
    if key not in table:
        raise InputError(f"the key {key!r} is missing", where=where, hint=f'such as {key} = "10 {unit}"')
    return number_with_unit(table[key], unit, where=f"{where}: {key}")


def _optional(table: Mapping[str, Any], key: str, unit: str, where: str) -> float | None:
    return _required(table, key, unit, where) if key in table else None
