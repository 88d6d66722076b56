"""What data moved: each parameter's interval before and after, over its value before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.figures.style import FURTHER, ROW_PX, SERIES, Spec, finish, names_axis


@dataclass(frozen=True, slots=True)
class MovedRow:
    """Intervals over the prior median: (median, low, high), positive."""

    name: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]


def draw_moved(rows: Sequence[MovedRow]) -> Spec:
    """Draw one row a parameter: the prior as a thin grey bar, the posterior as a thick blue one.

    Args:
        rows: in the order shown.

    Returns:
        A Vega-Lite specification.
    """
    ends = [end for row in rows for end in (*row.prior, *row.posterior)]
    x = {
        "field": "middle",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [min(ends), max(ends)], "nice": False},
        "axis": {"title": "Over the median before the data, log scale", "format": "~g", "grid": True, "tickCount": 6},
    }
    y = names_axis("name", [row.name for row in rows])
    tooltip = [
        {"field": "when", "title": "When"}, {"field": "low", "format": ".3~g"}, {"field": "middle", "format": ".3~g"},
        {"field": "high", "format": ".3~g"},
    ]  # fmt: skip
    layers: list[Spec] = []
    for when, hue, width in (("before", FURTHER[1].light, 9), ("after", SERIES[0].light, 3)):
        values = [
            {"name": row.name, "when": when, "middle": middle, "low": low, "high": high}
            for row in rows
            for middle, low, high in ((row.prior if when == "before" else row.posterior),)
        ]
        where = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": tooltip}
        mark = {"type": "rule", "strokeWidth": width, "color": hue, "opacity": 0.35 if when == "before" else 1}
        layers.append({"data": {"values": values}, "mark": mark, "encoding": where})
        if when == "after":
            dot = {"type": "point", "filled": True, "size": 60, "color": hue, "opacity": 1}
            layers.append({"data": {"values": values}, "mark": dot, "encoding": {"y": y, "x": x, "tooltip": tooltip}})
    return finish(layers, description=f"{len(rows)} parameters before and after.", height=ROW_PX * len(rows) + 8)
