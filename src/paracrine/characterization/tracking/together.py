"""Compiled joint fit of spots whose light overlaps: one background for all, every parameter at once.

In turn, each with the light of the others taken away, neighbours settle slowly and in poorer places.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.characterization.tracking.filters import Frame
from paracrine.characterization.tracking.locate import add_neighbours, empty_window, open_window, write_uncertainty
from paracrine.characterization.tracking.shape import (
    AMPLITUDE,
    BASE,
    CXX,
    CXY,
    CYY,
    DATA,
    FLATNESS,
    GAIN,
    MISFIT,
    OFFSET,
    OTHERS,
    PARAMETERS,
    STIFFNESS,
    USUAL,
    VALID,
    XS,
    YS,
    Floats,
    Image,
    X,
    Y,
    add_light,
    add_prior,
    gaussian,
    invert,
    solve,
    take_step,
)
from paracrine.numerics.kernel import kernel

Ints = npt.NDArray[np.int64]
MOST = 4
"""Spots fitted at once; a bigger crowd is fitted in parts."""
STEPS = 12
_SOFT = 0.02
_TRIES = 3


@kernel
def open_around(
    frame: Frame, static: Image, grid: Image, camera: Floats, spots: Floats, reaches: Floats, count: int, members: Ints,
    half: int, wide: int,
) -> Image:  # fmt: skip
    """Return a window around some spots with the light of all others; used are pixels near one of them.

    Args:
        frame: camera counts.
        static: counts of what never moves, or empty.
        grid: background.
        camera: sign, clipping count.
        spots: shape (most, 13).
        reaches: from `light_reach`.
        count: spots known so far.
        members: rows of the spots.
        half: pixels on each side of a spot that are used.
        wide: pixels on each side of the window beyond those that the spots' distance asks for.
    """
    x, y, far = 0.0, 0.0, 0.0
    for j in members:
        x, y = x + spots[j, X] / members.size, y + spots[j, Y] / members.size
    column, row = round(x), round(y)
    for j in members:
        far = max(far, abs(spots[j, X] - column), abs(spots[j, Y] - row))
    size = half + wide + math.ceil(far)
    window = empty_window(size)
    open_window(frame, static, grid, camera, column, row, size, window)
    add_neighbours(window, spots, reaches, count, -1, column, row, size)
    xs, ys, valid = window[XS], window[YS], window[VALID]
    reach = np.float32(half + wide + 0.5)
    for j in members:
        add_light(window, OTHERS, spots[j], -1.0)
    used = np.zeros(valid.size, dtype=np.bool_)
    for i in range(valid.size):
        for j in members:
            used[i] = used[i] or (
                valid[i] > 0
                and abs(xs[i] - np.float32(spots[j, X])) < reach
                and abs(ys[i] - np.float32(spots[j, Y])) < reach
            )
    return _only(window, used)


@kernel
def _only(window: Image, used: npt.NDArray[np.bool_]) -> Image:
    """Return the used pixels, padded to whole vectors with pixels of no weight."""
    kept = np.flatnonzero(used)
    result = np.zeros((window.shape[0], max(16, (kept.size + 15) // 16 * 16)), dtype=np.float32)
    for row in range(window.shape[0]):
        for i in range(kept.size):
            result[row, i] = window[row, kept[i]]
    result[XS, kept.size :], result[YS, kept.size :] = window[XS, -1], window[YS, -1]
    return result


@kernel
def scratch_for(window: Image, members: int) -> Image:
    """Return scratch for a joint fit in a window."""
    return np.empty((6 * members + 9, window.shape[1]), dtype=np.float32)


@kernel
def misfit_of(window: Image, light: Image, offset: float, noise: Floats) -> float:
    """Return minus twice the log-likelihood of a window under some light and a constant, but for what all light shares.

    Args:
        window: see `open_window`; `OTHERS` holds the light of all spots that are not fitted.
        light: shape (pixels,), of the spots that are fitted.
        offset: constant beside the background.
        noise: base, gain, misfit.
    """
    total, logs = np.float32(0), 0.0
    base, gain, misfit = np.float32(noise[BASE]), np.float32(noise[GAIN]), np.float32(noise[MISFIT])
    level = np.float32(offset)
    data, others, valid = window[DATA], window[OTHERS], window[VALID]
    # One logarithm for 16 pixels: the logarithm of every variance took a tenth of all fits.
    for start in range(0, data.size, 16):
        product = 1.0
        for i in range(start, start + 16):
            all_light = max(others[i] + light[i], np.float32(0))
            variance = base + gain * all_light + misfit * light[i] * light[i]
            rest = data[i] - others[i] - light[i] - level
            total += valid[i] * rest * rest / variance
            product *= 1 + valid[i] * (variance / base - 1)
        logs += math.log(product)
    return float(total) + logs


@kernel
def shape_penalty(spot: Floats, prior: Floats) -> float:
    """Return minus twice the log of the shape's prior."""
    usual = prior[USUAL]
    xx, yy = (spot[CXX] - usual) / spot[CXX], (spot[CYY] - usual) / spot[CYY]
    return float(prior[STIFFNESS] * (xx * xx + yy * yy + 2 * spot[CXY] ** 2 / (spot[CXX] * spot[CYY])))


@kernel
def cost(window: Image, scratch: Image, spots: Floats, members: Ints, noise: Floats, prior: Floats) -> float:
    """Return minus twice the log of likelihood and priors of some spots in a window; their light goes to the scratch.

    Args:
        window: see `open_window`; `OTHERS` holds the light of all spots that are not fitted.
        scratch: same shape; its places are those of the window.
        spots: shape (most, 13).
        members: rows of the spots that are fitted.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
    """
    scratch[DATA, :] = 0
    offset = spots[members[0], OFFSET]
    total = prior[FLATNESS] * offset * offset
    for j in members:
        add_light(scratch, DATA, spots[j], 1.0)
        total += shape_penalty(spots[j], prior)
    return float(total + misfit_of(window, scratch[DATA], offset, noise))


@kernel
def _lay_out(window: Image, spot: Floats, scale: float, columns: Image) -> None:
    """Write the six columns of one spot: its Gaussian times 1, x, y, x^2, xy, y^2."""
    determinant = spot[CXX] * spot[CYY] - spot[CXY] ** 2
    ixx, iyy = np.float32(spot[CYY] / determinant), np.float32(spot[CXX] / determinant)
    ixy = np.float32(-2 * spot[CXY] / determinant)
    x0, y0, unit = np.float32(spot[X]), np.float32(spot[Y]), np.float32(1 / scale)
    xs, ys = window[XS], window[YS]
    one, along, down, xx, xy, yy = columns[0], columns[1], columns[2], columns[3], columns[4], columns[5]
    for i in range(xs.size):
        dx, dy = xs[i] - x0, ys[i] - y0
        shape = gaussian(ixx * dx * dx + ixy * dx * dy + iyy * dy * dy)
        x, y = dx * unit, dy * unit
        one[i], along[i], down[i] = shape, shape * x, shape * y
        xx[i], xy[i], yy[i] = shape * x * x, shape * x * y, shape * y * y


@kernel
def _dot(first: Image, second: Image) -> float:
    total = np.float32(0)
    for i in range(first.size):
        total += first[i] * second[i]
    return float(total)


@kernel
def _equations(
    window: Image, spots: Floats, members: Ints, noise: Floats, prior: Floats, columns: Image, normal: Floats,
    right: Floats,
) -> None:  # fmt: skip
    """Write normal equations of all coefficients and of one offset; `columns` holds the spots' light in row -3."""
    size = 6 * members.size + 1
    block, side = np.zeros((7, 7)), np.zeros(7)
    weight, rest, weighted = columns[size], columns[size + 1], columns[size + 2]
    base, gain, misfit = np.float32(noise[BASE]), np.float32(noise[GAIN]), np.float32(noise[MISFIT])
    offset = np.float32(spots[members[0], OFFSET])
    data, others, valid = window[DATA], window[OTHERS], window[VALID]
    rest[:] = 0
    for k in range(members.size):
        spot = spots[members[k]]
        scale = math.sqrt(0.5 * (spot[CXX] + spot[CYY]))
        _lay_out(window, spot, scale, columns[6 * k : 6 * k + 6])
        height, one = np.float32(spot[AMPLITUDE]), columns[6 * k]
        for i in range(data.size):
            rest[i] += height * one[i]
    columns[size - 1, :] = 1
    for i in range(data.size):
        light = rest[i]
        variance = base + gain * max(others[i] + light, np.float32(0)) + misfit * light * light
        weight[i] = valid[i] / variance
        rest[i] = data[i] - others[i] - light - offset
    for p in range(size):
        one = columns[p]
        for i in range(data.size):
            weighted[i] = weight[i] * one[i]
        right[p] = _dot(weighted, rest)
        for q in range(p + 1):
            normal[p, q] = normal[q, p] = _dot(weighted, columns[q])
    for k in range(members.size):
        spot = spots[members[k]]
        block[:], side[:] = 0, 0
        add_prior(spot, prior, math.sqrt(0.5 * (spot[CXX] + spot[CYY])), block, side)
        at = 6 * k
        for p in range(6):
            right[at + p] += side[p]
            for q in range(6):
                normal[at + p, at + q] += block[p, q]
    normal[size - 1, size - 1] += prior[FLATNESS]
    right[size - 1] -= prior[FLATNESS] * spots[members[0], OFFSET]


@kernel
def fit_together(
    window: Image, scratch: Image, spots: Floats, members: Ints, noise: Floats, prior: Floats, steps: int
) -> float:
    """Fit spots to one window together; return their cost, infinite where the fit is of no use (spots as before).

    Args:
        window: see `open_window`; `OTHERS` holds the light of all spots that are not fitted.
        scratch: shape (6 `MOST` + 9, pixels or more).
        spots: shape (most, 13); members are changed in place, uncertainties included.
        members: rows of the spots, at most `MOST`.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
        steps: most scoring steps.
    """
    size = 6 * members.size + 1
    normal, right = np.empty((size, size)), np.empty(size)
    first, before = np.empty((members.size, PARAMETERS)), np.empty((members.size, PARAMETERS))
    light, columns = scratch[:5], scratch[5:]
    light[XS, :], light[YS, :] = window[XS], window[YS]
    for k in range(members.size):
        first[k] = spots[members[k]]
    level = 0.0
    for j in members:
        level += spots[j, OFFSET] / members.size
    for j in members:
        spots[j, OFFSET] = level
    least, soft = cost(window, light, spots, members, noise, prior), _SOFT
    for _ in range(steps):
        _equations(window, spots, members, noise, prior, columns, normal, right)
        for k in range(members.size):
            before[k] = spots[members[k]]
        value, moved, soft = _try_steps(window, light, spots, members, before, noise, prior, normal, right, soft, least)
        if value > least:
            break
        gain, least, soft = least - value, value, 0.2 * soft
        if moved < 0.03 and gain < 0.1:
            break
    # The equations of the last step stand a few hundredths of a pixel beside the end: as good for the uncertainty.
    if not (_usable(spots, members, first, noise, prior) and invert(normal, size)):
        for k in range(members.size):
            spots[members[k]] = first[k]
        return math.inf
    for k in range(members.size):
        write_uncertainty(spots[members[k]], normal[6 * k + 1 : 6 * k + 3, 6 * k + 1 : 6 * k + 3])
    return least


@kernel
def _try_steps(
    window: Image, light: Image, spots: Floats, members: Ints, before: Floats, noise: Floats, prior: Floats,
    normal: Floats, right: Floats, soft: float, least: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Take the first of ever shorter steps that lowers the cost; return cost (infinite: none), movement, softness."""
    size = right.size
    lower, step, part = np.empty((size, size)), np.empty(size), np.empty(7)
    for _ in range(_TRIES):
        for p in range(size):
            normal[p, p] *= 1 + soft
        good = solve(normal, right, lower, step)
        for p in range(size):
            normal[p, p] /= 1 + soft
        if good:
            moved = 0.0
            for k in range(members.size):
                spot = spots[members[k]]
                part[:6], part[6] = step[6 * k : 6 * k + 6], step[size - 1]
                moved = max(moved, take_step(spot, part, math.sqrt(0.5 * (spot[CXX] + spot[CYY])), prior))
            value = cost(window, light, spots, members, noise, prior)
            if value <= least:
                return value, moved, soft
            for k in range(members.size):
                spots[members[k]] = before[k]
        soft *= 10
    return math.inf, 0.0, soft


@kernel
def _usable(spots: Floats, members: Ints, first: Floats, noise: Floats, prior: Floats) -> bool:
    for k in range(members.size):
        spot = spots[members[k]]
        square = (spot[X] - first[k, X]) ** 2 + (spot[Y] - first[k, Y]) ** 2
        if spot[AMPLITUDE] < 0.1 * math.sqrt(noise[BASE]) or square > 4 * prior[USUAL]:
            return False
        for j in members[:k]:
            if (spot[X] - spots[j, X]) ** 2 + (spot[Y] - spots[j, Y]) ** 2 < 0.5 * (spots[j, CXX] + spots[j, CYY]):
                return False
    return True
