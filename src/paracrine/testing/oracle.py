"""Whether a reading of a damaged file may stand: refused, the same, caught by a notice, or literally in the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from paracrine.core.run import Run
from paracrine.payloads.events import EventTable
from paracrine.testing.damage import HARMLESS
from paracrine.testing.numbers import Numbers, match_runs, numbers_of

_WITH_POINT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_WITH_COMMA = re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?")
_MEANING_KEPT = HARMLESS | {"change_decimal_marks", "truncate"}
_SAME_OR_TOLD = frozenset({"shuffle_lines", "double_block"})
_CLOSE = 1e-9
_EDGES_MOVED = 8
"""Edges lie between two printed sizes: three changed digits move twice as many, and the outermost."""
_EDGES_NM = 0.11
"""Edges of equal bins are a line through two sizes printed to a tenth of a nanometre, each half of that uncertain."""
_TELLS = ("differ", "contradict", "twice", "no-role-map")


class Outcome(StrEnum):
    """What became of a damaged file."""

    REFUSED = "refused"
    SAME = "same numbers"
    CAUGHT = "other numbers, told by a notice"
    LITERAL = "other numbers, as the damaged file states them"
    WRONG = "other numbers"


def judge_reading(
    before: Sequence[Run], after: Sequence[Run], *, damage: str, data: bytes, open_ended: bool
) -> tuple[Outcome, str]:
    """Judge what a reader returned for a damaged file.

    Args:
        before: runs of the undamaged file.
        after: runs of the damaged file.
        damage: name of the damage.
        data: the damaged bytes.
        open_ended: whether rows may be missing at the end, or anywhere, without a trace.

    Returns:
        The outcome and, where it is wrong, the numbers concerned.
    """
    lost, alone = match_runs(before, after)
    alone = [index for index in alone if _has_numbers(after[index])]
    readers = {run.source.reader for run in (*before, *after)}
    if len(readers) > 1:
        return Outcome.WRONG, f"read by {' and '.join(sorted(readers))}"
    if not alone and (not lost or open_ended):
        return (Outcome.LITERAL if lost else Outcome.SAME), ""
    untold = [index for index in alone if not _tells(after[index])]
    if damage == "truncate" and not (open_ended and all(_is_part_of(after[i], before) for i in untold)):
        told = not lost or (alone and not untold)
        return (Outcome.CAUGHT, "") if told else (Outcome.WRONG, "numbers from a truncated file")
    if is_binary(data) and damage != "truncate":
        return Outcome.LITERAL, ""
    if lost and not alone and not any(map(_tells, after)):
        return Outcome.WRONG, f"{len(lost)} runs are missing"
    if any(not _agrees_with_itself(after[index]) for index in untold):
        return Outcome.WRONG, f"run {untold[0]} contradicts its own summary without a notice"
    if not untold:
        return Outcome.CAUGHT, ""
    if open_ended and all(_is_part_of(after[index], before) for index in untold):
        return Outcome.LITERAL, ""
    if damage in _MEANING_KEPT | _SAME_OR_TOLD:
        return Outcome.WRONG, f"run {untold[0]} ({after[untold[0]].name}) is another"
    known = [numbers_of(run) for run in before]
    foreign = [said for index in untold if (said := _foreign_numbers(after[index], data, known))]
    return (Outcome.WRONG, foreign[0]) if foreign else (Outcome.LITERAL, "")


def _has_numbers(run: Run) -> bool:
    return any(np.isfinite(values).any() for values in numbers_of(run).values())


def _tells(run: Run) -> bool:
    return any(word in notice.code for notice in run.notices for word in _TELLS)


def _agrees_with_itself(run: Run) -> bool:
    """Whether every printed number and its recomputed twin agree within their print."""
    ours = {number.name: number for number in run.rederived}
    for printed in run.vendor:
        twin = ours.get(printed.name)
        slack = printed.rounding + (twin.rounding if twin else 0) + 1e-3 + 1e-6 * abs(printed.value)
        if twin is not None and printed.unit == "nm" and abs(printed.value - twin.value) > slack * 1.01:
            return False
    return True


def _is_part_of(run: Run, before: Sequence[Run]) -> bool:
    """Whether a run is made of rows of one earlier run: some are missing, none is new."""
    return any(_rows_are_missing(numbers_of(earlier), numbers_of(run)) for earlier in before)


def _rows_are_missing(one: Numbers, other: Numbers) -> bool:
    for name, values in other.items():
        if name not in one or values.ndim != one[name].ndim or values.shape[0] > one[name].shape[0]:
            return False
        if values.ndim == 2 and not {tuple(row) for row in values.tolist()} <= {
            tuple(row) for row in one[name].tolist()
        }:
            return False
        counted = "contents particles" in name or "tracks" in name
        if values.ndim == 1 and not counted and not np.all(np.isin(values[np.isfinite(values)], one[name])):
            return False
    return True


def _foreign_numbers(run: Run, data: bytes, known: Sequence[Numbers]) -> str:
    """Return the name of a number that does not stand in the text, as it is or in units and products of the layouts."""
    tokens, numbers = _tokens(_text(data)), numbers_of(run)
    events = any(isinstance(payload, EventTable) for payload in run.payloads)
    for name, values in numbers.items():
        if "tracks" in name and "payload" in name:
            continue
        spare = _EDGES_MOVED if "edges" in name else 0
        if any(name in earlier and _differ_in(values, earlier[name]) <= spare for earlier in known):
            continue
        if "edges" in name and any(_is_same_line(values, earlier[name]) for earlier in known if name in earlier):
            continue
        # Counted from the events, which are checked themselves.
        if events and ("contents particles" in name or "edges" in name):
            continue
        finite = values[np.isfinite(values)]
        if not any(_all_in(candidate, tokens) for candidate in _as_printed(name, finite, numbers, run)):
            return name
    return ""


def _differ_in(values: npt.NDArray[np.float64], earlier: npt.NDArray[np.float64]) -> int:
    """Return in how many places two arrays differ."""
    if values.shape != earlier.shape:
        return max(values.size, earlier.size)
    return int(np.sum((values != earlier) & ~(np.isnan(values) & np.isnan(earlier))))


def _is_same_line(values: npt.NDArray[np.float64], earlier: npt.NDArray[np.float64]) -> bool:
    shared = min(values.size, earlier.size)
    return bool(np.all(np.abs(values[:shared] - earlier[:shared]) <= _EDGES_NM))


def _as_printed(
    name: str, values: npt.NDArray[np.float64], numbers: Numbers, run: Run
) -> list[npt.NDArray[np.float64]]:
    factors = [1.0, 1e4, 1e-4, 1e-3, 1e3, *(n.value for n in run.vendor if "correction" in n.name and n.value > 0)]
    candidates = [values / factor for factor in factors]
    if "contents" in name:
        edges = next(value for key, value in numbers.items() if key.startswith(name[:9]) and "edges" in key)
        candidates.append(values / np.diff(edges))
    if "edges" in name:
        candidates += [(values[1:] + values[:-1]) / 2, np.sqrt(values[1:] * values[:-1])]
    return candidates


def _all_in(values: npt.NDArray[np.float64], tokens: npt.NDArray[np.float64]) -> bool:
    if not values.size:
        return True
    place = np.clip(np.searchsorted(tokens, values), 1, tokens.size - 1)
    nearest = np.minimum(np.abs(tokens[place] - values), np.abs(tokens[place - 1] - values))
    return bool(np.all(nearest <= _CLOSE * np.maximum(1e-300, np.abs(values))))


def _tokens(text: str) -> npt.NDArray[np.float64]:
    """Return every number of the text, read with decimal point and with decimal comma."""
    found = {float(match) for match in _WITH_POINT.findall(text)}
    found |= {float(match.replace(",", ".")) for match in _WITH_COMMA.findall(text)}
    return np.array(sorted({0.0, 1.0} | {value for value in found if np.isfinite(value)}))


def is_binary(data: bytes) -> bool:
    """Whether the bytes are an archive, a database or HDF5, whose numbers do not stand there as text."""
    return data.startswith((b"PK\x03\x04", b"SQLite format 3", b"\x89HDF"))


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:200].count(0) > 40:
        encoding = "utf-16-be" if data[:1] == b"\x00" else "utf-16"
        return data.decode(encoding, errors="replace")
    return data.decode("latin-1")
