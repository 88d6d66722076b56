"""Stretched spots: one particle whose path was long, or two beside each other? Tracks before and after decide."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paracrine.characterization.tracking.drift import CommonMotion
from paracrine.characterization.tracking.spots import Spots
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray

Flags = npt.NDArray[np.bool_]
DISTANCE_WEIGHT, IMAGE_WEIGHT, WIDTH_WEIGHT, PATH_ODDS = 4.0, 2.2, 10.0, 3.3
"""Found by logistic regression on eight virtual videos: what the distance of the two in standard steps, the logarithm
of the image's evidence and that of their widths over the usual count, in units of a logarithm, and what a long path of
one particle counts against them."""
MOST_STEPS = 4.0
"""Stated: a distance of more standard steps counts no more."""
LEAST_GAIN = 11.0
"""Stated: linking must gain so much by a second particle, all else included; a new spot costs as much by itself."""


def find_doubts(spots: Spots) -> IntArray:
    """Return the rows of both readings of each doubtful spot, two spots and one, shape (doubts, 3).

    Doubts of which one reading did not last are none.
    """
    doubtful = np.flatnonzero(spots.doubt)
    name = spots.frame[doubtful] * (np.abs(spots.doubt).max(initial=0) + 1) + np.abs(spots.doubt[doubtful])
    order = np.lexsort((spots.doubt[doubtful] < 0, name))
    _, first, counts = np.unique(name[order], return_index=True, return_counts=True)
    rows = doubtful[order]
    singles = np.add.reduceat(spots.doubt[rows] < 0, first) if first.size else first
    whole = first[(counts == 3) & (singles == 1)]
    found: IntArray = rows[whole[:, None] + np.arange(3)]
    return found


def rows_read(spots: Spots, doubts: IntArray, two: Flags) -> IntArray:
    """Return the rows that stay when some doubts, shape (doubts,), are read as two spots and the others as one."""
    used = np.ones(spots.spots_count, dtype=bool)
    used[doubts[two, 2]] = False
    used[doubts[~two, :2]] = False
    return np.flatnonzero(used)


def tell_pairs(
    spots: Spots, doubts: IntArray, track: IntArray, motion: CommonMotion, prior: FloatArray, *, memory_frames: int
) -> Flags:
    """Return which doubts are two particles: where tracks and the distance between the two ask for a second.

    Args:
        spots: sorted by frame, both readings of each doubt.
        doubts: from `find_doubts`.
        track: shape (spots,), track of each row, -1 for those not read.
        motion: common motion, taken away from all places.
        prior: of linking, see `link_frames`.
        memory_frames: frames a particle may go unseen.
    """
    from paracrine.characterization.tracking.assignment import FREEDOM, SQUARE
    from paracrine.characterization.tracking.pairs import known_steps, weigh_pairs

    path_px = np.column_stack([spots.x_px - motion.x_px[spots.frame], spots.y_px - motion.y_px[spots.frame]])
    order = np.lexsort((spots.frame, track))
    before, after, known = known_steps(spots.frame, path_px, track, order, prior)
    gains = np.empty(doubts.shape[0])
    starts = np.searchsorted(spots.frame, np.arange(spots.frames_count + 1)).astype(np.int64)
    weigh_pairs(
        starts, spots.frame, path_px, np.log(spots.amplitude_counts), track, before, after, known, doubts, prior,
        memory_frames, gains,
    )  # fmt: skip
    return np.asarray(gains + _image_gains(spots, doubts, prior[SQUARE] / prior[FREEDOM]) > LEAST_GAIN)


def _image_gains(spots: Spots, doubts: IntArray, step_variance_px2: float) -> FloatArray:
    """Return what the image counts for two particles rather than for one that went from one place to the other.

    One would have to cover the distance within an exposure. Parts of one path are narrow; two particles have a path
    each. Where steps are short beside the spot no path stretches it, and all this counts little: rings, aberrations.
    """
    first, second, one = doubts.T
    square = (spots.x_px[first] - spots.x_px[second]) ** 2 + (spots.y_px[first] - spots.y_px[second]) ** 2
    clear = spots.doubt == 0
    usual_px = np.median(spots.width_px[clear] if clear.any() else spots.width_px)
    widths = np.log(spots.width_px[first] * spots.width_px[second] / usual_px**2)
    middle = 0.5 * (spots.variance_xx_px2[one] + spots.variance_yy_px2[one])
    root = np.hypot(0.5 * (spots.variance_xx_px2[one] - spots.variance_yy_px2[one]), spots.variance_xy_px2[one])
    by_path = step_variance_px2 / (step_variance_px2 + middle - root)
    evidence = IMAGE_WEIGHT * np.log(spots.evidence[one])
    steps = np.minimum(np.sqrt(square / step_variance_px2), MOST_STEPS)
    gains = DISTANCE_WEIGHT * steps + evidence + 2 * WIDTH_WEIGHT * widths - PATH_ODDS
    return np.asarray(by_path * gains)
