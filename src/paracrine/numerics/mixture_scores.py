"""Compiled sums of the mixture fit: likelihood, gradient and information in one sweep over the observations."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.numerics.kernel import kernel

Singles = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SMALLEST = 1e-30


@kernel
def gather_scores(
    likelihood: Singles,
    class_starts: Integers,
    tables: Singles,
    weights: Floats,
    gradient: Floats,
    information: Floats,
) -> float:
    """Return the weighted log-likelihood; write its gradient and the sum of squared scores.

    Args:
        likelihood: shape (n, m), rows of one class together.
        class_starts: shape (classes + 1,).
        tables: shape (classes, 4 q, m): what is expected at each place, then its derivatives, then rows of zeros.
        weights: shape (n,).
        gradient: result, shape (parameters,).
        information: result, shape (parameters, parameters).
    """
    parameters, m = gradient.size, likelihood.shape[1]
    found = np.empty(tables.shape[1])
    gradient[:] = 0.0
    information[:] = 0.0
    value = 0.0
    for index in range(class_starts.size - 1):
        table = tables[index]
        for row in range(class_starts[index], class_starts[index + 1]):
            if weights[row] == 0.0:
                continue
            seen = likelihood[row]
            for first in range(0, table.shape[0], 4):
                a, b, c, d = table[first], table[first + 1], table[first + 2], table[first + 3]
                sum_a = sum_b = sum_c = sum_d = np.float32(0)
                for k in range(m):
                    sum_a += seen[k] * a[k]
                    sum_b += seen[k] * b[k]
                    sum_c += seen[k] * c[k]
                    sum_d += seen[k] * d[k]
                found[first], found[first + 1], found[first + 2], found[first + 3] = sum_a, sum_b, sum_c, sum_d
            total = max(found[0], SMALLEST)
            value += weights[row] * math.log(total)
            for i in range(parameters):
                score = found[i + 1] / total
                found[i + 1] = score
                gradient[i] += weights[row] * score
                for j in range(i + 1):
                    information[i, j] += weights[row] * score * found[j + 1]
    for i in range(parameters):
        for j in range(i):
            information[j, i] = information[i, j]
    return value


@kernel
def gather_log_likelihood(likelihood: Singles, class_starts: Integers, expected: Singles, weights: Floats) -> float:
    """Return the weighted log-likelihood alone; `expected` has the shape (classes, m)."""
    m = likelihood.shape[1]
    value = 0.0
    for index in range(class_starts.size - 1):
        table = expected[index]
        for row in range(class_starts[index], class_starts[index + 1]):
            if weights[row] == 0.0:
                continue
            seen = likelihood[row]
            total = np.float32(0)
            for k in range(m):
                total += seen[k] * table[k]
            value += weights[row] * math.log(max(total, SMALLEST))
    return value


@kernel
def gather_gain(likelihood: Singles, class_starts: Integers, expected: Singles, weights: Floats, gain: Floats) -> None:
    """Write, class by class, the sum of weight times likelihood over what was expected, shape (classes, m)."""
    m = likelihood.shape[1]
    gain[:] = 0.0
    for index in range(class_starts.size - 1):
        table = expected[index]
        for row in range(class_starts[index], class_starts[index + 1]):
            seen = likelihood[row]
            total = np.float32(0)
            for k in range(m):
                total += seen[k] * table[k]
            factor = weights[row] / max(total, SMALLEST)
            for k in range(m):
                gain[index, k] += factor * seen[k]
