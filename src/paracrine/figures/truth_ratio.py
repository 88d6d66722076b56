"""Measured results beside the simulated truth, as ratios with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.figures.style import ROW_PX, SERIES, Spec, finish, names_axis


@dataclass(frozen=True, slots=True)
class TruthRow:
    """A measured result divided by the truth it was simulated from; `low` and `high` are its interval's ends."""

    result: str
    ratio: float
    low: float | None
    high: float | None
    text: str


def draw_truth_ratio(rows: Sequence[TruthRow]) -> Spec:
    """Draw one row a result: measured ÷ simulated truth with its interval, and a line at 1.

    Args:
        rows: results whose truth is known and not zero.

    Returns:
        A Vega-Lite specification.
    """
    names = [row.result for row in rows]
    ends = [end for row in rows for end in (row.ratio, row.low, row.high) if end is not None]
    reach = max([0.1, *(abs(end - 1) for end in ends)]) * 1.1
    x = {
        "field": "ratio",
        "type": "quantitative",
        "scale": {"domain": [float(f"{max(0.0, 1 - reach):.3g}"), float(f"{1 + reach:.3g}")], "nice": False},
        "axis": {"title": "Measured ÷ simulated truth", "format": "~r", "grid": True},
    }
    y = names_axis("result", names)
    tooltip = [{"field": "result", "title": "Result"}, {"field": "text", "title": "Measured and true"}]
    values = [
        {"result": row.result, "ratio": row.ratio, "low": row.low, "high": row.high, "text": row.text} for row in rows
    ]
    bounded = [value for value in values if value["low"] is not None]
    blue = SERIES[0].light
    layers: list[Spec] = [
        {"data": {"values": [{"ratio": 1}]}, "mark": {"type": "rule", "strokeDash": [4, 4]}, "encoding": {"x": x}}
    ]
    if bounded:
        where = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": tooltip}
        layers.append(
            {
                "data": {"values": bounded},
                "mark": {"type": "rule", "strokeWidth": 2.4, "color": blue},
                "encoding": where,
            }
        )
    dot = {"type": "point", "filled": True, "size": 75, "color": blue, "opacity": 1}
    layers.append({"data": {"values": values}, "mark": dot, "encoding": {"y": y, "x": x, "tooltip": tooltip}})
    description = f"Measured over simulated truth for {len(rows)} results."
    return finish(layers, description=description, height=ROW_PX * max(len(rows), 1) + 8)
