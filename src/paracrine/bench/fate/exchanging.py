"""Fate models for other programs, and theirs here: SBML and PEtab."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from paracrine.bench.outputs import write_outputs
from paracrine.core.errors import InputError
from paracrine.facts.species import read_species
from paracrine.fate.amount import in_particles, read_amount
from paracrine.fate.exchange.petab import write_petab
from paracrine.fate.exchange.sbml import Network, read_sbml, write_sbml
from paracrine.fate.simulate import Dose, injections, simulate
from paracrine.numerics.ode.solve import solve_system


@dataclass(frozen=True)
class SbmlReport:
    """What an SBML file holds, followed over time."""

    network: Network
    times_h: tuple[float, ...]
    amounts: tuple[tuple[float, ...], ...]
    """One row a time, in the order of the states."""

    def rows(self) -> list[tuple[str, ...]]:
        """Rows of state and its amounts."""
        columns = zip(*self.amounts, strict=True)
        return [
            (name, *(f"{value:.6g}" for value in column))
            for name, column in zip(self.network.system.states, columns, strict=True)
        ]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"model": self.network.name, "states": self.network.system.states, "times_h": self.times_h,
                "amounts": self.amounts}  # fmt: skip


def save_sbml(
    species: str, dose: str, out: Path, *, model: str, route: str, duration_h: float, parts: tuple[str, ...], ratio: str
) -> Path:
    """Write a model with a body and a dose."""
    given = Dose(in_particles(read_amount(dose), ratio), 0.0, duration_h)
    done = simulate(model, species=read_species(species), doses=given, times_h=[1.0], route=route, parts=parts)
    network = Network(
        model, done.model.system, done.values, tuple(injections(done.model, done.doses)), done.model.meanings
    )
    write_outputs(out.parent, {out.name: write_sbml(network).encode()})
    return out


def follow_sbml(place: Path, *, until_h: float, points_count: int) -> SbmlReport:
    """Read a model and follow what it starts with and is given."""
    if not until_h > 0:
        raise InputError("time must be above zero", where="until")
    try:
        text = place.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(place)) from error
    network = read_sbml(text, where=place.name)
    times = np.linspace(0.0, until_h, points_count)
    found = solve_system(network.system, network.values, network.injections, times, relative_error=1e-8)
    return SbmlReport(network, tuple(times.tolist()), tuple(tuple(row) for row in found.tolist()))


def save_petab(data: Path, out: Path, *, perfused: bool) -> tuple[Path, ...]:
    """Write a PEtab problem into a folder."""
    files = write_petab(data, perfused=perfused)
    write_outputs(out, files)
    return tuple(out / name for name in files)
