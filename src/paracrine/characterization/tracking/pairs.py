"""Compiled evidence of tracks for one or two particles behind a stretched spot."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paracrine.characterization.tracking.assignment import FREEDOM, SQUARE, pair_gain, widest
from paracrine.numerics.kernel import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_MOST = 64
"""Spots in the frames beside that are looked at for one doubt."""
_FARTHER = 1.5
"""Squared reach over that of a new track; the spots of a doubt lie beside the place that it is measured from."""


@kernel
def known_steps(frame: Ints, path: Floats, track: Ints, order: Ints, prior: Floats) -> tuple[Ints, Ints, Floats]:
    """Return the row before and after each spot in its track (-1 for none) and what is known of each track's steps.

    Args:
        frame: shape (spots,), frame of each.
        path: shape (spots, 2), places, common motion removed, px.
        track: shape (spots,), -1 for readings that are not used.
        order: shape (spots,), rows by track, then frame.
        prior: see `link_frames`.

    Returns:
        Rows before, rows after, shape (spots,); shape and scale (px^2) of each track's step variance, (tracks, 2).
    """
    before, after = np.full(frame.size, -1), np.full(frame.size, -1)
    known = np.empty((track.max() + 1 if track.size else 0, 2))
    known[:, 0], known[:, 1] = prior[FREEDOM], prior[SQUARE]
    for place in range(1, order.size):
        one, next_one = order[place - 1], order[place]
        if track[one] < 0 or track[one] != track[next_one]:
            continue
        before[next_one], after[one] = one, next_one
        square = (path[next_one, 0] - path[one, 0]) ** 2 + (path[next_one, 1] - path[one, 1]) ** 2
        known[track[one], 0] += 1
        known[track[one], 1] += square / (2 * (frame[next_one] - frame[one]))
    return before, after, known


@kernel
def weigh_pairs(
    starts: Ints,
    frame: Ints,
    path: Floats,
    log_height: Floats,
    track: Ints,
    before: Ints,
    after: Ints,
    known: Floats,
    doubts: Ints,
    prior: Floats,
    memory_frames: int,
    gains: Floats,
) -> None:
    """Write how much more linking gains, in units of a logarithm, with two spots than with one.

    Spots of the frames before and after are free for a doubt where their track goes on in one of its spots, or leaves
    its frame out, or has its end there.

    Args:
        starts: shape (frames + 1,), first spot of each frame.
        frame: shape (spots,), frame of each.
        path: shape (spots, 2), places, common motion removed, px.
        log_height: shape (spots,), logarithm of the height.
        track: shape (spots,), -1 for readings that are not used.
        before: shape (spots,), from `known_steps`.
        after: shape (spots,), the same.
        known: shape (tracks, 2), the same.
        doubts: shape (doubts, 3), rows of the two spots and of the one.
        prior: see `link_frames`.
        memory_frames: frames a particle may go unseen.
        gains: result, shape (doubts,).
    """
    of_each, reach = np.empty((_MOST, 3)), np.empty(memory_frames + 1)
    for distance in range(memory_frames + 1):
        reach[distance] = _FARTHER * widest(distance + 1, prior[FREEDOM], prior[SQUARE], prior)
    for i in range(doubts.shape[0]):
        here, gains[i] = frame[doubts[i, 0]], 0.0
        x, y = path[doubts[i, 2]]
        for side in (-1, 1):
            toward = after if side < 0 else before
            count = 0
            for distance in range(1, memory_frames + 2):
                beside = here + side * distance
                if not 0 <= beside < starts.size - 1:
                    break
                for spot in range(starts[beside], starts[beside + 1]):
                    far = (path[spot, 0] - x) ** 2 + (path[spot, 1] - y) ** 2 > reach[distance - 1]
                    if far or track[spot] < 0 or not _is_free(toward[spot], frame, doubts[i], here, side):
                        continue
                    if count < _MOST and _weigh_each(
                        path, log_height, spot, doubts[i], distance, known[track[spot]], prior, of_each[count]
                    ):
                        count += 1
            gains[i] += _best_two(of_each, count) - (of_each[:count, 2].max() if count else 0.0)


@kernel
def _weigh_each(
    path: Floats, log_height: Floats, spot: int, doubt: Ints, frames: int, known: Floats, prior: Floats, gains: Floats
) -> bool:
    """Write what a link of a spot to each of a doubt's three rows gains; return whether any does."""
    useful = False
    for k in range(3):
        dx, dy = path[doubt[k], 0] - path[spot, 0], path[doubt[k], 1] - path[spot, 1]
        light = log_height[doubt[k]] - log_height[spot]
        gains[k] = max(0.0, pair_gain(dx, dy, frames, known[0], known[1], light, prior))
        useful = useful or gains[k] > 0
    return useful


@kernel
def _is_free(toward: int, frame: Ints, doubt: Ints, here: int, side: int) -> bool:
    """Tell whether a spot's track does not need another spot of the doubt's frame or on this side of it."""
    if toward < 0:
        return True
    if frame[toward] == here:
        return bool(toward == doubt[0] or toward == doubt[1] or toward == doubt[2])
    return bool((frame[toward] - here) * side < 0)


@kernel
def _best_two(of_each: Floats, count: int) -> float:
    best = 0.0
    for one in range(count):
        best = max(best, of_each[one, 0], of_each[one, 1])
        for other in range(count):
            if one != other:
                best = max(best, of_each[one, 0] + of_each[other, 1])
    return best
