"""Compiled passes over one frame: local background, matched filter, noise, local maxima."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.numerics.kernel import kernel

Image = npt.NDArray[np.float32]
Frame = npt.NDArray[np.uint16]
_STRIDE = 64


@kernel
def _median_of(values: Image, count: int) -> float:
    for i in range(1, count):
        value = values[i]
        j = i - 1
        while j >= 0 and values[j] > value:
            values[j + 1] = values[j]
            j -= 1
        values[j + 1] = value
    middle = count // 2
    return float(values[middle] if count % 2 else (values[middle - 1] + values[middle]) / 2)


@kernel
def block_background(image: Image, block_px: int) -> Image:
    """Return the background on a grid: block means, then medians along x and y over five blocks.

    Args:
        image: shape (height, width), counts.
        block_px: side of a block.

    Returns:
        Shape (rows, columns) of block centres; spots that fill fewer than half of five blocks leave no trace.
    """
    height, width = image.shape
    rows, columns = max(1, height // block_px), max(1, width // block_px)
    means = np.zeros((rows, columns), dtype=np.float32)
    sums = np.empty(width, dtype=np.float32)
    for row in range(rows):
        top, bottom = row * height // rows, (row + 1) * height // rows
        sums[:] = 0
        for line in range(top, bottom):
            for x in range(width):
                sums[x] += image[line, x]
        for column in range(columns):
            left, right = column * width // columns, (column + 1) * width // columns
            total = np.float32(0)
            for x in range(left, right):
                total += sums[x]
            means[row, column] = total / ((right - left) * (bottom - top))
    along = np.empty_like(means)
    for row in range(rows):
        _running_median(means[row], along[row])
    for column in range(columns):
        _running_median(along[:, column], means[:, column])
    return means


@kernel
def _running_median(values: Image, result: Image) -> None:
    """Write medians over centred windows of up to five; both ends go straight on, so that a slope stays a slope."""
    few = np.empty(5, dtype=np.float32)
    count = values.size
    for at in range(count):
        reach = min(2, at, count - 1 - at) if count >= 5 else 2
        number = 0
        for other in range(max(0, at - reach), min(count, at + reach + 1)):
            few[number] = values[other]
            number += 1
        result[at] = _median_of(few, number)
    if count >= 5:
        result[0] = 2 * result[1] - result[2]
        result[count - 1] = 2 * result[count - 2] - result[count - 3]


@kernel
def background_at(grid: Image, y: float, x: float, height: int, width: int) -> float:
    """Return the bilinear background at a place of a frame of `height` by `width` pixels, straight on at its edges."""
    rows, columns = grid.shape
    v, u = (y + 0.5) * rows / height - 0.5, (x + 0.5) * columns / width - 0.5
    i, j = max(min(int(v), rows - 2), 0), max(min(int(u), columns - 2), 0)
    k, m = min(i + 1, rows - 1), min(j + 1, columns - 1)
    upper = grid[i, j] + (u - j) * (grid[i, m] - grid[i, j])
    lower = grid[k, j] + (u - j) * (grid[k, m] - grid[k, j])
    return float(upper + (v - i) * (lower - upper))


@kernel
def bin_frame(frame: Frame, static: Image, sign: float, binning: int, binned: Image) -> None:
    """Write the mean of each square of `binning` by `binning` pixels, static counts taken away.

    Args:
        frame: shape (height, width), camera counts.
        static: counts of what never moves, same shape, or empty.
        sign: 1 for bright spots, -1 for dark ones.
        binning: side of a square; pixels beyond the last whole square are left out.
        binned: result, shape (height // binning, width // binning).
    """
    rows, columns = binned.shape
    line = np.empty(columns * binning, dtype=np.float32)
    factor = np.float32(sign / binning**2)
    for row in range(rows):
        line[:] = 0
        for k in range(binning):
            source = frame[row * binning + k]
            for x in range(line.size):
                line[x] += np.float32(source[x])
            if static.size:
                still = static[row * binning + k]
                for x in range(line.size):
                    line[x] -= still[x]
        target = binned[row]
        target[:] = 0
        for k in range(binning):
            shifted = line[k:]
            for column in range(columns):
                target[column] += factor * shifted[column * binning]


@kernel
def subtract_background(image: Image, grid: Image) -> None:
    """Subtract the bilinear background from a frame, in place.

    Args:
        image: shape (height, width), counts.
        grid: from `block_background`.
    """
    height, width = image.shape
    rows, columns = grid.shape
    share = np.empty(width, dtype=np.float32)
    left = np.empty(width, dtype=np.int64)
    for x in range(width):
        at = (x + 0.5) * columns / width - 0.5
        left[x] = max(min(int(at), columns - 2), 0)
        share[x] = at - left[x]
    over = 1 if columns > 1 else 0
    upper, lower = np.empty(width, dtype=np.float32), np.empty(width, dtype=np.float32)
    known = -1
    for y in range(height):
        at = (y + 0.5) * rows / height - 0.5
        top = max(min(int(at), rows - 2), 0)
        down = top + (1 if rows > 1 else 0)
        if top != known:
            for x in range(width):
                i = left[x]
                upper[x] = grid[top, i] + share[x] * (grid[top, i + over] - grid[top, i])
                lower[x] = grid[down, i] + share[x] * (grid[down, i + over] - grid[down, i])
            known = top
        part = np.float32(at - top)
        line = image[y]
        for x in range(width):
            line[x] -= upper[x] + part * (lower[x] - upper[x])


@kernel
def smooth(image: Image, taps: Image, result: Image) -> None:
    """Write the frame convolved with a symmetric separable kernel; edges are repeated.

    Args:
        image: shape (height, width).
        taps: shape (radius + 1,), the middle first, radius a multiple of 3; from `gaussian_taps`.
        result: same shape as the image.
    """
    height, width = image.shape
    radius = taps.size - 1
    padded = np.empty(width + 2 * radius, dtype=np.float32)
    for y in range(height):
        middle = padded[radius : radius + width]
        line, tap = image[y], taps[0]
        for x in range(width):
            middle[x] = tap * line[x]
        # Three taps in one sweep keep the running sum in registers.
        for k in range(1, radius + 1, 3):
            one, two, three = taps[k], taps[k + 1], taps[k + 2]
            a, b, c = image[max(y - k, 0)], image[max(y - k - 1, 0)], image[max(y - k - 2, 0)]
            d, e = image[min(y + k, height - 1)], image[min(y + k + 1, height - 1)]
            f = image[min(y + k + 2, height - 1)]
            for x in range(width):
                middle[x] += one * (a[x] + d[x]) + two * (b[x] + e[x]) + three * (c[x] + f[x])
        padded[:radius] = middle[0]
        padded[radius + width :] = middle[width - 1]
        out = result[y]
        tap = taps[0]
        for x in range(width):
            out[x] = tap * middle[x]
        for k in range(1, radius + 1, 3):
            one, two, three = taps[k], taps[k + 1], taps[k + 2]
            a, b, c = padded[radius - k :], padded[radius - k - 1 :], padded[radius - k - 2 :]
            d, e, f = padded[radius + k :], padded[radius + k + 1 :], padded[radius + k + 2 :]
            for x in range(width):
                out[x] += one * (a[x] + d[x]) + two * (b[x] + e[x]) + three * (c[x] + f[x])


@kernel
def noise_below(image: Image, step: int) -> float:
    """Return the standard deviation of the noise from values below zero, where no spot reaches.

    Args:
        image: shape (height, width), response over the background.
        step: every `step`-th pixel along x and y is looked at.
    """
    height, width = image.shape
    total = np.float32(0)
    count = others = 0
    for y in range(0, height, step):
        for x in range(0, width, step):
            value = min(image[y, x], np.float32(0))
            total -= value
            count += value < 0
            others += value >= 0
    if count == 0:
        return 0.0
    bins = np.zeros(1025, dtype=np.int64)
    scale = np.float32(256 * count / total)
    for y in range(0, height, step):
        for x in range(0, width, step):
            bins[min(int(-scale * min(image[y, x], np.float32(0))), 1024)] += 1
    # Every value that is not below zero went to the first bin.
    bins[0] -= others
    below = 0
    for at in range(1025):
        if 2 * (below + bins[at]) >= count:
            return float(1.4826 * (at + (count / 2 - below) / bins[at]) / scale)
        below += bins[at]
    return 0.0


@kernel
def _is_maximum(response: Image, y: int, x: int) -> bool:
    above, line, below = response[y - 1], response[y], response[y + 1]
    value = line[x]
    if value <= line[x - 1] or value < line[x + 1]:
        return False
    if value <= above[x - 1] or value <= above[x] or value <= above[x + 1]:
        return False
    return bool(value >= below[x - 1] and value >= below[x] and value >= below[x + 1])


@kernel
def find_maxima(response: Image, threshold: float, found: npt.NDArray[np.int64]) -> int:
    """Write the pixels that reach the threshold and are the highest of their 3x3 neighbours; return their number.

    Args:
        response: shape (height, width).
        threshold: lowest response of a candidate.
        found: shape (most, 2), row and column; the search ends when it is full.
    """
    height, width = response.shape
    limit = np.float32(threshold)
    count = 0
    for y in range(1, height - 1):
        line = response[y]
        for start in range(0, width, _STRIDE):
            part = line[start : start + _STRIDE]
            reached = np.float32(0)
            for x in range(part.size):
                reached += np.float32(1) if part[x] >= limit else np.float32(0)
            if reached == 0:
                continue
            for x in range(max(start, 1), min(start + part.size, width - 1)):
                if line[x] >= limit and _is_maximum(response, y, x):
                    if count == found.shape[0]:
                        return count
                    found[count, 0], found[count, 1] = y, x
                    count += 1
    return count


@kernel
def sum_of_squares(taps: Image) -> float:
    """Return the sum of squares of a symmetric kernel given by one side."""
    total = np.float32(0)
    for k in range(1, taps.size):
        total += 2 * taps[k] * taps[k]
    return float(total + taps[0] * taps[0])


@kernel
def rising_order(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the order that sorts values upwards; equal ones keep theirs (merge sort: compiles fast)."""
    count = values.size
    order, spare = np.arange(count), np.empty(count, dtype=np.int64)
    step = 1
    while step < count:
        for low in range(0, count, 2 * step):
            middle, high = min(low + step, count), min(low + 2 * step, count)
            left, right = low, middle
            for place in range(low, high):
                if left < middle and (right >= high or values[order[left]] <= values[order[right]]):
                    spare[place] = order[left]
                    left += 1
                else:
                    spare[place] = order[right]
                    right += 1
        for place in range(count):
            order[place] = spare[place]
        step *= 2
    return order


def gaussian_taps(sigma_px: float) -> Image:
    """Return one side of a Gaussian kernel of sum 1, the middle first, cut at 2.7 standard deviations or beyond."""
    radius = 3 * math.ceil(0.9 * sigma_px)
    taps = np.exp(-0.5 * (np.arange(radius + 1) / sigma_px) ** 2)
    taps /= taps[0] + 2 * taps[1:].sum()
    return taps.astype(np.float32)
