"""The vendor's own summary of a ZetaView histogram, so that printed numbers can be checked."""

from __future__ import annotations

import numpy as np

from paracrine.payloads.size_distribution import FloatArray
from paracrine.readers.zetaview.size_table import BIN_WIDTH_NM, bin_centres_nm


def percentile_nm(contents: FloatArray, fraction: float) -> float:
    """Return D_p as ZetaView prints it: linear interpolation with the cumulative sum at bin CENTRES.

    Args:
        contents: shape (1200,), not all zero.
        fraction: p between 0 and 1, such as 0.5 for D50.

    Returns:
        Diameter in nm.
    """
    cumulative = np.cumsum(contents) / contents.sum()
    index = int(np.searchsorted(cumulative, fraction))
    below = cumulative[index - 1] if index else 0.0
    previous = bin_centres_nm()[index] - BIN_WIDTH_NM
    return float(previous + BIN_WIDTH_NM * (fraction - below) / (cumulative[index] - below))


def volume_contents(counts: FloatArray) -> FloatArray:
    """Return the vendor's volume column in nm³, shape (1200,): counted particles times pi/6 x³."""
    return counts * (np.pi / 6) * bin_centres_nm() ** 3
