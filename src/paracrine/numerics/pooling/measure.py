"""What an effect size is: a title, the scale it is pooled on, and the way back to words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paracrine.core.catalog import Catalog, nearest
from paracrine.core.errors import InputError, UnknownName
from paracrine.numerics.pooling.weighted import FloatArray

KINDS = Catalog("paracrine.numerics.pooling.effect_sizes", ("TITLE", "COLUMNS", "MEASURES"))

Columns = Mapping[str, FloatArray]
Formula = Callable[[Columns], tuple[FloatArray, FloatArray]]

BACK: dict[str, Callable[[FloatArray], FloatArray]] = {
    "exp": np.exp,
    "none": lambda value: value,
    "logistic": lambda value: np.asarray(1 / (1 + np.exp(-value)), float),
    "sine squared": lambda value: np.asarray(np.sin(np.clip(value, 0, np.pi / 2)) ** 2, float),
    "tanh": np.tanh,
}


@dataclass(frozen=True)
class Measure:
    """One effect size: title, formula of (effects, variances), way back, and the value of no effect."""

    title: str
    formula: Formula
    back: str = "none"
    null: float | None = 0.0
    short: str = ""

    def show(self, value: FloatArray) -> FloatArray:
        """Return pooled values on the scale people read."""
        return BACK[self.back](value)


def measures() -> dict[str, tuple[str, Measure]]:
    """Return every measure by its key (`rr`, `smd` …) with the kind of data it needs."""
    return {
        key: (kind.__name__.rpartition(".")[2], measure) for kind in KINDS for key, measure in kind.MEASURES.items()
    }


def find_measure(key: str) -> tuple[str, Measure]:
    """Return the kind of data and the measure of a key.

    Raises:
        UnknownName: when there is none; the hint names the nearest.
    """
    known = measures()
    if key.lower() not in known:
        raise UnknownName(f"no effect size called {key!r}", hint=nearest(key.lower(), known))
    return known[key.lower()]


def compute_effects(key: str, columns: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return effects and sampling variances, shape (k,), of a measure from its columns.

    Raises:
        InputError: when a column is missing or impossible.
    """
    kind, measure = find_measure(key)
    missing = [name for name in KINDS.load(kind).COLUMNS if name not in columns]
    if missing:
        raise InputError(f"{key} needs the columns {', '.join(KINDS.load(kind).COLUMNS)}", where=", ".join(missing))
    with np.errstate(divide="ignore", invalid="ignore"):
        return measure.formula(columns)


def add_half(cells: tuple[FloatArray, ...]) -> tuple[FloatArray, ...]:
    """Add 1/2 to every cell of those tables that hold a zero, and to no other."""
    empty: NDArray[np.bool_] = np.any([cell == 0 for cell in cells], axis=0)
    return tuple(np.where(empty, cell + 0.5, cell) for cell in cells)
