"""Score extraction against an answer key made by a person: route, source and dose of registered trials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from paracrine.evidence.extract.found import NOT_STATED, Extraction

SILENT = ("not stated", "MSC, tissue not stated")
"""Both say that no tissue is named."""
_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?(?:e\d+)?)(?:-(\d+(?:\.\d+)?(?:e\d+)?))?(?![\w.]*\d)")
KINDS = {"protein mass": {"mass"}, "particles and volume": {"particles", "volume"}}


@dataclass(frozen=True, slots=True)
class KeyScore:
    """How many of the trials are right, by field, and what is wrong."""

    trials: int
    therapy: int
    source: int
    route: int
    dose_kind: int
    dose_values: int
    wrong: tuple[str, ...]

    def share(self, name: str) -> float:
        """Return the share of trials that are right in a field."""
        return float(getattr(self, name)) / self.trials


def key_kinds(row: Mapping[str, str]) -> set[str]:
    """Return the kinds of dose of a row; none where no vesicle dose is stated."""
    kind = row["dose_kind"]
    if kind.startswith("cells"):
        return {"cells"}
    return set() if kind in ("not stated", "none") else KINDS.get(kind, {kind})


def key_values(row: Mapping[str, str]) -> set[tuple[float, float]]:
    """Return the numbers of a row as (low, high)."""
    text = re.sub(r"\b(?:per|in) \d+ ml", "", row["dose_canonical"])
    return {(float(low), float(high or low)) for low, high in _NUMBER.findall(text)}


def score_key(pairs: Iterable[tuple[Mapping[str, str], Extraction]]) -> KeyScore:
    """Score extractions against rows with source_class, route_class, dose_kind and dose_canonical.

    A tissue that is not named counts as an answer, and so does a dose that is not stated. Doses of cells beside
    vesicles are the comparator's and are not counted, unless the key itself asks for cells.
    """
    right = dict.fromkeys(("therapy", "source", "route", "dose_kind", "dose_values"), 0)
    wrong, trials = [], 0
    for row, found in pairs:
        trials += 1
        kinds, values = key_kinds(row), key_values(row)
        doses = [one for one in found.doses if one.dose_kind != "cells" or "cells" in kinds]
        got_kinds = {one.dose_kind for one in doses}
        got_values = {(one.low, one.high) for one in doses}
        source = found.value("source").value
        checks = {
            "therapy": found.is_vesicle_therapy == row["is_msc_ev_therapy"].startswith("yes"),
            "source": source == row["source_class"] or (source == NOT_STATED and row["source_class"] in SILENT),
            "route": found.value("route").value == row["route_class"],
            "dose_kind": got_kinds == kinds,
            "dose_values": got_values == (values if kinds else set()),
        }
        for name, is_right in checks.items():
            right[name] += is_right
            if not is_right:
                wrong.append(f"{row['nct_id']} {name}")
    return KeyScore(trials=trials, wrong=tuple(wrong), **right)
