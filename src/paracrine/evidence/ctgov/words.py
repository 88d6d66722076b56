"""Words of ClinicalTrials.gov in one form: version 2 writes NOT_YET_RECRUITING, version 1 `Not yet recruiting`."""

from __future__ import annotations

from collections.abc import Iterable

_PHASES = {
    "EARLY_PHASE1": ("early 1",),
    "PHASE1": ("1",),
    "PHASE2": ("2",),
    "PHASE3": ("3",),
    "PHASE4": ("4",),
    "EARLY PHASE 1": ("early 1",),
    "PHASE 0": ("early 1",),
    "PHASE 1": ("1",),
    "PHASE 2": ("2",),
    "PHASE 3": ("3",),
    "PHASE 4": ("4",),
    "PHASE 1/PHASE 2": ("1", "2"),
    "PHASE 2/PHASE 3": ("2", "3"),
    "PHASE 1 / PHASE 2": ("1", "2"),
    "PHASE 2 / PHASE 3": ("2", "3"),
    "1": ("1",),
    "2": ("2",),
    "3": ("3",),
    "4": ("4",),
    "0": ("early 1",),
    "I": ("1",),
    "II": ("2",),
    "III": ("3",),
    "IV": ("4",),
}
_STATUS = {
    "active_not_recruiting": "active, not recruiting",
    "enrolling_by_invitation": "enrolling by invitation",
    "unknown": "unknown status",
}


def plain(word: str) -> str:
    """Return an enumerated word in lower case with blanks."""
    return word.strip().lower().replace("_", " ")


def status_word(word: str) -> str:
    """Return a status in one form for all versions."""
    return _STATUS.get(word.strip().lower().replace(" ", "_").replace(",", ""), plain(word))


def phases_of(written: Iterable[str]) -> tuple[str, ...]:
    """Return phases as `early 1`, `1` … `4`; `NA` and unknown words give none."""
    found = (_PHASES.get(" ".join(word.upper().split()), ()) for word in written)
    return tuple(dict.fromkeys(phase for phases in found for phase in phases))


def basis_word(word: str) -> str:
    """Return `actual` or `estimated`; version 1 writes `Anticipated`."""
    written = plain(word)
    return "estimated" if written == "anticipated" else written


def count_of(value: object) -> int | None:
    """Return a whole number written as number or text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = str(value).strip().replace(",", "") if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() else None
