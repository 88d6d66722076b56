"""Ghosts: a reflection inside the optics shows a bright particle once more, dimmer, at a constant distance.

A ghost takes every step of its particle. Two particles do not: the correlation of n independent pairs of steps along
two axes has a standard deviation of 1 / sqrt(2 n), 0.16 for the 20 steps asked for here.
"""

from __future__ import annotations

import numpy as np

from paracrine.characterization.tracking.link import Linked
from paracrine.payloads.tracks import IntArray

FEWEST_STEPS = 20
_ALIKE = 0.9
_DIMMER = 0.5
_MOST_TRACKS = 600
_FEWEST_FOR_COMMON = 6
"""Common motion of fewer tracks is largely their own motion; it then stays in the steps that are compared."""


def find_ghosts(linked: Linked) -> IntArray:
    """Return the tracks that repeat the steps of a track at least twice as bright, sorted."""
    from paracrine.characterization.tracking.repeats import find_repeats

    spots = linked.spots
    order = np.lexsort((spots.frame, linked.track))
    track, frame = linked.track[order], spots.frame[order]
    lengths = np.bincount(track)
    long = np.flatnonzero(lengths > FEWEST_STEPS)
    long = np.sort(long[np.argsort(-lengths[long], kind="stable")[:_MOST_TRACKS]])
    if long.size < 2:
        return np.empty(0, dtype=np.int64)
    place = np.full(lengths.size, -1)
    place[long] = np.arange(long.size)
    follows = np.flatnonzero((np.diff(track) == 0) & (np.diff(frame) == 1) & (place[track[1:]] >= 0))
    row, column = place[track[follows]], frame[follows]
    steps = np.full((long.size, spots.frames_count, 2), np.inf, dtype=np.float32)
    for axis, (position, motion) in enumerate(((spots.x_px, linked.motion.x_px), (spots.y_px, linked.motion.y_px))):
        path = position[order] - (motion[frame] if long.size >= _FEWEST_FOR_COMMON else 0.0)
        steps[row, column, axis] = path[follows + 1] - path[follows]
    light = np.bincount(linked.track, weights=spots.amplitude_counts)[long] / lengths[long]
    ghost = np.zeros(long.size, dtype=np.bool_)
    find_repeats(steps, light, FEWEST_STEPS, _ALIKE, _DIMMER, ghost)
    return long[ghost].astype(np.int64)


def drop_tracks(linked: Linked, dropped: IntArray) -> Linked:
    """Return the spots of all other tracks, tracks counted anew."""
    if not dropped.size:
        return linked
    return linked.take(np.flatnonzero(~np.isin(linked.track, dropped)))
