"""Compiled spread of scores: how bright particles of each size appear, anywhere in depth."""

from __future__ import annotations

import math

import numpy as np

from paracrine.numerics.kernel import kernel
from paracrine.payloads.size_distribution import FloatArray


@kernel
def spread_scores(
    log_score: FloatArray, blur: FloatArray, depth: FloatArray, focus_ratio: float, log_spread: FloatArray,
    blur_shares: FloatArray, lowest: float, highest: float, steps: int,
) -> FloatArray:  # fmt: skip
    """Return the shares of an even grid of log scores, by size, shape (m, steps); each row sums to 1.

    Args:
        log_score: shape (m,), of a particle at rest, in focus, in mid-beam.
        blur: shape (m,), mean variance of the path within one exposure over that of a spot.
        depth: shape (depths,), equally likely, in widths of the beam.
        focus_ratio: width of the beam over the depth of focus.
        log_spread: shape (parts,), equally likely differences between particles of one size.
        blur_shares: shape (parts,), equally likely values of a path's variance over its mean.
        lowest: first log score of the grid; what is lower counts there.
        highest: last log score of the grid; what is higher counts there.
        steps: of the grid.
    """
    table = np.zeros((log_score.size, steps))
    scale = (steps - 1) / (highest - lowest)
    share = 1 / (depth.size * blur_shares.size * log_spread.size)
    for i in range(log_score.size):
        row = table[i]
        for z in depth:
            width = 1 + (focus_ratio * z) ** 2
            for part in blur_shares:
                middle = log_score[i] - 0.5 * z * z - 0.5 * math.log(width + blur[i] * part)
                for shift in log_spread:
                    place = min(max((middle + shift - lowest) * scale, 0.0), steps - 1.001)
                    low = int(place)
                    above = place - low
                    row[low] += share * (1 - above)
                    row[low + 1] += share * above
    return table
