"""Means of two groups: mean, standard deviation and n of each."""

from __future__ import annotations

import numpy as np

from paracrine.numerics.pooling.measure import Columns, Measure
from paracrine.numerics.pooling.weighted import FloatArray

TITLE = "means of two groups"
COLUMNS = ("n_1", "mean_1", "sd_1", "n_2", "mean_2", "sd_2")

Pair = tuple[FloatArray, FloatArray]


def _values(columns: Columns) -> tuple[FloatArray, ...]:
    return tuple(np.asarray(columns[name], float) for name in COLUMNS)


def small_sample_factor(freedom: FloatArray) -> FloatArray:
    """Return Hedges' exact factor J for degrees of freedom (k,)."""
    from scipy.special import gammaln

    factor: FloatArray = np.exp(gammaln(freedom / 2) - np.log(np.sqrt(freedom / 2)) - gammaln((freedom - 1) / 2))
    return factor


def _mean_difference(columns: Columns) -> Pair:
    n1, m1, s1, n2, m2, s2 = _values(columns)
    return m1 - m2, s1**2 / n1 + s2**2 / n2


def _raw_difference(columns: Columns) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    n1, m1, s1, n2, m2, s2 = _values(columns)
    freedom = n1 + n2 - 2
    pooled = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / freedom)
    return (m1 - m2) / pooled, small_sample_factor(freedom), n1, n2


def _standardised(columns: Columns) -> Pair:
    d, factor, n1, n2 = _raw_difference(columns)
    y = factor * d
    return y, 1 / n1 + 1 / n2 + y**2 / (2 * (n1 + n2))


def _standardised_ls2(columns: Columns) -> Pair:
    d, factor, n1, n2 = _raw_difference(columns)
    return factor * d, factor**2 * (1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2)))


def _standardised_unbiased(columns: Columns) -> Pair:
    d, factor, n1, n2 = _raw_difference(columns)
    y, freedom = factor * d, n1 + n2 - 2
    return y, 1 / n1 + 1 / n2 + (1 - (freedom - 2) / (freedom * factor**2)) * y**2


def _standardised_average(columns: Columns) -> Pair:
    d, factor, n1, n2 = _raw_difference(columns)
    y = factor * d
    mean = float(np.average(y, weights=n1 + n2))
    return y, 1 / n1 + 1 / n2 + mean**2 / (2 * (n1 + n2))


def _standardised_unequal(columns: Columns) -> Pair:
    n1, m1, s1, n2, m2, s2 = _values(columns)
    total = s1**2 + s2**2
    factor = small_sample_factor(n1 + n2 - 2)
    y = factor * (m1 - m2) / np.sqrt(total / 2)
    spread = y**2 * (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (2 * total**2)
    return y, factor**2 * (spread + (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / (total / 2))


def _ratio_of_means(columns: Columns) -> Pair:
    n1, m1, s1, n2, m2, s2 = _values(columns)
    return np.log(m1 / m2), s1**2 / (n1 * m1**2) + s2**2 / (n2 * m2**2)


def _variability_ratio(columns: Columns) -> Pair:
    n1, _, s1, n2, _, s2 = _values(columns)
    half1, half2 = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    return np.log(s1 / s2) + half1 - half2, half1 + half2


def _variation_ratio(columns: Columns) -> Pair:
    y, v = _variability_ratio(columns)
    ratio, ratio_variance = _ratio_of_means(columns)
    return y - ratio, v + ratio_variance


def _as_odds(columns: Columns, scale: float) -> Pair:
    d, _, n1, n2 = _raw_difference(columns)
    return d * scale, (1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2))) * scale**2


MEASURES = {
    "md": Measure("mean difference", _mean_difference, short="MD"),
    "smd": Measure("standardised mean difference (Hedges' g)", _standardised, short="SMD"),
    "smd_ls2": Measure("Hedges' g, variance scaled by the small-sample factor", _standardised_ls2, short="SMD"),
    "smd_ub": Measure("Hedges' g, unbiased variance", _standardised_unbiased, short="SMD"),
    "smd_av": Measure("Hedges' g, variance at the average effect", _standardised_average, short="SMD"),
    "smdh": Measure("standardised mean difference, unequal variances", _standardised_unequal, short="SMDH"),
    "rom": Measure("ratio of means", _ratio_of_means, "exp", short="ROM"),
    "vr": Measure("ratio of standard deviations", _variability_ratio, "exp", short="VR"),
    "cvr": Measure("ratio of coefficients of variation", _variation_ratio, "exp", short="CVR"),
    "d2or": Measure(
        "standardised difference as odds ratio, logistic",
        lambda c: _as_odds(c, np.pi / np.sqrt(3)),
        "exp",
        short="OR",
    ),
    "d2orn": Measure("standardised difference as odds ratio, normal", lambda c: _as_odds(c, 1.65), "exp", short="OR"),
}
