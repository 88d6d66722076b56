"""TIFF stack: all pages of one file, 8 or 16 bit grey, ImageJ's own settings where they are there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.payloads.video import Frames, Video
from paracrine.readers.decoding.grey import bits_in_use, colour_notice, require_grey

NAME = "tiff_stack"
TITLE = "TIFF stack"
_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_LENGTHS_UM = {"micron": 1.0, "microns": 1.0, "um": 1.0, "µm": 1.0, "\\u00B5m": 1.0, "nm": 1e-3, "mm": 1e3}


@dataclass(frozen=True, slots=True)
class TiffFrames:
    """Reads pages; a stack written as one block (ImageJ) is read by its place in the file."""

    path: Path
    contiguous: tuple[int, str, tuple[int, ...]] | None
    """Place of the first frame, number format and shape, where the whole stack lies in one block."""

    def read(self, start: int, stop: int) -> Frames:
        """Return frames `start` to `stop` (exclusive), grey."""
        return require_grey(self.pixels(start, stop), where=f"{self.path.name}: pages {start} to {stop}")

    def pixels(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Return pages as stored, shape (frames, height, width) or (frames, height, width, channels)."""
        if self.contiguous is not None:
            offset, number, shape = self.contiguous
            stack = np.memmap(self.path, dtype=number, mode="r", offset=offset, shape=shape)
            native = np.uint8 if stack.dtype.itemsize == 1 else np.uint16
            return np.array(stack[start:stop], dtype=native)
        import tifffile

        try:
            with tifffile.TiffFile(self.path) as file:
                return np.stack([file.pages[index].asarray() for index in range(start, stop)])
        except (tifffile.TiffFileError, ValueError, IndexError, OSError, RuntimeError) as error:
            hint = "save it without compression"
            raise InputError(f"cannot be decoded: {error}", where=self.path.name, hint=hint) from error


def claims(path: Path, head: bytes) -> bool:
    """Say whether the file is a TIFF."""
    return path.is_file() and head[:4] in _MARKS


def open_video(path: Path) -> Video:
    """Open the stack without reading its pages.

    Raises:
        InputError: when the file is damaged, its pages differ in size, or the frames are in true colour.
    """
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            series = file.series[0]
            page = file.pages.first
            shape, kind, offset = series.shape, series.dtype, series.dataoffset
            pages = len(file.pages)
            settings: dict[str, Any] = dict(file.imagej_metadata or {})
            resolution = page.tags.get("XResolution")
            pixel_um = _pixel_um(settings, resolution.value if resolution else None)
            frame_shape, order = page.shape, file.byteorder
    except (tifffile.TiffFileError, IndexError, ValueError, OSError) as error:
        raise InputError(f"is no readable TIFF: {error}", where=path.name, hint="the file is damaged") from error
    if kind is None or len(frame_shape) not in (2, 3):
        raise InputError(f"pages of shape {frame_shape} are no frames", where=path.name)
    count = int(np.prod(shape)) // int(np.prod(frame_shape))
    whole = None
    if offset is not None and kind.itemsize <= 2:
        whole = (int(offset), f"{order}u{kind.itemsize}", (count, *frame_shape))
    elif count != pages:
        raise InputError(f"{pages} pages of more than one size", where=path.name, hint="one stack per file")
    source = TiffFrames(path, whole)
    first = source.read(0, 1)
    sample = np.concatenate([source.read(index, index + 1) for index in {0, count // 2, count - 1}])
    interval = settings.get("finterval")
    return Video(
        source,
        count,
        first.shape[1],
        first.shape[2],
        bit_depth=bits_in_use(sample),
        frame_rate_hz=1 / float(interval) if interval else None,
        pixel_um=pixel_um,
        encoding="TIFF",
        notices=tuple(notice for notice in (colour_notice(source.pixels(0, 1)),) if notice),
    )


def _pixel_um(settings: dict[str, Any], resolution: tuple[int, int] | None) -> float | None:
    """Return the pixel size only where the file names its unit of length."""
    length = _LENGTHS_UM.get(str(settings.get("unit", "")))
    if length is None or not resolution or not resolution[0]:
        return None
    return length * resolution[1] / resolution[0]
