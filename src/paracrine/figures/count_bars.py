"""Counts as bars: one row a value, groups side by side by colour and pattern of their label."""

from __future__ import annotations

from collections.abc import Sequence

from paracrine.evidence.trends.counting import Count
from paracrine.figures.style import ROW_PX, SERIES, Spec, finish, names_axis, short_names

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
