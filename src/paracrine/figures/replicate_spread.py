"""Replicates around the mean of the included ones; excluded ones stay visible, hollow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paracrine.figures.style import ROW_PX, SERIES, Spec, finish, names_axis

_SIGNED = "datum.value === 0 ? '0' : datum.label"
_MINIMUM_HALF_RANGE_PCT = 5.0


@dataclass(frozen=True, slots=True)
class SpreadPoint:
    """One replicate: its value relative to the mean of those included (1 = the mean)."""

    run: str
    ratio: float
    value_text: str
    source: str
    included: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """The replicates of one result."""

    result: str
    points: tuple[SpreadPoint, ...]


def draw_replicate_spread(rows: Sequence[SpreadRow]) -> Spec:
    """Draw one row a result, one mark a replicate, in per cent of the mean of the included ones.

    Args:
        rows: results with at least one replicate each.

    Returns:
        A Vega-Lite specification.
    """
    points = [_point(row.result, point) for row in rows for point in row.points]
    names = [row.result for row in rows]
    half = max([_MINIMUM_HALF_RANGE_PCT, *(abs(point["deviation"]) for point in points)]) * 1.08
    x = {
        "field": "deviation",
        "type": "quantitative",
        "scale": {"domain": [float(f"{-half:.3g}"), float(f"{half:.3g}")], "nice": False},
        "axis": {
            "title": "Deviation from the mean (%)",
            "format": "+~r",
            "labelExpr": _SIGNED,
            "grid": True,
        },
    }
    y = names_axis("result", names)
    tooltip = [
        {"field": "result", "title": "Result"},
        {"field": "run", "title": "Replicate"},
        {"field": "value", "title": "Value"},
        {"field": "state", "title": "State"},
        {"field": "source", "title": "Source"},
    ]
    layers: list[Spec] = [
        {
            "data": {"values": [{"deviation": 0}]},
            "mark": {"type": "rule", "opacity": 0.6},
            "encoding": {"x": x},
        }
    ]
    looks: dict[bool, Spec] = {
        True: {"type": "point", "filled": True, "size": 55, "opacity": 0.75, "color": SERIES[0].light},
        False: {
            "type": "point",
            "filled": False,
            "shape": "M-1,-1L1,1M-1,1L1,-1",
            "size": 70,
            "color": "currentColor",
            "opacity": 1,
        },
    }
    for included, look in looks.items():
        values = [point for point in points if point["included"] is included]
        if values:
            layers.append({"data": {"values": values}, "mark": look, "encoding": {"x": x, "y": y, "tooltip": tooltip}})
    description = (
        f"Replicates of {len(rows)} results around their mean; {sum(not p['included'] for p in points)} excluded."
    )
    return finish(layers, description=description, height=ROW_PX * max(len(rows), 1) + 8)


def _point(result: str, point: SpreadPoint) -> Spec:
    return {
        "result": result,
        "run": point.run,
        "deviation": float(f"{100 * (point.ratio - 1):.5g}"),
        "value": point.value_text,
        "state": "included" if point.included else f"excluded: {point.reason}",
        "source": point.source,
        "included": point.included,
    }
