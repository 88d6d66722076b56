"""Size distributions laid over one another: replicates thin, mean thick in its band, limits dashed, vendor's dotted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.figures.drawn import Band, Points, band_of_mean, drawn_points, is_log_spaced, mean_distribution
from paracrine.figures.labels import Placer
from paracrine.figures.style import (
    HEIGHT_PX,
    HOVER,
    INK,
    LIMIT_DASH,
    SIZE_AXIS_NM,
    SIZE_TICKS,
    SUPERSCRIPTS,
    VENDOR_DASH,
    Spec,
    finish,
    finite,
    log_axis,
    series_dash,
    series_hue,
    step_exponent,
    top_title,
    with_halo,
)
from paracrine.payloads.size_distribution import SizeDistribution

DIRECT_LABELS_AT_MOST = 4
_BEYOND_FRACTION = 0.01
_REPLICATES_DRAWN_AT_MOST = 24


@dataclass(frozen=True, slots=True, eq=False)
class Replicate:
    """One run's distribution, with the text that says where it came from."""

    name: str
    distribution: SizeDistribution
    source: str = ""
    included: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The replicates of one sample (or batch); `vendor` is the vendor's own curve beside them."""

    label: str
    replicates: tuple[Replicate, ...]
    vendor: SizeDistribution | None = None


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """A limit on the size axis, drawn dashed and labelled."""

    at_nm: float
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    label: str
    name: str
    kind: str
    source: str
    points: Points


def draw_size_distribution(
    series: Sequence[Series], *, limits: Sequence[SizeLimit] = (), axis_nm: tuple[float, float] | None = None
) -> Spec:
    """Draw size distributions on one log axis, zero-based.

    Args:
        series: samples to lay over one another, all in one unit; empty distributions leave no line.
        limits: dashed lines on the size axis.
        axis_nm: range of the size axis; by default 10 to 1000 nm, widened when more than 1 % lies beyond.

    Returns:
        A Vega-Lite specification.

    Raises:
        ValueError: when the series do not share one unit.
    """
    distributions = [replicate.distribution for one in series for replicate in one.replicates]
    if len({(d.contents_unit, d.measurand.weighting) for d in distributions}) > 1:
        raise ValueError("distributions in different units cannot share an axis")
    curves = list(_curves(series))
    low, high = axis_nm or common_axis_nm(distributions)
    bands = {one.label: band for one in series if (band := band_of_mean(_included(one))) is not None}
    peak = max((curve.points.peak for curve in curves), default=0.0)
    exponent = step_exponent(peak)
    top = (peak or 1.0) / 10.0**exponent * (1.04 + 0.07 * min(len(limits), 4))
    x = {
        "field": "size_nm",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": log_axis(
            f"{_diameter(distributions)} diameter (nm)", ticks=[t for t in SIZE_TICKS if low <= t <= high]
        ),
    }
    title = _height_title(distributions, exponent)
    y = {
        "field": "height",
        "type": "quantitative",
        "scale": {"domain": [0, float(f"{top:.4g}")], "nice": False},
        "axis": {**top_title(title), "tickCount": 5},
    }
    names = [one.label for one in series]
    layers = [
        *_band_layers(bands, names, x, y, exponent),
        *_line_layers(curves, names, x, y, exponent, title),
        *_limit_layers(limits, x, peak=top, axis_nm=(low, high)),
    ]
    if len(names) <= DIRECT_LABELS_AT_MOST:
        layers += _label_layers(curves, names, x, y, exponent, top=top, axis_nm=(low, high))
    return finish(layers, description=_description(series, limits))


def common_axis_nm(distributions: Sequence[SizeDistribution]) -> tuple[float, float]:
    """Return the size axis that fits all distributions: 10 to 1000 nm unless over 1 % lies beyond."""
    low, high = SIZE_AXIS_NM
    for distribution in distributions:
        if distribution.is_empty:
            continue
        share = np.cumsum(distribution.contents) / distribution.total
        bottom = float(distribution.centres_nm[int(np.searchsorted(share, _BEYOND_FRACTION))])
        upper = float(
            distribution.centres_nm[int(np.searchsorted(share, 1 - _BEYOND_FRACTION).clip(0, share.size - 1))]
        )
        low = min(low, 10.0 ** np.floor(np.log10(max(bottom, 0.1))))
        high = max(high, 10.0 ** np.ceil(np.log10(upper)))
    return float(low), float(high)


def drawn_replicates(series: Series) -> tuple[Replicate, ...]:
    """Return the replicates that get a line: all excluded ones, and of the others at most 24, evenly chosen."""
    included = [replicate for replicate in series.replicates if replicate.included]
    step = -(-len(included) // _REPLICATES_DRAWN_AT_MOST)
    chosen = {id(replicate) for replicate in included[::step]} if step else set()
    return tuple(r for r in series.replicates if not r.included or id(r) in chosen)


def has_band(series: Series) -> bool:
    """Whether a series has enough like replicates for the 95 % band of their mean."""
    return band_of_mean(_included(series)) is not None


def _included(series: Series) -> list[SizeDistribution]:
    return [replicate.distribution for replicate in series.replicates if replicate.included]


def _curves(series: Sequence[Series]) -> Iterator[_Curve]:
    for one in series:
        included = _included(one)
        mean = mean_distribution(included) if included else None
        for replicate in drawn_replicates(one):
            alone = replicate.included and len(included) == 1
            kind = "mean" if alone else "replicate" if replicate.included else "excluded"
            name = replicate.name + ("" if replicate.included else " (excluded)")
            yield _Curve(one.label, name, kind, replicate.source, drawn_points(replicate.distribution))
        if mean is not None and len(included) > 1:
            yield _Curve(one.label, f"mean of {len(included)} replicates", "mean", "", drawn_points(mean))
        if one.vendor is not None:
            yield _Curve(one.label, "vendor's curve", "vendor", "", drawn_points(one.vendor))


def _data(curves: Sequence[_Curve], exponent: int) -> Spec:
    """Points as CSV and one row a curve to look its names up: a tenth of the size of rows that repeat them."""
    lines = ["curve,size_nm,height"]
    for number, curve in enumerate(curves):
        pairs = zip(finite(curve.points.size_nm), finite(curve.points.height / 10.0**exponent), strict=True)
        lines += [f"{number},{size:g},{height:g}" for size, height in pairs]
    names = [
        {"curve": number, "label": curve.label, "name": curve.name, "source": curve.source}
        for number, curve in enumerate(curves)
    ]
    return {
        "data": {
            "values": "\n".join(lines),
            "format": {"type": "csv", "parse": {"curve": "number", "size_nm": "number", "height": "number"}},
        },
        "transform": [
            {
                "lookup": "curve",
                "from": {"data": {"values": names}, "key": "curve", "fields": ["label", "name", "source"]},
            }
        ],
    }


def _band_layers(bands: Mapping[str, Band], names: list[str], x: Spec, y: Spec, exponent: int) -> list[Spec]:
    layers = []
    scale = 10.0**exponent
    for label, band in bands.items():
        columns = (finite(band.size_nm), finite(band.low / scale), finite(band.high / scale))
        lines = [
            "size_nm,height,high",
            *(f"{size:g},{low:g},{high:g}" for size, low, high in zip(*columns, strict=True)),
        ]
        parse = {"size_nm": "number", "height": "number", "high": "number"}
        layers.append(
            {
                "data": {"values": "\n".join(lines), "format": {"type": "csv", "parse": parse}},
                "mark": {"type": "area", "clip": True, "opacity": 0.2, "color": series_hue(names.index(label)).light},
                "encoding": {"x": x, "y": y, "y2": {"field": "high"}},
            }
        )
    return layers


def _line_layers(curves: Sequence[_Curve], names: list[str], x: Spec, y: Spec, exponent: int, title: str) -> list[Spec]:
    color = {
        "field": "label",
        "type": "nominal",
        "scale": {"domain": names, "range": [series_hue(position).light for position in range(len(names))]},
        "legend": None if len(names) <= DIRECT_LABELS_AT_MOST else {"title": None, "symbolType": "stroke"},
    }
    dash = {
        "field": "label",
        "type": "nominal",
        "scale": {"domain": names, "range": [series_dash(position) for position in range(len(names))]},
        "legend": color["legend"],
    }
    tooltip = [
        {"field": "label", "title": "Sample"},
        {"field": "name", "title": "Curve"},
        {"field": "size_nm", "title": "Diameter (nm)", "format": ".4~g", "type": "quantitative"},
        {"field": "height", "title": title, "format": ".3~g", "type": "quantitative"},
        {"field": "source", "title": "Source"},
    ]
    looks: dict[str, Spec] = {
        "replicate": {"strokeWidth": 1, "opacity": 0.4},
        "excluded": {"strokeWidth": 1, "opacity": 0.55, "strokeDash": [2, 3], "stroke": INK},
        "mean": {"strokeWidth": 2.5},
        "vendor": {"strokeWidth": 1.8, "strokeDash": VENDOR_DASH, "strokeCap": "round"},
    }
    layers: list[Spec] = []
    for kind, look in looks.items():
        drawn = [curve for curve in curves if curve.kind == kind and curve.points.size_nm.size]
        if not drawn:
            continue
        data = _data(drawn, exponent)
        encoding: Spec = {"x": x, "y": y, "color": color, "detail": {"field": "curve"}}
        if kind == "mean":
            encoding["strokeDash"] = dash
        layers.append({**data, "mark": {"type": "line", "clip": True, **look}, "encoding": encoding})
        if kind == "replicate":
            encoding["tooltip"] = [tooltip[0], tooltip[1], tooltip[4]]
        else:
            catch = {"type": "point", "size": 80, "opacity": 0, "filled": True, "clip": True}
            layers.append(
                {"name": f"{HOVER}_{kind}", **data, "mark": catch, "encoding": {"x": x, "y": y, "tooltip": tooltip}}
            )
    return layers or [_empty_layer(x, y, color, dash)]


def _empty_layer(x: Spec, y: Spec, color: Spec, dash: Spec) -> Spec:
    """Axes alone, so that a study without particles still shows what was looked for."""
    row = {"size_nm": x["scale"]["domain"][0], "height": 0, "label": ""}
    encoding = {"x": x, "y": y, "color": {**color, "legend": None}, "strokeDash": {**dash, "legend": None}}
    return {"data": {"values": [row]}, "mark": {"type": "line", "opacity": 0}, "encoding": encoding}


def _limit_layers(limits: Sequence[SizeLimit], x: Spec, *, peak: float, axis_nm: tuple[float, float]) -> list[Spec]:
    inside = sorted((limit for limit in limits if axis_nm[0] <= limit.at_nm <= axis_nm[1]), key=lambda one: one.at_nm)
    rows = []
    for position, limit in enumerate(inside):
        fraction = np.log(limit.at_nm / axis_nm[0]) / np.log(axis_nm[1] / axis_nm[0])
        side = "right" if fraction > 0.5 else "left"
        rows.append({"size_nm": limit.at_nm, "label": limit.label, "row": position % 4, "side": side})
    if not rows:
        return []
    plain_x = {key: value for key, value in x.items() if key != "axis"}
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": {"type": "rule", "strokeDash": LIMIT_DASH, "strokeWidth": 1.2},
            "encoding": {"x": plain_x, "tooltip": {"field": "label"}},
        }
    ]
    for side, shift in (("left", 5), ("right", -5)):
        for level in range(4):
            here = [row for row in rows if row["side"] == side and row["row"] == level]
            if here:
                mark = {"type": "text", "align": side, "dx": shift, "y": 7 + 15 * level, "fontSize": 11.5}
                where = {"x": plain_x, "text": {"field": "label"}}
                layers += with_halo({"data": {"values": here}, "mark": mark, "encoding": where})
    return layers


def _label_layers(
    curves: Sequence[_Curve],
    names: list[str],
    x: Spec,
    y: Spec,
    exponent: int,
    *,
    top: float,
    axis_nm: tuple[float, float],
) -> list[Spec]:
    placer = Placer(axis_nm=axis_nm, top=top, height_px=HEIGHT_PX)
    layers = []
    for curve in curves:
        if curve.kind not in ("mean", "vendor") or curve.points.peak == 0:
            continue
        text = curve.label if curve.kind == "mean" else f"{curve.label}, vendor's"
        size_nm, height, dy = placer.place(text, curve.points, 10.0**exponent)
        row = {"size_nm": size_nm, "height": height, "text": text}
        mark = {"type": "text", "align": "left", "dx": 8, "dy": dy, "color": series_hue(names.index(curve.label)).light}
        mark["fontWeight"] = "bold" if curve.kind == "mean" else "normal"
        where = {"x": x, "y": y, "text": {"field": "text"}}
        layers += with_halo({"data": {"values": [row]}, "mark": mark, "encoding": where})
    return layers


def _height_title(distributions: Sequence[SizeDistribution], exponent: int) -> str:
    if not distributions:
        return "Contents"
    first = distributions[0]
    power = f"10{str(exponent).translate(SUPERSCRIPTS)} " if exponent else ""
    weighting = first.measurand.weighting.value if first.measurand.weighting else "unstated"
    per_nm = "" if is_log_spaced(first) else " nm⁻¹"
    names = {
        "1/mL": f"Particles ({power}mL⁻¹{per_nm})",
        "particles": f"Particles counted ({power}{'per bin' if not per_nm else 'nm⁻¹'})",
        "%": f"{weighting.capitalize()} share ({power}%{per_nm or ' per bin'})",
    }
    return names.get(first.contents_unit, f"{first.contents_unit}{per_nm} {power}".strip())


def _diameter(distributions: Sequence[SizeDistribution]) -> str:
    kinds = {d.measurand.diameter.value for d in distributions if d.measurand.diameter}
    kinds -= {"unstated"}
    return kinds.pop().capitalize() if len(kinds) == 1 else "Particle"


def _description(series: Sequence[Series], limits: Sequence[SizeLimit]) -> str:
    parts = [f"{one.label} ({len(one.replicates)} replicates)" for one in series]
    marked = f" Limits: {', '.join(limit.label for limit in limits)}." if limits else ""
    return f"Size distributions of {', '.join(parts)}.{marked}"
