"""Extract what records say, from the base or from files, with corrections by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paracrine.bench.evidence.correcting import read_kept_corrections, remember_corrections
from paracrine.bench.evidence.opening import EvidenceBase
from paracrine.bench.outputs import write_outputs
from paracrine.core.errors import InputError
from paracrine.core.progress import Progress
from paracrine.evidence.extract.correcting import Corrections, correct, read_corrections
from paracrine.evidence.extract.extraction import extract_trial, extract_work
from paracrine.evidence.extract.found import Extraction
from paracrine.evidence.extract.products import ProductConflict, ProductContent, find_conflicts, find_contents
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import read_items
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work

VALUES_NAME, DOSES_NAME, SAFETY_NAME = "extracted.csv", "doses.csv", "safety.csv"
PAGE_NAME = "extracted.html"


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """What was read from each record, and where the tables are."""

    extractions: tuple[Extraction, ...]
    others: int
    files: tuple[Path, ...] = ()
    conflicts: tuple[ProductConflict, ...] = ()
    unused: tuple[str, ...] = ()
    """Keys of corrections that fit no record read."""
    page: Path | None = None

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
            "unused_corrections": list(self.unused),
            "files": [str(path) for path in self.files],
            "page": str(self.page) if self.page else None,
        }


def records_in(files: Iterable[Path]) -> Iterator[Work | Trial]:
    """Yield the records of files, without the base."""
    for path in files:
        for item in read_items(EvidenceFile(path)):
            if isinstance(item, Work | Trial):
                yield item


def extract_files(
    paths: tuple[Path, ...], *, corrections: Path | None, out: Path | None, progress: Progress
) -> ExtractReport:
    """Extract the records of files, without the base."""
    mine = read_corrections_file(corrections) if corrections else {}
    origin = ", ".join(path.name for path in paths)
    records = tuple(records_in(paths))
    return extract_records(records, corrections=mine, out=out, progress=progress, total=len(records), origin=origin)


def extract_base(
    base: EvidenceBase, *, corrections: Path | None, out: Path | None, progress: Progress
) -> ExtractReport:
    """Extract the records of the base with every correction kept there; new ones are entered first."""
    if corrections:
        remember_corrections(base, read_corrections_file(corrections), name=corrections.name)
    return extract_records(
        base.records(),
        corrections=read_kept_corrections(base),
        out=out,
        progress=progress,
        total=base.index.count(),
    )


def extract_records(
    records: Iterable[Work | Trial],
    *,
    corrections: Corrections,
    out: Path | None,
    progress: Progress,
    total: int,
    origin: str = "the evidence base",
) -> ExtractReport:
    """Extract every record that names vesicles; with `out`, tables and a page are written there.

    Args:
        records: read one by one.
        corrections: by hand, by record and item.
        out: folder of tables and page.
        progress: told of each record.
        total: how many records there are.
        origin: what the page says it was read from.

    Raises:
        InputError: when a correction names an unknown item.
    """
    from paracrine.evidence.extract.passages import EV, SECRETOME, passages

    found: list[Extraction] = []
    texts: list[dict[str, str]] = []
    contents: list[ProductContent] = []
    others, seen = 0, set()
    label = "Extracting"
    progress.start(label, total)
    for record in records:
        progress.advance(label)
        seen.add(record.key)
        parts = passages(record)
        if not any(EV.search(part.text) or SECRETOME.search(part.text) for part in parts):
            others += 1
            continue
        one = extract_trial(record) if isinstance(record, Trial) else extract_work(record)
        found.append(correct(one, corrections))
        if out is not None:
            texts.append({part.field: part.text for part in parts})
        contents.extend(find_contents(record))
    conflicts = find_conflicts(contents)
    unused = tuple(dict.fromkeys(key for key, _ in corrections if key not in seen))
    report = ExtractReport(tuple(found), others, conflicts=conflicts, unused=unused)
    if out is None:
        return report
    from paracrine.report.evidence_extract import extract_html

    tables = {VALUES_NAME: _values_csv(found), DOSES_NAME: _doses_csv(found), SAFETY_NAME: _safety_csv(found)}
    page = extract_html(
        list(zip(found, texts, strict=True)),
        headline=report.headline,
        origin=origin,
        conflicts=conflicts,
        tables=tuple(tables),
    )
    write_outputs(out, {name: text.encode() for name, text in (*tables.items(), (PAGE_NAME, page))})
    return replace(report, files=tuple(out / name for name in tables), page=out / PAGE_NAME)


def read_corrections_file(path: Path) -> Corrections:
    """Read a CSV of corrections.

    Raises:
        InputError: when it cannot be read or a column is missing.
    """
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
