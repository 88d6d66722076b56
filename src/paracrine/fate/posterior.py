"""The calibrated draws that ship with the package, and how they were made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.fate.mixed import PARAMETERS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """Draws of the parameters of a vesicle study not seen, and of the population of soft particles."""

    version: str
    vesicles: Floats
    """(draw, parameter) in the order of `fate.mixed.PARAMETERS`."""
    population: Floats
    """(draw, column) in the order of `fate.hierarchy.COLUMNS`."""
    facts: dict[str, Any]
    """How it was made: papers, effective draws, k-hat, what was held out."""


@cache
def read_posterior(place: Path | None = None) -> Posterior:
    """Return the posterior of this version of the package, or one that `fate fit` wrote.

    Raises:
        InputError: when the file is no posterior.
    """
    if place is None:
        return _posterior(files("paracrine.fate").joinpath("posterior.json").read_text(encoding="utf-8"))
    try:
        return _posterior(place.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("not a posterior of `fate fit`", where=str(place), hint=str(error)) from error


def _posterior(text: str) -> Posterior:
    data = json.loads(text)
    if tuple(data["columns"]) != PARAMETERS:
        raise ValueError("its columns are not those of this version")
    vesicles, population = (np.array(data.pop(name), dtype=np.float64) for name in ("vesicles", "population"))
    version = str(data.pop("version"))
    facts = {**data, "posterior_version": version, "draws_count": len(vesicles)}
    return Posterior(version, vesicles, population, facts)
