"""One frame of a video as SVG: the camera's picture, spots and tracks drawn over it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO

import numpy as np
import numpy.typing as npt

from paracrine.payloads.size_distribution import FloatArray

_WIDEST_PX = 1000
_QUALITY = 80


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPath:
    """A track up to a frame.

    Attributes:
        x_px: shape (n,), columns, oldest first.
        y_px: shape (n,), rows.
        text: shown on hover.
        analysed: whether the track is long enough to have a size.
    """

    x_px: FloatArray
    y_px: FloatArray
    text: str
    analysed: bool


@dataclass(frozen=True, slots=True, eq=False)
class FrameSample:
    """One frame with what was found in it.

    Attributes:
        frame: index from 0.
        time_s: of the frame.
        pixels: shape (height, width), camera counts.
        radius_px: of the circles.
        paths: tracks that have a spot in this frame; the last point is that spot.
    """

    frame: int
    time_s: float
    pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    radius_px: float
    paths: tuple[DrawnPath, ...]


def draw_frame(sample: FrameSample, *, low_counts: float, high_counts: float) -> str:
    """Return the frame as SVG text with the groups `paths` and `spots`.

    Args:
        sample: frame, spots and tracks.
        low_counts: drawn black.
        high_counts: drawn white.
    """
    height, width = sample.pixels.shape
    picture = base64.b64encode(_jpeg(sample.pixels, low_counts, high_counts)).decode()
    title = f"Frame {sample.frame}, {len(sample.paths)} spots"
    return "".join(
        (
            f'<svg class="frame-svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">',
            f'<image href="data:image/jpeg;base64,{picture}" width="{width}" height="{height}"/>',
            '<g class="paths">',
            *_lines(sample.paths),
            '</g><g class="spots">',
            *_circles(sample.paths, radius_px=sample.radius_px),
            "</g></svg>",
        )
    )


def common_contrast(samples: Sequence[FrameSample]) -> tuple[float, float]:
    """Return the counts drawn black and white in all frames: the darkest and brightest 0.3 % are clipped."""
    counts = np.concatenate([sample.pixels.ravel()[:: max(1, sample.pixels.size // 50_000)] for sample in samples])
    low, high = np.quantile(counts, [0.003, 0.997])
    return float(low), float(max(high, low + 1))


def _jpeg(pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], low_counts: float, high_counts: float) -> bytes:
    from PIL import Image

    scaled = (pixels.astype(np.float32) - low_counts) / (high_counts - low_counts)
    image = Image.fromarray((np.clip(scaled, 0, 1) * 255).astype(np.uint8), mode=None)
    if image.width > _WIDEST_PX:
        image = image.resize((_WIDEST_PX, round(image.height * _WIDEST_PX / image.width)), Image.Resampling.BOX)
    out = BytesIO()
    image.save(out, format="JPEG", quality=_QUALITY)
    return out.getvalue()


def _lines(paths: Sequence[DrawnPath]) -> Iterator[str]:
    for path in paths:
        if path.x_px.size > 1:
            places = " ".join(f"{x + 0.5:.1f},{y + 0.5:.1f}" for x, y in zip(path.x_px, path.y_px, strict=True))
            yield f'<polyline class="{_kind(path)}" points="{places}"/>'


def _circles(paths: Sequence[DrawnPath], *, radius_px: float) -> Iterator[str]:
    for path in paths:
        x, y = float(path.x_px[-1]) + 0.5, float(path.y_px[-1]) + 0.5
        text = f"<title>{escape(path.text)}</title>"
        yield f'<circle class="{_kind(path)}" cx="{x:.1f}" cy="{y:.1f}" r="{radius_px:.1f}">{text}</circle>'


def _kind(path: DrawnPath) -> str:
    return "sized" if path.analysed else "short"
