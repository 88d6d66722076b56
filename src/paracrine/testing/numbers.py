"""What a reader returned, as numbers alone: to say whether two readings of a file are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from paracrine.core.run import Payload, Run
from paracrine.payloads.events import EventTable
from paracrine.payloads.plate import Plate
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.payloads.trace import Trace

Numbers: TypeAlias = dict[str, npt.NDArray[np.float64]]


def numbers_of(run: Run) -> Numbers:
    """Return every number of a run by a stable name; rows of event tables in sorted order."""
    found: Numbers = {"dilution": _array(run.dilution_factor)}
    for number in run.vendor:
        name = f"vendor / {number.name}"
        found[name] = np.append(found[name], number.value) if name in found else _array(number.value)
    for position, payload in enumerate(run.payloads):
        for name, values in _arrays(payload):
            found[f"payload {position} / {name}"] = values
    return found


def same_numbers(one: Numbers, other: Numbers) -> bool:
    """Whether two runs hold the same numbers under the same names, missing values included."""
    return one.keys() == other.keys() and not differing(one, other)


def differing(one: Numbers, other: Numbers) -> list[str]:
    """Return the names under which two runs differ, or that only one of them has."""
    return [
        name
        for name in {**one, **other}
        if name not in one or name not in other or not np.array_equal(one[name], other[name], equal_nan=True)
    ]


def match_runs(before: Sequence[Run], after: Sequence[Run]) -> tuple[list[int], list[int]]:
    """Pair runs with the same numbers, each once.

    Returns:
        Indices of runs without partner: in `before`, in `after`.
    """
    left = {index: numbers_of(run) for index, run in enumerate(before)}
    alone = []
    for index, run in enumerate(after):
        numbers = numbers_of(run)
        order = sorted(left, key=lambda candidate: candidate != index)
        partner = next((candidate for candidate in order if same_numbers(left[candidate], numbers)), None)
        if partner is None:
            alone.append(index)
        else:
            del left[partner]
    return sorted(left), alone


def _array(value: float | None) -> npt.NDArray[np.float64]:
    return np.array([np.nan if value is None else value], dtype=np.float64)


def _arrays(payload: Payload) -> Iterator[tuple[str, npt.NDArray[np.float64]]]:
    if isinstance(payload, SizeDistribution):
        yield "edges_nm", payload.edges_nm
        yield f"contents {payload.contents_unit}", payload.contents
        yield "tracks_count", _array(payload.tracks_count)
        if payload.tracks_per_bin is not None:
            yield "tracks_per_bin", payload.tracks_per_bin
    elif isinstance(payload, Trace):
        yield f"axis {payload.axis_unit}", payload.axis
        yield f"values {payload.values_unit}", payload.values
    elif isinstance(payload, Scalars):
        for name, value in payload.values.items():
            yield name, _array(value)
    elif isinstance(payload, EventTable):
        names = sorted(payload.columns)
        rows = np.column_stack([payload.columns[name] for name in names]) if names else np.empty((0, 0))
        yield " ".join(names), rows[np.lexsort(rows.T[::-1])] if rows.size else rows
    elif isinstance(payload, Plate):
        yield "readings", payload.readings
        yield "standard_ug_per_ml", payload.standard_ug_per_ml
        yield "dilution_factor", payload.dilution_factor
