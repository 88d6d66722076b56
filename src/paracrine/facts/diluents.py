"""Liquids that particles are diluted in, with their viscosity over that of water."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from paracrine.core.catalog import nearest
from paracrine.core.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Diluent:
    """One liquid.

    Attributes:
        name: word used in forms and on the command line.
        title: for people.
        viscosity_ratio: viscosity over that of water at the same temperature.
        relative_standard_uncertainty: of the viscosity.
        grade: how well the ratio is supported.
        source: DOI.
        note: composition and caveats.
    """

    name: str
    title: str
    viscosity_ratio: float
    relative_standard_uncertainty: float
    grade: str
    source: str
    note: str


@cache
def _known() -> dict[str, Diluent]:
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["diluent"]
    return {row["name"]: Diluent(**row) for row in rows}


def find_diluent(name: str) -> Diluent:
    """Return a liquid by its name.

    Raises:
        UnknownName: when there is none of that name.
    """
    known = _known()
    if name.strip().casefold() not in known:
        raise UnknownName(f"no diluent called {name!r}", hint=f"{nearest(name, known)}; or state viscosity_mpas")
    return known[name.strip().casefold()]
