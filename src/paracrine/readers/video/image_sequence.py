"""Folder of numbered frames, PNG or single-page TIFF, in the order of their numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice
from paracrine.payloads.video import Frames, Video
from paracrine.readers.decoding.grey import bits_in_use, colour_notice, require_grey

NAME = "image_sequence"
TITLE = "Folder of PNG or TIFF frames"
_SUFFIXES = (".png", ".tif", ".tiff")
_DEEP_COLOUR = {2, 4, 6}
"""PNG colour types with more than one channel."""


@dataclass(frozen=True, slots=True)
class SequenceFrames:
    """Reads one file a frame."""

    folder: Path
    names: tuple[str, ...]

    def read(self, start: int, stop: int) -> Frames:
        """Return frames `start` to `stop` (exclusive), grey."""
        frames = [require_grey(_pixels(self.folder / name)[None], where=name)[0] for name in self.names[start:stop]]
        if len({frame.shape for frame in frames}) > 1:
            raise InputError("frames differ in size", where=f"{self.names[start]} to {self.names[stop - 1]}")
        return np.stack(frames)


def claims(path: Path, head: bytes) -> bool:
    """Say whether the path is a folder whose images are all of one kind and numbered."""
    return path.is_dir() and bool(_numbered(path))


def open_video(path: Path) -> Video:
    """Open the folder; only its first, middle and last frame are read.

    Raises:
        InputError: when frames cannot be decoded, differ in size or are in true colour.
    """
    names = _numbered(path)
    source = SequenceFrames(path, tuple(name for _, name in names))
    colour = colour_notice(_pixels(path / source.names[0])[None])
    sample = np.concatenate([source.read(index, index + 1) for index in sorted({0, len(names) // 2, len(names) - 1})])
    numbers = [number for number, _ in names]
    missing = numbers[-1] - numbers[0] + 1 - len(numbers)
    notices = [colour] if colour else []
    if missing:
        notices.append(
            Notice(
                code="frames-missing",
                message=f"{missing} numbers are missing between {source.names[0]} and {source.names[-1]}; "
                "frames are taken as evenly spaced in time",
                action="put the missing frames back, or cut the sequence before the gap",
            )
        )
    return Video(
        source,
        len(names),
        sample.shape[1],
        sample.shape[2],
        bit_depth=bits_in_use(sample),
        encoding=f"{Path(source.names[0]).suffix[1:].upper()} sequence",
        notices=tuple(notices),
    )


def _numbered(folder: Path) -> list[tuple[int, str]]:
    images = [entry for entry in folder.iterdir() if entry.suffix.lower() in _SUFFIXES and entry.is_file()]
    if len({entry.suffix.lower() for entry in images}) != 1:
        return []
    numbers = [(re.findall(r"\d+", entry.stem), entry.name) for entry in images]
    if not all(found for found, _ in numbers):
        return []
    return sorted((int(found[-1]), name) for found, name in numbers)


def _pixels(path: Path) -> npt.NDArray[Any]:
    if path.suffix.lower() != ".png":
        return _tiff_page(path)
    from PIL import Image, UnidentifiedImageError

    with path.open("rb") as file:
        head = file.read(26)
    if len(head) == 26 and head[24] == 16 and head[25] in _DEEP_COLOUR:
        raise InputError("PNG with several channels of 16 bits", where=path.name, hint="save the frames as 16-bit grey")
    try:
        with Image.open(path) as image:
            plain = image.convert("RGB") if image.mode == "P" else image
            pixels = np.asarray(plain)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InputError("is no readable PNG", where=path.name, hint="the file is damaged or truncated") from error
    return pixels.astype(np.uint16) if pixels.dtype == np.int32 else pixels


def _tiff_page(path: Path) -> npt.NDArray[Any]:
    import tifffile

    try:
        pixels: npt.NDArray[Any] = tifffile.imread(path)
    except (tifffile.TiffFileError, IndexError, ValueError, OSError) as error:
        raise InputError(f"is no readable TIFF: {error}", where=path.name) from error
    return pixels
