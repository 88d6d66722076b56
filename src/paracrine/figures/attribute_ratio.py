"""Ratios of two batches with their 90 % intervals, inside or outside the margins of equivalence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from paracrine.figures.style import LIMIT_DASH, ROW_PX, SERIES, Spec, finish, names_axis, short_names
from paracrine.release.comparison import AttributeComparison

OUTCOME_MARKS = {"equivalent": "✓", "different": "✕", "not shown": "◐", "not assessed": "–"}
_USUAL_STAGE = "final product"
_TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100]


def draw_attribute_ratio(comparisons: Sequence[AttributeComparison]) -> Spec:
    """Draw one row an attribute: ratio, 90 % interval, margins, and what the replicates could have shown.

    Args:
        comparisons: of one pair of batches; those without ratio keep an empty row that says not assessed.

    Returns:
        A Vega-Lite specification.
    """
    titles = short_names([usual_title(comparison.title) for comparison in comparisons])
    rows = [_row(comparison, title) for comparison, title in zip(comparisons, titles, strict=True)]
    reach = max([1.3, *(row["reach"] for row in rows)])
    low, high = 1 / reach**1.08, reach**1.08
    names = [row["name"] for row in rows]
    y = names_axis("name", names)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    pair = f"{comparisons[0].batch_b} ÷ {comparisons[0].batch_a}" if comparisons else "ratio"
    scale = {"type": "log", "domain": [float(f"{low:.4g}"), float(f"{high:.4g}")], "nice": False}
    axis = {"title": f"Ratio {pair}, log scale", "values": ticks, "format": "~r", "grid": False}
    return finish(
        _layers(rows, y, scale, axis),
        description=f"Ratios {pair} of {len(rows)} attributes with 90 % intervals and margins of equivalence.",
        height=ROW_PX * max(len(rows), 1) + 10,
    )


def usual_title(title: str) -> str:
    """Leave out the stage of a compared result where it is the usual one."""
    return title.replace(f", {_USUAL_STAGE})", ")")


def _layers(rows: list[Spec], y: Spec, scale: Spec, axis: Spec) -> list[Spec]:
    def x(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    measured = [row for row in rows if row["ratio"] is not None]
    detectable = [row for row in measured if row["smallest"] is not None]
    missing = [row for row in rows if row["ratio"] is None]
    blue = SERIES[0].light
    tooltip = [
        {"field": "name", "title": "Attribute"},
        {"field": "text", "title": "Ratio (90 % interval)"},
        {"field": "margin", "title": "Margin"},
        {"field": "outcome", "title": "Outcome"},
        {"field": "reason", "title": "Reason"},
    ]
    margins = {"type": "bar", "height": ROW_PX - 8, "opacity": 0.13, "color": blue}
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": margins,
            "encoding": {"y": y, "x": x("margin_low"), "x2": {"field": "margin_high"}},
        },
        {"data": {"values": [{"one": 1}]}, "mark": {"type": "rule", "opacity": 0.6}, "encoding": {"x": x("one")}},
    ]
    for end in ("margin_low", "margin_high"):
        edge = {"type": "tick", "thickness": 1.2, "size": ROW_PX - 8, "color": "currentColor", "strokeDash": LIMIT_DASH}
        layers.append({"data": {"values": rows}, "mark": edge, "encoding": {"y": y, "x": x(end)}})
    if measured:
        base = {"data": {"values": measured}}
        interval = {"type": "rule", "strokeWidth": 2.4, "color": blue}
        layers.append(
            {**base, "mark": interval, "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}, "tooltip": tooltip}}
        )
        dot = {"type": "point", "filled": True, "size": 75, "color": blue, "opacity": 1}
        layers.append({**base, "mark": dot, "encoding": {"y": y, "x": x("ratio"), "tooltip": tooltip}})
    for end in ("smallest", "smallest_inverse"):
        if detectable:
            bracket = {"type": "text", "text": "›" if end == "smallest_inverse" else "‹", "fontSize": 17, "dy": -1}
            layers.append({"data": {"values": detectable}, "mark": bracket, "encoding": {"y": y, "x": x(end)}})
    if missing:
        word = {"type": "text", "align": "center", "dx": 0, "fontStyle": "italic"}
        layers.append(
            {
                "data": {"values": missing},
                "mark": word,
                "encoding": {"y": y, "x": x("one"), "text": {"field": "outcome"}},
            }
        )
    return layers


def _row(comparison: AttributeComparison, title: str) -> Spec:
    ratio, low, high = comparison.ratio, comparison.ratio_low, comparison.ratio_high
    row: Spec = {
        "name": f"{OUTCOME_MARKS.get(comparison.outcome, '·')} {title}",
        "ratio": None,
        "smallest": None,
        "margin_low": 1 / comparison.margin_ratio,
        "margin_high": comparison.margin_ratio,
        "margin": f"{1 / comparison.margin_ratio:.3g} to {comparison.margin_ratio:.3g}",
        "one": 1,
        "outcome": comparison.outcome,
        "reason": comparison.reason,
        "reach": comparison.margin_ratio,
    }
    if ratio is None or low is None or high is None or min(ratio, low) <= 0 or not math.isfinite(high):
        return row
    row |= {"ratio": ratio, "low": low, "high": high, "text": f"{ratio:.3g} ({low:.3g} to {high:.3g})"}
    row["reach"] = max(comparison.margin_ratio, high, 1 / low)
    smallest = comparison.smallest_ratio
    if smallest is not None and 0 < smallest < row["reach"] ** 2:
        wide = max(smallest, 1 / smallest)
        row |= {"smallest": wide, "smallest_inverse": 1 / wide, "reach": max(row["reach"], wide)}
    return row
