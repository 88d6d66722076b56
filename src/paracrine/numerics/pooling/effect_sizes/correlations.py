"""Correlations of one group."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.measure import Columns, Measure
from paracrine.numerics.pooling.weighted import FloatArray

TITLE = "correlations"
COLUMNS = ("r", "n")

Pair = tuple[FloatArray, FloatArray]


def _raw(columns: Columns) -> Pair:
    r, n = columns["r"], columns["n"]
    return np.asarray(r, float), (1 - r**2) ** 2 / (n - 1)


def _unbiased(columns: Columns) -> Pair:
    from scipy.special import hyp2f1

    r, n = columns["r"], columns["n"]
    few = np.minimum(n, 200)
    factor = np.where(n <= 200, hyp2f1(0.5, 0.5, (few - 2) / 2, 1 - r**2), _large_n_factor(r, n))
    y = r * factor
    return y, (1 - y**2) ** 2 / (n - 1)


def _large_n_factor(r: FloatArray, n: FloatArray) -> FloatArray:
    # The library's function overflows for large n; there, 30 terms of the series are exact to rounding.
    term = np.ones_like(r)
    total = term.copy()
    for step in range(30):
        term = term * (0.5 + step) ** 2 * (1 - r**2) / ((n / 2 - 1 + step) * (step + 1))
        total = total + term
    return total


def _fisher(columns: Columns) -> Pair:
    return np.arctanh(columns["r"]), 1 / (columns["n"] - 3)


MEASURES = {
    "cor": Measure("correlation", _raw, short="r"),
    "ucor": Measure("correlation, corrected for its small-sample bias", _unbiased, short="r"),
    "zcor": Measure("Fisher's z of the correlation", _fisher, "tanh", short="r"),
}
