"""The network: treatments on a circle, lines as wide as the studies that compare them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from paracrine.figures.style import SERIES, Spec, finish, with_halo


def draw_network(study_counts: Mapping[str, int], edges: Sequence[tuple[str, str, int]]) -> Spec:
    """Draw treatments and comparisons.

    Args:
        study_counts: studies of each treatment.
        edges: two treatments and the number of studies that compare them.
    """
    nodes, lines = _places(study_counts, edges)

    def axis(field: str) -> Spec:
        scale = {"domain": [-2.1, 2.1] if "x" in field else [-1.3, 1.3], "nice": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": None}

    widest = max((count for _, _, count in edges), default=1)
    width = {"field": "count", "type": "quantitative", "scale": {"domain": [0, widest], "range": [0.8, 9]},
             "legend": None}  # fmt: skip
    rule = {"type": "rule", "color": SERIES[0].light, "opacity": 0.55}
    tooltip = [{"field": "name", "title": "Comparison"}, {"field": "count", "title": "Studies"}]
    layers: list[Spec] = [
        {
            "data": {"values": lines},
            "mark": rule,
            "encoding": {
                "x": axis("x"),
                "y": axis("y"),
                "x2": {"field": "x2"},
                "y2": {"field": "y2"},
                "strokeWidth": width,
                "tooltip": tooltip,
            },
        },
        {
            "data": {"values": nodes},
            "mark": {"type": "point", "filled": True, "color": SERIES[1].light, "opacity": 1},
            "encoding": {
                "x": axis("x"),
                "y": axis("y"),
                "size": {"field": "size", "type": "quantitative", "scale": None},
                "tooltip": [{"field": "label", "title": "Treatment (studies)"}],
            },
        },
    ]
    for side in ("left", "center", "right"):
        layers += with_halo(
            {
                "data": {"values": [node for node in nodes if node["side"] == side]},
                "mark": {"type": "text", "fontSize": 12, "align": side},
                "encoding": {"x": axis("out_x"), "y": axis("out_y"), "text": {"field": "label"}},
            }
        )
    words = f"Network of {len(nodes)} treatments and {len(edges)} direct comparisons."
    return finish(layers, description=words, height=400)


def _side(x: float) -> str:
    """Return how a label is aligned so that it grows away from the circle."""
    return "center" if abs(x) < 0.3 else "left" if x > 0 else "right"


def _places(study_counts: Mapping[str, int], edges: Sequence[tuple[str, str, int]]) -> tuple[list[Spec], list[Spec]]:
    names = list(study_counts)
    places = {
        name: (math.sin(2 * math.pi * i / len(names)), math.cos(2 * math.pi * i / len(names)))
        for i, name in enumerate(names)
    }
    nodes = [
        {
            "x": places[name][0],
            "y": places[name][1],
            "name": name,
            "label": f"{name} ({study_counts[name]})",
            "size": 90 + 45 * study_counts[name],
            "out_x": 1.2 * places[name][0],
            "out_y": 1.2 * places[name][1],
            "side": _side(places[name][0]),
        }
        for name in names
    ]
    lines = [
        {"x": places[a][0], "y": places[a][1], "x2": places[b][0], "y2": places[b][1], "count": count,
         "name": f"{a} against {b}", "mid_x": 0.5 * (places[a][0] + places[b][0]),
         "mid_y": 0.5 * (places[a][1] + places[b][1])}
        for a, b, count in edges
    ]  # fmt: skip
    return nodes, lines
