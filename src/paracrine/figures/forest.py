"""The forest plot: one row a study, the pooled value as a diamond, the prediction interval under it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from paracrine.evidence.pool.network_answer import NetworkAnswer
from paracrine.evidence.pool.result import PooledAnswer, Robustness, Span, StudyEffect
from paracrine.evidence.pool.risk import MARKS, RiskTool
from paracrine.figures.style import ROW_PX, SERIES, Spec, finish, names_axis, short_names

_LOG_TICKS = [0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50, 100, 1000]


def draw_forest(answer: PooledAnswer, tool: RiskTool | None = None) -> Spec:
    """Draw the studies of one answer, its pooled value and its prediction interval.

    Args:
        answer: pooled or not.
        tool: of the risk-of-bias judgements, whose marks stand at the right in the order of its domains.
    """
    names = short_names([study.label for study in answer.studies])
    rows = [_row(name, study, tool) for name, study in zip(names, answer.studies, strict=True)]
    if answer.pooled:
        rows.append(_summary("Pooled", answer.pooled, "pooled"))
    if answer.prediction:
        rows.append({**_summary("Next study (prediction)", answer.prediction, "prediction"), "text": ""})
        ends = answer.prediction
        rows[-1]["text"] = f"{write(ends.low)} to {write(ends.high)}"
    title = answer.measure_title[:1].upper() + answer.measure_title[1:]
    heads = {"text": f"{title} (95 %)" if len(title) < 16 else "Effect (95 %)"}
    if answer.pooled:
        heads["share"] = "Weight"
    if tool:
        heads["marks"] = " ".join(str(n) for n in range(1, len(tool.domains) + 1))
    return _draw(rows, log=answer.back == "exp", null=answer.null, title=_axis(answer), heads=heads)


def draw_against(answer: NetworkAnswer, *, log: bool) -> Spec:
    """Draw every treatment of a network against the reference."""
    names = short_names([name for name, _, _ in answer.against])
    rows = [_summary(name, shown, "study") for name, (_, shown, _) in zip(names, answer.against, strict=True)]
    title = f"{answer.measure_title[:1].upper()}{answer.measure_title[1:]} against {answer.reference}"
    return _draw(rows, log=log, null=answer.null, title=f"{title}, log scale" if log else title)


def draw_alternatives(found: Sequence[Robustness], answer: PooledAnswer) -> Spec:
    """Draw the same answer under other choices: estimators, a study left out, study after study."""
    names = short_names([one.label for one in found])
    rows = [_summary(name, one.shown, "study") for name, one in zip(names, found, strict=True)]
    if answer.pooled:
        rows.append(_summary("As above", answer.pooled, "pooled"))
    return _draw(rows, log=answer.back == "exp", null=answer.null, title=_axis(answer))


def write(value: float) -> str:
    """Return a number with three significant digits."""
    return f"{value:.3g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"


def _axis(answer: PooledAnswer) -> str:
    title = answer.measure_title[:1].upper() + answer.measure_title[1:]
    return f"{title}, log scale" if answer.back == "exp" else title


def _row(name: str, study: StudyEffect, tool: RiskTool | None) -> Spec:
    row = _summary(name, study.shown, "study")
    row["weight"] = round(study.weight_pct, 2)
    row["size"] = 25 + 4.5 * study.weight_pct
    row["share"] = f"{study.weight_pct:.1f} %" if study.weight_pct else ""
    row["detail"] = study.detail
    row["source"] = f"line {study.line}"
    row["marks"] = _marks(study.risk, tool)
    row["risk"] = study.risk_overall
    return row


def _marks(judged: Mapping[str, str] | None, tool: RiskTool | None) -> str:
    if tool is None:
        return ""
    return " ".join(MARKS.get((judged or {}).get(domain, "not judged"), "") or "·" for domain in tool.domains)


def _summary(name: str, span: Span, what: str) -> Spec:
    return {
        "name": name,
        "value": span.value,
        "low": span.low,
        "high": span.high,
        "text": f"{write(span.value)} ({write(span.low)} to {write(span.high)})",
        "what": what,
        "size": 110,
        "weight": None,
        "share": "",
        "detail": "",
        "source": "",
        "marks": "",
        "risk": "",
    }


def _domain(rows: list[Spec], *, log: bool, null: float | None) -> tuple[float, float]:
    values = [row["value"] for row in rows] + ([null] if null is not None else [])
    lows, highs = [row["low"] for row in rows], [row["high"] for row in rows]
    if log:
        low = max(min([*lows, *values]), min(value for value in values if value > 0) / 60)
        high = min(max([*highs, *values]), max(values) * 60)
        return low / 1.1, high * 1.1
    reach = max(values) - min(values) or 1.0
    low, high = max(min(lows), min(values) - 3 * reach), min(max(highs), max(values) + 3 * reach)
    pad = 0.03 * (high - low)
    return low - pad, high + pad


def _draw(
    rows: list[Spec], *, log: bool, null: float | None, title: str, heads: Mapping[str, str] | None = None
) -> Spec:
    low, high = _domain(rows, log=log, null=null)
    for row in rows:
        row["from"], row["to"] = max(row["low"], low), min(row["high"], high)
        row["value"] = min(max(row["value"], low), high)
    y = names_axis("name", [row["name"] for row in rows])
    scale: Spec = {"domain": [float(f"{low:.4g}"), float(f"{high:.4g}")], "nice": False, "zero": False, "clamp": True}
    axis: Spec = {"title": title, "grid": False, "labelOverlap": "greedy"}
    if log:
        scale["type"] = "log"
        axis |= {"values": [tick for tick in _LOG_TICKS if low <= tick <= high], "format": "~r"}
    else:
        axis |= {"tickCount": 6}

    def x(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    return finish(
        [*_layers(rows, y, x, null), *_texts(rows, y, heads or {})],
        description=f"Forest plot of {sum(row['what'] == 'study' for row in rows)} rows with 95 % intervals. {title}.",
        width=430,
        height=ROW_PX * len(rows) + 8,
    )


def _layers(rows: list[Spec], y: Spec, x: object, null: float | None) -> list[Spec]:
    place = x if callable(x) else None
    if place is None:
        raise TypeError("x makes encodings")
    tooltip = [
        {"field": "name", "title": "Study"}, {"field": "text", "title": "Effect (95 % interval)"},
        {"field": "weight", "title": "Weight, %"}, {"field": "detail", "title": "Data"},
        {"field": "risk", "title": "Risk of bias"}, {"field": "source", "title": "From"},
    ]  # fmt: skip
    blue, orange = SERIES[0].light, SERIES[1].light
    kinds = {kind: [row for row in rows if row["what"] == kind] for kind in ("study", "pooled", "prediction")}
    layers: list[Spec] = []
    if null is not None:
        base = {"data": {"values": [{"null": null}]}, "mark": {"type": "rule", "opacity": 0.6}}
        layers.append({**base, "encoding": {"x": place("null")}})
    for kind, colour, width in (("study", blue, 1.6), ("pooled", orange, 3), ("prediction", orange, 2)):
        if not kinds[kind]:
            continue
        mark: Spec = {"type": "rule", "strokeWidth": width, "color": colour}
        if kind == "prediction":
            mark["strokeDash"] = [5, 3]
        encoding = {"y": y, "x": place("from"), "x2": {"field": "to"}, "tooltip": tooltip}
        layers.append({"data": {"values": kinds[kind]}, "mark": mark, "encoding": encoding})
    shapes = {"study": "square", "pooled": "diamond"}
    for kind, colour in (("study", blue), ("pooled", orange)):
        if not kinds[kind]:
            continue
        point = {"type": "point", "filled": True, "shape": shapes[kind], "color": colour, "opacity": 1}
        size = {"field": "size", "type": "quantitative", "scale": None}
        encoding = {"y": y, "x": place("value"), "size": size, "tooltip": tooltip}
        layers.append({"data": {"values": kinds[kind]}, "mark": point, "encoding": encoding})
    return layers


def _texts(rows: list[Spec], y: Spec, heads: Mapping[str, str]) -> list[Spec]:
    layers: list[Spec] = []
    shift = 10
    for field, width in (("text", 155), ("share", 55), ("marks", 0)):
        if not any(row[field] for row in rows):
            continue
        text: Spec = {"type": "text", "align": "left", "dx": shift, "fontSize": 11.5}
        if field == "marks":
            text |= {"font": "monospace", "fontWeight": "bold"}
        encoding = {"y": y, "x": {"value": "width"}, "text": {"field": field}}
        layers.append({"data": {"values": rows}, "mark": text, "encoding": encoding})
        if field in heads:
            head = {"y": {"value": -8}, "x": {"value": "width"}, "text": {"value": heads[field]}}
            layers.append({"data": {"values": [{}]}, "mark": {**text, "fontWeight": "bold"}, "encoding": head})
        shift += width
    return layers


def is_drawable(answer: PooledAnswer) -> bool:
    """Whether there is at least one study with a finite effect to draw."""
    return any(math.isfinite(study.shown.value) for study in answer.studies)
