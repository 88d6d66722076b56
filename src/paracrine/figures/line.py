"""A production line in charts: losses by step, sizes by origin, the culture over time, what decides, what differs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.figures.style import (
    ROW_PX,
    SERIES,
    SIZE_TICKS,
    Spec,
    finish,
    finite,
    log_axis,
    names_axis,
    series_dash,
    series_hue,
    short_names,
    top_title,
    with_halo,
)

_NAME_AT = (0.30, 0.55, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """A named value with its band; `point` False draws the band alone."""

    name: str
    low: float
    middle: float
    high: float
    text: str = ""
    point: bool = True


@dataclass(frozen=True, slots=True)
class Curve:
    """A named curve, with a band where low and high are given."""

    name: str
    x: Sequence[float]
    middle: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class DesignMark:
    """A design by two ratios, each as low, middle, high; `is_sure` draws the middle too."""

    label: str
    x: tuple[float, float, float]
    y: tuple[float, float, float]
    is_sure: bool
    text: str


def draw_losses(rows: Sequence[IntervalRow]) -> Spec:
    """Draw what becomes of the harvest: one bar a named loss, the product last, in per cent of the harvest.

    Args:
        rows: per cent of the harvest, in the order of the line; the last is what reaches the vials. A row without a
            point is a pale bar from low to high.

    Returns:
        A Vega-Lite specification.
    """
    names = short_names([row.name for row in rows])
    top = max((row.high for row in rows), default=1.0) or 1.0
    values = [
        {"name": name, "low": row.low, "middle": row.middle, "high": row.high, "text": row.text, "point": row.point}
        for name, row in zip(names, rows, strict=True)
    ]
    y = names_axis("name", names)
    axis = {"title": "% of the harvested vesicles", "tickCount": 6, "grid": True}
    x = {"field": "middle", "type": "quantitative", "scale": {"domain": [0, min(100.0, 1.08 * top)]}, "axis": axis}
    tooltip = [{"field": "name", "title": "Where"}, {"field": "text", "title": "Band"}]
    bar = {"type": "bar", "height": ROW_PX - 12}
    hues = [SERIES[1].light, SERIES[2].light]
    layers: list[Spec] = []
    for part, hue in ((values[:-1], hues[0]), (values[-1:], hues[1])):
        known, assumed = [v for v in part if v["point"]], [v for v in part if not v["point"]]
        ends = {"x": {**x, "field": "low"}, "x2": {"field": "high"}}
        for kept, mark, across in ((known, bar, {"x": x}), (assumed, {**bar, "opacity": 0.35}, ends)):
            if kept:
                shown = {"y": y, "tooltip": tooltip, **across}
                layers.append({"data": {"values": kept}, "mark": {**mark, "color": hue}, "encoding": shown})
    where = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": tooltip}
    layers.append({"data": {"values": values}, "mark": {"type": "rule", "strokeWidth": 1.4}, "encoding": where})
    description = f"Losses along the line in per cent of the harvest; {names[-1] if names else 'nothing'} comes last."
    return finish(layers, description=description, height=ROW_PX * max(len(rows), 1) + 6)


def draw_shares(rows: Sequence[tuple[str, float]], *, title: str) -> Spec:
    """Draw one bar a term with its share, largest first.

    Args:
        rows: name and share, 0 to 1.
        title: of the axis.

    Returns:
        A Vega-Lite specification.
    """
    names = short_names([name for name, _ in rows])
    values = [{"name": name, "share": share} for name, (_, share) in zip(names, rows, strict=True)]
    axis = {"title": title, "format": ".0%", "tickCount": 5, "grid": True}
    x = {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
    tooltip = [{"field": "name", "title": "Term"}, {"field": "share", "title": "Share", "format": ".0%"}]
    mark = {"type": "bar", "height": ROW_PX - 12, "color": SERIES[0].light}
    encoding = {"y": names_axis("name", names), "x": x, "tooltip": tooltip}
    layers: list[Spec] = [{"data": {"values": values}, "mark": mark, "encoding": encoding}]
    return finish(layers, description=title, height=ROW_PX * max(len(rows), 1) + 6)


def draw_intervals(rows: Sequence[IntervalRow], *, title: str, reference: float | None = None) -> Spec:
    """Draw bands one below another on a log axis, with a dashed line at a reference.

    Args:
        rows: values above 0.
        title: of the axis.
        reference: such as 1 for ratios.

    Returns:
        A Vega-Lite specification.
    """
    names = short_names([row.name for row in rows])
    ends = [end for row in rows for end in (row.low, row.high) if end > 0] + ([reference] if reference else [])
    low, high = (min(ends), max(ends)) if ends else (0.1, 10.0)
    domain = [low / 1.3, high * 1.3]
    scale = {"type": "log", "domain": domain, "nice": False}
    ticks = [10.0**n for n in range(math.floor(math.log10(domain[0])), math.ceil(math.log10(domain[1])) + 1)]
    if len(ticks) < 4:
        ticks = sorted({tick * factor for tick in ticks for factor in (1, 2, 5)})
    axis = {**log_axis(title, ticks=[t for t in ticks if domain[0] <= t <= domain[1]]), "format": "~g", "grid": True}
    x = {"field": "middle", "type": "quantitative", "scale": scale, "axis": axis}
    y = names_axis("name", names)
    values = [
        {"name": name, "low": row.low, "middle": row.middle, "high": row.high, "text": row.text, "point": row.point}
        for name, row in zip(names, rows, strict=True)
    ]
    tooltip = [{"field": "name", "title": "What"}, {"field": "text", "title": "Band"}]
    where = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": tooltip}
    hue = SERIES[0].light
    layers: list[Spec] = [
        {"data": {"values": values}, "mark": {"type": "rule", "strokeWidth": 5, "color": hue}, "encoding": where}
    ]
    points = [value for value in values if value["point"]]
    if points:
        dot = {"type": "point", "filled": True, "size": 80, "color": hue, "opacity": 1}
        layers.append({"data": {"values": points}, "mark": dot, "encoding": {"y": y, "x": x, "tooltip": tooltip}})
    if reference:
        line = {"type": "rule", "strokeDash": [4, 4]}
        layers.insert(0, {"data": {"values": [{"middle": reference}]}, "mark": line, "encoding": {"x": x}})
    return finish(layers, description=title, height=ROW_PX * max(len(rows), 1) + 8)


def draw_course(curves: Sequence[Curve], *, title: str, log: bool = False) -> Spec:
    """Draw up to four curves over the hours of culture, each with its band.

    Args:
        curves: named at their flank.
        title: of the y axis, with unit.
        log: log y axis; values below a thousandth of the largest are drawn there.

    Returns:
        A Vega-Lite specification.
    """
    top = max((max(curve.high or curve.middle) for curve in curves), default=1.0) or 1.0
    bottom = min((min(v for v in (curve.low or curve.middle)) for curve in curves), default=0.0)
    floor = max(bottom, top * 1e-3) if log else 0.0
    scale: Spec = {"type": "log", "domain": [floor, 1.3 * top], "nice": False, "clamp": True}
    if not log:
        scale = {"domain": [0, 1.06 * top], "nice": False}
    x = _linear_x("Hours after seeding")
    y = {
        "field": "middle",
        "type": "quantitative",
        "scale": scale,
        "axis": {**top_title(f"{title}{', log scale' if log else ''}"), "tickCount": 5, "format": ".2~g"},
    }
    layers = []
    for position, curve in enumerate(curves[:4]):
        layers.extend(_curve(curve, position, x, y, floor=floor))
    return finish(layers, description=f"{title} over the hours of culture.", height=230)


def draw_populations(curves: Sequence[Curve]) -> Spec:
    """Draw particles by origin over diameter, both axes logarithmic.

    Args:
        curves: particles per mL and bin, one curve an origin.

    Returns:
        A Vega-Lite specification.
    """
    top = max((max(curve.middle) for curve in curves), default=1.0) or 1.0
    floor = top * 1e-5
    scale = {"type": "log", "domain": [10, 1000], "nice": False, "clamp": True}
    x = {"field": "x", "type": "quantitative", "scale": scale, "axis": log_axis("Diameter, nm", ticks=SIZE_TICKS)}
    tall = {"type": "log", "domain": [floor, 1.8 * top], "nice": False, "clamp": True}
    axis = {**top_title("Particles per mL in a bin, log scale"), "tickCount": 5, "format": ".0e"}
    y = {"field": "middle", "type": "quantitative", "scale": tall, "axis": axis}
    layers = []
    for position, curve in enumerate(curves[:4]):
        inside = [i for i, size in enumerate(curve.x) if 10 <= size <= 1000 and curve.middle[i] > floor]
        if inside:
            kept = Curve(curve.name, [curve.x[i] for i in inside], [curve.middle[i] for i in inside])
            layers.extend(_curve(kept, position, x, y, floor=floor, at_top=True))
    return finish(layers, description="Particles of the product by origin and diameter.", height=270)


def draw_front(marks: Sequence[DesignMark], *, x_title: str, y_title: str) -> Spec:
    """Draw designs by two objectives: crosses that span ranges, dots only where data decide.

    Args:
        marks: designs.
        x_title: of the first objective.
        y_title: of the second objective.

    Returns:
        A Vega-Lite specification.
    """
    keys = ("label", "text", "sure", "x_low", "x", "x_high", "y_low", "y", "y_high")
    values = [dict(zip(keys, (m.label, m.text, m.is_sure, *m.x, *m.y), strict=True)) for m in marks]
    wide, tall = _log_scale([end for m in marks for end in m.x]), _log_scale([end for m in marks for end in m.y])
    x = {"field": "x", "type": "quantitative", "scale": wide, "axis": _plain(x_title)}
    above = {**_plain(y_title), **top_title(f"{y_title}, log scale")}
    y = {"field": "y", "type": "quantitative", "scale": tall, "axis": above}
    tooltip = [{"field": "text", "title": "Design"}]
    line = {"type": "rule", "color": SERIES[0].light, "strokeWidth": 1.4, "opacity": 0.75}
    across = {"x": {**x, "field": "x_low"}, "x2": {"field": "x_high"}, "y": y, "tooltip": tooltip}
    up = {"y": {**y, "field": "y_low"}, "y2": {"field": "y_high"}, "x": x, "tooltip": tooltip}
    label = {"type": "text", "align": "left", "dx": 4, "dy": -5, "fontSize": 10}
    layers: list[Spec] = [
        {"data": {"values": values}, "mark": line, "encoding": across},
        {"data": {"values": values}, "mark": line, "encoding": up},
        {"data": {"values": values}, "mark": label, "encoding": {"x": x, "y": y, "text": {"field": "label"}}},
    ]
    sure = [value for value in values if value["sure"]]
    if sure:
        dot = {"type": "point", "filled": True, "color": SERIES[0].light, "size": 40}
        layers.append({"data": {"values": sure}, "mark": dot, "encoding": {"x": x, "y": y, "tooltip": tooltip}})
    return finish(layers, description=f"Designs by {x_title} and {y_title}, with ranges.", height=320)


def _log_scale(values: Sequence[float]) -> Spec:
    low, high = min(values, default=1.0), max(values, default=1.0)
    return {"type": "log", "domain": [low / 1.1, high * 1.1], "nice": False}


def _plain(title: str) -> Spec:
    return {"title": f"{title}, log scale", "format": "~g", "tickCount": 6, "grid": True}


def _linear_x(title: str) -> Spec:
    return {"field": "x", "type": "quantitative", "scale": {"nice": False}, "axis": {"title": title, "grid": False}}


def _curve(curve: Curve, position: int, x: Spec, y: Spec, *, floor: float, at_top: bool = False) -> list[Spec]:
    hue = series_hue(position).light
    columns = [finite(curve.x), finite([max(v, floor) for v in curve.middle])]
    banded = bool(curve.low) and bool(curve.high)
    if banded:
        columns += [finite([max(v, floor) for v in curve.low]), finite([max(v, floor) for v in curve.high])]
    keys = ("x", "middle", "low", "high")
    rows = [dict(zip(keys, values, strict=False)) for values in zip(*columns, strict=True)]
    layers: list[Spec] = []
    if banded:
        area = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
        layers.append(
            {"data": {"values": rows}, "mark": {"type": "area", "color": hue, "opacity": 0.16}, "encoding": area}
        )
    mark = {"type": "line", "color": hue, "strokeWidth": 2.2, "strokeDash": series_dash(position)}
    layers.append({"data": {"values": rows}, "mark": mark, "encoding": {"x": x, "y": y}})
    at = max(range(len(rows)), key=lambda i: rows[i]["middle"]) if at_top else int((len(rows) - 1) * _NAME_AT[position])
    text = {"type": "text", "color": hue, "dy": -9, "align": "center", "fontWeight": "bold"}
    label = {"data": {"values": [{**rows[at], "name": curve.name}]}, "mark": text}
    layers.extend(with_halo({**label, "encoding": {"x": x, "y": y, "text": {"field": "name"}}}))
    return layers
