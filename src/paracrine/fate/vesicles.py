"""What published numbers on vesicles say about the parameters, row by row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from paracrine.facts.disposition import DispositionRow
from paracrine.fate.mixed import (
    FAST_RATE,
    UPTAKE_ORGANS,
    MixedBody,
    clearances_ml_h,
    fast_share,
    shares,
)

Floats = npt.NDArray[np.float64]

ROW_SPREAD = 0.5
"""Assumed spread of log values between vesicle studies, beside the range a row states."""
_FROM_ONE_CURVE = ("elimination half-life", "mean residence time")
"""Follow from clearance and volume of the same curve; they are shown and not counted twice."""


def informs(row: DispositionRow) -> bool:
    """Whether a row moves the parameters: measured with phagocytes in place, and not another row in other words."""
    return row.quantity not in _FROM_ONE_CURVE and "depleted" not in row.condition


def predict_row(draws: Floats, row: DispositionRow, body: MixedBody) -> Floats:
    """Return the model's value of a row in the row's unit, shape (draw,).

    Args:
        draws: shape (draw, parameter).
        row: a published number.
        body: the animal it belongs to.

    Raises:
        KeyError: when the model has no such quantity.
    """
    return _QUANTITIES[row.quantity](draws, row, body)


def row_log_likelihood(draws: Floats, rows: Sequence[DispositionRow], body: MixedBody) -> Floats:
    """Return log p(rows | draw), shape (draw,); a row with one end is a bound."""
    total = np.zeros(draws.shape[0])
    for row in rows:
        predicted = np.log(predict_row(draws, row, body))
        if row.low is None or row.high is None:
            end, sign = (row.high, 1.0) if row.low is None else (row.low, -1.0)
            total += _log_normal_cdf(sign * (math.log(end or 1.0) - predicted) / ROW_SPREAD)
            continue
        middle = (math.log(row.low) + math.log(row.high)) / 2
        spread = math.hypot(ROW_SPREAD, (math.log(row.high) - math.log(row.low)) / 2)
        total += -0.5 * ((predicted - middle) / spread) ** 2
    return total


def _log_normal_cdf(z: Floats) -> Floats:
    from scipy.special import log_ndtr

    return np.asarray(log_ndtr(z), dtype=np.float64)


def _rates(draws: Floats, body: MixedBody) -> tuple[Floats, Floats, Floats]:
    slow = clearances_ml_h(draws, body).sum(axis=1) / body.blood_ml
    return fast_share(draws), np.maximum(np.exp(draws[:, FAST_RATE]), 1.01 * slow), slow


def _fast_half_life_min(draws: Floats, row: DispositionRow, body: MixedBody) -> Floats:
    return 60 * math.log(2) / _rates(draws, body)[1]


def _slow_half_life_min(draws: Floats, row: DispositionRow, body: MixedBody) -> Floats:
    return 60 * math.log(2) / _rates(draws, body)[2]


def _clearance_ml_min(draws: Floats, row: DispositionRow, body: MixedBody) -> Floats:
    share, fast, slow = _rates(draws, body)
    return body.blood_ml / (share / fast + (1 - share) / slow) / 60


def _volume_ml(draws: Floats, row: DispositionRow, body: MixedBody) -> Floats:
    return 60 * _clearance_ml_min(draws, row, body) / _rates(draws, body)[2]


def _residence_h(draws: Floats, row: DispositionRow, body: MixedBody) -> Floats:
    share, fast, slow = _rates(draws, body)
    return (share / fast**2 + (1 - share) / slow**2) / (share / fast + (1 - share) / slow)


def _organ_pct(draws: Floats, row: DispositionRow, body: MixedBody) -> Floats:
    found = shares(draws, body, np.array([row.time_h or 0.0]))
    return 100 * (found.held + found.carried)[:, 0, UPTAKE_ORGANS.index(row.organ)]


_QUANTITIES: dict[str, Callable[[Floats, DispositionRow, MixedBody], Floats]] = {
    "half-life": _fast_half_life_min,
    "distribution half-life": _fast_half_life_min,
    "elimination half-life": _slow_half_life_min,
    "clearance": _clearance_ml_min,
    "distribution volume": _volume_ml,
    "mean residence time": _residence_h,
    "injected dose in organ": _organ_pct,
}
