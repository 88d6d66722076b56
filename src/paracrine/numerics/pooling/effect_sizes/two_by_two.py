"""Events of two groups: a of n1 against c of n2; 1/2 is added only in tables that hold a zero."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.measure import Columns, Measure, add_half
from paracrine.numerics.pooling.weighted import FloatArray

TITLE = "events in two groups"
COLUMNS = ("events_1", "n_1", "events_2", "n_2")

Pair = tuple[FloatArray, FloatArray]


def cells(columns: Columns) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return a, b, c, d as they were counted."""
    a, n1, c, n2 = (np.asarray(columns[name], float) for name in COLUMNS)
    return a, n1 - a, c, n2 - c


def _filled(columns: Columns) -> tuple[FloatArray, ...]:
    return add_half(cells(columns))


def _risk_ratio(columns: Columns) -> Pair:
    a, b, c, d = _filled(columns)
    return np.log(a / (a + b)) - np.log(c / (c + d)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def _odds_ratio(columns: Columns) -> Pair:
    a, b, c, d = _filled(columns)
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def _risk_difference(columns: Columns) -> Pair:
    a, b, c, d = _filled(columns)
    n1, n2 = a + b, c + d
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def _arcsine(columns: Columns) -> Pair:
    a, b, c, d = cells(columns)
    n1, n2 = a + b, c + d
    return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)


def _peto(columns: Columns) -> Pair:
    a, b, c, d = cells(columns)
    n1, n2, total = a + b, c + d, a + b + c + d
    variance = (a + c) * (b + d) * (n1 / total) * (n2 / total) / (total - 1)
    return (a - (a + c) * n1 / total) / variance, 1 / variance


def _phi(columns: Columns) -> Pair:
    a, b, c, d = _filled(columns)
    n1, n2, yes, no, total = a + b, c + d, a + c, b + d, a + b + c + d
    phi = (a * d - b * c) / np.sqrt(n1 * n2 * yes * no)
    row, column = (n1 - n2) / np.sqrt(n1 * n2), (yes - no) / np.sqrt(yes * no)
    spread = 1 - phi**2 + phi * (1 + phi**2 / 2) * row * column - 0.75 * phi**2 * (row**2 + column**2)
    return phi, spread / total


def _yule(columns: Columns, power: float) -> Pair:
    a, b, c, d = _filled(columns)
    ratio = (a * d / (b * c)) ** power
    value = (ratio - 1) / (ratio + 1)
    return value, (power / 2) ** 2 * (1 - value**2) ** 2 * (1 / a + 1 / b + 1 / c + 1 / d)


def _scaled_odds(columns: Columns, factor: float) -> Pair:
    y, v = _odds_ratio(columns)
    return y * factor, v * factor**2


def _probit(columns: Columns) -> Pair:
    from scipy.special import ndtri

    a, b, c, d = _filled(columns)
    p1, p2, n1, n2 = a / (a + b), c / (c + d), a + b, c + d
    z1, z2 = ndtri(p1), ndtri(p2)
    v1 = 2 * np.pi * p1 * (1 - p1) * np.exp(z1**2) / n1
    v2 = 2 * np.pi * p2 * (1 - p2) * np.exp(z2**2) / n2
    return z1 - z2, v1 + v2


MEASURES = {
    "rr": Measure("risk ratio", _risk_ratio, "exp", short="RR"),
    "or": Measure("odds ratio", _odds_ratio, "exp", short="OR"),
    "rd": Measure("risk difference", _risk_difference, short="RD"),
    "as": Measure("arcsine difference", _arcsine, short="AS"),
    "peto": Measure("odds ratio by Peto", _peto, "exp", short="Peto OR"),
    "phi": Measure("phi coefficient", _phi, short="phi"),
    "yuq": Measure("Yule's Q", lambda columns: _yule(columns, 1.0), short="Q"),
    "yuy": Measure("Yule's Y", lambda columns: _yule(columns, 0.5), short="Y"),
    "or2dn": Measure("odds ratio as standardised difference, normal", lambda c: _scaled_odds(c, 1 / 1.65), short="d"),
    "or2dl": Measure(
        "odds ratio as standardised difference, logistic", lambda c: _scaled_odds(c, np.sqrt(3) / np.pi), short="d"
    ),
    "pbit": Measure("probit difference", _probit, short="probit"),
}
