"""Compiled choice between one stretched spot and two usual ones."""

from __future__ import annotations

import math

import numpy as np

from paracrine.characterization.tracking.filters import Frame
from paracrine.characterization.tracking.locate import (
    REACH_SIGMAS,
    add_neighbours,
    copy_row,
    fit_in_place,
    light_reach,
    open_window,
)
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
    OTHERS,
    STIFFNESS,
    USUAL,
    VALID,
    Floats,
    Image,
    X,
    Y,
)
from paracrine.numerics.kernel import kernel

STRETCHED, ELONGATED = 1.6, 1.5
"""Longest variance over the usual one, and over the shortest, from which a spot may be two."""
EVIDENCE = 8.0
"""Gain in twice the log-likelihood, priors of the shapes included, from which two spots are worth a thought."""
_ROUNDS = 2


@kernel
def unexplained(window: Image, noise: Floats, prior: Floats) -> float:
    """Return minus twice the log-likelihood of a window, all light in `OTHERS`, the best offset taken away."""
    total = first = weights = np.float32(0)
    base, gain, misfit = np.float32(noise[BASE]), np.float32(noise[GAIN]), np.float32(noise[MISFIT])
    data, others, valid = window[DATA], window[OTHERS], window[VALID]
    for i in range(data.size):
        light = max(others[i], np.float32(0))
        variance = base + gain * light + misfit * light * light
        weight = valid[i] / variance
        rest = data[i] - others[i]
        total += weight * rest * rest + valid[i] * math.log(variance)
        first += weight * rest
        weights += weight
    return float(total - first * first / (weights + prior[FLATNESS]))


@kernel
def _score(spot: Floats, noise: Floats) -> float:
    area = math.pi * math.sqrt(spot[CXX] * spot[CYY] - spot[CXY] ** 2)
    return float(spot[AMPLITUDE] * math.sqrt(area / noise[BASE]))


@kernel
def shape_penalty(spot: Floats, prior: Floats) -> float:
    """Return minus twice the log of the shape's prior."""
    usual = prior[USUAL]
    xx, yy = (spot[CXX] - usual) / spot[CXX], (spot[CYY] - usual) / spot[CYY]
    return float(prior[STIFFNESS] * (xx * xx + yy * yy + 2 * spot[CXY] ** 2 / (spot[CXX] * spot[CYY])))


@kernel
def _axes(spot: Floats) -> tuple[float, float]:
    """Return the variances along the long and the short axis."""
    middle, root = 0.5 * (spot[CXX] + spot[CYY]), math.hypot(0.5 * (spot[CXX] - spot[CYY]), spot[CXY])
    return middle + root, middle - root


@kernel
def _may_be_two(spot: Floats, noise: Floats, usual: float, lowest_score: float) -> bool:
    longest, shortest = _axes(spot)
    return bool(longest >= max(STRETCHED * usual, ELONGATED * shortest) and _score(spot, noise) >= 2 * lowest_score)


@kernel
def _are_apart(spot: Floats, other: Floats, noise: Floats, usual: float, lowest_score: float) -> bool:
    square = (spot[X] - other[X]) ** 2 + (spot[Y] - other[Y]) ** 2
    return bool(square > 2 * usual and min(_score(spot, noise), _score(other, noise)) >= lowest_score)


@kernel
def _place_halves(spot: Floats, other: Floats, usual: float) -> None:
    """Turn a stretched spot into two usual ones along its long axis."""
    copy_row(spot, other)
    angle = 0.5 * math.atan2(spot[CXY], 0.5 * (spot[CXX] - spot[CYY]))
    apart = math.sqrt(max(_axes(spot)[0] - usual, 0.25 * usual))
    for sign, row in ((1.0, spot), (-1.0, other)):
        row[X] += sign * apart * math.cos(angle)
        row[Y] += sign * apart * math.sin(angle)
        row[CXX] = row[CYY] = usual
        row[CXY] = 0.0
        row[AMPLITUDE] *= 0.7


@kernel
def split_stretched(
    frame: Frame,
    static: Image,
    grid: Image,
    camera: Floats,
    noise: Floats,
    prior: Floats,
    window: Image,
    reaches: Floats,
    spots: Floats,
    count: int,
    own: int,
    lowest_score: float,
    single: Floats,
) -> bool:
    """Put two spots in the place of a stretched one where that explains the frame better; return whether there are two.

    Args:
        frame: camera counts.
        static: counts of what never moves, or empty.
        grid: background.
        camera: sign, clipping count.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
        window: scratch.
        reaches: from `light_reach`.
        spots: shape (most, 13); the second spot goes to row `count`.
        count: spots known so far.
        own: row of the stretched spot.
        lowest_score: of each of the two.
        single: result, the stretched spot as it was.
    """
    spot, usual = spots[own], prior[USUAL]
    if count == spots.shape[0] or not _may_be_two(spot, noise, usual, lowest_score):
        return False
    half = max(2, math.ceil(REACH_SIGMAS * math.sqrt(usual)))
    x, y = round(spot[X]), round(spot[Y])
    open_window(frame, static, grid, camera, x, y, half, window)
    add_neighbours(window, spots, reaches, count, -1, x, y, half)
    one = unexplained(window, noise, prior) + shape_penalty(spot, prior)
    copy_row(spot, single)
    other = spots[count]
    _place_halves(spot, other, usual)
    reaches[own], reaches[count] = light_reach(spot), light_reach(other)
    good = True
    for turn in range(2 * _ROUNDS):
        good = good and fit_in_place(
            frame, static, grid, camera, noise, prior, window, reaches, spots, count + 1, (own, count)[turn % 2],
            lowest_score,
        )  # fmt: skip
    if good and _are_apart(spot, other, noise, usual, lowest_score):
        open_window(frame, static, grid, camera, x, y, half, window)
        add_neighbours(window, spots, reaches, count + 1, -1, x, y, half)
        two = unexplained(window, noise, prior) + shape_penalty(spot, prior) + shape_penalty(other, prior)
        if one - two > EVIDENCE:
            return True
    copy_row(single, spot)
    reaches[own] = light_reach(spot)
    return False
