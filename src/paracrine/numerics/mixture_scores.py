"""Compiled climb of the mixture fit: parameters in one row, likelihood and scores in one sweep over the observations.

The parameters of K bumps and C classes stand in this order: K - 1 logits of the weights (the last is 0), K centres,
one variance for all or K variances, C - 1 intercepts and C - 1 slopes of the class curves (the first class has 0 and
0).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.numerics.kernel import kernel

Singles = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SMALLEST = 1e-30
NOTHING = 1e-18
"""Smaller numbers count as 0: their products would leave the range in which single precision is fast."""
_MOST_PROBES = 12
LANES = 4
"""Rows of a table that are summed side by side."""


@kernel
def _write_softmax(logits: Floats, shares: Floats) -> None:
    highest, total = logits[0], 0.0
    for i in range(logits.size):
        highest = max(highest, logits[i])
    for i in range(logits.size):
        shares[i] = math.exp(logits[i] - highest)
        total += shares[i]
    for i in range(logits.size):
        shares[i] /= total


@kernel
def _cleared(value: float) -> np.float32:
    return np.float32(value) if abs(value) >= NOTHING else np.float32(0)


@kernel
def _width_place(count: int, widths: int, k: int) -> int:
    return 2 * count - 1 + (k if widths > 1 else 0)


@kernel
def write_bumps(
    theta: Floats, count: int, widths: int, places: Floats, visibility: Floats, bumps: Floats, moments: Floats
) -> None:
    """Write each bump as it is seen, shape (K, m), rows sum to 1, and its mean first and second deviation, (K, 2)."""
    m = places.size
    for k in range(count):
        centre, variance = theta[count - 1 + k], theta[_width_place(count, widths, k)]
        nearest = math.inf
        for b in range(m):
            nearest = min(nearest, (places[b] - centre) ** 2)
        total = SMALLEST
        for b in range(m):
            bumps[k, b] = visibility[b] * math.exp(-0.5 * ((places[b] - centre) ** 2 - nearest) / variance)
            total += bumps[k, b]
        first = second = 0.0
        for b in range(m):
            bumps[k, b] /= total
            first += bumps[k, b] * (places[b] - centre)
            second += bumps[k, b] * (places[b] - centre) ** 2
        moments[k, 0], moments[k, 1] = first, second


@kernel
def _write_density(
    theta: Floats, count: int, widths: int, places: Floats, visibility: Floats, density: Floats, changes: Floats
) -> None:
    """Write what is seen at each place, shape (m,), and its derivatives by weights, centres and variances."""
    bumps, moments = np.empty((count, places.size)), np.empty((count, 2))
    write_bumps(theta, count, widths, places, visibility, bumps, moments)
    logits, weights = np.zeros(count), np.empty(count)
    for k in range(count - 1):
        logits[k] = theta[k]
    _write_softmax(logits, weights)
    density[:] = 0.0
    changes[:] = 0.0
    for k in range(count):
        place = _width_place(count, widths, k)
        variance = theta[place]
        for b in range(places.size):
            part = weights[k] * bumps[k, b]
            distance = places[b] - theta[count - 1 + k]
            density[b] += part
            changes[count - 1 + k, b] = part * (distance - moments[k, 0]) / variance
            changes[place, b] += part * (distance * distance - moments[k, 1]) / (2 * variance * variance)
    for k in range(count - 1):
        for b in range(places.size):
            changes[k, b] = weights[k] * (bumps[k, b] - density[b])


@kernel
def _write_shares(theta: Floats, first: int, places: Floats, shares: Floats) -> None:
    """Write the share of each class at each place, shape (classes, m); intercepts begin at `first`, then slopes."""
    classes, m = shares.shape
    logits, share = np.zeros(classes), np.empty(classes)
    middle = 0.5 * (places[0] + places[m - 1])
    for b in range(m):
        for c in range(1, classes):
            logits[c] = theta[first + c - 1] + theta[first + classes - 2 + c] * (places[b] - middle)
        _write_softmax(logits, share)
        for c in range(classes):
            shares[c, b] = share[c]


@kernel
def _multiply(one: Floats, other: Floats, row: Singles) -> None:
    for b in range(row.size):
        row[b] = _cleared(one[b] * other[b])


@kernel
def write_tables(
    theta: Floats,
    count: int,
    widths: int,
    classes: int,
    places: Floats,
    visibility: Floats,
    slopes: bool,
    tables: Singles,
) -> None:
    """Write what is expected of each class at each place and, if asked, its derivatives by every parameter.

    Args:
        theta: parameters.
        count: number of bumps.
        widths: number of variances, 1 or `count`.
        classes: number of classes.
        places: shape (m,).
        visibility: shape (m,), chance to be seen at all, relative.
        slopes: whether to write the derivatives.
        tables: result, shape (classes, rows, m), row 0 the expectation; rows beyond the parameters stay as they are.
    """
    m = places.size
    middle = 0.5 * (places[0] + places[m - 1])
    shape = 2 * count - 1 + widths
    density, shares, changes = np.empty(m), np.empty((classes, m)), np.empty((shape, m))
    _write_density(theta, count, widths, places, visibility, density, changes)
    _write_shares(theta, shape, places, shares)
    for c in range(classes):
        _multiply(density, shares[c], tables[c, 0])
        if slopes:
            for i in range(shape):
                _multiply(changes[i], shares[c], tables[c, 1 + i])
            for other in range(1, classes):
                mine = 1.0 if other == c else 0.0
                for b in range(m):
                    tilt = density[b] * shares[c, b] * (mine - shares[other, b])
                    tables[c, shape + other, b] = _cleared(tilt)
                    tables[c, shape + classes - 1 + other, b] = _cleared(tilt * (places[b] - middle))


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
        tables: from `write_tables`, a multiple of `LANES` rows, those beyond the parameters 0.
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
            for first in range(0, table.shape[0], LANES):
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
def gather_log_likelihood(likelihood: Singles, class_starts: Integers, tables: Singles, weights: Floats) -> float:
    """Return the weighted log-likelihood alone."""
    m = likelihood.shape[1]
    value = 0.0
    for index in range(class_starts.size - 1):
        table = tables[index, 0]
        for row in range(class_starts[index], class_starts[index + 1]):
            if weights[row] == 0.0:
                continue
            seen = likelihood[row]
            total = np.float32(0)
            for k in range(m):
                total += seen[k] * table[k]
            value += weights[row] * math.log(max(float(total), SMALLEST))
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


@kernel
def _solve(matrix: Floats, right: Floats, free: npt.NDArray[np.bool_], damping: float, step: Floats) -> None:
    """Write the solution of (matrix + damping * diagonal) step = right over the free parameters, by Cholesky."""
    size = right.size
    lower = np.zeros((size, size))
    largest = 0.0
    for i in range(size):
        largest = max(largest, matrix[i, i])
    for i in range(size):
        for j in range(i + 1):
            total = matrix[i, j] if free[i] and free[j] else 0.0
            if i == j:
                total = total * (1 + damping) + 1e-12 * largest if free[i] else 1.0
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            lower[i, j] = math.sqrt(max(total, 1e-14 * largest)) if i == j else total / lower[j, j]
    for i in range(size):
        total = right[i] if free[i] else 0.0
        for k in range(i):
            total -= lower[i, k] * step[k]
        step[i] = total / lower[i, i]
    for i in range(size - 1, -1, -1):
        total = step[i]
        for k in range(i + 1, size):
            total -= lower[k, i] * step[k]
        step[i] = total / lower[i, i]


@kernel
def _free_widths(
    theta: Floats,
    gradient: Floats,
    count: int,
    widths: int,
    limits: tuple[float, float],
    free: npt.NDArray[np.bool_],
) -> None:
    """Hold the variances that stand at a limit and want to go beyond."""
    for i in range(2 * count - 1, 2 * count - 1 + widths):
        below, above = theta[i] <= limits[0] * (1 + 1e-9), theta[i] >= limits[1] * (1 - 1e-9)
        free[i] = not ((below and gradient[i] <= 0) or (above and gradient[i] >= 0))


@kernel
def _move(
    theta: Floats,
    step: Floats,
    count: int,
    widths: int,
    classes: int,
    places: Floats,
    limits: tuple[float, float],
    to: Floats,
) -> None:
    """Write parameters plus step, each kept within reach and within the grid."""
    for i in range(count - 1):
        to[i] = theta[i] + min(max(step[i], -2.0), 2.0)
    for k in range(count):
        i, place = count - 1 + k, _width_place(count, widths, k)
        reach = 2 * math.sqrt(theta[place]) + 0.1
        to[i] = min(max(theta[i] + min(max(step[i], -reach), reach), places[0]), places[places.size - 1])
        to[place] = min(max(theta[place] + step[place], theta[place] / 4, limits[0]), theta[place] * 4, limits[1])
    for i in range(2 * count - 1 + widths, theta.size):
        limit = 2.0 if i < 2 * count - 2 + widths + classes else 5.0
        to[i] = theta[i] + min(max(step[i], -limit), limit)


@kernel
def climb(
    likelihood: Singles,
    class_starts: Integers,
    places: Floats,
    visibility: Floats,
    weights: Floats,
    count: int,
    limits: tuple[float, float],
    settled: float,
    most_steps: int,
    theta: Floats,
) -> float:
    """Climb to the nearest maximum of the likelihood by damped scoring; return the log-likelihood there.

    Args:
        likelihood: shape (n, m), rows of one class together.
        class_starts: shape (classes + 1,).
        places: shape (m,).
        visibility: shape (m,), chance to be seen at all, relative.
        weights: shape (n,), how often each observation counts.
        count: number of bumps.
        limits: smallest and largest variance of a bump.
        settled: a step that gains less than this is the last.
        most_steps: no more than these.
        theta: start with one variance or `count` of them, overwritten with the end.
    """
    classes, parameters = class_starts.size - 1, theta.size
    widths = parameters - 2 * count + 3 - 2 * classes
    rows = (parameters + LANES) // LANES * LANES
    tables = np.zeros((classes, rows, places.size), dtype=np.float32)
    gradient, information = np.empty(parameters), np.empty((parameters, parameters))
    step, free = np.zeros(parameters), np.ones(parameters, dtype=np.bool_)
    damping, value, failed = 1e-3, 0.0, 0
    at, probing, steps = theta.copy(), False, 0
    # One place in the loop writes tables and sums, in turn for scores and for a probe: it compiles three times faster.
    while True:
        write_tables(at, count, widths, classes, places, visibility, not probing, tables)
        if probing:
            gained = gather_log_likelihood(likelihood, class_starts, tables, weights) - value
            if gained >= 0:
                theta[:] = at
                damping /= 8
                steps += 1
                failed = 0
                probing = False
                if gained < settled or steps >= most_steps:
                    return value + gained
                continue
            failed += 1
            damping = max(damping, 1e-3) * 6
            if failed == _MOST_PROBES:
                return value
        else:
            value = gather_scores(likelihood, class_starts, tables, weights, gradient, information)
            if most_steps == 0:
                return value
            _free_widths(theta, gradient, count, widths, limits, free)
            probing = True
        _solve(information, gradient, free, damping, step)
        _move(theta, step, count, widths, classes, places, limits, at)
