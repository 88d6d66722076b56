"""Gaussian sequences whose covariance is tridiagonal and linear in one unknown: exact likelihood in O(n).

The covariance of steps i and i + 1 of one sequence is `theta * slope + noise` on the diagonal and beside it; all
others are 0. Each step less what the step before it foretells (its innovation) is independent of the earlier ones.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.numerics.kernel import kernel

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SLOPE, SLOPE_BESIDE, NOISE, NOISE_BESIDE, STEP = range(5)
"""Rows of a table with one column a step: variance per theta, covariance with the step before per theta, the same
two of the noise, and the step itself."""
_PRODUCTS_BEFORE_LOG = 8
_CERTAIN = 16.0
"""Half the squared reach over the variance, from which on a step is within reach in all but 1e-7 of the cases."""
_FAR_SIGMAS = 5.0
"""Standard deviations beyond which 3e-7 of the steps end."""


@kernel
def add_log_likelihoods(table: Floats, starts: Integers, noise_scale: float, theta: Floats, result: Floats) -> None:
    """Add the log-likelihood of every sequence at every theta to a result, without the constant log(2 pi).

    Args:
        table: shape (5, steps).
        starts: shape (sequences + 1,), first step of each sequence and the end of the last.
        noise_scale: factor of the noise rows.
        theta: shape (m,), positive.
        result: shape (sequences, m), added to in place.
    """
    m = theta.size
    inverse, innovation, square, product = np.empty(m), np.empty(m), np.empty(m), np.empty(m)
    for sequence in range(starts.size - 1):
        first, last = starts[sequence], starts[sequence + 1]
        row = result[sequence]
        square[:] = 0.0
        product[:] = 1.0
        inverse[:] = 0.0
        innovation[:] = 0.0
        for i in range(first, last):
            slope, beside = table[SLOPE, i], table[SLOPE_BESIDE, i]
            noise, noise_beside = noise_scale * table[NOISE, i], noise_scale * table[NOISE_BESIDE, i]
            step = table[STEP, i]
            if i == first:
                beside = noise_beside = 0.0
            for k in range(m):
                gain = (theta[k] * beside + noise_beside) * inverse[k]
                variance = theta[k] * slope + noise - gain * (theta[k] * beside + noise_beside)
                inverse[k] = 1.0 / variance
                innovation[k] = step - gain * innovation[k]
                square[k] += innovation[k] * innovation[k] * inverse[k]
                product[k] *= variance
            if (i - first) % _PRODUCTS_BEFORE_LOG == _PRODUCTS_BEFORE_LOG - 1 or i == last - 1:
                for k in range(m):
                    row[k] -= 0.5 * math.log(product[k])
                    product[k] = 1.0
        for k in range(m):
            row[k] -= 0.5 * square[k]


@kernel
def _chance(ratio: float) -> float:
    """Return 1 - exp(-ratio) to 1e-7, from the series for a sixteenth: without a call, so that loops use wide words."""
    x = min(ratio, _CERTAIN) / 16.0
    # 1 - exp(-x) itself, not exp(-x): small chances keep their digits.
    tail = 1 - x / 5 * (1 - x / 6 * (1 - x / 7 * (1 - x / 8 * (1 - x / 9))))
    lost = x * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * tail)))
    for _ in range(4):
        lost = lost * (2.0 - lost)
    return lost


@kernel
def subtract_log_chances(
    table_x: Floats,
    table_y: Floats,
    reach_square: Floats,
    starts: Integers,
    noise_scale: float,
    theta: Floats,
    result: Floats,
) -> None:
    """Subtract the log-chance of every two-dimensional sequence to have all its steps within reach.

    Each step counts by itself, with the mean of its two variances: 1 - exp(-reach^2 / (2 variance)).

    Args:
        table_x: shape (5, steps), first axis.
        table_y: shape (5, steps), second axis.
        reach_square: shape (steps,), positive; infinite for a step that nothing limits.
        starts: shape (sequences + 1,).
        noise_scale: factor of the noise rows.
        theta: shape (m,), positive.
        result: shape (sequences, m), subtracted from in place.
    """
    m = theta.size
    product = np.empty(m)
    for sequence in range(starts.size - 1):
        first, last = starts[sequence], starts[sequence + 1]
        product[:] = 1.0
        for i in range(first, last):
            if reach_square[i] < math.inf:
                slope = (table_x[SLOPE, i] + table_y[SLOPE, i]) / reach_square[i]
                noise = noise_scale * (table_x[NOISE, i] + table_y[NOISE, i]) / reach_square[i]
                for k in range(m):
                    product[k] *= _chance(1.0 / (theta[k] * slope + noise))
            if (i - first) % _PRODUCTS_BEFORE_LOG == _PRODUCTS_BEFORE_LOG - 1 or i == last - 1:
                for k in range(m):
                    result[sequence, k] -= math.log(product[k])
                    product[k] = 1.0


@kernel
def subtract_log_margins(
    table: Floats, margin: Floats, starts: Integers, noise_scale: float, theta: Floats, result: Floats
) -> None:
    """Subtract the log-chance of every sequence to have no step beyond a margin on one side.

    Each step counts by itself: half of 1 + erf(margin / sqrt(2 variance)).

    Args:
        table: shape (5, steps).
        margin: shape (steps,), 0 or more; infinite for a step that nothing limits.
        starts: shape (sequences + 1,).
        noise_scale: factor of the noise row.
        theta: shape (m,), positive.
        result: shape (sequences, m), subtracted from in place.
    """
    widest = theta.max() if theta.size else 0.0
    for sequence in range(starts.size - 1):
        for i in range(starts[sequence], starts[sequence + 1]):
            slope, noise = table[SLOPE, i], noise_scale * table[NOISE, i]
            if margin[i] ** 2 < _FAR_SIGMAS**2 * (widest * slope + noise):
                for k in range(theta.size):
                    chance = 0.5 + 0.5 * math.erf(margin[i] / math.sqrt(2 * (theta[k] * slope + noise)))
                    result[sequence, k] -= math.log(chance)


@kernel
def add_score(table: Floats, first: int, last: int, noise_scale: float, theta: float, totals: Floats) -> None:
    """Add log-likelihood, its derivative by theta and the expected information of one sequence to three totals.

    Args:
        table: shape (5, steps).
        first: first step of the sequence.
        last: one after its last step.
        noise_scale: factor of the noise rows.
        theta: where to evaluate.
        totals: shape (3,), added to in place.
    """
    inverse = innovation = change = spread = variance_change = 0.0
    for i in range(first, last):
        beside = theta * table[SLOPE_BESIDE, i] + noise_scale * table[NOISE_BESIDE, i]
        slope_beside = table[SLOPE_BESIDE, i]
        if i == first:
            beside = slope_beside = 0.0
        gain = beside * inverse
        gain_change = (slope_beside - gain * variance_change) * inverse
        variance = theta * table[SLOPE, i] + noise_scale * table[NOISE, i] - gain * beside
        spread = gain * gain * spread
        if i > first:
            spread += gain_change * gain_change / inverse
        variance_change = table[SLOPE, i] - gain_change * beside - gain * slope_beside
        change = -gain_change * innovation - gain * change
        innovation = table[STEP, i] - gain * innovation
        inverse = 1.0 / variance
        relative = variance_change * inverse
        square = innovation * innovation * inverse
        totals[0] -= 0.5 * (math.log(variance) + square)
        totals[1] += 0.5 * relative * (square - 1.0) - innovation * change * inverse
        totals[2] += 0.5 * relative * relative + spread * inverse


@kernel
def fit_each(
    table_x: Floats,
    table_y: Floats,
    starts: Integers,
    noise_scale: float,
    begin: Floats,
    low: float,
    high: float,
    theta: Floats,
    information: Floats,
) -> None:
    """Find the most likely theta of every two-dimensional sequence by Fisher scoring on its logarithm.

    Args:
        table_x: shape (5, steps), first axis.
        table_y: shape (5, steps), second axis.
        starts: shape (sequences + 1,).
        noise_scale: factor of the noise rows.
        begin: shape (sequences,), start values.
        low: lower bound of theta.
        high: upper bound.
        theta: result, shape (sequences,).
        information: result, expected information of theta there, shape (sequences,).
    """
    now, tried = np.zeros(3), np.zeros(3)
    for sequence in range(starts.size - 1):
        first, last = starts[sequence], starts[sequence + 1]
        value = min(max(begin[sequence], low), high)
        now[:] = 0.0
        add_score(table_x, first, last, noise_scale, value, now)
        add_score(table_y, first, last, noise_scale, value, now)
        for _ in range(60):
            step = now[1] / (now[2] * value)
            step = min(max(step, -1.5), 1.5)
            moved = False
            for _ in range(30):
                candidate = min(max(value * math.exp(step), low), high)
                tried[:] = 0.0
                add_score(table_x, first, last, noise_scale, candidate, tried)
                add_score(table_y, first, last, noise_scale, candidate, tried)
                if tried[0] >= now[0]:
                    moved = True
                    break
                step *= 0.5
            if not moved or abs(candidate - value) < 1e-10 * value:
                break
            value = candidate
            now[:] = tried
        theta[sequence] = value
        information[sequence] = now[2]
