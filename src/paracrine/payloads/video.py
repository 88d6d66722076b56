"""A grey video as a lazy handle: frames come in chunks, memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice

Frames = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
CHUNK_FRAMES = 32


class FrameSource(Protocol):
    """Where frames come from; small and picklable, so that a handle can travel to another process."""

    def read(self, start: int, stop: int) -> Frames:
        """Return frames `start` to `stop` (exclusive), shape (stop - start, height, width), grey."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FramesInMemory:
    """Frames already in memory, shape (frames, height, width)."""

    frames: Frames

    def read(self, start: int, stop: int) -> Frames:
        """Return a view of the frames."""
        return self.frames[start:stop]


@dataclass(frozen=True, slots=True, eq=False)
class Video:
    """Handle of a grey video.

    Attributes:
        source: reads frames on demand.
        frames_count: number of frames.
        height_px: rows of a frame.
        width_px: columns of a frame.
        bit_depth: bits a camera count really uses (8 to 16); counts at `saturation_counts` are clipped.
        frame_rate_hz: frames per second where the file states it, else None.
        exposure_s: shutter time where the file states it, else None.
        pixel_um: pixel size in the sample plane where the file states it, else None.
        encoding: how the frames are stored (`raw`, `tiff`, `mjpeg` ...); `memory` for arrays.
        is_lossy: whether the encoding changed the counts.
        notices: what a reader of any result from this video must know.
    """

    payload_kind: ClassVar[str] = "video"

    source: FrameSource
    frames_count: int
    height_px: int
    width_px: int
    bit_depth: int = 8
    frame_rate_hz: float | None = None
    exposure_s: float | None = None
    pixel_um: float | None = None
    encoding: str = "memory"
    is_lossy: bool = False
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        if self.frames_count < 1 or self.height_px < 1 or self.width_px < 1:
            raise InputError(f"{self.frames_count} frames of {self.width_px}x{self.height_px} px: holds nothing")
        if not 8 <= self.bit_depth <= 16:
            raise InputError(f"{self.bit_depth} bits a pixel; 8 to 16 can be read")
        for name in ("frame_rate_hz", "exposure_s", "pixel_um"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise InputError(f"{name} must be above 0, not {value}")

    @classmethod
    def from_frames(
        cls,
        frames: Frames,
        *,
        bit_depth: int | None = None,
        frame_rate_hz: float | None = None,
        exposure_s: float | None = None,
        pixel_um: float | None = None,
    ) -> Video:
        """Return a video over an array of frames.

        Args:
            frames: shape (frames, height, width), 8 or 16 bit unsigned, camera counts.
            bit_depth: bits really used; the width of the numbers when None.
            frame_rate_hz: frames per second.
            exposure_s: shutter time, s.
            pixel_um: pixel size in the sample plane, µm.

        Raises:
            InputError: when the array is not a stack of grey 8 or 16 bit frames.
        """
        if frames.ndim != 3:
            raise InputError(f"frames need the shape (frames, height, width), not {frames.shape}")
        if frames.dtype not in (np.uint8, np.uint16):
            raise InputError(f"frames hold {frames.dtype}; camera counts are uint8 or uint16")
        count, height, width = frames.shape
        return cls(
            FramesInMemory(frames),
            count,
            height,
            width,
            bit_depth=bit_depth or frames.dtype.itemsize * 8,
            frame_rate_hz=frame_rate_hz,
            exposure_s=exposure_s,
            pixel_um=pixel_um,
        )

    @property
    def saturation_counts(self) -> int:
        """Count from which pixels are clipped; lossy coding scatters a clipped plateau by a few counts."""
        highest = (1 << self.bit_depth) - 1
        return int(0.96 * highest) if self.is_lossy else highest

    @property
    def duration_s(self) -> float | None:
        """Length of the recording; None where the frame rate is unknown."""
        return None if self.frame_rate_hz is None else self.frames_count / self.frame_rate_hz

    def read(self, start: int, stop: int) -> Frames:
        """Return frames `start` to `stop` (exclusive), shape (stop - start, height, width).

        Raises:
            InputError: when the source cannot deliver them.
        """
        if not 0 <= start < stop <= self.frames_count:
            raise InputError(f"frames {start} to {stop} of a video of {self.frames_count}")
        frames = self.source.read(start, stop)
        if frames.shape != (stop - start, self.height_px, self.width_px):
            raise InputError(
                f"frames {start} to {stop}: {frames.shape} where {self.height_px}x{self.width_px} px was announced",
                hint="the file may be truncated",
            )
        return frames

    def chunks(self, *, chunk_frames: int = CHUNK_FRAMES) -> Iterator[tuple[int, Frames]]:
        """Yield the first frame's index and the frames of one chunk after the other."""
        for start in range(0, self.frames_count, chunk_frames):
            yield start, self.read(start, min(start + chunk_frames, self.frames_count))

    def summary(self) -> dict[str, Any]:
        """Return size, depth, encoding and the settings the file states."""
        return {
            "payload": self.payload_kind,
            "frames": self.frames_count,
            "height_px": self.height_px,
            "width_px": self.width_px,
            "bit_depth": self.bit_depth,
            "encoding": self.encoding,
            "is_lossy": self.is_lossy,
            "frame_rate_hz": self.frame_rate_hz,
            "exposure_s": self.exposure_s,
            "pixel_um": self.pixel_um,
        }
