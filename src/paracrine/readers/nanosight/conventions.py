"""The vendor's own summary, computed again from the bins by the vendor's own rules.

Bin i has lower edge a_i, centre x_i and content c_i; N = sum c_i; C_i is the cumulative fraction.
Mean and SD are moments at the centres (population form). D_p interpolates C linearly: NTA 3.4 places it at the
upper edges, NTA 3.2 at the lower ones, one bin below. Surface and volume contents are c_i pi a_i^2 and c_i pi/6 a_i^3
at the lower edge, and the same formulas apply to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.readers.decoding.table import FloatArray


@dataclass(frozen=True, slots=True)
class Rederived:
    """Columns of recomputed numbers, each shape (videos,), NaN for an empty video except `total`.

    `percentiles` has shape (levels, videos) and places the cumulative at upper edges.
    """

    total: FloatArray
    mean: FloatArray
    sd: FloatArray
    mode: FloatArray
    percentiles: FloatArray


def rederive(contents: FloatArray, *, centres: FloatArray, levels_frac: FloatArray) -> Rederived:
    """Compute mean, SD, fullest bin and percentiles of each row of bins.

    Args:
        contents: shape (videos, bins).
        centres: shape (bins,), evenly spaced.
        levels_frac: shape (levels,), between 0 and 1, exclusive.
    """
    total = contents.sum(axis=1)
    filled = np.flatnonzero(total > 0)
    bins, sums = (contents, total) if filled.size == total.size else (contents[filled], total[filled])
    step = float(centres[1] - centres[0])
    rows = np.full((3 + levels_frac.size, total.size), np.nan)
    mean = bins @ centres / sums
    rows[0, filled] = mean
    rows[1, filled] = np.sqrt(np.maximum(bins @ (centres * centres) / sums - mean * mean, 0))
    rows[2, filled] = centres[bins.argmax(axis=1)]
    cumulative = bins.cumsum(axis=1)
    rows[3:, filled] = _interpolate(cumulative, sums * levels_frac[:, None], float(centres[0]), step)
    return Rederived(total=total, mean=rows[0], sd=rows[1], mode=rows[2], percentiles=rows[3:])


def _interpolate(cumulative: FloatArray, targets: FloatArray, first_centre: float, step: float) -> FloatArray:
    """Return where each row first reaches its targets (levels, rows), linear between bin edges."""
    reached = (cumulative >= targets[:, :, None]).argmax(axis=2)
    videos = np.arange(targets.shape[1])
    high = cumulative[videos, reached]
    low = np.where(reached > 0, cumulative[videos, reached - 1], 0.0)
    place: FloatArray = first_centre + step * (reached - 0.5 + (targets - low) / (high - low))
    return place
