"""Which tracks may be one particle: resampling draws them together, or bands come out too narrow."""

from __future__ import annotations

import math

import numpy as np

from paracrine.characterization.inference.diffusion import Steps
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray, Tracks

LONGEST_ABSENCE_FRAMES = 25
_FARTHEST = 2.5


def group_tracks(
    tracks: Tracks,
    steps: Steps,
    *,
    diffusion_um2_per_s: FloatArray,
    pixel_um: float,
    frame_interval_s: float,
) -> IntArray:
    """Group tracks that follow each other so closely in time and place that one particle may have made them.

    A particle that leaves the visible depth and comes back is two tracks of one size. Joining two particles by mistake
    makes bands a little wider; taking one for two makes them too narrow.

    Args:
        tracks: linked spots.
        steps: analysed tracks.
        diffusion_um2_per_s: shape (tracks,), of each analysed track.
        pixel_um: pixel size.
        frame_interval_s: from frame to frame.

    Returns:
        Shape (tracks,), the same number for tracks of one group, in the order of `steps`.
    """
    x_px, y_px = tracks.corrected_px()
    first, last = tracks.starts[:-1][steps.track], tracks.starts[1:][steps.track] - 1
    order = np.argsort(tracks.frame[first], kind="stable")
    begin, end = tracks.frame[first], tracks.frame[last]
    by_end = np.argsort(end, kind="stable")
    sorted_end = end[by_end]
    group = np.arange(first.size, dtype=np.int64)
    taken = np.zeros(first.size, dtype=bool)
    typical = float(np.median(diffusion_um2_per_s)) if diffusion_um2_per_s.size else 0.0
    for track in order:
        low, high = np.searchsorted(sorted_end, [begin[track] - LONGEST_ABSENCE_FRAMES, begin[track]])
        near = by_end[low:high]
        near = near[~taken[near]]
        if not near.size:
            continue
        square = (x_px[last[near]] - x_px[first[track]]) ** 2 + (y_px[last[near]] - y_px[first[track]]) ** 2
        reach = 4 * typical * (begin[track] - end[near]) * frame_interval_s / pixel_um**2 + 4.0
        ratio = square / reach
        best = int(np.argmin(ratio))
        if math.sqrt(ratio[best]) < _FARTHEST:
            group[track] = group[near[best]]
            taken[near[best]] = True
    return np.unique(group, return_inverse=True)[1].astype(np.int64)
