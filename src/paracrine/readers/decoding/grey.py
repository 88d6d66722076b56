"""Grey frames from what cameras and screen programs write."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.payloads.video import Frames

GREY_FROM_COLOUR = Notice(
    code="grey-from-colour",
    message="the frames are stored in colour with equal channels; one channel was read",
    severity=Severity.NOTE,
)
GREY_FROM_TINT = Notice(
    code="grey-from-tint",
    message="the frames are in colour with one tint all over; the mean of the colour channels was read",
    severity=Severity.CAUTION,
    action="a monochrome camera gives less noise; check that the particles are not told apart by colour",
)
_TINT_SPREAD = 0.1
"""Share of the full range by which a pixel's tint may differ from the usual one."""
_STRAYED_SHARE = 1e-3
LOSSY = Notice(
    code="lossy-video",
    message="the video was compressed with loss: faint particles and the noise are not as the camera saw them",
    severity=Severity.CAUTION,
    action="export the recording uncompressed or lossless (raw AVI, TIFF stack, FFV1)",
)


def require_grey(pixels: npt.NDArray[Any], *, where: str) -> Frames:
    """Return grey frames: as they are, one of equal channels, or the mean of channels that differ by one tint.

    Args:
        pixels: shape (frames, height, width) or (frames, height, width, channels) of uint8 or uint16; a second or
            fourth channel is opacity and is left out.
        where: file and frame, for messages.

    Raises:
        InputError: when the colour varies over the frame (a true-colour video) or the numbers are no camera counts.
    """
    if pixels.dtype not in (np.uint8, np.uint16):
        raise InputError(f"pixels are {pixels.dtype}; camera counts are whole numbers of 8 or 16 bits", where=where)
    if pixels.ndim == 3:
        return pixels
    if pixels.shape[-1] < 3:
        return np.ascontiguousarray(pixels[..., 0])
    if colour_notice(pixels) is GREY_FROM_COLOUR:
        return np.ascontiguousarray(pixels[..., 0])
    colours = pixels[..., :3].astype(np.float32)
    full = float(np.iinfo(pixels.dtype).max)
    for channel in (1, 2):
        difference = colours[..., channel] - colours[..., 0]
        strayed = np.abs(difference - np.median(difference)) > _TINT_SPREAD * full
        if np.mean(strayed) > _STRAYED_SHARE:
            raise InputError(
                "a true-colour video: the colour varies over the frame, and particles are counted on one grey level",
                where=where,
                hint="export the camera's own monochrome frames, or the one channel that holds the signal",
            )
    grey: Frames = np.rint(colours.mean(axis=-1)).astype(pixels.dtype)
    return grey


def colour_notice(pixels: npt.NDArray[Any]) -> Notice | None:
    """Return what to say of frames stored in colour, None for grey ones."""
    if pixels.ndim < 4 or pixels.shape[-1] < 3:
        return None
    first = pixels[..., 0]
    equal = np.array_equal(first, pixels[..., 1]) and np.array_equal(first, pixels[..., 2])
    return GREY_FROM_COLOUR if equal else GREY_FROM_TINT


def bits_in_use(frames: Frames) -> int:
    """Return the bits a 16-bit container really uses: fewer where its highest value is a clipped 10, 12 or 14 bits.

    Args:
        frames: some frames of the video.
    """
    if frames.dtype == np.uint8:
        return 8
    highest = int(frames.max())
    for bits in (10, 12, 14):
        if highest == (1 << bits) - 1:
            return bits
    return 16
