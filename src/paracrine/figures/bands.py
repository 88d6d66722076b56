"""Amounts over time with their bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.figures.style import SERIES, Spec, finish, series_dash, series_hue, top_title, with_halo

HOUR_TICKS = [0.02, 0.1, 0.5, 1, 2, 4, 8, 24, 48, 96, 168, 336]
_LINES_AT_MOST = 4
_NAME_PLACES = (0.5, 0.75, 0.28, 0.9)


@dataclass(frozen=True, slots=True)
class BandLine:
    """One place over time; `point` False draws the band alone, because no value in it is preferred."""

    name: str
    low: Sequence[float]
    middle: Sequence[float]
    high: Sequence[float]
    point: bool = True


def draw_bands(times_h: Sequence[float], lines: Sequence[BandLine], *, title: str, log: bool = False) -> Spec:
    """Draw up to four places over time, a band and a line each, named at their end.

    Args:
        times_h: the first may be zero and is then left out, because time is on a log axis.
        lines: at most four.
        title: of the y axis, with unit.
        log: log y axis; values below a thousandth are drawn there.

    Returns:
        A Vega-Lite specification.
    """
    shown = lines[:_LINES_AT_MOST]
    floor = 1e-3 if log else 0.0
    top = max((value for line in shown for value in line.high), default=1.0) or 1.0
    kept = [index for index, time in enumerate(times_h) if time > 0]
    x = {
        "field": "h", "type": "quantitative",
        "scale": {"type": "log", "domain": [times_h[kept[0]], times_h[kept[-1]]], "nice": False},
        "axis": {
            "title": "Hours after the dose, log scale", "grid": False, "format": ".2~g",
            "values": [tick for tick in HOUR_TICKS if times_h[kept[0]] <= tick <= times_h[kept[-1]]],
        },
    }  # fmt: skip
    scale: Spec = (
        {"type": "log", "domain": [floor, 1.4 * top], "nice": False, "clamp": True}
        if log
        else {"domain": [0, 1.05 * top], "nice": False}
    )
    axis = {**top_title(f"{title}{', log scale' if log else ''}"), "tickCount": 5, "format": ".3~r"}
    y = {"field": "middle", "type": "quantitative", "scale": scale, "axis": axis}
    layers = [
        layer for position, line in enumerate(shown) for layer in _band(times_h, kept, line, position, x, y, floor)
    ]
    layers.extend(_names(times_h, kept, shown, x, y))
    return finish(layers, description=f"{title} over time for {', '.join(line.name for line in shown)}.", height=270)


def _band(
    times_h: Sequence[float], kept: list[int], line: BandLine, position: int, x: Spec, y: Spec, floor: float
) -> list[Spec]:
    found: list[Spec] = []
    hue = series_hue(position).light
    rows = [
        {"place": line.name, "h": _short(times_h[i]), "low": _short(max(line.low[i], floor)),
         "middle": _short(max(line.middle[i], floor)), "high": _short(max(line.high[i], floor))}
        for i in kept
    ]  # fmt: skip
    tooltip = [
        {"field": "place", "title": "Place"}, {"field": "h", "title": "h", "format": ".3~g"},
        {"field": "low", "title": "low", "format": ".3~g"}, {"field": "high", "title": "high", "format": ".3~g"},
    ]  # fmt: skip
    if line.point:
        tooltip.insert(2, {"field": "middle", "title": "median", "format": ".3~g"})
    data = {"values": rows}
    area = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tooltip}
    found.append({"data": data, "mark": {"type": "area", "color": hue, "opacity": 0.16}, "encoding": area})
    if line.point:
        stroke = {"type": "line", "color": hue, "strokeWidth": 2.2, "strokeDash": series_dash(position)}
        found.append({"data": data, "mark": stroke, "encoding": {"x": x, "y": y, "tooltip": tooltip}})
    else:
        for end in ("low", "high"):
            edge = {"type": "line", "color": hue, "strokeWidth": 1, "strokeDash": series_dash(position)}
            found.append({"data": data, "mark": edge, "encoding": {"x": x, "y": {**y, "field": end}}})
    return found


def _names(times_h: Sequence[float], kept: list[int], lines: Sequence[BandLine], x: Spec, y: Spec) -> list[Spec]:
    """Each name over its line, at places that lie apart."""
    found: list[Spec] = []
    for position, line in enumerate(lines):
        values = line.middle if line.point else line.high
        at = kept[int(_NAME_PLACES[position] * (len(kept) - 1))]
        row = {"place": line.name, "h": _short(times_h[at]), "middle": _short(max(values[at], 1e-3))}
        mark = {"type": "text", "dy": -9, "color": SERIES[position].light, "fontWeight": 600}
        encoding = {"x": x, "y": y, "text": {"field": "place"}}
        found.extend(with_halo({"data": {"values": [row]}, "mark": mark, "encoding": encoding}))
    return found


def _short(value: float) -> float:
    return float(f"{value:.4g}")
