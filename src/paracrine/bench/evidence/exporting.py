"""Works of the base, of a search or of a review into a file other programs read."""

from __future__ import annotations

from pathlib import Path

from paracrine.bench.evidence.linking import distinct_works
from paracrine.bench.evidence.opening import EvidenceBase
from paracrine.bench.evidence.screening import included_keys, read_marks
from paracrine.core.errors import InputError
from paracrine.evidence.query import parse_query
from paracrine.evidence.screening.review import Stage, read_stage, read_verdict
from paracrine.evidence.writing.export import WRITERS
from paracrine.store.searching import find

_MOST = 1_000_000


def export_works(
    base: EvidenceBase, out: Path, *, query: str = "", review: str = "", verdict: str = "", stage: str = ""
) -> int:
    """Write works and return how many; duplicates are one work.

    Raises:
        InputError: when the ending is none of .ris, .csv, .json, or nothing is there to write.
        UnknownName: when the review, verdict or stage does not exist.
    """
    writer = WRITERS.get(out.suffix.lower())
    if writer is None:
        raise InputError("is written as .ris, .csv or .json", where=str(out))
    works = distinct_works(base)
    chosen_stage = read_stage(stage) if stage else Stage.ABSTRACT
    marks = read_marks(base, review, chosen_stage) if review else {}
    keys = list(works)
    if review and verdict:
        keys = included_keys(base, review, read_verdict(verdict), chosen_stage)
    elif review:
        keys = list(marks)
    if query:
        hits = {hit.key for hit in find(base.index, parse_query(query).match, limit=_MOST)}
        keys = [key for key in keys if key in hits]
    chosen = [works[key] for key in keys if key in works]
    if not chosen:
        raise InputError("there is no work to write", where=str(out))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(writer(chosen, marks), encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(out)) from error
    return len(chosen)
