"""Move binned content to other bins without gaining or losing any."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import LimitError
from paracrine.numerics.distributions.percentile import Cumulative

FloatArray = npt.NDArray[np.float64]


def rebin(edges: FloatArray, contents: FloatArray, new_edges: FloatArray) -> FloatArray:
    """Return the content of new bins, spread evenly inside the old ones.

    Args:
        edges: shape (n + 1,), rising.
        contents: shape (n,), non-negative.
        new_edges: shape (m + 1,), rising.

    Returns:
        Contents of the new bins, shape (m,); their sum equals the old sum.

    Raises:
        LimitError: when filled bins lie outside the new edges.
    """
    old = Cumulative(edges, contents)
    running = np.interp(new_edges, edges, old.at_edges)
    lost = running[0] + (old.total - running[-1])
    if lost > 1e-12 * old.total:
        raise LimitError(f"{100 * lost / old.total:.3g} % of the content lies outside the new bins")
    return np.diff(running)
