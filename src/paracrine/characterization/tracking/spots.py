"""Located spots of a video before linking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """One row a spot, sorted by frame; `noise_counts` has one row a frame.

    Attributes:
        frame: shape (n,), frame index.
        x_px: shape (n,), column of the centre.
        y_px: shape (n,), row of the centre.
        amplitude_counts: shape (n,), fitted height over the background (depth for dark spots).
        background_counts: shape (n,), local background.
        variance_xx_px2: shape (n,), fitted spot variance along x.
        variance_xy_px2: shape (n,), fitted spot covariance.
        variance_yy_px2: shape (n,), fitted spot variance along y.
        sigma_x_px: shape (n,), standard uncertainty of x.
        sigma_y_px: shape (n,), standard uncertainty of y.
        score_ratio: shape (n,), matched-filter response over its noise.
        saturated: shape (n,), whether the middle pixel is clipped.
        doubt: shape (n,), 0 for most. A stretched spot has two readings: two rows k as two spots, one row -k as one;
            k counts within the frame. Linking decides, see `tell_pairs`.
        evidence: shape (n,), gain in twice the log-likelihood by two spots, in the row read as one; 0 elsewhere.
        noise_counts: shape (frames,), standard deviation of the empty background.
    """

    frame: IntArray
    x_px: FloatArray
    y_px: FloatArray
    amplitude_counts: FloatArray
    background_counts: FloatArray
    variance_xx_px2: FloatArray
    variance_xy_px2: FloatArray
    variance_yy_px2: FloatArray
    sigma_x_px: FloatArray
    sigma_y_px: FloatArray
    score_ratio: FloatArray
    saturated: npt.NDArray[np.bool_]
    doubt: IntArray
    evidence: FloatArray
    noise_counts: FloatArray

    @property
    def spots_count(self) -> int:
        """Number of spots."""
        return int(self.frame.size)

    @property
    def frames_count(self) -> int:
        """Number of frames looked at."""
        return int(self.noise_counts.size)

    @property
    def width_px(self) -> FloatArray:
        """Root mean square width per axis of each spot."""
        width: FloatArray = np.sqrt(0.5 * (self.variance_xx_px2 + self.variance_yy_px2))
        return width

    def take(self, rows: npt.NDArray[np.bool_] | IntArray) -> Spots:
        """Return the chosen rows over the same frames."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return Spots(**{name: values if name == "noise_counts" else values[rows] for name, values in columns.items()})


def join_spots(parts: Sequence[Spots]) -> Spots:
    """Return the spots of successive chunks as one table."""
    return Spots(**{field.name: np.concatenate([getattr(p, field.name) for p in parts]) for field in fields(Spots)})
