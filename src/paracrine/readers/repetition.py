"""Find measurements that stand in one file twice: pasted rows, or an experiment combined with itself."""

from __future__ import annotations

import numpy as np

from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Payload, Run
from paracrine.payloads.events import EventTable
from paracrine.payloads.plate import Plate
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.payloads.trace import Trace

_FEWEST_NUMBERS = 6
"""Fewer numbers, each of a few digits, can agree by chance."""


def tell_repetitions(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Return the runs, each one that repeats an earlier one's numbers with a notice."""
    first: dict[bytes, str] = {}
    told = []
    for run in runs:
        content = b"".join(map(_content, run.payloads))
        told.append(run.with_notices(_notice(first[content])) if content in first else run)
        if content:
            first.setdefault(content, run.name)
    return tuple(told)


def _content(payload: Payload) -> bytes:
    """Return the numbers of a payload as bytes, nothing when they are too few to tell measurements apart."""
    if isinstance(payload, SizeDistribution):
        values = payload.contents
    elif isinstance(payload, Trace):
        values = payload.values
    elif isinstance(payload, EventTable):
        values = np.concatenate(list(payload.columns.values())) if payload.columns else np.empty(0)
    elif isinstance(payload, Scalars):
        values = np.array(list(payload.values.values()))
    elif isinstance(payload, Plate):
        values = payload.readings[np.isfinite(payload.readings)]
    else:
        return b""
    return values.tobytes() if np.count_nonzero(values) >= _FEWEST_NUMBERS else b""


def _notice(earlier: str) -> Notice:
    return Notice(
        code="same-numbers-twice",
        message=f"all numbers are those of {earlier}: one measurement stands in the file twice",
        severity=Severity.SERIOUS,
        action="exclude one of the two with a reason",
    )
