"""Stretched spots: one particle whose path was long, or two beside each other? The frames before and after decide."""

from __future__ import annotations

import numpy as np

from paracrine.characterization.tracking.spots import Spots

_REACH_STEPS = 2.5
"""A particle is looked for within so many steps per axis of where it was."""


def settle_doubts(spots: Spots, *, step_px: float) -> Spots:
    """Keep one reading of every stretched spot: two spots where a frame beside shows two particles, else one.

    Args:
        spots: sorted by frame, with both readings of each doubtful spot, see `Spots.doubt`.
        step_px: root mean square step per axis from frame to frame.

    Returns:
        Spots without doubts, sorted by frame.
    """
    from paracrine.characterization.tracking.assignment import seen_apart

    doubtful = np.flatnonzero(spots.doubt)
    if not doubtful.size:
        return spots
    kept = np.ones(spots.spots_count, dtype=bool)
    edges = np.searchsorted(spots.frame, np.arange(spots.frames_count + 1)).astype(np.int64)
    groups = spots.frame[doubtful] * (np.abs(spots.doubt).max() + 1) + np.abs(spots.doubt[doubtful])
    order = np.argsort(groups, kind="stable")
    for rows in np.split(doubtful[order], np.flatnonzero(np.diff(groups[order])) + 1):
        pair, single = rows[spots.doubt[rows] > 0], rows[spots.doubt[rows] < 0]
        reach_px = _REACH_STEPS * step_px + 1
        if pair.size == 2 and seen_apart(
            edges, spots.frame[pair[0]], spots.x_px, spots.y_px, spots.doubt, pair[0], pair[1], reach_px
        ):
            kept[single] = False
        elif single.size:
            kept[pair] = False
    result = spots.take(kept)
    result.doubt[:] = 0
    return result
