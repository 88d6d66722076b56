"""The funnel: effects against their standard errors, with contours of significance and the studies filled in."""

from __future__ import annotations

import math

from paracrine.evidence.pool.result import PooledAnswer
from paracrine.figures.style import HEIGHT_PX, INK, SERIES, Spec, finish

_CONTOURS = ((1.6448536, "p = 0.10"), (1.9599640, "p = 0.05"), (2.5758293, "p = 0.01"))


def draw_funnel(answer: PooledAnswer, *, contours: bool = True) -> Spec:
    """Draw the funnel of one answer on the pooled scale.

    Args:
        answer: with a pooled effect.
        contours: lines of equal p about no effect, so that a gap where nothing is significant can be told from others.
    """
    deepest = 1.08 * max(study.standard_error for study in answer.studies)
    filled: list[Spec] = [{"effect": y, "error": math.sqrt(v), "name": "filled in"} for y, v in answer.filled]
    points: list[Spec] = [
        {"effect": study.effect, "error": study.standard_error, "name": study.label, "detail": study.detail}
        for study in answer.studies
    ]
    centre = answer.pooled_effect or 0.0
    reach = max(abs(float(point["effect"]) - centre) for point in [*points, *filled]) * 1.1
    reach = max(reach, 1.96 * deepest)
    low, high = min(centre - reach, -0.05 * reach), max(centre + reach, 0.05 * reach)
    scale_x: Spec = {"domain": [low, high], "nice": False, "zero": False}
    scale_y: Spec = {"domain": [0, deepest], "reverse": True, "nice": False}
    title = f"{answer.measure_title[:1].upper()}{answer.measure_title[1:]}" + (", log" if answer.back == "exp" else "")
    x: Spec = {"field": "effect", "type": "quantitative", "scale": scale_x, "axis": {"title": title, "grid": False}}
    y: Spec = {"field": "error", "type": "quantitative", "scale": scale_y,
               "axis": {"title": "Standard error", "grid": False}}  # fmt: skip
    layers = _contours(x, y, deepest, low, high) if contours and answer.null is not None else []
    limits = _rays(centre, 1.959964, deepest, (low, high))
    layers.append(_lines(limits, x, y, {"strokeDash": [6, 3], "color": SERIES[1].light}))
    middle = [{"effect": centre, "error": 0.0, "side": 0}, {"effect": centre, "error": deepest, "side": 0}]
    layers.append(_lines(middle, x, y, {"color": SERIES[1].light, "strokeWidth": 2}))
    tooltip = [{"field": "name", "title": "Study"}, {"field": "effect", "format": ".3g"},
               {"field": "error", "title": "Standard error", "format": ".3g"}]  # fmt: skip
    for values, solid in ((points, True), (filled, False)):
        if values:
            mark = {"type": "point", "filled": solid, "size": 55, "color": SERIES[0].light, "opacity": 1}
            layers.append({"data": {"values": values}, "mark": mark, "encoding": {"x": x, "y": y, "tooltip": tooltip}})
    words = f"Funnel plot of {len(points)} studies, {len(filled)} filled in by trim and fill."
    return finish(layers, description=words, height=HEIGHT_PX + 40)


def _contours(x: Spec, y: Spec, deepest: float, low: float, high: float) -> list[Spec]:
    layers = []
    for z, label in _CONTOURS:
        values = _rays(0.0, z, deepest, (low, high))
        layers.append(_lines(values, x, y, {"opacity": 0.35, "color": INK}))
        seen = [value for value in values if value["side"] == 1]
        if seen:
            mark = {"type": "text", "fontSize": 10, "align": "left", "dx": 3, "dy": -4, "opacity": 0.8}
            place = {**seen[-1], "label": label}
            encoding = {"x": x, "y": y, "text": {"field": "label"}}
            layers.append({"data": {"values": [place]}, "mark": mark, "encoding": encoding})
    return layers


def _rays(centre: float, z: float, deepest: float, ends: tuple[float, float]) -> list[Spec]:
    found = []
    for side in (-1, 1):
        edge = ends[0] if side < 0 else ends[1]
        bottom = min(deepest, abs(edge - centre) / z) if (edge - centre) * side > 0 else 0.0
        for error in (0.0, bottom):
            found.append({"effect": centre + side * z * error, "error": error, "side": side})
    return found


def _lines(values: list[Spec], x: Spec, y: Spec, style: Spec) -> Spec:
    detail = {"field": "side", "type": "nominal"}
    order = {"field": "error", "type": "quantitative"}
    encoding = {"x": x, "y": y, "detail": detail, "order": order}
    return {"data": {"values": values}, "mark": {"type": "line", **style}, "encoding": encoding}
