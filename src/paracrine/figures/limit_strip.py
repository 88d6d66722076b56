"""A small strip a table row: where a result and its interval lie between its limits."""

from __future__ import annotations

import math
from collections.abc import Callable

STRIP_WIDTH, STRIP_HEIGHT = 112, 18
_PAD = 7.0


def draw_limit_strip(
    value: float, *, low: float | None, high: float | None, limit_low: float | None, limit_high: float | None
) -> str:
    """Draw a strip as SVG: dashes at the limits, a bar for the permitted range, interval line, dot.

    The axis is logarithmic where the ends differ tenfold or more and all are above zero.

    Args:
        value: the result.
        low: lower end of its interval, None without.
        high: upper end of its interval, None without.
        limit_low: lower limit, None when open.
        limit_high: upper limit, None when open.

    Returns:
        SVG text, empty when there is no limit to show.
    """
    limits = [limit for limit in (limit_low, limit_high) if limit is not None]
    if not limits:
        return ""
    known = [value, *limits, *(end for end in (low, high) if end is not None)]
    if not all(math.isfinite(number) for number in known):
        return ""
    place = _scale(known)
    middle = STRIP_HEIGHT / 2
    from_x = _PAD / 2 if limit_low is None else place(limit_low)
    to_x = STRIP_WIDTH - _PAD / 2 if limit_high is None else place(limit_high)
    parts = [
        f'<rect x="{from_x:.1f}" y="{middle - 5:.1f}" width="{max(to_x - from_x, 1):.1f}" height="10" '
        'fill="currentColor" fill-opacity="0.12"/>'
    ]
    parts += [
        f'<line x1="{place(limit):.1f}" x2="{place(limit):.1f}" y1="1" y2="{STRIP_HEIGHT - 1}" stroke="currentColor" '
        'stroke-width="1.2" stroke-dasharray="3 2"/>'
        for limit in limits
    ]
    if low is not None and high is not None:
        parts.append(
            f'<line x1="{place(low):.1f}" x2="{place(high):.1f}" y1="{middle}" y2="{middle}" stroke="currentColor" '
            'stroke-width="1.8"/>'
        )
    parts.append(f'<circle cx="{place(value):.1f}" cy="{middle}" r="3.4" fill="currentColor"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="strip" width="{STRIP_WIDTH}" height="{STRIP_HEIGHT}" '
        f'viewBox="0 0 {STRIP_WIDTH} {STRIP_HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _scale(known: list[float]) -> Callable[[float], float]:
    bottom, top = min(known), max(known)
    logarithmic = bottom > 0 and top / bottom >= 10
    ends = (math.log(bottom), math.log(top)) if logarithmic else (bottom, top)
    margin = 0.12 * (ends[1] - ends[0]) or max(abs(ends[0]) * 0.2, 1e-12)
    start, stop = ends[0] - margin, ends[1] + margin

    def place(number: float) -> float:
        position = math.log(number) if logarithmic else number
        return _PAD + (STRIP_WIDTH - 2 * _PAD) * (position - start) / (stop - start)

    return place
