"""Protein markers and the category a rule book gives them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from paracrine.core.measurement import Measurement, State

MARKER_PREFIX = "marker_"
_POSITIVE = frozenset({"positive", "present", "detected", "pos", "+", "yes"})
_NEGATIVE = frozenset({"negative", "absent", "not detected", "neg", "-", "no"})
_SPELLING = re.compile(r"[^a-z0-9]")
_ENDINGS = re.compile(r"_(positive_)?(pct|frac)$")


@dataclass(frozen=True, slots=True)
class Protein:
    """One marker: gene symbol, other names, category and subgroup (empty: in no list of the rule book)."""

    symbol: str
    aliases: tuple[str, ...]
    category: str
    subgroup: str
    basis: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MarkerResult:
    """A marker that was looked for: positive, negative, or neither said (a number, or `inconclusive`)."""

    protein: Protein | None
    name: str
    positive: bool | None


@cache
def load_proteins(name: str = "misev2018") -> tuple[Protein, ...]:
    """Return the proteins typed from a rule book's lists."""
    text = (files("paracrine.rulebooks") / "proteins" / f"{name}.toml").read_text("utf-8")
    return tuple(
        Protein(
            symbol=row["symbol"],
            aliases=tuple(row.get("aliases", ())),
            category=row.get("category", ""),
            subgroup=row.get("subgroup", ""),
            basis=row["basis"],
            note=row.get("note", ""),
        )
        for row in tomllib.loads(text)["protein"]
    )


def find_protein(name: str) -> Protein | None:
    """Return the protein of a symbol or other name (`GM130`, `calnexin`), None when it is not typed."""
    return _by_spelling().get(_spell(name))


def marker_results(measurements: Iterable[Measurement]) -> tuple[MarkerResult, ...]:
    """Return the markers that were looked for: attributes `marker_...` with a result."""
    found = []
    for measurement in measurements:
        if measurement.state is not State.MEASURED or not measurement.attribute.startswith(MARKER_PREFIX):
            continue
        name = _ENDINGS.sub("", measurement.attribute.removeprefix(MARKER_PREFIX))
        word = (measurement.finding or "").strip().casefold()
        positive = True if word in _POSITIVE else False if word in _NEGATIVE else None
        found.append(MarkerResult(find_protein(name), name.upper(), positive))
    return tuple(found)


def _spell(name: str) -> str:
    return _SPELLING.sub("", name.casefold())


@cache
def _by_spelling() -> dict[str, Protein]:
    return {_spell(word): protein for protein in load_proteins() for word in (protein.symbol, *protein.aliases)}
