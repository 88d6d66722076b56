"""Compiled localisation of one spot: a window of the frame, its neighbours' light taken away, and the fit."""

from __future__ import annotations

import math

import numpy as np

from paracrine.characterization.tracking.filters import Frame, background_at
from paracrine.characterization.tracking.shape import (
    AMPLITUDE,
    BASE,
    CXX,
    CXY,
    CYY,
    DATA,
    DOUBT,
    EVIDENCE,
    OFFSET,
    OTHERS,
    SCORE,
    SIGMA_X,
    SIGMA_Y,
    SUMS,
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
    fill_equations,
    gather,
    invert,
    solve,
    take_step,
)
from paracrine.numerics.kernel import kernel

STEPS = 10
_SETTLED_PX, _SETTLED_LIGHT = 0.03, 0.03
"""A step that moves a spot and changes its height by less is the last; the next would do a fifth of it."""
REACH_SIGMAS = 3.2
"""Half of the fit window in usual widths."""
SIGN, TOP = range(2)
"""Camera: 1 for bright spots and -1 for dark ones, the count at which pixels are clipped."""


@kernel
def empty_window(half: int) -> Image:
    """Return a window of (2 half + 1)^2 pixels, padded to whole vectors with pixels of no weight."""
    side = 2 * half + 1
    return np.zeros((5, (side * side + 15) // 16 * 16), dtype=np.float32)


@kernel
def open_window(
    frame: Frame, static: Image, grid: Image, camera: Floats, x: int, y: int, half: int, window: Image
) -> None:
    """Fill a window around a pixel with places, counts over the background and which pixels may be used.

    Args:
        frame: shape (height, width), camera counts.
        static: counts of what never moves, same shape, or empty.
        grid: background, see `block_background`.
        camera: sign of the spots, count at which pixels are clipped.
        x: column of the middle.
        y: row of the middle.
        half: pixels on each side.
        window: result.
    """
    height, width = frame.shape
    sign = np.float32(camera[SIGN])
    limit = np.float32(camera[TOP] if camera[SIGN] > 0 else 0.0)
    middle = background_at(grid, y, x, height, width)
    slope_x = (background_at(grid, y, x + half, height, width) - background_at(grid, y, x - half, height, width)) / (
        2 * half
    )
    slope_y = (background_at(grid, y + half, x, height, width) - background_at(grid, y - half, x, height, width)) / (
        2 * half
    )
    # Padding lies in the middle, where every spot's light is finite.
    window[XS, :], window[YS, :], window[VALID, :], window[OTHERS, :] = x, y, 0, 0
    side = 2 * half + 1
    left, right = max(0, x - half), min(width, x + half + 1)
    first = left - (x - half)
    for line in range(side):
        row = y - half + line
        at = line * side
        places = window[XS, at : at + side]
        for i in range(side):
            places[i] = np.float32(x - half + i)
        window[YS, at : at + side] = row
        window[DATA, at : at + side] = 0
        if not 0 <= row < height:
            continue
        start, rise = np.float32(middle + slope_y * (line - half) - slope_x * half), np.float32(slope_x)
        source = frame[row, left:right]
        data, valid = window[DATA, at + first : at + side], window[VALID, at + first : at + side]
        for i in range(source.size):
            count = np.float32(source[i])
            data[i] = sign * count - start - rise * np.float32(i + first)
            valid[i] = np.float32(1) if sign * count < limit else np.float32(0)
        if static.size:
            still = static[row, left:right]
            for i in range(source.size):
                data[i] -= sign * still[i]


@kernel
def light_reach(spot: Floats) -> float:
    """Return the distance from a spot's centre at which its light falls below a fifth of a count, px."""
    return math.sqrt(2 * math.log(max(spot[AMPLITUDE] * 5, 1.1)) * max(spot[CXX], spot[CYY]))


@kernel
def add_neighbours(
    window: Image, spots: Floats, reaches: Floats, count: int, own: int, x: float, y: float, half: int
) -> None:
    """Add the light of all other spots that reach into a window.

    Args:
        window: see `open_window`.
        spots: shape (most, 13).
        reaches: shape (most,), from `light_reach`.
        count: spots known so far.
        own: the spot the window belongs to, -1 for none.
        x: column of the window's middle.
        y: row of the window's middle.
        half: pixels on each side.
    """
    for j in range(count):
        reach = half + reaches[j]
        if j != own and abs(spots[j, X] - x) < reach and abs(spots[j, Y] - y) < reach:
            add_light(window, OTHERS, spots[j], 1.0)


@kernel
def fit_spot(window: Image, spot: Floats, noise: Floats, prior: Floats) -> bool:
    """Fit one spot to its window, from the parameters it has; return whether the fit is usable.

    Args:
        window: see `open_window`, with neighbours added.
        spot: parameters, start values in, fit and uncertainties out.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
    """
    sums, normal, lower, right, step = np.empty(SUMS), np.empty((7, 7)), np.empty((7, 7)), np.empty(7), np.empty(7)
    start_x, start_y = spot[X], spot[Y]
    for _ in range(STEPS):
        scale = math.sqrt(0.5 * (spot[CXX] + spot[CYY]))
        gather(window, spot, noise, scale, sums)
        fill_equations(sums, normal, right)
        add_prior(spot, prior, scale, normal, right)
        if not solve(normal, right, lower, step):
            return False
        before = spot[AMPLITUDE]
        moved = take_step(spot, step, scale, prior)
        if spot[AMPLITUDE] < 0.1 * math.sqrt(noise[BASE]):
            return False
        if (spot[X] - start_x) ** 2 + (spot[Y] - start_y) ** 2 > 4 * prior[USUAL]:
            return False
        if moved < _SETTLED_PX and abs(spot[AMPLITUDE] - before) < _SETTLED_LIGHT * before:
            break
    if not invert(normal, 7):
        return False
    write_uncertainty(spot, normal[1:3, 1:3])
    return True


@kernel
def write_uncertainty(spot: Floats, covariance: Floats) -> None:
    """Write the uncertainty of a spot's place from the covariance of its coefficients of x and y, shape (2, 2)."""
    unit = 2 / (spot[AMPLITUDE] ** 2 * (spot[CXX] + spot[CYY]))
    vxx, vxy, vyy = covariance[0, 0] * unit, covariance[0, 1] * unit, covariance[1, 1] * unit
    cxx, cxy, cyy = spot[CXX], spot[CXY], spot[CYY]
    spot[SIGMA_X] = math.sqrt(cxx * cxx * vxx + 2 * cxx * cxy * vxy + cxy * cxy * vyy)
    spot[SIGMA_Y] = math.sqrt(cxy * cxy * vxx + 2 * cxy * cyy * vxy + cyy * cyy * vyy)


@kernel
def matched_light(window: Image, spot: Floats, noise: Floats, prior: Floats) -> float:
    """Return the response over its noise of the usual spot at a place, without a fit; its height goes to the spot."""
    sums = np.empty(SUMS)
    spot[CXX] = spot[CYY] = prior[USUAL]
    spot[CXY] = spot[AMPLITUDE] = spot[OFFSET] = 0.0
    gather(window, spot, noise, 1.0, sums)
    if sums[0] <= 0:
        return 0.0
    spot[AMPLITUDE] = sums[22] / sums[0]
    return float(sums[22] / math.sqrt(sums[0]))


@kernel
def fit_new(
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
) -> bool:
    """Fit one more spot from its place and the usual shape, the light of all others taken away; return whether it is.

    Args:
        frame: shape (height, width), camera counts.
        static: counts of what never moves, same shape, or empty.
        grid: background, see `block_background`.
        camera: sign of the spots, count at which pixels are clipped.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
        window: scratch, from `empty_window`.
        reaches: shape (most,), from `light_reach`; that of the spot is written.
        spots: shape (most, 13); the new spot is in row `count`.
        count: spots known so far.
        lowest_score: it must reach.
    """
    height, width = frame.shape
    spot = spots[count]
    half = half_window(prior)
    x, y = round(spot[X]), round(spot[Y])
    open_window(frame, static, grid, camera, x, y, half, window)
    add_neighbours(window, spots, reaches, count, -1, x, y, half)
    spot[DOUBT] = spot[EVIDENCE] = 0
    spot[SCORE] = matched_light(window, spot, noise, prior)
    if spot[SCORE] < lowest_score or not fit_spot(window, spot, noise, prior) or _is_double(spots, count):
        return False
    reaches[count] = light_reach(spot)
    return bool(-0.5 <= spot[X] <= width - 0.5 and -0.5 <= spot[Y] <= height - 0.5)


@kernel
def half_window(prior: Floats) -> int:
    """Return the pixels on each side of a spot that its fit looks at."""
    return max(2, math.ceil(REACH_SIGMAS * math.sqrt(prior[USUAL])))


@kernel
def score_of(spot: Floats, noise: Floats) -> float:
    """Return the response of a filter that matches a spot's shape over its noise."""
    area = math.pi * math.sqrt(spot[CXX] * spot[CYY] - spot[CXY] ** 2)
    return float(spot[AMPLITUDE] * math.sqrt(area / noise[BASE]))


@kernel
def copy_row(source: Floats, target: Floats) -> None:
    """Copy the numbers of one spot."""
    for i in range(source.size):
        target[i] = source[i]


@kernel
def _is_double(spots: Floats, count: int) -> bool:
    spot = spots[count]
    for j in range(count):
        square = (spot[X] - spots[j, X]) ** 2 + (spot[Y] - spots[j, Y]) ** 2
        if square < 0.5 * (spots[j, CXX] + spots[j, CYY]):
            return True
    return False
