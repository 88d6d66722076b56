"""Events of one group: x of n; 1/2 is added only where a cell is zero and the scale needs it."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.measure import Columns, Measure, add_half
from paracrine.numerics.pooling.weighted import FloatArray

TITLE = "events in one group"
COLUMNS = ("events", "n")

Pair = tuple[FloatArray, FloatArray]


def _counts(columns: Columns) -> Pair:
    return np.asarray(columns["events"], float), np.asarray(columns["n"], float)


def _filled(columns: Columns) -> Pair:
    x, n = _counts(columns)
    yes, no = add_half((x, n - x))
    return yes, yes + no


def _raw(columns: Columns) -> Pair:
    x, n = _filled(columns)
    return x / n, x * (n - x) / n**3


def _logarithm(columns: Columns) -> Pair:
    x, n = _filled(columns)
    return np.log(x / n), 1 / x - 1 / n


def _logit(columns: Columns) -> Pair:
    x, n = _filled(columns)
    return np.log(x / (n - x)), 1 / x + 1 / (n - x)


def _arcsine(columns: Columns) -> Pair:
    x, n = _counts(columns)
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def _double_arcsine(columns: Columns) -> Pair:
    x, n = _counts(columns)
    return 0.5 * (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))), 1 / (4 * n + 2)


MEASURES = {
    "pr": Measure("proportion", _raw, null=None, short="proportion"),
    "pln": Measure("log proportion", _logarithm, "exp", null=None, short="proportion"),
    "plo": Measure("logit proportion", _logit, "logistic", null=None, short="proportion"),
    "pas": Measure("arcsine proportion", _arcsine, "sine squared", null=None, short="proportion"),
    "pft": Measure("double-arcsine proportion", _double_arcsine, "sine squared", null=None, short="proportion"),
}
