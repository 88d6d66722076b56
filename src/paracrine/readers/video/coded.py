"""Compressed video (FFV1, MJPEG, H.264 and what else PyAV decodes): extra `video`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError, MissingExtra
from paracrine.payloads.video import Frames, Video
from paracrine.readers.decoding.grey import GREY_FROM_COLOUR, LOSSY, colour_notice, require_grey
from paracrine.readers.video import raw_avi

NAME = "coded"
TITLE = "Compressed video (extra `video`)"
_SUFFIXES = (".avi", ".mkv", ".mp4", ".mov", ".m4v", ".wmv", ".webm", ".mpg", ".mpeg")
_LOSSLESS = {"ffv1", "rawvideo", "png", "huffyuv", "ffvhuff", "utvideo", "magicyuv", "v210", "gif"}
_COLOUR_TOLERANCE = 3
"""Lossy coders scatter grey by so many counts in the colour planes."""


@dataclass(frozen=True, slots=True)
class CodedFrames:
    """Decodes from the last key frame before the frames asked for."""

    path: Path
    times: tuple[int, ...]
    """Presentation time of every frame, rising, in the stream's own unit."""

    def read(self, start: int, stop: int) -> Frames:
        """Return frames `start` to `stop` (exclusive), grey."""
        wanted = {time: index for index, time in enumerate(self.times[start:stop])}
        found: dict[int, npt.NDArray[Any]] = {}
        with _decoder(self.path) as (container, stream):
            if start:
                container.seek(self.times[start], stream=stream, backward=True)
            for frame in container.decode(stream):
                if frame.pts in wanted:
                    where = f"{self.path.name}: frame {start + wanted[frame.pts]}"
                    found[wanted[frame.pts]] = require_grey(_pixels(frame)[None], where=where)[0]
                if len(found) == len(wanted) or (frame.pts is not None and frame.pts > self.times[stop - 1]):
                    break
        if len(found) < len(wanted):
            raise InputError(
                f"{len(wanted) - len(found)} of the frames {start} to {stop} cannot be decoded",
                where=self.path.name,
                hint="the file is damaged; copy or export it again",
            )
        frames: Frames = np.stack([found[index] for index in range(len(wanted))])
        return frames


def claims(path: Path, head: bytes) -> bool:
    """Say whether the name is that of a video, other than an uncompressed AVI."""
    return path.is_file() and path.suffix.lower() in _SUFFIXES and not raw_avi.claims(path, head)


def open_video(path: Path) -> Video:
    """Open the video and list its frames without decoding them.

    Raises:
        MissingExtra: when PyAV is not installed.
        InputError: when no frame can be decoded or the frames are in true colour.
    """
    with _decoder(path) as (container, stream):
        times = sorted({packet.pts for packet in container.demux(stream) if packet.pts is not None and packet.size})
        rate, codec = stream.average_rate, stream.codec_context.name
    if not times:
        raise InputError("holds no video frame", where=path.name)
    source = CodedFrames(path, tuple(times))
    first = source.read(0, 1)
    with _decoder(path) as (container, stream):
        frame = next(container.decode(stream))
        colour = colour_notice(_pixels(frame)[None]) or (GREY_FROM_COLOUR if _is_neutral(frame) else None)
    lossy = LOSSY if codec not in _LOSSLESS else None
    return Video(
        source,
        len(times),
        first.shape[1],
        first.shape[2],
        bit_depth=max(8, int(frame.format.components[0].bits)) if first.dtype == np.uint16 else 8,
        frame_rate_hz=float(rate) if rate else None,
        encoding=codec,
        is_lossy=codec not in _LOSSLESS,
        notices=tuple(notice for notice in (colour, lossy) if notice),
    )


@contextmanager
def _decoder(path: Path) -> Iterator[tuple[Any, Any]]:
    try:
        import av
    except ImportError as error:
        raise MissingExtra(
            "compressed video needs PyAV", where=path.name, hint="pip install 'paracrine[video]'"
        ) from error
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise InputError("holds no video", where=path.name)
            yield container, container.streams.video[0]
    except (av.error.FFmpegError, StopIteration) as error:
        raise InputError(f"cannot be decoded: {error}", where=path.name, hint="the file is damaged") from error


def _pixels(frame: Any) -> npt.NDArray[Any]:
    """Return the brightness where a frame is grey, else its colours."""
    if frame.format.name.startswith("gray") or _is_neutral(frame):
        return _plane(frame, frame.planes[0])
    colours: npt.NDArray[Any] = frame.to_ndarray(format="rgb24")
    return colours


def _is_neutral(frame: Any) -> bool:
    """Say whether the colour planes hold nothing beyond what lossy coders scatter."""
    if not frame.format.name.startswith("yuv"):
        return False
    neutral = 1 << (int(frame.format.components[1].bits) - 1)
    strayed = [np.abs(_plane(frame, plane).astype(np.int32) - neutral) for plane in frame.planes[1:3]]
    return all(np.mean(away > _COLOUR_TOLERANCE) < 1e-3 for away in strayed)


def _plane(frame: Any, plane: Any) -> npt.NDArray[Any]:
    deep = frame.format.components[0].bits > 8
    number = ("<u2" if not frame.format.name.endswith("be") else ">u2") if deep else "u1"
    rows = np.frombuffer(plane, dtype=number).reshape(plane.height, -1)[:, : plane.width]
    return rows.astype(np.uint16 if deep else np.uint8)
