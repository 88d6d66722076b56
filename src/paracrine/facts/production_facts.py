"""Facts of the production line, typed: rotors, membranes, platforms, media, treatments, populations, stated signs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from paracrine.core.catalog import nearest
from paracrine.core.errors import UnknownName
from paracrine.core.parameter import Parameter


@dataclass(frozen=True, slots=True)
class Platform:
    """A culture vessel: static or dynamic, its working volume per area, and its parameters by name.

    `circuit_ratio` is the medium that feeds the cells over the medium that keeps the vesicles: above 1 behind fibres.
    """

    name: str
    title: str
    dynamic: bool
    working_ml_per_cm2: float
    circuit_ratio: float
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class Medium:
    """A culture medium: glucose, and what it brings along per mL by name."""

    name: str
    title: str
    glucose_mm: float
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class StatedSign:
    """A direction the literature states, and whether the line models it.

    `parameter` is the fold that carries it, where there is one; `expects_none` says that it should not differ from 1.
    """

    id: str
    change: str
    effect: str
    modelled: bool
    source: str
    why: str = ""
    parameter: str = ""
    expects_none: bool = False


def find_rotor(name: str) -> Mapping[str, Any]:
    """Return the geometry of a rotor by name, as the fields of `physics.sedimentation.Rotor`.

    Raises:
        UnknownName: when its geometry is not in the table; the hint names the nearest.
    """
    rotor: Mapping[str, Any] = _pick(read_rotors(), name, "rotor")
    return rotor


def find_membrane(name: str) -> Parameter:
    """Return the pore diameter of an ultrafiltration membrane by its nominal cut-off, such as `500 kDa`.

    Raises:
        UnknownName: when it is not in the table.
    """
    membrane: Parameter = _pick(read_membranes(), name, "membrane")
    return membrane


def find_platform(name: str) -> Platform:
    """Return a culture platform by name.

    Raises:
        UnknownName: when there is none; the hint names the nearest.
    """
    platform: Platform = _pick(read_platforms(), name, "platform")
    return platform


def find_medium(name: str) -> Medium:
    """Return a medium by name.

    Raises:
        UnknownName: when there is none; the hint names the nearest.
    """
    medium: Medium = _pick(read_media(), name, "medium")
    return medium


def find_treatment(name: str) -> Parameter:
    """Return the published fold of a treatment.

    Raises:
        UnknownName: when none is published; the hint names the nearest.
    """
    treatment: Parameter = _pick(read_treatments(), name, "treatment")
    return treatment


@cache
def read_rotors() -> Mapping[str, Mapping[str, Any]]:
    """Return the geometry of rotors by name."""
    return {row["name"]: row for row in _table("rotors")["rotor"]}


@cache
def read_membranes() -> Mapping[str, Parameter]:
    """Return pore diameters by nominal cut-off."""
    return {
        row["name"]: parameter_of(f"pore_nm[{row['name']}]", row["pore_nm"], meaning=f"pore of {row['name']}")
        for row in _table("membranes")["membrane"]
    }


@cache
def read_platforms() -> Mapping[str, Platform]:
    """Return culture platforms by name."""
    return {
        name: Platform(
            name,
            row["title"],
            row["dynamic"],
            row["working_ml_per_cm2"],
            row["circuit_ratio"],
            _parameters(name, row),
        )
        for name, row in _table("platforms").items()
    }


@cache
def read_media() -> Mapping[str, Medium]:
    """Return media by name."""
    return {
        name: Medium(name, row["title"], row["glucose_mm"], _parameters(name, row))
        for name, row in _table("media").items()
    }


@cache
def read_treatments() -> Mapping[str, Parameter]:
    """Return the folds of treatments by name."""
    return {
        name: parameter_of(f"{name}.fold_ratio", row["fold_ratio"], meaning=f"fold by {row['title']}")
        for name, row in _table("treatments").items()
    }


@cache
def read_populations() -> Mapping[str, Mapping[str, Parameter]]:
    """Return diameter and density parameters by origin of particles."""
    return {origin: _parameters(origin, row) for origin, row in _table("populations").items()}


@cache
def read_signs() -> tuple[StatedSign, ...]:
    """Return the directions the literature states."""
    return tuple(StatedSign(**row) for row in _table("signs")["sign"])


def parameter_of(name: str, row: Mapping[str, Any], *, meaning: str = "") -> Parameter:
    """Return a parameter from a row of a fact table."""
    return Parameter.from_data({"kind": "parameter", "version": "1", "name": name, "meaning": meaning, **row})


def _parameters(scope: str, row: Mapping[str, Any]) -> Mapping[str, Parameter]:
    return {
        name: parameter_of(f"{scope}.{name}", value, meaning=value.get("meaning", "") or name.replace("_", " "))
        for name, value in row.items()
        if isinstance(value, dict)
    }


def _pick(known: Mapping[str, Any], name: str, what: str) -> Any:
    try:
        return known[name]
    except KeyError:
        raise UnknownName(f"no {what} called {name!r}", hint=nearest(name, known)) from None


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("paracrine.facts").joinpath("production", f"{name}.toml").read_text("utf-8"))
