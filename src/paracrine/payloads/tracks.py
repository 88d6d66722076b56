"""Particle tracks from a video: one row a spot, rows of one track together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray

IntArray = npt.NDArray[np.int64]

_PER_SPOT = (
    "frame",
    "x_px",
    "y_px",
    "amplitude_counts",
    "background_counts",
    "width_px",
    "sigma_x_px",
    "sigma_y_px",
    "score_ratio",
)


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Located spots linked to tracks; every array has one row a spot, sorted by track, then frame.

    Attributes:
        track_id: shape (n,), from 0 without gaps.
        frame: shape (n,), frame index from 0; frames of one track rise, a gap is a frame without a spot.
        x_px: shape (n,), column of the spot centre; the middle of the first pixel is 0.
        y_px: shape (n,), row of the spot centre.
        amplitude_counts: shape (n,), height of the fitted spot over the background, camera counts.
        background_counts: shape (n,), local background.
        width_px: shape (n,), root mean square width of the fitted spot per axis (motion blur included).
        sigma_x_px: shape (n,), standard uncertainty of `x_px` from the fit's information matrix.
        sigma_y_px: shape (n,), standard uncertainty of `y_px`.
        score_ratio: shape (n,), matched-filter response over its noise.
        drift_x_px: shape (frames,), common motion of all particles up to each frame; subtract it for diffusion.
        drift_y_px: shape (frames,), the same along y.
        frame_shape: height and width of the frames, px.
        frame_interval_s: time from frame to frame; None where neither file nor user says.
        exposure_s: shutter time; None likewise.
        pixel_um: pixel size in the sample plane; None likewise.
        reach_px: shape (n,), how far from the spot before it linking would still have taken this spot: longer steps
            were never seen. Infinite where nothing limits a step; None where nobody says.
        border_px: width of the border of the frame in which no spot is found: steps that end there were never seen.
            None where nobody says.
        faintest_ratio: score below which no spot is kept; None where nobody says.
    """

    payload_kind: ClassVar[str] = "tracks"

    track_id: IntArray
    frame: IntArray
    x_px: FloatArray
    y_px: FloatArray
    amplitude_counts: FloatArray
    background_counts: FloatArray
    width_px: FloatArray
    sigma_x_px: FloatArray
    sigma_y_px: FloatArray
    score_ratio: FloatArray
    drift_x_px: FloatArray
    drift_y_px: FloatArray
    frame_shape: tuple[int, int]
    frame_interval_s: float | None = None
    exposure_s: float | None = None
    pixel_um: float | None = None
    reach_px: FloatArray | None = None
    border_px: float | None = None
    faintest_ratio: float | None = None

    def __post_init__(self) -> None:
        spots = self.track_id.size
        if self.track_id.ndim != 1:
            raise InputError(f"track ids must be one column, not shape {self.track_id.shape}")
        for name in _PER_SPOT:
            column = getattr(self, name)
            if column.shape != (spots,):
                raise InputError(f"{name}: {column.shape} values do not fit {spots} spots")
            if not np.all(np.isfinite(column)):
                raise InputError(f"{name} holds NaN or infinity")
        self._check_order()
        if self.drift_x_px.ndim != 1 or self.drift_x_px.shape != self.drift_y_px.shape:
            raise InputError("the drift needs one x and one y for each frame")
        if spots and not 0 <= int(self.frame.min()) <= int(self.frame.max()) < self.drift_x_px.size:
            raise InputError(f"a spot lies outside the {self.drift_x_px.size} frames of the video")
        if np.any(self.sigma_x_px <= 0) or np.any(self.sigma_y_px <= 0):
            raise InputError("a localisation uncertainty is zero or negative")
        if self.reach_px is not None and not (self.reach_px.shape == (spots,) and np.all(self.reach_px > 0)):
            raise InputError("the reach of linking needs one value above 0 for each spot")
        if self.border_px is not None and not self.border_px >= 0:
            raise InputError(f"the border of a frame is 0 px wide or more, not {self.border_px}")
        for name in ("frame_interval_s", "exposure_s", "pixel_um"):
            setting = getattr(self, name)
            if setting is not None and not setting > 0:
                raise InputError(f"{name} must be above 0, not {setting}")

    def _check_order(self) -> None:
        if not self.track_id.size:
            return
        step = np.diff(self.track_id)
        if self.track_id[0] != 0 or np.any((step != 0) & (step != 1)):
            raise InputError("track ids must count from 0 without gaps, rows of one track together")
        if np.any(np.diff(self.frame)[step == 0] <= 0):
            raise InputError("frames of one track must rise")

    @property
    def tracks_count(self) -> int:
        """Number of tracks."""
        return int(self.track_id[-1]) + 1 if self.track_id.size else 0

    @property
    def spots_count(self) -> int:
        """Number of spots in all tracks."""
        return int(self.track_id.size)

    @property
    def frames_count(self) -> int:
        """Number of frames of the video."""
        return int(self.drift_x_px.size)

    @property
    def starts(self) -> IntArray:
        """First row of each track and the end of the last, shape (tracks + 1,)."""
        return np.searchsorted(self.track_id, np.arange(self.tracks_count + 1)).astype(np.int64)

    @property
    def lengths_count(self) -> IntArray:
        """Spots in each track, shape (tracks,)."""
        return np.diff(self.starts)

    def corrected_px(self) -> tuple[FloatArray, FloatArray]:
        """Return x and y of every spot with the common motion removed, px."""
        return self.x_px - self.drift_x_px[self.frame], self.y_px - self.drift_y_px[self.frame]

    def summary(self) -> dict[str, Any]:
        """Return counts of tracks, spots and frames, and the settings."""
        lengths = self.lengths_count
        return {
            "payload": self.payload_kind,
            "tracks": self.tracks_count,
            "spots": self.spots_count,
            "frames": self.frames_count,
            "spots_per_frame": self.spots_count / self.frames_count if self.frames_count else 0.0,
            "median_length_frames": float(np.median(lengths)) if lengths.size else 0.0,
            "frame_interval_s": self.frame_interval_s,
            "exposure_s": self.exposure_s,
            "pixel_um": self.pixel_um,
        }
