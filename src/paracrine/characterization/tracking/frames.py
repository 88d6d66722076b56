"""Compiled search of a chunk of frames: bin, background, matched filter, maxima, fits; and the noise of spots."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.characterization.tracking.filters import (
    Frame,
    bin_frame,
    block_background,
    find_maxima,
    noise_below,
    rising_order,
    smooth,
    subtract_background,
    sum_of_squares,
)
from paracrine.characterization.tracking.locate import (
    SIGN,
    add_neighbours,
    empty_window,
    half_window,
    light_reach,
    open_window,
)
from paracrine.characterization.tracking.resolve import locate_spots
from paracrine.characterization.tracking.shape import (
    AMPLITUDE,
    BASE,
    CXX,
    CYY,
    DATA,
    OFFSET,
    OTHERS,
    USUAL,
    VALID,
    XS,
    YS,
    Floats,
    Image,
    X,
    Y,
    add_light,
)
from paracrine.numerics.kernel import kernel

_ROUNDING_VARIANCE = 1 / 12
CANDIDATE_RATIO = 3.3
"""Response over noise from which a maximum of the filtered frame is fitted."""
BLOCK_WIDTHS = 8.0
"""Side of a background block in usual widths of a spot."""


@kernel
def locate_frames(
    frames: npt.NDArray[np.uint16],
    static: Image,
    camera: Floats,
    taps: Image,
    binning: int,
    noise: Floats,
    prior: Floats,
    lowest_score: float,
    rows: Floats,
    counts: npt.NDArray[np.int64],
    noise_counts: Floats,
) -> int:
    """Locate the spots of a chunk of frames.

    Args:
        frames: shape (frames, height, width), camera counts.
        static: counts of what never moves, shape (height, width), or empty.
        camera: sign of the spots, count at which pixels are clipped.
        taps: matched filter on the binned frame.
        binning: pixels summed along each axis before the search.
        noise: base (0: measured in each frame, written here), gain, misfit.
        prior: usual variance, stiffness, flatness.
        lowest_score: spots below this are dropped.
        rows: result, shape (most, 13); a frame gets at most its share of them.
        counts: result, shape (frames,), spots of each frame.
        noise_counts: result, shape (frames,), standard deviation of the empty background.

    Returns:
        Number of rows written.
    """
    frames_count, height, width = frames.shape
    most = rows.shape[0] // frames_count
    binned = np.empty((height // binning, width // binning), dtype=np.float32)
    response = np.empty_like(binned)
    found = np.empty((4 * most, 2), dtype=np.int64)
    block = max(2, round(BLOCK_WIDTHS * math.sqrt(prior[USUAL]) / binning))
    squares = sum_of_squares(taps)
    written, known = 0, noise[BASE]
    for index in range(frames_count):
        frame = frames[index]
        bin_frame(frame, static, camera[SIGN], binning, binned)
        grid = block_background(binned, block)
        subtract_background(binned, grid)
        smooth(binned, taps, response)
        if known <= 0:
            noise[BASE] = max((noise_below(response, 3) * binning / squares) ** 2, _ROUNDING_VARIANCE)
        noise_counts[index] = math.sqrt(noise[BASE])
        limit = CANDIDATE_RATIO * noise_counts[index] * squares / binning
        candidates = find_maxima(response, limit, found)
        starts = _refine_starts(response, found, candidates, binning)
        part = rows[written : written + most]
        counts[index] = locate_spots(frame, static, grid, camera, starts, noise, prior, lowest_score, part)
        written += counts[index]
    return written


@kernel
def change_noise(
    before: Frame, after: Frame, static: Image, sign: float, taps: Image, binning: int, usual_variance: float
) -> float:
    """Return the variance of a pixel's noise from the change between two frames, as the matched filter sees it.

    What stays where it is cancels; noise that is alike in neighbouring pixels counts as much as it does for spots.

    Args:
        before: shape (height, width), camera counts.
        after: the next frame.
        static: counts of what never moves, or empty.
        sign: 1 for bright spots, -1 for dark ones.
        taps: matched filter on the binned frame.
        binning: pixels summed along each axis.
        usual_variance: of a spot, px^2.
    """
    height, width = before.shape
    change = np.empty((height // binning, width // binning), dtype=np.float32)
    other, response = np.empty_like(change), np.empty_like(change)
    bin_frame(before, static, sign, binning, change)
    bin_frame(after, static, sign, binning, other)
    for row in range(change.shape[0]):
        for column in range(change.shape[1]):
            change[row, column] -= other[row, column]
    subtract_background(
        change, block_background(change, max(2, round(BLOCK_WIDTHS * math.sqrt(usual_variance) / binning)))
    )
    smooth(change, taps, response)
    squares = sum_of_squares(taps)
    return float(0.5 * (noise_below(response, 2) * binning / squares) ** 2)


@kernel
def _refine_starts(response: Image, found: npt.NDArray[np.int64], count: int, binning: int) -> Floats:
    heights = np.empty(count)
    for i in range(count):
        heights[i] = -response[found[i, 0], found[i, 1]]
    order = rising_order(heights)
    starts = np.empty((count, 2))
    for place in range(count):
        row, column = found[order[place], 0], found[order[place], 1]
        middle = response[row, column]
        left, right = response[row, column - 1], response[row, column + 1]
        up, down = response[row - 1, column], response[row + 1, column]
        dx = 0.5 * (right - left) / max(2 * middle - left - right, np.float32(1e-6))
        dy = 0.5 * (down - up) / max(2 * middle - up - down, np.float32(1e-6))
        starts[place, 0] = (column + min(max(dx, -0.5), 0.5) + 0.5) * binning - 0.5
        starts[place, 1] = (row + min(max(dy, -0.5), 0.5) + 0.5) * binning - 0.5
    return starts


@kernel
def gather_scatter(
    frame: Frame,
    static: Image,
    binning: int,
    camera: Floats,
    prior: Floats,
    spots: Floats,
    chosen: npt.NDArray[np.int64],
    variance: float,
    normal: Floats,
    right: Floats,
) -> None:
    """Add the squared residuals of chosen spots to the equations of variance = base + gain light + misfit light^2.

    Args:
        frame: shape (height, width), camera counts.
        static: counts of what never moves, or empty.
        binning: pixels summed before the background is taken.
        camera: sign of the spots, count at which pixels are clipped.
        prior: usual variance first.
        spots: shape (n, 13), all spots of the frame.
        chosen: rows of bright lone spots.
        variance: of the empty background, known.
        normal: shape (2, 2), changed in place.
        right: shape (2,), changed in place.
    """
    height, width = frame.shape
    binned = np.empty((height // binning, width // binning), dtype=np.float32)
    bin_frame(frame, static, camera[SIGN], binning, binned)
    grid = block_background(binned, max(2, round(BLOCK_WIDTHS * math.sqrt(prior[USUAL]) / binning)))
    half = half_window(prior)
    window = empty_window(half)
    light = np.zeros((5, window.shape[1]), dtype=np.float32)
    reaches = np.empty(spots.shape[0])
    for j in range(spots.shape[0]):
        reaches[j] = light_reach(spots[j])
    for index in chosen:
        spot = spots[index]
        x, y = round(spot[X]), round(spot[Y])
        open_window(frame, static, grid, camera, x, y, half, window)
        add_neighbours(window, spots, reaches, spots.shape[0], index, x, y, half)
        for i in range(window.shape[1]):
            light[XS, i], light[YS, i], light[OTHERS, i] = window[XS, i], window[YS, i], 0
        add_light(light, OTHERS, spot, 1.0)
        # The fit's own freedom takes its share of the scatter in the area above a tenth of the height.
        left_free = 1 - min(0.5, 6 / (14.5 * 0.5 * (spot[CXX] + spot[CYY])))
        for i in range(window.shape[1]):
            own = light[OTHERS, i]
            if window[VALID, i] > 0 and own > 0.1 * spot[AMPLITUDE]:
                residual = window[DATA, i] - window[OTHERS, i] - own - spot[OFFSET]
                weight = 1 / (variance + own) ** 2
                excess = residual * residual / left_free - variance
                normal[0, 0] += weight * own**2
                normal[0, 1] += weight * own**3
                normal[1, 1] += weight * own**4
                right[0] += weight * own * excess
                right[1] += weight * own**2 * excess
    normal[1, 0] = normal[0, 1]
