"""Counts as bars: one row a value, groups side by side by colour and pattern of their label."""

from __future__ import annotations

from collections.abc import Sequence

from paracrine.evidence.trends.counting import Count
from paracrine.figures.style import ROW_PX, SERIES, Spec, finish, finish_rows, names_axis, short_names

HUES = {("MSC-EV", "trial"): 0, ("MSC", "trial"): 1, ("MSC-EV", "publication"): 2, ("MSC", "publication"): 3}
"""One hue a group on every chart of a page."""


def draw_counts(counts: Sequence[Count], *, title: str) -> Spec:
    """Draw counts as horizontal bars, MSC-EV over MSC, with the number at the end of each bar.

    Args:
        counts: in the order of the rows.
        title: of the axis.
    """
    values = list(dict.fromkeys(count.value for count in counts))
    names = dict(zip(values, short_names(values), strict=True))
    groups = list(dict.fromkeys((count.group, count.kind) for count in counts))
    rows = [
        {
            "name": names[count.value],
            "group": f"{count.group} {count.kind}s",
            "count": count.count,
            "text": str(count.count),
        }
        for count in counts
    ]
    labels = [f"{group} {kind}s" for group, kind in groups]
    y = names_axis("name", [names[value] for value in values])
    colour = {
        "field": "group", "type": "nominal", "title": None, "sort": labels,
        "scale": {"domain": labels, "range": [SERIES[HUES.get(one, 0)].light for one in groups]},
        "legend": {"orient": "top"} if len(labels) > 1 else None,
    }  # fmt: skip
    offset = {"field": "group", "type": "nominal", "sort": labels, "scale": {"domain": labels}}
    x = {"field": "count", "type": "quantitative", "axis": {"title": title, "grid": False, "tickMinStep": 1}}
    tooltip = [{"field": "name"}, {"field": "group"}, {"field": "count", "title": "Records"}]
    bar = {"type": "bar", "opacity": 0.85}
    text = {"type": "text", "align": "left", "dx": 4, "fontSize": 11}
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": bar,
            "encoding": {"y": y, "yOffset": offset, "x": x, "color": colour, "tooltip": tooltip},
        },
        {
            "data": {"values": rows},
            "mark": text,
            "encoding": {"y": y, "yOffset": offset, "x": x, "text": {"field": "text"}},
        },
    ]
    height = max(1, len(values)) * (ROW_PX if len(labels) == 1 else 12 * len(labels) + 8)
    return finish(layers, description=f"Bars: {title}, {len(values)} rows.", height=height)


def draw_years(counts: Sequence[Count]) -> Spec:
    """Draw counts by year, a row of bars for each group and kind of record, each on its own axis.

    Args:
        counts: with years as values.
    """
    groups = sorted({(count.group, count.kind) for count in counts}, key=lambda one: HUES.get(one, 9))
    years = [int(count.value) for count in counts]
    panels: list[Spec] = []
    for group, kind in groups:
        rows = [
            {"year": int(one.value), "count": one.count} for one in counts if (one.group, one.kind) == (group, kind)
        ]
        axis = {"title": None, "format": "d", "grid": False, "tickMinStep": 1}
        x = {"field": "year", "type": "quantitative", "axis": axis,
             "scale": {"domain": [min(years) - 0.7, max(years) + 0.7], "nice": False}}  # fmt: skip
        most = max(row["count"] for row in rows)
        ticks = {"title": None, "grid": False, "values": [0, most], "format": "d"}
        y = {"field": "count", "type": "quantitative", "axis": ticks, "scale": {"domain": [0, most], "nice": False}}
        hue = SERIES[HUES.get((group, kind), 0)].light
        tooltip = [{"field": "year", "title": "Year"}, {"field": "count", "title": "Records"}]
        panels.append(
            {
                "title": {"text": f"{group} {kind}s", "anchor": "start", "fontSize": 12},
                "width": 560,
                "height": 80,
                "data": {"values": rows},
                "mark": {"type": "bar", "width": max(4, 420 // (max(years) - min(years) + 2)), "color": hue},
                "encoding": {"x": x, "y": y, "tooltip": tooltip},
            }
        )
    words = f"Records by year, {min(years)} to {max(years)}, in {len(panels)} rows of bars."
    return finish_rows(panels, description=words)
