"""What makes an interval wide: each component's share of the variance."""

from __future__ import annotations

from collections.abc import Sequence

from paracrine.core.quantity import Budget, Component
from paracrine.figures.style import FURTHER, PAPER, ROW_PX, SERIES, Spec, finish, names_axis

_OTHERS = "other components"
_KINDS_AT_MOST = 5
_COLOURS = [hue.light for hue in (*SERIES, *FURTHER)]
_LABEL_FROM = 0.16


def variance_shares(budget: Budget) -> tuple[tuple[Component, float], ...]:
    """Return each component with its share of the combined variance; shares add to 1.

    Components of one shared source are combined with their signs first, so that a share may be negative.
    """
    total = budget.standard_uncertainty() ** 2
    if total == 0:
        return tuple((component, 0.0) for component in budget.components)
    shared: dict[str, float] = {}
    for component in budget.components:
        if component.shared_id is not None:
            shared[component.shared_id] = shared.get(component.shared_id, 0.0) + _signed(component)
    return tuple(
        (component, _signed(component) * _partner(component, shared) / total) for component in budget.components
    )


def draw_budget(budgets: Sequence[tuple[str, Budget]]) -> Spec:
    """Draw one bar a result, split by each component's share of the variance.

    Args:
        budgets: name of the result and its budget; those without uncertainty are left out.

    Returns:
        A Vega-Lite specification.
    """
    rows = _rows(budgets)
    kinds = list(dict.fromkeys(row["component"] for row in rows))
    names = list(dict.fromkeys(row["result"] for row in rows))
    y = names_axis("result", names)
    axis = {"title": "Share of the variance", "format": ".0%", "tickCount": 5, "grid": False}
    x = {"field": "start", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
    color = {
        "field": "component",
        "type": "nominal",
        "scale": {"domain": kinds, "range": _COLOURS[: max(len(kinds), 1)]},
        "legend": {"title": None, "columns": 2},
    }
    tooltip = [
        {"field": "result", "title": "Result"},
        {"field": "component", "title": "Component"},
        {"field": "share", "title": "Share", "format": ".0%", "type": "quantitative"},
    ]
    bar = {"type": "bar", "height": ROW_PX - 8, "stroke": PAPER.light, "strokeWidth": 1.5}
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": bar,
            "encoding": {"y": y, "x": x, "x2": {"field": "end"}, "color": color, "tooltip": tooltip},
        }
    ]
    wide = [{**row, "middle": (row["start"] + row["end"]) / 2} for row in rows if row["share"] >= _LABEL_FROM]
    if wide:
        text = {"type": "text", "color": PAPER.light, "fontSize": 11, "limit": 150}
        where = {"y": y, "x": {**x, "field": "middle"}, "text": {"field": "short"}}
        layers.append({"data": {"values": wide}, "mark": text, "encoding": where})
    height = ROW_PX * max(len(names), 1) + 6
    return finish(layers, description=f"Uncertainty of {len(names)} results split by component.", height=height)


def _rows(budgets: Sequence[tuple[str, Budget]]) -> list[Spec]:
    weight: dict[str, float] = {}
    for _, budget in budgets:
        for component, share in variance_shares(budget):
            weight[component.name] = weight.get(component.name, 0.0) + abs(share)
    ranked = sorted(weight, key=lambda name: -weight[name])
    kept = ranked if len(ranked) <= _KINDS_AT_MOST + 1 else ranked[:_KINDS_AT_MOST]
    rows: list[Spec] = []
    for result, budget in budgets:
        shares = dict.fromkeys([*kept, _OTHERS], 0.0)
        for component, share in variance_shares(budget):
            shares[component.name if component.name in kept else _OTHERS] += abs(share)
        total, start = sum(shares.values()), 0.0
        for name, share in shares.items():
            if total > 0 and share > 0:
                end = min(start + share / total, 1.0)
                fraction = share / total
                short = name if len(name) * 6.5 < fraction * 380 else f"{fraction:.0%}"
                rows.append(
                    {"result": result, "component": name, "short": short, "share": fraction, "start": start, "end": end}
                )
                start = end
    return rows


def _signed(component: Component) -> float:
    return component.sensitivity * component.standard_uncertainty


def _partner(component: Component, shared: dict[str, float]) -> float:
    return _signed(component) if component.shared_id is None else shared[component.shared_id]
