"""Compiled search of all spots of one frame: brightest first, hidden and merged ones, then neighbours again."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.characterization.tracking.filters import Frame, background_at
from paracrine.characterization.tracking.locate import (
    REACH_SIGMAS,
    SIGN,
    TOP,
    add_neighbours,
    copy_row,
    empty_window,
    fit_in_place,
    open_window,
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
from paracrine.numerics.kernel import kernel

SWEEPS = 8
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
    half = max(2, math.ceil(REACH_SIGMAS * math.sqrt(prior[USUAL])))
    window, reaches = empty_window(half), np.empty(spots.shape[0])
    found, count, known, first = np.empty(2), 0, -1, starts.shape[0]
    alternatives, doubts = np.empty((max(8, first // 4), PARAMETERS)), 0
    # Candidates first, then a look beside each spot they gave for one that its light hid.
    index = 0
    while count < spots.shape[0] and (known < 0 or index < first + known):
        if index == first and known < 0:
            doubts = _split_all(
                frame, static, grid, camera, noise, prior, window, reaches, spots, count, lowest_score, alternatives
            )
            count += doubts
            known = count
            continue
        spots[count, X], spots[count, Y] = -1e6, -1e6
        if index < first:
            spots[count, X], spots[count, Y] = starts[index, 0], starts[index, 1]
        else:
            x, y = round(spots[index - first, X]), round(spots[index - first, Y])
            open_window(frame, static, grid, camera, x, y, half, window)
            add_neighbours(window, spots, reaches, count, -1, x, y, half)
            if brightest_rest(window, half, noise, prior, found):
                spots[count, X], spots[count, Y] = x - half + found[0], y - half + found[1]
        if spots[count, X] > -1e5 and fit_in_place(
            frame, static, grid, camera, noise, prior, window, reaches, spots, count, count, lowest_score
        ):
            count += 1
        index += 1
    _sweep(frame, static, grid, camera, noise, prior, window, reaches, spots, count, lowest_score)
    for i in range(min(doubts, spots.shape[0] - count)):
        copy_row(alternatives[i], spots[count])
        count += 1
    return _finish(frame, grid, camera, noise, lowest_score, spots, count)


@kernel
def _split_all(
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
    lowest_score: float,
    alternatives: Floats,
) -> int:
    """Put two spots in the place of stretched ones; keep each as it was beside them. Return how many were split."""
    doubts = 0
    for i in range(count):
        if doubts == alternatives.shape[0]:
            break
        single, second = alternatives[doubts], count + doubts
        if split_stretched(
            frame, static, grid, camera, noise, prior, window, reaches, spots, second, i, lowest_score, single
        ):
            doubts += 1
            spots[i, DOUBT] = spots[second, DOUBT] = doubts
            single[DOUBT] = -doubts
    return doubts


@kernel
def _sweep(
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
    lowest_score: float,
) -> None:
    """Fit spots with neighbours again, in turn, until none of a group moves."""
    near = max(2, math.ceil(REACH_SIGMAS * math.sqrt(prior[USUAL]))) + 2 * math.sqrt(prior[USUAL])
    before, restless, settled = np.empty(PARAMETERS), np.ones(count, dtype=np.bool_), False
    for _ in range(SWEEPS):
        if settled:
            return
        settled = True
        for i in range(count):
            if not _has_restless(spots, restless, count, i, near):
                restless[i] = False
                continue
            copy_row(spots[i], before)
            if not fit_in_place(
                frame, static, grid, camera, noise, prior, window, reaches, spots, count, i, lowest_score
            ):
                copy_row(before, spots[i])
            moved = (spots[i, X] - before[X]) ** 2 + (spots[i, Y] - before[Y]) ** 2
            restless[i] = moved > STILL_PX**2 or abs(spots[i, AMPLITUDE] / before[AMPLITUDE] - 1) > STILL_LIGHT
            settled = settled and not restless[i]


@kernel
def _has_restless(spots: Floats, restless: npt.NDArray[np.bool_], count: int, own: int, near: float) -> bool:
    for j in range(count):
        close = abs(spots[own, X] - spots[j, X]) < near and abs(spots[own, Y] - spots[j, Y]) < near
        if close and restless[j] and j != own:
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
    frame: Frame, grid: Image, camera: Floats, noise: Floats, lowest_score: float, spots: Floats, count: int
) -> int:
    height, width = frame.shape
    kept = 0
    for i in range(count):
        spot = spots[i]
        x, y = round(spot[X]), round(spot[Y])
        area = math.pi * math.sqrt(spot[CXX] * spot[CYY] - spot[CXY] ** 2)
        spot[SCORE] = spot[AMPLITUDE] * math.sqrt(area / noise[BASE])
        spot[BACKGROUND] = camera[SIGN] * background_at(grid, y, x, height, width) + camera[SIGN] * spot[OFFSET]
        if 0 <= x < width and 0 <= y < height:
            raw = frame[y, x]
            spot[SATURATED] = 1 if (raw >= camera[TOP] if camera[SIGN] > 0 else raw <= 0) else 0
        if spot[SCORE] >= lowest_score:
            copy_row(spot, spots[kept])
            kept += 1
    return kept
