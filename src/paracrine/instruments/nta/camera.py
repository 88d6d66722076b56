"""Compiled loops of the virtual camera: spots on a frame, photon noise, read noise, clipping."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from paracrine.numerics.kernel import kernel
from paracrine.payloads.size_distribution import FloatArray

Image = npt.NDArray[np.float32]
TABLE_STEP_ELECTRONS = 0.25
TABLE_TOP_ELECTRONS = 64.0
_OUTCOMES = 256
_NORMAL_STEPS = 65536


@cache
def poisson_tables() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Return alias tables of Poisson numbers for means 0, 0.25 ... 64, each shape (257, 256)."""
    levels = int(TABLE_TOP_ELECTRONS / TABLE_STEP_ELECTRONS) + 1
    keep = np.ones((levels, _OUTCOMES), dtype=np.float32)
    alias = np.tile(np.arange(_OUTCOMES, dtype=np.uint8), (levels, 1))
    log_factorial = np.array([math.lgamma(k + 1) for k in range(_OUTCOMES)])
    outcomes = np.arange(_OUTCOMES)
    for level in range(levels):
        mean = level * TABLE_STEP_ELECTRONS
        log_p = outcomes * math.log(mean) - mean - log_factorial if mean else np.where(outcomes == 0, 0.0, -np.inf)
        share = np.exp(log_p)
        share *= _OUTCOMES / share.sum()
        poor = [k for k in range(_OUTCOMES) if share[k] < 1]
        rich = [k for k in range(_OUTCOMES) if share[k] >= 1]
        while poor and rich:
            low, high = poor.pop(), rich[-1]
            keep[level, low], alias[level, low] = share[low], high
            share[high] -= 1 - share[low]
            if share[high] < 1:
                poor.append(rich.pop())
    return keep, alias


@cache
def normal_quantiles() -> npt.NDArray[np.float32]:
    """Return 65 536 equally likely standard normal values."""
    from scipy.special import ndtri

    return ndtri((np.arange(_NORMAL_STEPS) + 0.5) / _NORMAL_STEPS).astype(np.float32)


@kernel
def add_spots(image: Image, x_px: FloatArray, y_px: FloatArray, peak_counts: FloatArray, width_px: FloatArray) -> None:
    """Add the light of every particle to a frame of expected counts, in place.

    Args:
        image: shape (height, width), counts.
        x_px: shape (particles, substeps), column at each moment of the exposure.
        y_px: row, same shape.
        peak_counts: height of the spot if it stayed there for the whole exposure, same shape.
        width_px: standard deviation of the spot, same shape.
    """
    height, width = image.shape
    particles, substeps = x_px.shape
    row = np.empty(width, dtype=np.float32)
    for particle in range(particles):
        for step in range(substeps):
            cx, cy = x_px[particle, step], y_px[particle, step]
            spread, amplitude = width_px[particle, step], peak_counts[particle, step] / substeps
            if amplitude < 1e-4:
                continue
            reach = spread * math.sqrt(2 * math.log(max(amplitude / 1e-4, 1.0)))
            left, right = max(0, math.ceil(cx - reach)), min(width - 1, math.floor(cx + reach))
            top, bottom = max(0, math.ceil(cy - reach)), min(height - 1, math.floor(cy + reach))
            scale = -0.5 / (spread * spread)
            for column in range(left, right + 1):
                row[column] = math.exp(scale * (column - cx) ** 2)
            for line in range(top, bottom + 1):
                factor = np.float32(amplitude * math.exp(scale * (line - cy) ** 2))
                for column in range(left, right + 1):
                    image[line, column] += factor * row[column]


@kernel
def peak_of_each(
    x_px: FloatArray, y_px: FloatArray, peak_counts: FloatArray, width_px: FloatArray
) -> npt.NDArray[np.float64]:
    """Return the highest expected count each particle adds anywhere, motion blur included, shape (particles,)."""
    particles, substeps = x_px.shape
    peaks = np.zeros(particles)
    for particle in range(particles):
        for at in range(substeps):
            light = 0.0
            for step in range(substeps):
                square = (x_px[particle, step] - x_px[particle, at]) ** 2
                square += (y_px[particle, step] - y_px[particle, at]) ** 2
                light += peak_counts[particle, step] * math.exp(-0.5 * square / width_px[particle, step] ** 2)
            peaks[particle] = max(peaks[particle], light / substeps)
    return peaks


@kernel
def _next_bits(state: np.uint64) -> tuple[np.uint64, np.uint64]:
    state = state + np.uint64(0x9E3779B97F4A7C15)
    mixed = state
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state, mixed ^ (mixed >> np.uint64(31))


@kernel
def _few_electrons(mean: float, state: np.uint64) -> tuple[int, np.uint64]:
    """Draw a Poisson number of a mean below one table step by inversion."""
    state, more = _next_bits(state)
    chance = float(more >> np.uint64(11)) * 2.0**-53
    term = math.exp(-mean)
    extra = 0
    while chance >= term and extra < 20:
        chance -= term
        extra += 1
        term *= mean / extra
    return extra, state


@kernel
def expose(
    image: Image,
    counts: npt.NDArray[np.uint16],
    electrons_per_count: float,
    read_noise_counts: float,
    top_counts: int,
    seed: np.uint64,
    keep: npt.NDArray[np.float32],
    alias: npt.NDArray[np.uint8],
    normal: npt.NDArray[np.float32],
) -> None:
    """Turn expected counts into camera counts: photon noise, read noise, rounding, clipping.

    Poisson numbers are exact (tables and additivity) up to 4096 expected electrons and normal beyond; read noise
    takes 65 536 equally likely values.

    Args:
        image: shape (height, width), expected counts.
        counts: result, same shape, camera counts.
        electrons_per_count: electrons that make one count.
        read_noise_counts: standard deviation.
        top_counts: counts are clipped here.
        seed: start of the frame's own random numbers.
        keep: from `poisson_tables`.
        alias: from `poisson_tables`.
        normal: from `normal_quantiles`.
    """
    height, width = image.shape
    state = seed
    tenth = np.float32(1 / TABLE_STEP_ELECTRONS)
    for line in range(height):
        for column in range(width):
            mean = image[line, column] * np.float32(electrons_per_count)
            state, bits = _next_bits(state)
            noise = np.float32(read_noise_counts) * normal[bits & np.uint64(0xFFFF)]
            bits >>= np.uint64(16)
            electrons = np.float32(0)
            if mean > 4096:
                state, more = _next_bits(state)
                electrons = np.round(mean + np.sqrt(mean) * normal[more & np.uint64(0xFFFF)])
                mean = np.float32(0)
            while mean >= TABLE_TOP_ELECTRONS:
                level = keep.shape[0] - 1
                state, more = _next_bits(state)
                outcome = more & np.uint64(0xFF)
                share = np.float32((more >> np.uint64(8)) & np.uint64(0xFFFFFF)) * np.float32(2.0**-24)
                electrons += outcome if share < keep[level, outcome] else alias[level, outcome]
                mean -= np.float32(TABLE_TOP_ELECTRONS)
            level = int(mean * tenth)
            outcome = bits & np.uint64(0xFF)
            share = np.float32((bits >> np.uint64(8)) & np.uint64(0xFFFFFF)) * np.float32(2.0**-24)
            electrons += outcome if share < keep[level, outcome] else alias[level, outcome]
            rest = mean - level * np.float32(TABLE_STEP_ELECTRONS)
            if rest > 1e-5:
                extra, state = _few_electrons(rest, state)
                electrons += extra
            value = np.round(electrons / np.float32(electrons_per_count) + noise)
            counts[line, column] = min(max(value, 0), top_counts)
