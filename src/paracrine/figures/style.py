"""The one visual language of the charts: colours, line styles, axes.

Charts are Vega-Lite dictionaries. Text and axes take `currentColor`, so that one drawing fits light and dark pages.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Spec = dict[str, Any]
"""A Vega-Lite specification."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH_PX, HEIGHT_PX = 640, 300
ROW_PX = 26
NAME_LETTERS = 40
SIZE_AXIS_NM = (10.0, 1000.0)
SIZE_TICKS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
INK = "currentColor"
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
HOVER = "hover"
"""Begin of the name of layers that only catch the pointer; still pictures leave them out."""


@dataclass(frozen=True, slots=True)
class Hue:
    """One colour in its light-page and dark-page shade, both readable as text (contrast 4.5 or more)."""

    name: str
    light: str
    dark: str


# Hues of Okabe and Ito; where the original is too pale for text on white, a darker shade of the same hue.
SERIES = (
    Hue("blue", "#0072b2", "#56b4e9"),
    Hue("vermillion", "#b34e00", "#f28a3c"),
    Hue("green", "#007558", "#2fc39a"),
    Hue("purple", "#9c4a7a", "#e3a0c6"),
)
FURTHER = (Hue("olive", "#6b6400", "#d6c94a"), Hue("grey", "#5f6770", "#a3abb5"))
PAPER = Hue("paper", "#ffffff", "#14171b")
"""The page itself: gaps between bars and text on them."""
DASHES: tuple[list[int], ...] = ([1, 0], [8, 3], [10, 3, 2, 3], [5, 2])
LIMIT_DASH = [4, 4]
VENDOR_DASH = [1, 3]


def series_hue(position: int) -> Hue:
    """Return the hue of the n-th series; the dash keeps series apart that share one."""
    return SERIES[position % len(SERIES)]


def series_dash(position: int) -> list[int]:
    """Return the dash of the n-th series: the first four differ in both, the next ones in the pairing."""
    return DASHES[(position + position // len(DASHES)) % len(DASHES)]


def hues() -> tuple[Hue, ...]:
    """Return every colour a chart may hold besides the ink."""
    return (*SERIES, *FURTHER, PAPER)


def finish(layers: list[Spec], *, description: str, width: int = WIDTH_PX, height: int = HEIGHT_PX) -> Spec:
    """Return a layered chart with the house's config.

    Args:
        layers: Vega-Lite layers, each with its own data.
        description: read aloud instead of the picture.
        width: of the plot, px.
        height: of the plot, px.
    """
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": width,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": "transparent",
        "padding": {"left": 2, "right": 4, "top": 4, "bottom": 2},
        "layer": layers,
        "config": _config(),
    }


def finish_rows(panels: list[Spec], *, description: str) -> Spec:
    """Return charts one below the other, each with its own axes, with the house's config.

    Args:
        panels: Vega-Lite charts, each with its own width, height and data.
        description: read aloud instead of the picture.
    """
    return {
        "$schema": SCHEMA,
        "description": description,
        "background": "transparent",
        "padding": {"left": 2, "right": 4, "top": 4, "bottom": 2},
        "vconcat": panels,
        "config": _config(),
    }


def with_halo(layer: Spec) -> list[Spec]:
    """Return a text layer over its own outline in the page's colour, readable where lines cross it."""
    outline = {"stroke": PAPER.light, "strokeWidth": 4, "strokeJoin": "round", "color": PAPER.light}
    return [{**layer, "mark": {**layer["mark"], **outline}}, layer]


def top_title(text: str) -> Spec:
    """Return axis options that write a y title level above the axis, where it is read first."""
    return {
        "title": text,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleBaseline": "bottom",
        "titleX": 0,
        "titleY": -8,
    }


def log_axis(title: str, *, ticks: list[float] | list[int]) -> Spec:
    """Return axis options of a log axis named as such."""
    return {"title": f"{title}, log scale", "values": ticks, "format": "~r", "grid": False, "labelOverlap": "greedy"}


def names_axis(field: str, names: list[str]) -> Spec:
    """Return the y encoding of a chart with one named row a result, in the order given.

    Names are not cut by the drawing library, which would measure each one many times over.
    """
    axis = {"title": None, "domain": False, "ticks": False, "labelLimit": 0, "labelPadding": 8}
    return {"field": field, "type": "nominal", "sort": names, "axis": axis}


def short_names(names: Sequence[str]) -> list[str]:
    """Return names cut in their middle, longer where the cut would make two of them the same.

    Names that are the same from the begin are numbered, because rows of one name would lie over one another.
    """
    for letters in (NAME_LETTERS, 52, 64, 1000):
        cut = [shorten(name, letters=letters) for name in names]
        if len(set(cut)) == len(set(names)):
            break
    seen: Counter[str] = Counter()
    unique = []
    for name in cut:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def shorten(text: str, *, letters: int = NAME_LETTERS) -> str:
    """Return a text cut in its middle, so that both ends of a long name stay."""
    if len(text) <= letters:
        return text
    half = (letters - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def step_exponent(largest: float) -> int:
    """Return the power of a thousand to divide an axis by, 0 where its numbers are short."""
    if largest <= 0 or 0.1 <= largest < 1e4:
        return 0
    return 3 * math.floor(math.log10(largest) / 3)


def finite(values: Any) -> list[float]:
    """Return numbers with six significant digits, which no screen can tell from all of them."""
    return [float(f"{value:.6g}") for value in np.asarray(values, dtype=float).tolist()]


def _config() -> Spec:
    return {
        "font": "sans-serif",
        "view": {"stroke": None},
        "text": {"color": INK, "fontSize": 12},
        "rule": {"color": INK},
        "axis": {
            "labelColor": INK,
            "titleColor": INK,
            "domainColor": INK,
            "tickColor": INK,
            "gridColor": INK,
            "gridOpacity": 0.13,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 8,
        },
        "legend": {
            "labelColor": INK,
            "titleColor": INK,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "orient": "bottom",
            "labelLimit": 0,
        },
    }
