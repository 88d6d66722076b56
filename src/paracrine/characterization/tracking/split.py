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
    """Put two spots in the place of a stretched one where that explains the frame better.

    Args:
        frame: shape (height, width), camera counts.
        static: counts of what never moves, same shape, or empty.
        grid: background, see `block_background`.
        camera: sign of the spots, count at which pixels are clipped.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
        window: scratch, from `empty_window`.
        reaches: shape (most,), from `light_reach`.
        spots: shape (most, 13); the second spot goes to row `count`.
        count: spots known so far.
        own: row of the stretched spot.
        lowest_score: of each of the two.
        single: result, the stretched spot as it was.

    Returns:
        Whether there are two now; if not, the spot stays as it was.
    """
    spot, usual = spots[own], prior[USUAL]
    half_gap = 0.5 * (spot[CXX] - spot[CYY])
    root = math.sqrt(half_gap * half_gap + spot[CXY] ** 2)
    longest = 0.5 * (spot[CXX] + spot[CYY]) + root
    if longest < max(STRETCHED * usual, ELONGATED * (longest - 2 * root)) or count == spots.shape[0]:
        return False
    if _score(spot, noise) < 2 * lowest_score:
        return False
    half = max(2, math.ceil(REACH_SIGMAS * math.sqrt(usual)))
    x, y = round(spot[X]), round(spot[Y])
    open_window(frame, static, grid, camera, x, y, half, window)
    add_neighbours(window, spots, reaches, count, -1, x, y, half)
    one = unexplained(window, noise, prior) + shape_penalty(spot, prior)
    copy_row(spot, single)
    other = spots[count]
    copy_row(spot, other)
    angle, apart = 0.5 * math.atan2(spot[CXY], half_gap), math.sqrt(max(longest - usual, 0.25 * usual))
    for sign, row in ((1.0, spot), (-1.0, other)):
        row[X] += sign * apart * math.cos(angle)
        row[Y] += sign * apart * math.sin(angle)
        row[CXX] = row[CYY] = usual
        row[CXY] = 0.0
        row[AMPLITUDE] *= 0.7
    reaches[own], reaches[count] = light_reach(spot), light_reach(other)
    good = True
    for turn in range(2 * _ROUNDS):
        row = own if turn % 2 == 0 else count
        good = good and fit_in_place(
            frame, static, grid, camera, noise, prior, window, reaches, spots, count + 1, row, lowest_score
        )
    if good:
        square = (spot[X] - other[X]) ** 2 + (spot[Y] - other[Y]) ** 2
        for row in (spot, other):
            good = good and _score(row, noise) >= lowest_score and square > 2 * usual
        open_window(frame, static, grid, camera, x, y, half, window)
        add_neighbours(window, spots, reaches, count + 1, -1, x, y, half)
        two = unexplained(window, noise, prior) + shape_penalty(spot, prior) + shape_penalty(other, prior)
        good = good and one - two > EVIDENCE
    if not good:
        copy_row(single, spot)
        reaches[own] = light_reach(spot)
    return good
