"""Corrections of extracted values in the ledger, and on what the search counts and filters by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from paracrine.bench.evidence.ledger_records import CorrectionsRecord
from paracrine.evidence.extract.correcting import Corrections, correct, corrections_for
from paracrine.evidence.extract.extraction import extract_trial, extract_work
from paracrine.evidence.extract.facets import FACETS, corrected_facets
from paracrine.evidence.trial import Trial

if TYPE_CHECKING:
    from paracrine.bench.evidence.opening import EvidenceBase


def remember_corrections(base: EvidenceBase, given: Corrections, *, name: str) -> None:
    """Enter corrections in the ledger and bring the search up to them; the last word on an item counts.

    Raises:
        UnknownName: when the base has no such record.
        InputError: when a record has no such item, or a dose cannot be read; then nothing is entered.
    """
    for key in dict.fromkeys(key for key, _ in given):
        record = base.record(key)
        correct(extract_trial(record) if isinstance(record, Trial) else extract_work(record), given)
    rows = tuple((key, item, value) for (key, item), value in given.items())
    before = base.workspace.latest(CorrectionsRecord.kind, "base")
    entered = CorrectionsRecord(name=name, rows=rows)
    if before is None or before.body != entered.to_data():
        base.remember(entered, key="base", reason=f"corrections by hand from {name}")
    apply_corrections(base, [key for key, _ in given])


def read_kept_corrections(base: EvidenceBase) -> dict[tuple[str, str], str]:
    """Return every correction of the base, the last word on each item."""
    kept: dict[tuple[str, str], str] = {}
    for entry in base.workspace.entries(CorrectionsRecord.kind):
        for key, item, value in CorrectionsRecord.from_data(entry.body).rows:
            kept[(key, item)] = value
    return kept


def apply_corrections(base: EvidenceBase, keys: Iterable[str] | None = None) -> None:
    """Set the facets of corrected records again, of those named or of all."""
    kept = read_kept_corrections(base)
    wanted = tuple(dict.fromkeys(keys if keys is not None else (key for key, _ in kept)))
    if not wanted:
        return
    with base.index.writing():
        for key in wanted:
            record = base.find(key)
            if record is None:
                continue
            facets = corrected_facets(record, corrections_for(key, kept))
            for name in FACETS:
                base.index.tag(key, name, facets.get(name, ()))
