"""Files into the base: read, kept by hash, entered in the ledger, each with its own report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paracrine.bench.evidence.correcting import apply_corrections
from paracrine.bench.evidence.filling import Filled, fill
from paracrine.bench.evidence.ledger_records import EvidenceFileRecord
from paracrine.bench.evidence.opening import EvidenceBase
from paracrine.core.errors import InputError
from paracrine.core.progress import Progress, stage
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import choose_source, read_items
from paracrine.evidence.updating import NEWS

_LISTED = 1000


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file.

    Attributes:
        error: why the whole file was refused; empty when it was read.
        seen_before: the very same bytes were added before, so nothing was done.
    """

    name: str
    source: str = ""
    sha256: str = ""
    entry: int = 0
    filled: Filled | None = None
    error: str = ""
    seen_before: bool = False

    @property
    def headline(self) -> str:
        """One sentence."""
        if self.error:
            return f"{self.name}: refused: {self.error}"
        if self.filled is None:
            return f"{self.name}: added before, unchanged (ledger entry {self.entry})"
        done = self.filled
        return (
            f"{self.name}: {done.read_count} read as {self.source}: {done.new_count} new, "
            f"{done.duplicate_count} duplicate, {done.updated_count} updated, {done.refused_count} refused"
        )

    @property
    def news(self) -> tuple[str, ...]:
        """What a reader of the evidence should be told, in sentences."""
        if self.filled is None:
            return ()
        lines = [f"{key} is marked as retracted" for key in self.filled.retracted]
        lines += [
            f"{change.key}: {NEWS[change.field]}: {change.before} → {change.after}"
            for change in self.filled.changes
            if change.is_news and not (change.field in ("relations", "publication_types") and change.key in lines)
        ]
        return tuple(lines)

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        done = self.filled or Filled()
        return {
            "file": self.name,
            "sha256": self.sha256,
            "source": self.source,
            "entry": self.entry,
            "error": self.error,
            "seen_before": self.seen_before,
            "read": done.read_count,
            "new": done.new_count,
            "duplicate": done.duplicate_count,
            "updated": done.updated_count,
            "refused": done.refused_count,
            "refusals": [{"where": one.locator, "reason": one.reason} for one in done.refused],
            "skipped": [{"where": one.locator, "reason": one.reason} for one in done.skipped],
            "remarks": done.remarks,
            "changes": [change._asdict() for change in done.changes],
            "news": self.news,
        }


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of all files, and how large the base is now."""

    files: tuple[FileReport, ...]
    works_count: int
    trials_count: int

    @property
    def refused_files(self) -> tuple[FileReport, ...]:
        """Files of which nothing could be read."""
        return tuple(file for file in self.files if file.error)

    @property
    def headline(self) -> str:
        """One sentence."""
        done = [file.filled for file in self.files if file.filled]
        new = sum(one.new_count for one in done)
        updated = sum(one.updated_count for one in done)
        return (
            f"The base now holds {self.works_count} works and {self.trials_count} trials: {new} new, {updated} updated "
            f"from {len(done)} file{'s' if len(done) != 1 else ''}"
            + (f"; {len(self.refused_files)} refused." if self.refused_files else ".")
        )

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "works": self.works_count,
            "trials": self.trials_count,
            "files": [file.to_data() for file in self.files],
        }


def add_files(base: EvidenceBase, paths: tuple[Path, ...], *, progress: Progress) -> AddReport:
    """Add files one after the other.

    Raises:
        InputError: when there is none.
        RecordError: when another process is adding files.
    """
    if not paths:
        raise InputError("no file is named", hint="paracrine evidence add FILE…")
    reports = []
    with base.adding(), stage(progress, "files", len(paths)) as advance:
        for path in paths:
            reports.append(_add(base, path))
            advance()
    return AddReport(tuple(reports), base.index.count("work"), base.index.count("trial"))


def _add(base: EvidenceBase, path: Path) -> FileReport:
    file = EvidenceFile(path)
    try:
        before = base.workspace.latest(EvidenceFileRecord.kind, file.sha256)
        if before is not None:
            return FileReport(file.name, str(before.body["source"]), file.sha256, before.number, seen_before=True)
        source = choose_source(file)
        base.mark_unsettled()
        filled = fill(base.index, read_items(file, source))
        if not filled.read_count:
            base.mark_reflected()
            reason = filled.refused[0].reason if filled.refused else "the file holds no record"
            return FileReport(file.name, source.SOURCE.name, file.sha256, error=reason, filled=filled)
    except InputError as error:
        base.mark_reflected()
        return FileReport(file.name, error=str(error).removeprefix(f"{file.name}: "))
    ref = base.workspace.add_file(path, name=file.name)
    record = EvidenceFileRecord(
        name=file.name,
        file_sha256=ref.sha256,
        size_bytes=ref.size_bytes,
        source=source.SOURCE.name,
        source_version=source.SOURCE.version,
        read_count=filled.read_count,
        new_count=filled.new_count,
        duplicate_count=filled.duplicate_count,
        updated_count=filled.updated_count,
        refused=tuple((one.locator, one.reason) for one in filled.refused),
        refused_count=filled.refused_count,
        skipped=tuple((one.locator, one.reason) for one in filled.skipped),
        remarks=tuple(filled.remarks),
        changes=tuple((one.key, one.field, one.before, one.after) for one in filled.changes[:_LISTED]),
        changes_count=filled.changes_count,
    )
    entry = base.remember(record, key=file.sha256, reason=f"added {file.name}")
    if filled.updated_count:
        apply_corrections(base)
    base.mark_reflected()
    return FileReport(file.name, source.SOURCE.name, file.sha256, entry.number, filled)
