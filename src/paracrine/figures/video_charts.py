"""Charts of one tracked video: size and brightness, common motion, answers at other thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.figures.style import (
    LIMIT_DASH,
    SERIES,
    SIZE_TICKS,
    Spec,
    finish,
    finite,
    log_axis,
    series_dash,
    top_title,
    with_halo,
)
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray

_POINTS_AT_MOST = 3000
_ROOM_FOR_NAMES = 0.12
_TRACE_POINTS_AT_MOST = 400
_POWERS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000]


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """A median at one detection threshold."""

    threshold_ratio: float
    series: str
    value_nm: float
    low_nm: float
    high_nm: float
    chosen: bool


def draw_size_brightness(
    *,
    track: IntArray,
    diameter_nm: FloatArray,
    relative_error: FloatArray,
    brightness_counts: FloatArray,
    spots_count: IntArray,
) -> Spec:
    """Draw one point a track on the plane of size and brightness, both logarithmic; the surest 3000 at most.

    Args:
        track: shape (n,), number of the track.
        diameter_nm: shape (n,).
        relative_error: shape (n,), of the diameter.
        brightness_counts: shape (n,), highest peak over the background.
        spots_count: shape (n,), spots of the track.
    """
    shown = np.argsort(relative_error, kind="stable")[:_POINTS_AT_MOST]
    rows = [
        {"track": int(track[i]), "size_nm": size, "light": light, "error": error, "spots": int(spots_count[i])}
        for i, size, light, error in zip(
            shown,
            finite(diameter_nm[shown]),
            finite(brightness_counts[shown]),
            finite(100 * relative_error[shown]),
            strict=True,
        )
        if light > 0
    ]
    tooltip = [
        {"field": "track", "title": "Track", "type": "quantitative"},
        {"field": "size_nm", "title": "Diameter (nm)", "format": ".3~g", "type": "quantitative"},
        {"field": "error", "title": "± %", "format": ".2~g", "type": "quantitative"},
        {"field": "light", "title": "Peak (counts)", "format": ".3~g", "type": "quantitative"},
        {"field": "spots", "title": "Spots", "type": "quantitative"},
    ]
    encoding = {
        "x": _log_scale("size_nm", "Diameter of the single track (nm)", SIZE_TICKS, [row["size_nm"] for row in rows]),
        "y": _log_scale(
            "light", "Peak over the background (counts)", _POWERS, [row["light"] for row in rows], top=True
        ),
        "tooltip": tooltip,
    }
    mark = {"type": "point", "filled": True, "size": 22, "opacity": 0.45, "color": SERIES[0].light, "clip": True}
    layer: Spec = {"data": {"values": rows}, "mark": mark, "encoding": encoding}
    return finish([layer], description=f"Size and brightness of {len(rows)} tracks.")


def _log_scale(field: str, title: str, ticks: list[int], values: Sequence[float], *, top: bool = False) -> Spec:
    # A particle that sticks has no size; a few of them shall not squeeze the others into a corner.
    low, high = np.quantile(values, [0.002, 0.98]) * [1 / 1.3, 1.3] if values else (1.0, 10.0)
    high = max(high, 1.5 * low)
    inside = [tick for tick in ticks if low <= tick <= high]
    axis = log_axis(title, ticks=inside)
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"type": "log", "domain": [float(f"{low:.3g}"), float(f"{high:.3g}")], "nice": False},
        "axis": {**axis, **top_title(axis["title"])} if top else axis,
    }


def draw_common_motion(*, time_s: FloatArray, x_um: FloatArray, y_um: FloatArray) -> Spec:
    """Draw how all particles moved together, along x and y, over the recording.

    Args:
        time_s: shape (frames,).
        x_um: shape (frames,), against the first frame.
        y_um: the same along y.
    """
    kept = np.unique(np.linspace(0, time_s.size - 1, min(time_s.size, _TRACE_POINTS_AT_MOST)).astype(int))
    layers: list[Spec] = []
    x: Spec = {"field": "at", "type": "quantitative", "axis": {"title": "Time (s)", "grid": False}}
    lowest, highest = float(min(x_um.min(), y_um.min())), float(max(x_um.max(), y_um.max()))
    # Room for the names beyond both lines.
    room = _ROOM_FOR_NAMES * max(highest - lowest, 1e-3)
    y: Spec = {
        "field": "um",
        "type": "quantitative",
        "axis": {**top_title("Common motion (µm)"), "tickCount": 5},
        "scale": {"domain": [float(f"{lowest - room:.4g}"), float(f"{highest + room:.4g}")]},
    }
    x_on_top = bool(x_um[-1] >= y_um[-1])
    for position, (name, moved) in enumerate((("along x", x_um), ("along y", y_um))):
        rows = [
            {"at": at, "um": um, "axis": name} for at, um in zip(finite(time_s[kept]), finite(moved[kept]), strict=True)
        ]
        mark = {"type": "line", "color": SERIES[position].light, "strokeDash": series_dash(position)}
        tooltip = [
            {"field": "axis", "title": "Motion"},
            {"field": "at", "title": "Time (s)", "format": ".3~g", "type": "quantitative"},
            {"field": "um", "title": "µm", "format": ".3~g", "type": "quantitative"},
        ]
        layers.append({"data": {"values": rows}, "mark": mark, "encoding": {"x": x, "y": y, "tooltip": tooltip}})
        text = {
            "type": "text",
            "align": "right",
            "dy": -9 if (position == 0) == x_on_top else 12,
            "color": SERIES[position].light,
        }
        layers += with_halo(
            {"data": {"values": rows[-1:]}, "mark": text, "encoding": {"x": x, "y": y, "text": {"field": "axis"}}}
        )
    return finish(layers, description="Motion that all particles share, along x and y.", height=220)


def draw_thresholds(points: Sequence[ThresholdPoint]) -> Spec:
    """Draw the median over the detection threshold with its interval, one line a population; the chosen one marked.

    Args:
        points: at least one.
    """
    names = list(dict.fromkeys(point.series for point in points))
    x: Spec = {
        "field": "threshold",
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {"title": "Detection threshold (brightness over its noise)", "grid": False},
    }
    y: Spec = {
        "field": "value",
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {**top_title("D50 (nm)"), "tickCount": 5},
    }
    layers: list[Spec] = []
    chosen = next((point for point in points if point.chosen), None)
    if chosen is not None:
        row = {"threshold": chosen.threshold_ratio, "text": "used here"}
        rule = {"type": "rule", "strokeDash": LIMIT_DASH}
        text = {"type": "text", "align": "left", "dx": 5, "y": 8, "fontSize": 11.5}
        plain = {key: value for key, value in x.items() if key != "axis"}
        layers.append({"data": {"values": [row]}, "mark": rule, "encoding": {"x": plain}})
        layers += with_halo(
            {"data": {"values": [row]}, "mark": text, "encoding": {"x": plain, "text": {"field": "text"}}}
        )
    for position, name in enumerate(names):
        layers += _threshold_layers([p for p in points if p.series == name], x, y, position=position)
    return finish(layers, description="Median diameter at several detection thresholds.", height=240)


def _threshold_layers(points: Sequence[ThresholdPoint], x: Spec, y: Spec, *, position: int) -> list[Spec]:
    colour = SERIES[position].light
    rows = [
        {"threshold": p.threshold_ratio, "value": p.value_nm, "low": p.low_nm, "high": p.high_nm, "series": p.series}
        for p in points
    ]
    data = {"values": rows}
    tooltip = [
        {"field": "series", "title": "Particles"},
        {"field": "threshold", "title": "Threshold", "format": ".3~g", "type": "quantitative"},
        {"field": "value", "title": "D50 (nm)", "format": ".4~g", "type": "quantitative"},
        {"field": "low", "title": "95 % from", "format": ".4~g", "type": "quantitative"},
        {"field": "high", "title": "to", "format": ".4~g", "type": "quantitative"},
    ]
    band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    side: Spec = {"align": "right", "dy": -12} if position == 0 else {"align": "left", "dy": -12}
    last = {"type": "text", **side, "color": colour, "fontWeight": "bold"}
    named = {"x": x, "y": y, "text": {"field": "series"}}
    return [
        {"data": data, "mark": {"type": "area", "opacity": 0.15, "color": colour}, "encoding": band},
        {
            "data": data,
            "mark": {"type": "line", "color": colour, "strokeDash": series_dash(position), "strokeWidth": 2},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "color": colour},
            "encoding": {"x": x, "y": y, "tooltip": tooltip},
        },
        *with_halo({"data": {"values": rows[-1:] if position == 0 else rows[:1]}, "mark": last, "encoding": named}),
    ]
