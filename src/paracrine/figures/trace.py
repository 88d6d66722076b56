"""Quantities along an axis: correlograms, zeta profiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paracrine.figures.style import SERIES, SUPERSCRIPTS, Spec, finish, finite, step_exponent, top_title
from paracrine.payloads.trace import Trace

_LOG_RATIO = 100.0
_AXES = {"us": "Delay time (µs)", "s": "Time (s)", "nm2/s": "Diffusion coefficient (nm²/s)", "1": "Position"}


def draw_trace(traces: Sequence[tuple[str, Trace]]) -> Spec:
    """Draw traces of one name as thin lines on one pair of axes.

    Args:
        traces: name of the run and its trace, at least one, all in the units of the first; points without value
            leave a gap.

    Returns:
        A Vega-Lite specification; the axis is logarithmic where it spans a hundredfold above zero.
    """
    first = traces[0][1]
    axis = np.concatenate([trace.axis for _, trace in traces])
    above = axis[axis > 0]
    is_log = bool(axis.size and axis.min() >= 0 and above.size and axis.max() / above.min() >= _LOG_RATIO)
    values = np.concatenate([trace.values for _, trace in traces])
    exponent = step_exponent(float(np.max(np.abs(values), initial=0.0, where=np.isfinite(values))))
    rows = [
        {"run": run, "at": at, "value": value / 10.0**exponent}
        for run, trace in traces
        for at, value in zip(finite(trace.axis), finite(trace.values), strict=True)
        if np.isfinite(value) and (at > 0 or not is_log)
    ]
    x = {
        "field": "at",
        "type": "quantitative",
        "scale": {"type": "log" if is_log else "linear", "zero": False, "nice": False},
        "axis": {
            "title": f"{_unit(first.axis_unit)}{', log scale' if is_log else ''}",
            "grid": False,
            "format": "~s" if is_log else "~g",
            "labelOverlap": "greedy",
        },
    }
    y = {"field": "value", "type": "quantitative", "axis": {**top_title(_title(first, exponent)), "tickCount": 5}}
    tooltip = [
        {"field": "run", "title": "Run"},
        {"field": "at", "title": first.axis_unit, "format": ".4~g", "type": "quantitative"},
        {"field": "value", "title": _title(first, exponent), "format": ".4~g", "type": "quantitative"},
    ]
    mark = {"type": "line", "strokeWidth": 1.2, "opacity": 0.7, "color": SERIES[0].light}
    encoding = {"x": x, "y": y, "detail": {"field": "run"}, "tooltip": tooltip}
    layer: Spec = {"data": {"values": rows}, "mark": mark, "encoding": encoding}
    return finish([layer], description=f"{first.name} of {len(traces)} runs.", height=240)


def _title(trace: Trace, exponent: int) -> str:
    unit = "" if trace.values_unit in ("", "1") else trace.values_unit
    scaled = f"10{str(exponent).translate(SUPERSCRIPTS)} {unit}".rstrip() if exponent else unit
    return f"{trace.name} ({scaled})" if scaled else trace.name


def _unit(unit: str) -> str:
    return _AXES.get(unit, unit or "position")
