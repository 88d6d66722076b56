"""Compiled localisation of all spots of one frame: brightest first, each with its neighbours taken away."""

from __future__ import annotations

import math

import numpy as np

from paracrine.characterization.tracking.filters import Frame, background_at
from paracrine.characterization.tracking.shape import (
    AMPLITUDE,
    BACKGROUND,
    BASE,
    CXX,
    CXY,
    CYY,
    DATA,
    GAIN,
    MISFIT,
    OFFSET,
    OTHERS,
    PARAMETERS,
    SATURATED,
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
    take_step,
)
from paracrine.numerics.kernel import kernel

FIRST_STEPS, LATER_STEPS, SWEEPS = 10, 4, 2
_SETTLED_PX = 0.01
HIDDEN_RATIO, REACH_SIGMAS = 4.5, 3.2
"""Unexplained light over its noise from which a hidden spot is looked for; half of the fit window in usual widths."""
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
        spots: shape (most, 12).
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
def fit_spot(window: Image, spot: Floats, noise: Floats, prior: Floats, steps: int) -> bool:
    """Fit one spot to its window, from the parameters it has; return whether the fit is usable.

    Args:
        window: see `open_window`, with neighbours added.
        spot: parameters, start values in, fit and uncertainties out.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
        steps: most scoring steps.
    """
    sums, normal, right, step = np.empty(SUMS), np.empty((7, 7)), np.empty(7), np.empty(7)
    start_x, start_y = spot[X], spot[Y]
    for _ in range(steps):
        scale = math.sqrt(0.5 * (spot[CXX] + spot[CYY]))
        gather(window, spot, noise, scale, sums)
        fill_equations(sums, normal, right)
        add_prior(spot, prior, scale, normal, right)
        if not invert(normal, 7):
            return False
        for p in range(7):
            total = 0.0
            for q in range(7):
                total += normal[p, q] * right[q]
            step[p] = total
        _write_uncertainty(spot, normal, scale)
        before = spot[AMPLITUDE]
        moved = take_step(spot, step, scale, prior)
        if spot[AMPLITUDE] < 0.1 * math.sqrt(noise[BASE]):
            return False
        if (spot[X] - start_x) ** 2 + (spot[Y] - start_y) ** 2 > 4 * prior[USUAL]:
            return False
        if moved < _SETTLED_PX and abs(spot[AMPLITUDE] - before) < 0.01 * before:
            break
    return True


@kernel
def _write_uncertainty(spot: Floats, covariance: Floats, scale: float) -> None:
    unit = 1 / (spot[AMPLITUDE] * scale) ** 2
    vxx, vxy, vyy = covariance[1, 1] * unit, covariance[1, 2] * unit, covariance[2, 2] * unit
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
def fit_in_place(
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
) -> bool:
    """Fit a spot on the frame with the light of all others taken away; return whether it is usable.

    Args:
        frame: shape (height, width), camera counts.
        static: counts of what never moves, same shape, or empty.
        grid: background, see `block_background`.
        camera: sign of the spots, count at which pixels are clipped.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
        window: scratch, from `empty_window`.
        reaches: shape (most,), from `light_reach`; that of the spot is written.
        spots: shape (most, 12).
        count: spots known so far.
        own: row of the spot; a new one (`count`) starts from the usual shape and must reach the lowest score.
        lowest_score: see above.
    """
    height, width = frame.shape
    spot = spots[own]
    half = max(2, math.ceil(REACH_SIGMAS * math.sqrt(prior[USUAL])))
    x, y = round(spot[X]), round(spot[Y])
    open_window(frame, static, grid, camera, x, y, half, window)
    add_neighbours(window, spots, reaches, count, own, x, y, half)
    new = own == count
    if new:
        spot[SCORE] = matched_light(window, spot, noise, prior)
        if spot[SCORE] < lowest_score:
            return False
    if not fit_spot(window, spot, noise, prior, FIRST_STEPS if new else LATER_STEPS):
        return False
    if new and _is_double(spots, count):
        return False
    reaches[own] = light_reach(spot)
    return bool(-0.5 <= spot[X] <= width - 0.5 and -0.5 <= spot[Y] <= height - 0.5)


@kernel
def copy_row(source: Floats, target: Floats) -> None:
    """Copy the numbers of one spot."""
    for i in range(source.size):
        target[i] = source[i]


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
        spots: result, shape (most, 12).

    Returns:
        Number of spots written.
    """
    half = max(2, math.ceil(REACH_SIGMAS * math.sqrt(prior[USUAL])))
    window, reaches = empty_window(half), np.empty(spots.shape[0])
    found, before, count, known, first = np.empty(2), np.empty(PARAMETERS), 0, -1, starts.shape[0]
    # Candidates first, then a look beside each spot they gave for one that its light hid.
    index = 0
    while count < spots.shape[0] and (known < 0 or index < first + known):
        if index == first and known < 0:
            known = count
            continue
        if index < first:
            spots[count, X], spots[count, Y] = starts[index, 0], starts[index, 1]
        else:
            x, y = round(spots[index - first, X]), round(spots[index - first, Y])
            open_window(frame, static, grid, camera, x, y, half, window)
            add_neighbours(window, spots, reaches, count, -1, x, y, half)
            spots[count, X], spots[count, Y] = -1e6, -1e6
            if brightest_rest(window, half, noise, prior, found):
                spots[count, X], spots[count, Y] = x - half + found[0], y - half + found[1]
        index += 1
        if spots[count, X] > -1e5 and fit_in_place(
            frame, static, grid, camera, noise, prior, window, reaches, spots, count, count, lowest_score
        ):
            count += 1
    for sweep in range(SWEEPS * count):
        i = sweep % count
        if not _is_alone(spots, count, i, half + 2 * math.sqrt(prior[USUAL])):
            copy_row(spots[i], before)
            if not fit_in_place(
                frame, static, grid, camera, noise, prior, window, reaches, spots, count, i, lowest_score
            ):
                copy_row(before, spots[i])
    return _finish(frame, grid, camera, noise, lowest_score, spots, count)


@kernel
def _is_alone(spots: Floats, count: int, own: int, near: float) -> bool:
    for j in range(count):
        if j != own and abs(spots[own, X] - spots[j, X]) < near and abs(spots[own, Y] - spots[j, Y]) < near:
            return False
    return True


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
def _is_double(spots: Floats, count: int) -> bool:
    spot = spots[count]
    for j in range(count):
        square = (spot[X] - spots[j, X]) ** 2 + (spot[Y] - spots[j, Y]) ** 2
        if square < 0.5 * (spots[j, CXX] + spots[j, CYY]):
            return True
    return False


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
