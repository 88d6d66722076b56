"""One size distribution with its pointwise band, and what is not said below the detection limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.figures.style import (
    HOVER,
    INK,
    LIMIT_DASH,
    SIZE_TICKS,
    Spec,
    finish,
    finite,
    log_axis,
    series_hue,
    top_title,
    with_halo,
)
from paracrine.payloads.size_distribution import FloatArray

_BARS = 40
_NEGLIGIBLE = 1e-3
HEIGHT_TITLE = "Share of particles per decade"


@dataclass(frozen=True, slots=True, eq=False)
class BandCurve:
    """A distribution ready to draw.

    Attributes:
        edges_nm: shape (bins + 1,).
        shares: shape (bins,), sum 1.
        low_shares: shape (bins,), lower limit.
        high_shares: upper limit.
        median_nm: marked.
        median_text: with unit and interval.
        lowest_nm: nothing is said below; 0 where there is no such limit.
        tracks_nm: sizes of single tracks, drawn as a histogram behind; may be empty.
    """

    edges_nm: FloatArray
    shares: FloatArray
    low_shares: FloatArray
    high_shares: FloatArray
    median_nm: float
    median_text: str
    lowest_nm: float
    tracks_nm: FloatArray

    @property
    def per_decade(self) -> FloatArray:
        """Height of the curve, shape (bins,)."""
        return np.asarray(self.shares / np.diff(np.log10(self.edges_nm)))

    def bars(self) -> tuple[FloatArray, FloatArray]:
        """Return edges and heights of the histogram of single tracks."""
        if not self.tracks_nm.size:
            return np.zeros(1), np.zeros(0)
        edges = np.geomspace(self.edges_nm[0], self.edges_nm[-1], _BARS + 1)
        counts, _ = np.histogram(self.tracks_nm, edges)
        return edges, np.asarray(counts / self.tracks_nm.size / np.diff(np.log10(edges)))


def shared_scale(curves: Sequence[BandCurve]) -> tuple[tuple[float, float], float]:
    """Return the size axis and the height that several charts side by side share."""
    lows, highs, tops = [], [], []
    for curve in curves:
        seen = np.flatnonzero(curve.per_decade > _NEGLIGIBLE * curve.per_decade.max())
        lows.append(curve.edges_nm[seen[0]])
        highs.append(curve.edges_nm[seen[-1] + 1])
        band = curve.high_shares / np.diff(np.log10(curve.edges_nm))
        tops.append(max(1.15 * curve.per_decade.max(), min(band.max(), 1.8 * curve.per_decade.max())))
        tops.append(float(curve.bars()[1].max(initial=0.0)) * 1.05)
    low, high = min(lows) / 1.15, max(highs) * 1.15
    return (float(f"{max(low, 1):.3g}"), float(f"{high:.3g}")), float(f"{max(tops):.3g}")


def draw_size_band(curve: BandCurve, *, axis_nm: tuple[float, float], top: float, hue: int = 0) -> Spec:
    """Draw a distribution: histogram of single tracks behind, band, line, median, detection limit.

    Args:
        curve: the distribution.
        axis_nm: range of the size axis.
        top: of the height axis.
        hue: position of its colour.
    """
    x = _size_axis(axis_nm)
    y: Spec = {
        "field": "height",
        "type": "quantitative",
        "scale": {"domain": [0, top], "nice": False},
        "axis": {**top_title(HEIGHT_TITLE), "tickCount": 4},
    }
    colour = series_hue(hue).light
    rows = _rows(curve, axis_nm)
    band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers: list[Spec] = []
    layers += _bar_layers(curve, x, y)
    layers.append(
        {
            "data": {"values": rows},
            "mark": {"type": "area", "opacity": 0.22, "clip": True, "color": colour},
            "encoding": band,
        }
    )
    line = {"type": "line", "strokeWidth": 2.5, "clip": True, "color": colour}
    layers.append({"data": {"values": rows}, "mark": line, "encoding": {"x": x, "y": y}})
    layers += _unseen_layers(curve, x, axis_nm=axis_nm)
    layers += _median_layers(curve, x, axis_nm=axis_nm)
    tooltip = [
        {"field": "size_nm", "title": "Diameter (nm)", "format": ".4~g", "type": "quantitative"},
        {"field": "height", "title": HEIGHT_TITLE, "format": ".3~g", "type": "quantitative"},
        {"field": "low", "title": "95 % from", "format": ".3~g", "type": "quantitative"},
        {"field": "high", "title": "to", "format": ".3~g", "type": "quantitative"},
    ]
    catch = {"type": "point", "size": 90, "opacity": 0, "filled": True, "clip": True}
    hover = {"x": x, "y": y, "tooltip": tooltip}
    layers.append({"name": f"{HOVER}_band", "data": {"values": rows}, "mark": catch, "encoding": hover})
    return finish(layers, description=f"Size distribution with 95 % band, {curve.median_text}.", width=470, height=270)


def _size_axis(axis_nm: tuple[float, float]) -> Spec:
    ticks = [tick for tick in SIZE_TICKS if axis_nm[0] <= tick <= axis_nm[1]]
    return {
        "field": "size_nm",
        "type": "quantitative",
        "scale": {"type": "log", "domain": list(axis_nm), "nice": False},
        "axis": log_axis("Hydrodynamic diameter (nm)", ticks=ticks),
    }


def _rows(curve: BandCurve, axis_nm: tuple[float, float]) -> list[dict[str, float]]:
    wide = np.diff(np.log10(curve.edges_nm))
    middle = np.sqrt(curve.edges_nm[1:] * curve.edges_nm[:-1])
    inside = (middle >= max(axis_nm[0], curve.lowest_nm)) & (middle <= axis_nm[1])
    columns = zip(
        finite(middle[inside]),
        finite((curve.shares / wide)[inside]),
        finite((curve.low_shares / wide)[inside]),
        finite((curve.high_shares / wide)[inside]),
        strict=True,
    )
    return [{"size_nm": size, "height": height, "low": low, "high": high} for size, height, low, high in columns]


def _bar_layers(curve: BandCurve, x: Spec, y: Spec) -> list[Spec]:
    edges, heights = curve.bars()
    rows = [
        {"size_nm": low, "to_nm": high, "height": height}
        for low, high, height in zip(finite(edges[:-1]), finite(edges[1:]), finite(heights), strict=True)
        if height
    ]
    if not rows:
        return []
    tooltip = [{"field": "height", "title": "Single tracks", "format": ".3~g", "type": "quantitative"}]
    encoding = {"x": x, "x2": {"field": "to_nm"}, "y": y, "y2": {"datum": 0}, "tooltip": tooltip}
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "rect", "opacity": 0.16, "color": INK, "clip": True},
            "encoding": encoding,
        }
    ]


def _unseen_layers(curve: BandCurve, x: Spec, *, axis_nm: tuple[float, float]) -> list[Spec]:
    if curve.lowest_nm <= axis_nm[0]:
        return []
    plain = {key: value for key, value in x.items() if key != "axis"}
    row = {"size_nm": axis_nm[0], "to_nm": float(f"{curve.lowest_nm:.4g}"), "text": "not seen"}
    shade = {"type": "rect", "opacity": 0.08, "color": INK}
    edge = {"type": "rule", "strokeDash": LIMIT_DASH, "strokeWidth": 1.2}
    text = {"type": "text", "align": "right", "baseline": "top", "dx": -6, "y": 6, "fontSize": 11.5}
    at_edge = {**plain, "field": "to_nm"}
    return [
        {"data": {"values": [row]}, "mark": shade, "encoding": {"x": plain, "x2": {"field": "to_nm"}}},
        {"data": {"values": [row]}, "mark": edge, "encoding": {"x": at_edge}},
        *with_halo({"data": {"values": [row]}, "mark": text, "encoding": {"x": at_edge, "text": {"field": "text"}}}),
    ]


def _median_layers(curve: BandCurve, x: Spec, *, axis_nm: tuple[float, float]) -> list[Spec]:
    plain = {key: value for key, value in x.items() if key != "axis"}
    row = {"size_nm": float(f"{curve.median_nm:.5g}"), "text": curve.median_text}
    right = np.log(curve.median_nm / axis_nm[0]) > 0.5 * np.log(axis_nm[1] / axis_nm[0])
    text = {"type": "text", "baseline": "top", "y": 22, "fontSize": 12, "fontWeight": "bold"}
    text |= {"align": "right", "dx": -6} if right else {"align": "left", "dx": 6}
    return [
        {"data": {"values": [row]}, "mark": {"type": "rule", "strokeWidth": 1.2}, "encoding": {"x": plain}},
        *with_halo({"data": {"values": [row]}, "mark": text, "encoding": {"x": plain, "text": {"field": "text"}}}),
    ]
