"""The traps of zero events, named: what a correction does, and where no pooled number exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.core.notice import Notice, Severity
from paracrine.numerics.pooling.tables import ExactBound, bound_without_events
from paracrine.numerics.pooling.weighted import FloatArray


@dataclass(frozen=True, slots=True)
class ZeroEvents:
    """What zero events mean for a pool: a bound instead of it, or why there is none, and notices."""

    bound: ExactBound | None
    reason: str
    notices: tuple[Notice, ...]


def look_for_zeros(measure: str, columns: dict[str, FloatArray], *, coverage_pct: float) -> ZeroEvents:
    """Return what zero cells do to the pooling of a measure."""
    if "events" in columns and "n" in columns:
        return _one_group(columns, coverage_pct)
    if "events_1" in columns and "n_1" in columns:
        return _two_groups(measure, columns, coverage_pct)
    return ZeroEvents(None, "", ())


def _one_group(columns: dict[str, FloatArray], coverage_pct: float) -> ZeroEvents:
    events, n = columns["events"], columns["n"]
    if events.sum() == 0:
        bound = bound_without_events(events, n, coverage_pct=coverage_pct)
        return ZeroEvents(bound, bound.reason, ())
    empty = int((events == 0).sum())
    if not empty:
        return ZeroEvents(None, "", ())
    message = (
        f"{empty} of {events.size} studies have no event: the logit scale adds 1/2 to them, which pulls the pooled "
        "proportion up."
    )
    return ZeroEvents(None, "", (_notice("zero-cells", message, "Compare with --model mixed, which adds nothing."),))


def _two_groups(measure: str, columns: dict[str, FloatArray], coverage_pct: float) -> ZeroEvents:
    a, n1, c, n2 = (columns[name] for name in ("events_1", "n_1", "events_2", "n_2"))
    notices = []
    if a.sum() == 0 and c.sum() == 0:
        first = bound_without_events(a, n1, coverage_pct=coverage_pct)
        second = bound_without_events(c, n2, coverage_pct=coverage_pct)
        reason = (
            f"no study has an event in either group, so no ratio exists; exact upper bounds of the risk: "
            f"{100 * first.high:.2g} % of {first.n} treated, {100 * second.high:.2g} % of {second.n} controls"
        )
        return ZeroEvents(None, reason, ())
    double = int(((a == 0) & (c == 0)).sum())
    if double:
        message = f"{double} of {a.size} studies have no event in either group: they say nothing about a ratio."
        notices.append(_notice("double-zero", message, "They count in a risk difference (--measure rd)."))
    single = int((((a == 0) | (c == 0) | (a == n1) | (c == n2)) & ~((a == 0) & (c == 0))).sum())
    if single and measure in ("rr", "or", "rd"):
        tables = "the one table that holds" if single + double == 1 else f"the {single + double} tables that hold"
        message = f"1/2 was added to every cell of {tables} a zero; no other was touched."
        notices.append(_notice("half-added", message, "Compare with --model mh, peto or mixed, which add nothing."))
    if a.sum() == 0 or c.sum() == 0:
        which = "treated" if a.sum() == 0 else "control"
        rest = bound_without_events(a if a.sum() == 0 else c, n1 if a.sum() == 0 else n2, coverage_pct=coverage_pct)
        message = (
            f"No {which} subject of {rest.n} has an event: the ratio rests on the added 1/2. Exact upper bound of "
            f"their risk: {100 * rest.high:.2g} %."
        )
        notices.append(
            _notice("one-group-without-events", message, "Report the bound, not the ratio.", Severity.SERIOUS)
        )
    return ZeroEvents(None, "", tuple(notices))


def _notice(code: str, message: str, action: str, severity: Severity = Severity.CAUTION) -> Notice:
    return Notice(code=code, message=message, severity=severity, action=action)


def finite_rows(y: FloatArray, v: FloatArray) -> list[int]:
    """Return positions of effects that exist: finite, with a positive finite variance."""
    return [int(i) for i in np.flatnonzero(np.isfinite(y) & np.isfinite(v) & (v > 0))]
