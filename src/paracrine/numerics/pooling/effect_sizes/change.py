"""Change in one group: after against before, with the correlation between the two."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.effect_sizes.means import small_sample_factor
from paracrine.numerics.pooling.measure import Columns, Measure
from paracrine.numerics.pooling.weighted import FloatArray

TITLE = "before and after in one group"
COLUMNS = ("mean_after", "mean_before", "sd_after", "sd_before", "n", "r")

Pair = tuple[FloatArray, FloatArray]


def _values(columns: Columns) -> tuple[FloatArray, ...]:
    return tuple(np.asarray(columns[name], float) for name in COLUMNS)


def _mean_change(columns: Columns) -> Pair:
    after, before, sd_after, sd_before, n, r = _values(columns)
    return after - before, (sd_after**2 + sd_before**2 - 2 * r * sd_after * sd_before) / n


def _by_change(columns: Columns) -> Pair:
    change, variance = _mean_change(columns)
    n = np.asarray(columns["n"], float)
    y = small_sample_factor(n - 1) * change / np.sqrt(variance * n)
    return y, 1 / n + y**2 / (2 * n)


def _by_before(columns: Columns) -> Pair:
    after, before, _, sd_before, n, r = _values(columns)
    y = small_sample_factor(n - 1) * (after - before) / sd_before
    return y, 2 * (1 - r) / n + y**2 / (2 * n)


def _by_before_unequal(columns: Columns) -> Pair:
    after, before, _, sd_before, n, _ = _values(columns)
    _, variance = _mean_change(columns)
    factor = small_sample_factor(n - 1)
    y = factor * (after - before) / sd_before
    return y, factor**2 * (variance * n / (sd_before**2 * (n - 1)) + y**2 / (2 * (n - 1)))


def _ratio(columns: Columns) -> Pair:
    after, before, sd_after, sd_before, n, r = _values(columns)
    spread = sd_after**2 / after**2 + sd_before**2 / before**2 - 2 * r * sd_after * sd_before / (after * before)
    return np.log(after / before), spread / n


MEASURES = {
    "mc": Measure("mean change", _mean_change, short="MC"),
    "smcc": Measure("change over the standard deviation of change", _by_change, short="SMCC"),
    "smcr": Measure("change over the standard deviation before", _by_before, short="SMCR"),
    "smcrh": Measure("change over the standard deviation before, unequal variances", _by_before_unequal, short="SMCRH"),
    "romc": Measure("ratio of means after and before", _ratio, "exp", short="ROM"),
}
