"""Compiled comparison of the steps of tracks: which repeat those of a brighter one."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.numerics.kernel import kernel

_UNKNOWN = 1e30


@kernel
def find_repeats(
    steps: npt.NDArray[np.float32],
    light: npt.NDArray[np.float64],
    fewest: int,
    alike: float,
    dimmer: float,
    repeats: npt.NDArray[np.bool_],
) -> None:
    """Tell which tracks take the steps of a brighter one.

    Args:
        steps: shape (tracks, frames, 2), step to each frame along x and y, px; infinite where there is none.
        light: shape (tracks,), mean height.
        fewest: steps that two tracks must share.
        alike: correlation of the shared steps from which one repeats the other.
        dimmer: most height of a repeat over that of what it repeats.
        repeats: result, shape (tracks,).
    """
    tracks, frames = steps.shape[:2]
    first, stop = np.full(tracks, frames), np.zeros(tracks, dtype=np.int64)
    for track in range(tracks):
        for frame in range(frames):
            if steps[track, frame, 0] < _UNKNOWN:
                first[track], stop[track] = min(first[track], frame), frame + 1
    for one in range(tracks):
        for other in range(tracks):
            if light[one] >= dimmer * light[other] or repeats[one]:
                continue
            shared, product, square, square_other = 0, 0.0, 0.0, 0.0
            for frame in range(max(first[one], first[other]), min(stop[one], stop[other])):
                here, there = steps[one, frame], steps[other, frame]
                if here[0] < _UNKNOWN and there[0] < _UNKNOWN:
                    shared += 1
                    product += here[0] * there[0] + here[1] * there[1]
                    square += here[0] ** 2 + here[1] ** 2
                    square_other += there[0] ** 2 + there[1] ** 2
            if shared >= fewest and product > alike * math.sqrt(max(square * square_other, 1e-12)):
                repeats[one] = True
