"""The part of binned content inside a window."""

from __future__ import annotations

from paracrine.core.errors import LimitError
from paracrine.numerics.distributions.percentile import Cumulative


def fraction_in_window(cumulative: Cumulative, low: float, high: float) -> float:
    """Return the fraction of the content between two positions, bins cut evenly.

    Raises:
        LimitError: when there is no content, or the window is empty.
    """
    if not low < high:
        raise LimitError(f"the window {low} to {high} is empty")
    below, above = cumulative.fraction_below((low, high))
    return float(above - below)
