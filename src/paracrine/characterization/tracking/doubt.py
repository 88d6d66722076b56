"""Stretched spots: one particle whose path was long, or two beside each other? The frames before and after decide."""

from __future__ import annotations

import numpy as np

from paracrine.characterization.tracking.spots import Spots

_REACH_STEPS = 2.5
"""A particle is looked for within so many steps per axis of where it was."""


def settle_doubts(spots: Spots, *, step_px: float) -> Spots:
    """Keep one reading of every stretched spot: two where a frame beside shows two, else one.

    Args:
        spots: sorted by frame, with both readings of each doubtful spot, see `Spots.doubt`.
        step_px: root mean square step per axis from frame to frame.

    Returns:
        Spots without doubts, sorted by frame.
    """
    from paracrine.characterization.tracking.assignment import tell_pairs

    doubtful = np.flatnonzero(spots.doubt)
    if not doubtful.size:
        return spots
    name = spots.frame[doubtful] * (np.abs(spots.doubt).max() + 1) + np.abs(spots.doubt[doubtful])
    of_pair = spots.doubt[doubtful] > 0
    names, counts = np.unique(name[of_pair], return_counts=True)
    order = np.argsort(name[of_pair], kind="stable")
    both = np.repeat(counts == 2, counts)
    pairs = doubtful[of_pair][order][both].reshape(-1, 2)
    two = tell_pairs(
        np.searchsorted(spots.frame, np.arange(spots.frames_count + 1)).astype(np.int64),
        spots.frame[pairs[:, 0]],
        spots.x_px,
        spots.y_px,
        spots.doubt.copy(),
        pairs,
        _REACH_STEPS * step_px + 1,
    )
    # A reading whose rival did not last stays.
    singles = np.unique(name[~of_pair])
    told = np.concatenate([names[counts == 2][two], np.setdiff1d(names, singles)])
    kept = np.ones(spots.spots_count, dtype=bool)
    kept[doubtful] = np.isin(name, told) == of_pair
    result = spots.take(kept)
    result.doubt[:] = 0
    return result
