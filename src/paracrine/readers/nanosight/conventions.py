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
    """Compute mean, SD, fullest bin and percentiles of each column.

    Args:
        contents: shape (bins, videos).
        centres: shape (bins,), evenly spaced.
        levels_frac: shape (levels,), between 0 and 1, exclusive.
    """
    step = float(centres[1] - centres[0])
    total = contents.sum(axis=0)
    empty = total <= 0
    safe = np.where(empty, np.nan, total)
    mean = centres @ contents / safe
    second = (centres * centres) @ contents / safe
    sd = np.sqrt(np.maximum(second - mean * mean, 0))
    mode = np.where(empty, np.nan, centres[contents.argmax(axis=0)])
    percentiles = np.full((levels_frac.size, contents.shape[1]), np.nan)
    columns = np.flatnonzero(~empty)
    filled = contents if columns.size == total.size else contents[:, columns]
    cumulative = np.zeros((contents.shape[0] + 1, columns.size))
    np.cumsum(filled, axis=0, out=cumulative[1:])
    for level, frac in enumerate(levels_frac):
        percentiles[level, columns] = _interpolate(cumulative, total[columns] * frac, float(centres[0]), step)
    return Rederived(total=total, mean=mean, sd=sd, mode=mode, percentiles=percentiles)


def _interpolate(cumulative: FloatArray, targets: FloatArray, first_centre: float, step: float) -> FloatArray:
    """Return where each column first reaches its target, linear between bin edges."""
    upper = (cumulative >= targets).argmax(axis=0)
    columns = np.arange(targets.size)
    low, high = cumulative[upper - 1, columns], cumulative[upper, columns]
    reached: FloatArray = first_centre + step * (upper - 1.5 + (targets - low) / (high - low))
    return reached
