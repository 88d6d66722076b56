"""Uncompressed AVI (RIFF): 8-bit grey, 16-bit grey, and 24 or 32 bits a pixel of one tint."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice
from paracrine.payloads.video import Frames, Video
from paracrine.readers.decoding.grey import colour_notice, require_grey

NAME = "raw_avi"
TITLE = "Uncompressed AVI"
_CODES = {b"\0\0\0\0", b"DIB ", b"RGB ", b"RAW ", b"Y800", b"Y8  ", b"GREY", b"Y16 "}
_LISTS = (b"RIFF", b"LIST")


@dataclass(frozen=True, slots=True)
class _Layout:
    width_px: int
    height_px: int
    bits: int
    bottom_up: bool
    code: bytes
    rate_hz: float | None

    @property
    def row_bytes(self) -> int:
        used = self.width_px * self.bits // 8
        return used if self.code in (b"Y800", b"Y8  ", b"GREY", b"Y16 ") else (used + 3) // 4 * 4


@dataclass(frozen=True, slots=True)
class RawAviFrames:
    """Reads frames by their place in the file."""

    path: Path
    offsets: tuple[int, ...]
    layout: _Layout

    def read(self, start: int, stop: int) -> Frames:
        """Return frames `start` to `stop` (exclusive), grey."""
        layout = self.layout
        frame_bytes = layout.row_bytes * layout.height_px
        frames = []
        with self.path.open("rb") as file:
            for index in range(start, stop):
                file.seek(self.offsets[index])
                data = file.read(frame_bytes)
                if len(data) < frame_bytes:
                    raise InputError(f"frame {index} ends early", where=self.path.name, hint="the file is truncated")
                frames.append(self.pixels(data))
        return require_grey(np.stack(frames), where=f"{self.path.name}: frames {start} to {stop}")

    def pixels(self, data: bytes) -> npt.NDArray[Any]:
        """Return one frame's pixels as stored, shape (height, width) or (height, width, channels)."""
        layout = self.layout
        rows = np.frombuffer(data, dtype=np.uint8).reshape(layout.height_px, layout.row_bytes)
        rows = rows[::-1] if layout.bottom_up else rows
        used = np.ascontiguousarray(rows[:, : layout.width_px * layout.bits // 8])
        if layout.bits == 16:
            return used.view("<u2")
        return used if layout.bits == 8 else used.reshape(layout.height_px, layout.width_px, -1)


def claims(path: Path, head: bytes) -> bool:
    """Say whether the file is an AVI whose frames are not compressed."""
    if not path.is_file() or head[:4] != b"RIFF" or head[8:12] != b"AVI ":
        return False
    at = head.find(b"strf")
    return at >= 0 and head[at + 24 : at + 28] in _CODES


def open_video(path: Path) -> Video:
    """Open the video without reading its frames.

    Raises:
        InputError: when headers are broken, no frame is complete or the frames are in true colour.
    """
    with path.open("rb") as file:
        layout, offsets, announced = _index(file, path)
    if not offsets:
        raise InputError("holds no complete frame", where=path.name, hint="the recording was not closed properly")
    notices = []
    if announced and len(offsets) < announced:
        notices.append(
            Notice(
                code="video-truncated",
                message=f"the file announces {announced} frames and holds {len(offsets)} complete ones",
                action="copy the recording again",
            )
        )
    source = RawAviFrames(path, tuple(offsets), layout)
    source.read(0, 1)
    with path.open("rb") as file:
        colour = colour_notice(source.pixels(_read(file, offsets[0], layout.row_bytes * layout.height_px))[None])
    notices.extend([colour] if colour else [])
    return Video(
        source,
        len(offsets),
        layout.height_px,
        layout.width_px,
        bit_depth=16 if layout.bits == 16 else 8,
        frame_rate_hz=layout.rate_hz,
        encoding="raw AVI",
        notices=tuple(notices),
    )


def _index(file: BinaryIO, path: Path) -> tuple[_Layout, list[int], int]:
    end = path.stat().st_size
    rate, announced, layout = None, 0, None
    offsets: list[int] = []
    for code, at, size in _chunks(file, 0, end):
        if code == b"strh" and layout is None:
            header = _read(file, at, 36)
            scale, per_second, announced = struct.unpack("<II4xI", header[20:36])
            rate = per_second / scale if scale and per_second else None
        elif code == b"strf" and layout is None:
            layout = _layout(_read(file, at, 40), rate, path)
        elif layout is not None and code in (b"00db", b"00dc"):
            whole = size >= layout.row_bytes * layout.height_px and at + size <= end
            offsets.extend([at] if whole else [])
    if layout is None:
        raise InputError("has no video header", where=path.name, hint="the file is damaged")
    return layout, offsets, announced


def _layout(header: bytes, rate_hz: float | None, path: Path) -> _Layout:
    if len(header) < 40:
        raise InputError("the video header ends early", where=path.name)
    width, height, _, bits = struct.unpack("<iiHH", header[4:16])
    code = header[16:20]
    if width <= 0 or height == 0 or bits not in (8, 16, 24, 32) or (bits == 16 and code != b"Y16 "):
        raise InputError(f"{bits} bits a pixel in {width}x{abs(height)} px cannot be read", where=path.name)
    plain = code in (b"\0\0\0\0", b"DIB ", b"RGB ", b"RAW ")
    return _Layout(width, abs(height), bits, plain and height > 0, code, rate_hz)


def _chunks(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield code, place and size of every chunk, inside lists too."""
    at = start
    while at + 8 <= end:
        code, size = struct.unpack("<4sI", _read(file, at, 8))
        if code in _LISTS:
            at += 12
            continue
        yield code, at + 8, size
        at += 8 + size + size % 2


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
