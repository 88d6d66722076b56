"""Moments of binned content, taken at bin centres."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import LimitError

FloatArray = npt.NDArray[np.float64]


def mean_and_deviation(edges: FloatArray, contents: FloatArray) -> tuple[float, float]:
    """Return mean and population standard deviation with all content of a bin at its centre.

    Args:
        edges: shape (n + 1,), rising.
        contents: shape (n,), non-negative.

    Raises:
        LimitError: when there is no content.
    """
    total = float(contents.sum())
    if not total > 0:
        raise LimitError("an empty distribution has no mean")
    centres = (edges[1:] + edges[:-1]) * 0.5
    mean = float(contents @ centres) / total
    offset = centres - mean
    return mean, float(np.sqrt(contents @ (offset * offset) / total))
