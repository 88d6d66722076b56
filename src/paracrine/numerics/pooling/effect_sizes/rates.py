"""Events in person-time of two groups."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.measure import Columns, Measure, add_half
from paracrine.numerics.pooling.weighted import FloatArray

TITLE = "events in person-time of two groups"
COLUMNS = ("events_1", "time_1", "events_2", "time_2")

Pair = tuple[FloatArray, FloatArray]


def _values(columns: Columns) -> tuple[FloatArray, ...]:
    return tuple(np.asarray(columns[name], float) for name in COLUMNS)


def _filled(columns: Columns) -> tuple[FloatArray, ...]:
    x1, t1, x2, t2 = _values(columns)
    x1, x2 = add_half((x1, x2))
    return x1, t1, x2, t2


def _rate_ratio(columns: Columns) -> Pair:
    x1, t1, x2, t2 = _filled(columns)
    return np.log((x1 / t1) / (x2 / t2)), 1 / x1 + 1 / x2


def _rate_difference(columns: Columns) -> Pair:
    x1, t1, x2, t2 = _filled(columns)
    return x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2


def _root_difference(columns: Columns) -> Pair:
    x1, t1, x2, t2 = _values(columns)
    return np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2)


MEASURES = {
    "irr": Measure("incidence rate ratio", _rate_ratio, "exp", short="IRR"),
    "ird": Measure("incidence rate difference", _rate_difference, short="IRD"),
    "irsd": Measure("difference of root rates", _root_difference, short="IRSD"),
}
