"""Comparisons of a network out of a table: given as pairs, or made from arms with counts."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from paracrine.core.errors import InputError, LimitError
from paracrine.core.notice import Notice, Severity
from paracrine.evidence.pool.table import StudyTable
from paracrine.numerics.pooling.measure import compute_effects
from paracrine.numerics.pooling.network import Comparison
from paracrine.numerics.pooling.network_counts import CountedArms

_HINT = "study,treatment_1,treatment_2,effect,standard_error; or study,treatment,events,n with one arm a line"


def read_comparisons(table: StudyTable, key: str) -> tuple[list[Comparison], tuple[Notice, ...]]:
    """Return every comparison of a table, and what zero events did to them.

    Raises:
        InputError: when the columns make none.
        LimitError: when no study has an event.
    """
    if "treatment" in table.columns:
        return _from_arms(read_arms(table), key)
    first, second, effect = (table.find(name) for name in ("first", "second", "effect"))
    error, variance = table.find("error"), table.find("variance")
    if not (first and second and effect and (error or variance)):
        raise InputError("no comparisons in this table", where=table.name, hint=_HINT)
    values = table.numbers(effect)
    errors = table.numbers(error) if error else np.sqrt(table.numbers(variance))
    rows = zip(table.labels, table.words(first), table.words(second), values, errors, strict=True)
    return [Comparison(study, one, other, float(y), float(spread)) for study, one, other, y, spread in rows], ()


def _from_arms(studies: list[CountedArms], key: str) -> tuple[list[Comparison], tuple[Notice, ...]]:
    told = [study for study in studies if key == "rd" or 0 < study.events.sum() < study.people.sum()]
    if not told:
        hint = "the risk difference (--measure rd), or the exact bound of each arm (evidence pool --measure plo)"
        raise LimitError("no study has an event, so no ratio exists", hint=hint)
    notices = []
    if len(told) < len(studies):
        gone = ", ".join(study.study for study in studies if study not in told)
        message = f"Without an event, or with nothing but events, these say nothing about a ratio: {gone}."
        notices.append(Notice(code="double-zero", message=message, severity=Severity.CAUTION))
    halved = sum(_has_empty_cell(study) for study in told)
    if halved:
        message = f"1/2 was added to every arm of {halved} of {len(told)} studies, which have an empty cell."
        action = "Compare with --model mh, which adds nothing."
        notices.append(Notice(code="half-added", message=message, severity=Severity.CAUTION, action=action))
    return [one for study in told for one in compare_arms(study, key)], tuple(notices)


def _has_empty_cell(study: CountedArms) -> bool:
    return bool(((study.events == 0) | (study.events == study.people)).any())


def read_arms(table: StudyTable) -> list[CountedArms]:
    """Return the studies of a table with one arm a line: study, treatment, events, n.

    Raises:
        InputError: when columns are missing, a count is impossible, or a study has one arm or a treatment twice.
    """
    events, n = table.find("events"), table.find("n")
    if not ("treatment" in table.columns and events and n):
        raise InputError("no arms in this table", where=table.name, hint=_HINT)
    happened, people, treatments = table.numbers(events), table.numbers(n), table.words("treatment")
    wrong = np.flatnonzero((happened < 0) | (happened > people) | (people <= 0))
    if wrong.size:
        place = f"{table.name} line {table.lines[int(wrong[0])]}"
        raise InputError("events are negative or above n, or n is not above zero", where=place)
    arms: dict[str, list[int]] = {}
    for index, study in enumerate(table.labels):
        arms.setdefault(study, []).append(index)
    found = []
    for study, inside in arms.items():
        inside.sort(key=lambda index: treatments[index])
        names = tuple(treatments[index] for index in inside)
        if len(set(names)) < max(2, len(names)):
            raise InputError("a study needs two arms or more, each treatment once", where=f"{table.name}, {study}")
        found.append(CountedArms(study, names, happened[inside], people[inside]))
    return found


def compare_arms(study: CountedArms, key: str) -> list[Comparison]:
    """Return the comparisons of all pairs of arms; 1/2 is added to all arms of a study with an empty cell."""
    x, size = study.events, study.people
    if _has_empty_cell(study):
        x, size = x + 0.5, size + 1.0
    found = []
    for i, j in combinations(range(len(study.treatments)), 2):
        names = ("events_1", "n_1", "events_2", "n_2")
        counts = (x[i], size[i], x[j], size[j])
        y, v = compute_effects(key, {name: np.array([value]) for name, value in zip(names, counts, strict=True)})
        found.append(Comparison(study.study, study.treatments[i], study.treatments[j], float(y[0]), float(v[0]) ** 0.5))
    return found
