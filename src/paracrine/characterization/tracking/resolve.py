"""Compiled search of all spots of one frame: brightest first, hidden and merged ones, then neighbours again."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.characterization.tracking.filters import Frame, background_at
from paracrine.characterization.tracking.locate import (
    SIGN,
    TOP,
    add_neighbours,
    copy_row,
    empty_window,
    fit_new,
    half_window,
    light_reach,
    open_window,
    score_of,
)
from paracrine.characterization.tracking.shape import (
    AMPLITUDE,
    BACKGROUND,
    BASE,
    CXX,
    CXY,
    CYY,
    DATA,
    DOUBT,
    GAIN,
    MISFIT,
    OFFSET,
    OTHERS,
    PARAMETERS,
    SATURATED,
    SCORE,
    USUAL,
    VALID,
    Floats,
    Image,
    X,
    Y,
)
from paracrine.characterization.tracking.split import split_stretched
from paracrine.characterization.tracking.together import MOST, STEPS, fit_together, open_around, scratch_for
from paracrine.numerics.kernel import kernel

ROUNDS = 4
NEAR_SIGMAS = 5.0
"""Distance in usual widths within which spots are fitted together."""
MISFIT_SIGMAS = 3.0
"""A spot must be so many times as high as the usual error of its neighbours' shape there."""
CLIPPED_SHARE = 0.1
"""A spot within the light of a clipped one must have so much of its height."""
STILL_PX, STILL_LIGHT = 0.03, 0.02
"""A spot that moves and changes its height by less has settled."""
HIDDEN_RATIO = 4.5
"""Unexplained light over its noise from which a hidden spot is looked for."""


@kernel
def locate_spots(
    frame: Frame,
    static: Image,
    grid: Image,
    camera: Floats,
    starts: Floats,
    noise: Floats,
    prior: Floats,
    lowest_score: float,
    spots: Floats,
) -> int:
    """Fit all candidates of a frame, brightest first, then those with neighbours again.

    Args:
        frame: shape (height, width), camera counts.
        static: counts of what never moves, same shape, or empty.
        grid: background, see `block_background`.
        camera: sign of the spots, count at which pixels are clipped.
        starts: shape (n, 2), column and row of the candidates, brightest first.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
        lowest_score: spots below this are dropped.
        spots: result, shape (most, 13).

    Returns:
        Number of spots written.
    """
    half = half_window(prior)
    window, reaches = empty_window(half), np.empty(spots.shape[0])
    count, known, first = 0, -1, starts.shape[0]
    alternatives, doubts = np.empty((first, PARAMETERS)), 0
    restless = np.ones(spots.shape[0], dtype=np.bool_)
    # Candidates first, then a look beside each spot they gave for one that its light hid.
    index = 0
    while count < spots.shape[0] and (known < 0 or index < first + known):
        if index == first and known < 0:
            _settle(frame, static, grid, camera, noise, prior, reaches, spots, count, restless)
            doubts = _split_all(
                frame, static, grid, camera, noise, prior, reaches, spots, count, lowest_score, alternatives
            )
            count += doubts
            known = count
            continue
        if index < first:
            spots[count, X], spots[count, Y] = starts[index, 0], starts[index, 1]
            given = True
        else:
            given = _look_beside(
                frame, static, grid, camera, noise, prior, window, reaches, spots, count, index - first
            )
        if given and fit_new(frame, static, grid, camera, noise, prior, window, reaches, spots, count, lowest_score):
            count += 1
        index += 1
    _disturb(spots, known - doubts, count, restless)
    _settle(frame, static, grid, camera, noise, prior, reaches, spots, count, restless)
    for i in range(min(doubts, spots.shape[0] - count)):
        copy_row(alternatives[i], spots[count])
        count += 1
    return _finish(frame, grid, camera, noise, lowest_score, spots, reaches, count)


@kernel
def _disturb(spots: Floats, settled: int, count: int, restless: npt.NDArray[np.bool_]) -> None:
    """Mark the spots that came since the others settled, and those that were split."""
    for i in range(count):
        restless[i] = i >= settled or spots[i, DOUBT] > 0


@kernel
def _look_beside(
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
    known: int,
) -> bool:
    """Write where light stands out that no spot explains near a known one; return whether there is any."""
    half, found = half_window(prior), np.empty(2)
    x, y = round(spots[known, X]), round(spots[known, Y])
    open_window(frame, static, grid, camera, x, y, half, window)
    add_neighbours(window, spots, reaches, count, -1, x, y, half)
    if not brightest_rest(window, half, noise, prior, found):
        return False
    spots[count, X], spots[count, Y] = x - half + found[0], y - half + found[1]
    return True


@kernel
def _split_all(
    frame: Frame,
    static: Image,
    grid: Image,
    camera: Floats,
    noise: Floats,
    prior: Floats,
    reaches: Floats,
    spots: Floats,
    count: int,
    lowest_score: float,
    alternatives: Floats,
) -> int:
    """Put two spots in the place of stretched ones; keep each as it was beside them. Return how many were split."""
    doubts = 0
    for i in range(count):
        if doubts == alternatives.shape[0]:
            break
        single, second = alternatives[doubts], count + doubts
        if split_stretched(frame, static, grid, camera, noise, prior, reaches, spots, second, i, lowest_score, single):
            doubts += 1
            spots[i, DOUBT] = spots[second, DOUBT] = doubts
            single[DOUBT] = -doubts
    return doubts


@kernel
def _settle(
    frame: Frame,
    static: Image,
    grid: Image,
    camera: Floats,
    noise: Floats,
    prior: Floats,
    reaches: Floats,
    spots: Floats,
    count: int,
    restless: npt.NDArray[np.bool_],
) -> None:
    """Fit spots with a restless neighbour together, a few at a time, until none moves."""
    half = half_window(prior)
    near = NEAR_SIGMAS * math.sqrt(prior[USUAL])
    members = np.empty(MOST, dtype=np.int64)
    before = np.empty((MOST, 3))
    for _ in range(ROUNDS):
        free, moved = np.ones(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
        for i in range(count):
            if not free[i] or not _has_restless(spots, restless, count, i, near):
                continue
            size = _neighbours(spots, free, count, i, near, members)
            group = members[:size]
            for k in range(size):
                free[group[k]] = False
                before[k, 0], before[k, 1], before[k, 2] = (
                    spots[group[k], X],
                    spots[group[k], Y],
                    spots[group[k], AMPLITUDE],
                )
            window = open_around(frame, static, grid, camera, spots, reaches, count, group, half, 0)
            fit_together(window, scratch_for(window, size), spots, group, noise, prior, STEPS)
            for k in range(size):
                spot = spots[group[k]]
                square = (spot[X] - before[k, 0]) ** 2 + (spot[Y] - before[k, 1]) ** 2
                moved[group[k]] = square > STILL_PX**2 or abs(spot[AMPLITUDE] / before[k, 2] - 1) > STILL_LIGHT
                reaches[group[k]] = light_reach(spot)
        restless[:count] = moved
        if not moved.any():
            return


@kernel
def _neighbours(
    spots: Floats, free: npt.NDArray[np.bool_], count: int, own: int, near: float, members: npt.NDArray[np.int64]
) -> int:
    """Write a spot and its nearest free neighbours; return how many."""
    members[0], size, taken = own, 1, 0.0
    while size < members.size:
        best, least = -1, near * near
        for j in range(count):
            if free[j] and j != own:
                square = (spots[own, X] - spots[j, X]) ** 2 + (spots[own, Y] - spots[j, Y]) ** 2
                if taken < square < least:
                    best, least = j, square
        if best < 0:
            break
        members[size], taken = best, least
        size += 1
    return size


@kernel
def _has_restless(spots: Floats, restless: npt.NDArray[np.bool_], count: int, own: int, near: float) -> bool:
    for j in range(count):
        square = (spots[own, X] - spots[j, X]) ** 2 + (spots[own, Y] - spots[j, Y]) ** 2
        if square < near * near and restless[j] and j != own:
            return True
    return False


@kernel
def brightest_rest(window: Image, half: int, noise: Floats, prior: Floats, found: Floats) -> bool:
    """Find where a window holds most light that no spot explains, in units of the noise there.

    Args:
        window: see `open_window`, with the light of all spots in it.
        half: pixels on each side.
        noise: base, gain, misfit.
        prior: usual variance first.
        found: result, column and row within the window.

    Returns:
        Whether that light stands out enough to be a spot.
    """
    side = 2 * half + 1
    reach = max(1, int(1.5 * math.sqrt(prior[USUAL])))
    taps = np.empty(reach + 1, dtype=np.float32)
    squares = 0.0
    for k in range(reach + 1):
        taps[k] = math.exp(-0.5 * k * k / (0.46 * prior[USUAL]))
        squares += taps[k] ** 2 * (1 if k == 0 else 2)
    rest, along = np.zeros(side * side, dtype=np.float32), np.zeros(side * side, dtype=np.float32)
    for i in range(side * side):
        light = window[OTHERS, i]
        sigma = math.sqrt(noise[BASE] + noise[GAIN] * max(light, 0) + noise[MISFIT] * light * light)
        rest[i] = window[VALID, i] * (window[DATA, i] - light) / np.float32(sigma)
    for k in range(-reach, reach + 1):
        tap, shift = taps[abs(k)], k * side
        for i in range(max(0, -shift), min(rest.size, rest.size - shift)):
            along[i] += tap * rest[i + shift]
    best = np.float32(0)
    for row in range(1, side - 1):
        line = along[row * side : (row + 1) * side]
        for column in range(reach, side - reach):
            total = taps[0] * line[column]
            for k in range(1, reach + 1):
                total += taps[k] * (line[column - k] + line[column + k])
            if total > best:
                best = total
                found[0], found[1] = column, row
    return bool(best > HIDDEN_RATIO * squares)


@kernel
def _finish(
    frame: Frame,
    grid: Image,
    camera: Floats,
    noise: Floats,
    lowest_score: float,
    spots: Floats,
    reaches: Floats,
    count: int,
) -> int:
    height, width = frame.shape
    keep, kept = np.empty(count, dtype=np.bool_), 0
    for i in range(count):
        spot = spots[i]
        x, y = round(spot[X]), round(spot[Y])
        spot[SCORE] = score_of(spot, noise)
        spot[BACKGROUND] = camera[SIGN] * background_at(grid, y, x, height, width) + camera[SIGN] * spot[OFFSET]
        spot[SATURATED] = 0
        if 0 <= x < width and 0 <= y < height:
            spot[SATURATED] = 1 if (frame[y, x] >= camera[TOP] if camera[SIGN] > 0 else frame[y, x] <= 0) else 0
    for i in range(count):
        keep[i] = spots[i, SCORE] >= lowest_score and not _is_misfit(spots, reaches, count, i, noise)
    for i in range(count):
        if keep[i]:
            copy_row(spots[i], spots[kept])
            kept += 1
    return kept


@kernel
def _is_misfit(spots: Floats, reaches: Floats, count: int, own: int, noise: Floats) -> bool:
    """Tell whether a spot is no higher than what the shape of a brighter one beside may leave over."""
    spot = spots[own]
    for j in range(count):
        other = spots[j]
        dx, dy = spot[X] - other[X], spot[Y] - other[Y]
        square = dx * dx + dy * dy
        if spot[DOUBT] != 0 or other[DOUBT] < 0 or square > reaches[j] ** 2 or other[AMPLITUDE] <= spot[AMPLITUDE]:
            continue
        determinant = other[CXX] * other[CYY] - other[CXY] ** 2
        far = (other[CYY] * dx * dx - 2 * other[CXY] * dx * dy + other[CXX] * dy * dy) / determinant
        light = other[AMPLITUDE] * math.exp(-0.5 * far)
        # Of a clipped spot only the flanks are seen, and its rings are as wide as they are bright.
        least = max(
            MISFIT_SIGMAS * math.sqrt(noise[MISFIT]) * light, CLIPPED_SHARE * other[SATURATED] * other[AMPLITUDE]
        )
        if spot[AMPLITUDE] < least:
            return True
    return False
