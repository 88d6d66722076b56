"""Doses beside one another on a log axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.figures.style import ROW_PX, SERIES, Spec, finish, names_axis, short_names


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One dose; `low` and `high` None where it has no interval; `point` False shows the interval alone."""

    name: str
    particles: float
    low: float | None
    high: float | None
    kind: str
    point: bool = True


def draw_doses(rows: Sequence[DoseRow]) -> Spec:
    """Draw one row a dose, intervals as bars.

    Args:
        rows: in the order shown; kinds are told apart by colour and shape.

    Returns:
        A Vega-Lite specification.
    """
    names = short_names([row.name for row in rows])
    ends = [end for row in rows for end in (row.particles, row.low, row.high) if end]
    x = {
        "field": "particles",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [min(ends) / 1.5, max(ends) * 1.5], "nice": False},
        "axis": {"title": "Particles, log scale", "format": ".0e", "grid": True, "tickCount": 6},
    }
    y = names_axis("name", names)
    kinds = list(dict.fromkeys(row.kind for row in rows))
    tooltip = [{"field": "kind", "title": "What"}, {"field": "particles", "title": "Particles", "format": ".2e"}]
    values = [
        {"name": name, "particles": row.particles, "low": row.low, "high": row.high, "kind": row.kind}
        for name, row in zip(names, rows, strict=True)
    ]
    colour = {
        "field": "kind", "type": "nominal", "legend": None,
        "scale": {"domain": kinds, "range": [SERIES[i % len(SERIES)].light for i in range(len(kinds))]},
    }  # fmt: skip
    shape = {"field": "kind", "type": "nominal", "legend": None}
    barred = [value for value in values if value["low"] is not None]
    layers: list[Spec] = []
    if barred:
        bar = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour, "tooltip": tooltip}
        layers.append({"data": {"values": barred}, "mark": {"type": "rule", "strokeWidth": 3}, "encoding": bar})
    points = [value for value, row in zip(values, rows, strict=True) if row.point]
    dot = {"y": y, "x": x, "color": colour, "shape": shape, "tooltip": tooltip}
    mark = {"type": "point", "filled": True, "size": 70, "opacity": 1}
    layers.append({"data": {"values": points}, "mark": mark, "encoding": dot})
    return finish(layers, description=f"{len(rows)} doses in particles.", height=ROW_PX * len(rows) + 8)
