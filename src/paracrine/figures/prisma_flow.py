"""The PRISMA 2020 flow diagram of a review as one SVG that follows the page's colours and prints in grey."""

from __future__ import annotations

from html import escape

from paracrine.evidence.screening.review import Flow

_LEFT, _RIGHT, _WIDE, _LINE, _GAP = 60, 390, 270, 17, 30


def draw_flow(flow: Flow) -> str:
    """Return the diagram; a step nobody has done yet says so instead of showing a zero."""
    pieces: list[str] = []
    top = 14.0
    steps = _steps(flow)
    for number, (phase, main, side) in enumerate(steps):
        high = max(_height(main), _height(side) if side else 0)
        pieces.append(_box(_LEFT, top, high, main))
        if side:
            pieces.append(_box(_RIGHT, top, high, side))
            middle = top + high / 2
            pieces.append(_arrow(_LEFT + _WIDE, middle, _RIGHT - 2, middle))
        if phase:
            pieces.append(_phase(phase, top, high))
        if number < len(steps) - 1:
            pieces.append(_arrow(_LEFT + _WIDE / 2, top + high, _LEFT + _WIDE / 2, top + high + _GAP - 2))
        top += high + _GAP
    marker = (
        '<defs><marker id="flow-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="PRISMA 2020 flow diagram" '
        f'viewBox="0 0 {_RIGHT + _WIDE + 10} {top:.0f}" font-family="system-ui, sans-serif" font-size="12.5" '
        f'color="currentColor">{marker}{"".join(pieces)}</svg>'
    )


def _steps(flow: Flow) -> list[tuple[str, list[str], list[str]]]:
    sources = [f"{name} (n = {count})" for name, count in flow.identified]
    conflicts = [f"conflicts to settle (n = {flow.conflicts_count})"] if flow.conflicts_count else []
    unread = [f"not yet screened (n = {flow.unscreened_count})"] if flow.unscreened_count else []
    reasons = [f"{reason} (n = {count})" for reason, count in flow.excluded_reasons]
    waiting = flow.sought_count - flow.not_retrieved_count - flow.assessed_count
    numbers = (flow.assessed_count, sum(count for _, count in flow.excluded_reasons), flow.included_count)
    # Before a report was assessed these are unknown, not none.
    known = flow.assessed_count > 0 or waiting == 0
    assessed, excluded, included = (f"(n = {number})" if known else "(not yet)" for number in numbers)
    left = [f"not yet assessed (n = {waiting})"] if waiting > 0 else []
    return [
        (
            "Identification",
            ["Records identified", *sources, f"in all (n = {flow.identified_count})"],
            ["Removed before screening", f"duplicates (n = {flow.duplicates_count})"],
        ),
        (
            "Screening",
            [f"Records screened (n = {flow.screened_count})", *unread, *conflicts],
            [f"Records excluded (n = {flow.excluded_count})"],
        ),
        (
            "",
            [f"Reports sought (n = {flow.sought_count})"],
            [f"Reports not retrieved (n = {flow.not_retrieved_count})"],
        ),
        (
            "",
            [f"Reports assessed {assessed}", *left],
            [f"Reports excluded {excluded}", *reasons],
        ),
        ("Included", [f"Studies included {included}"], []),
    ]


def _height(lines: list[str]) -> float:
    return 16.0 + _LINE * sum(len(_wrapped(line)) for line in lines)


def _wrapped(line: str, letters: int = 38) -> list[str]:
    rows = [""]
    for word in line.split():
        if len(rows[-1]) + len(word) > letters and rows[-1]:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def _box(left: float, top: float, high: float, lines: list[str]) -> str:
    rows = [
        (row, place == 0 and part == 0) for place, line in enumerate(lines) for part, row in enumerate(_wrapped(line))
    ]
    start = top + (high - _LINE * len(rows)) / 2 + 13
    texts = "".join(
        f'<text x="{left + 12}" y="{start + _LINE * number:.0f}" fill="currentColor"'
        f"{' font-weight=' + chr(34) + '600' + chr(34) if is_head else ''}>{escape(row)}</text>"
        for number, (row, is_head) in enumerate(rows)
    )
    frame = (
        f'<rect x="{left}" y="{top:.0f}" width="{_WIDE}" height="{high:.0f}" rx="3" fill="none" stroke="currentColor"/>'
    )
    return frame + texts


def _phase(name: str, top: float, high: float) -> str:
    middle = top + high / 2
    return (
        f'<text x="30" y="{middle:.0f}" fill="currentColor" font-weight="600" text-anchor="middle" '
        f'transform="rotate(-90 30 {middle:.0f})">{name}</text>'
    )


def _arrow(left: float, top: float, right: float, bottom: float) -> str:
    return (
        f'<path d="M{left:.0f} {top:.0f}L{right:.0f} {bottom:.0f}" stroke="currentColor" fill="none" '
        'marker-end="url(#flow-head)"/>'
    )
