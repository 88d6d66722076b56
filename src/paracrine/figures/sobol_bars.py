"""Which group of unknowns makes the spread of an exposure: bars with their 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.figures.style import ROW_PX, SERIES, Spec, finish, names_axis


@dataclass(frozen=True, slots=True)
class SobolRow:
    """One group: its total index and the half width of its 95 % interval."""

    group: str
    total: float
    half_width: float


def draw_sobol(rows: Sequence[SobolRow], *, place: str) -> Spec:
    """Draw total indices from nothing to one, the largest first.

    Args:
        rows: groups of one place.
        place: whose exposure.

    Returns:
        A Vega-Lite specification.
    """
    ordered = sorted(rows, key=lambda row: -row.total)
    values = [
        {
            "group": row.group, "total": round(max(row.total, 0.0), 4),
            "low": round(max(row.total - row.half_width, 0.0), 4), "high": round(row.total + row.half_width, 4),
        }
        for row in ordered
    ]  # fmt: skip
    top = max([1.0, *(float(str(value["high"])) for value in values)])
    x = {
        "field": "total", "type": "quantitative", "scale": {"domain": [0, top], "nice": False},
        "axis": {
            "title": f"Share of the variance of log exposure, {place}", "format": ".1f", "grid": True, "tickCount": 5,
        },
    }  # fmt: skip
    y = names_axis("group", [row.group for row in ordered])
    tooltip = [
        {"field": "group", "title": "Group"}, {"field": "total", "title": "Total index", "format": ".2f"},
        {"field": "low", "title": "low", "format": ".2f"}, {"field": "high", "title": "high", "format": ".2f"},
    ]  # fmt: skip
    data = {"values": values}
    bar = {"type": "bar", "color": SERIES[0].light, "height": 12}
    rule = {"type": "rule", "strokeWidth": 1.6}
    layers: list[Spec] = [
        {"data": data, "mark": bar, "encoding": {"x": x, "y": y, "tooltip": tooltip}},
        {
            "data": data, "mark": rule,
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "tooltip": tooltip},
        },
    ]  # fmt: skip
    description = f"Total Sobol indices of {len(rows)} groups for the exposure of {place}."
    return finish(layers, description=description, height=ROW_PX * max(len(rows), 1) + 8)
