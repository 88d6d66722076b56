"""Extract what records say, from the base or from files, with corrections by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paracrine.bench.outputs import write_outputs
from paracrine.core.errors import InputError
from paracrine.core.progress import Progress
from paracrine.evidence.extract.extraction import Corrections, correct, extract_trial, extract_work, read_corrections
from paracrine.evidence.extract.found import Extraction
from paracrine.evidence.extract.products import ProductConflict, ProductContent, find_conflicts, find_contents
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import read_items
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

VALUES_NAME, DOSES_NAME, SAFETY_NAME = "extracted.csv", "doses.csv", "safety.csv"


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """What was read from each record, and where the tables are."""

    extractions: tuple[Extraction, ...]
    others: int
    files: tuple[Path, ...] = ()
    conflicts: tuple[ProductConflict, ...] = ()

    @property
    def headline(self) -> str:
        """One sentence."""
        therapy = [one for one in self.extractions if one.is_vesicle_therapy]
        dosed = sum(1 for one in therapy if one.doses)
        sourced = sum(1 for one in therapy if one.value("source").value != "not stated")
        return (
            f"{len(self.extractions)} records read: {len(therapy)} trials of MSC vesicles given to people; "
            f"{sourced} state the source, {dosed} a dose; {self.others} records name neither vesicles nor a secretome."
        )

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "headline": self.headline,
            "records": [one.to_data() for one in self.extractions],
            "others": self.others,
            "conflicts": [one.text for one in self.conflicts],
            "files": [str(path) for path in self.files],
        }


def records_in(files: Iterable[Path]) -> Iterator[Work | Trial]:
    """Yield the records of files, without the base."""
    for path in files:
        for item in read_items(EvidenceFile(path)):
            if isinstance(item, Work | Trial):
                yield item


def extract_records(
    records: Iterable[Work | Trial], *, corrections: Path | None, out: Path | None, progress: Progress
) -> ExtractReport:
    """Extract every record that names vesicles; with `out`, tables are written there.

    Raises:
        InputError: when the corrections cannot be read or name an unknown item.
    """
    from paracrine.evidence.extract.passages import EV, SECRETOME, passages

    mine = _corrections(corrections)
    found: list[Extraction] = []
    contents: list[ProductContent] = []
    others = 0
    label = "Extracting"
    everything = tuple(records)
    progress.start(label, len(everything))
    for record in everything:
        progress.advance(label)
        if not any(EV.search(part.text) or SECRETOME.search(part.text) for part in passages(record)):
            others += 1
            continue
        one = extract_trial(record) if isinstance(record, Trial) else extract_work(record)
        found.append(correct(one, mine))
        contents.extend(find_contents(record))
    conflicts = find_conflicts(contents)
    if out is None:
        return ExtractReport(tuple(found), others, conflicts=conflicts)
    tables = {VALUES_NAME: _values_csv(found), DOSES_NAME: _doses_csv(found), SAFETY_NAME: _safety_csv(found)}
    write_outputs(out, {name: text.encode() for name, text in tables.items()})
    return ExtractReport(tuple(found), others, tuple(out / name for name in tables), conflicts)


def _corrections(path: Path | None) -> Corrections:
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the corrections cannot be read", where=str(path)) from error
    return read_corrections(text, name=path.name)


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _values_csv(found: list[Extraction]) -> str:
    header = ("key", "item", "value", "status", "confidence", "field", "words", "start", "end", "id")
    return _table(
        header,
        (
            (one.key, v.item, v.value, v.status, v.confidence, v.field, v.words, v.start, v.end, v.id)
            for one in found
            for v in one.values
        ),
    )


def _doses_csv(found: list[Extraction]) -> str:
    header = ("key", "dose_kind", "low", "high", "unit", "per", "confidence", "doubt", "field", "words", "start", "end")
    return _table(
        header,
        (
            (
                one.key,
                d.dose_kind,
                d.low,
                d.high,
                d.unit,
                d.per,
                d.confidence,
                d.doubt,
                d.field,
                d.words,
                d.start,
                d.end,
            )
            for one in found
            for d in one.doses
        ),
    )


def _safety_csv(found: list[Extraction]) -> str:
    header = ("trial", "group", "what", "events", "at_risk", "low_pct", "high_pct")
    return _table(
        header,
        ((r.trial, r.group, r.what, r.events, r.at_risk, r.low_pct, r.high_pct) for one in found for r in one.safety),
    )
