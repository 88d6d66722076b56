"""The evidence base of a workspace: the ledger that decides, and the index that is made from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from paracrine.bench.evidence.correcting import apply_corrections
from paracrine.bench.evidence.filling import fill
from paracrine.bench.evidence.ledger_records import EvidenceFileRecord
from paracrine.core.catalog import nearest
from paracrine.core.errors import RecordError, UnknownName
from paracrine.core.records import Record
from paracrine.evidence.documents import record_of
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import SOURCES, read_items
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work
from paracrine.store import Actor, Entry, Workspace
from paracrine.store.search_index import SearchIndex
from paracrine.store.writer_lock import hold_alone

_REFLECTED = "reflected entry"
WAIT_S = 30.0


class EvidenceBase:
    """Ledger and index together; made by `open_base`. Use it in a `with` block, or close it."""

    def __init__(self, workspace: Workspace, index: SearchIndex, actor: Actor) -> None:
        self.workspace = workspace
        self.index = index
        self.actor = actor

    def close(self) -> None:
        """Give back ledger and index."""
        self.index.close()
        self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def records(self, kind: str = "") -> Iterator[Work | Trial]:
        """Yield every record in the order it came."""
        return map(record_of, self.index.records(kind))

    def record(self, key: str) -> Work | Trial:
        """Return one record.

        Raises:
            UnknownName: when there is none with this key.
        """
        found = self.find(key)
        if found is None:
            raise UnknownName(f"the base has no record {key!r}", hint=nearest(key, self.index.keys()[:5000]))
        return found

    def find(self, key: str) -> Work | Trial | None:
        """Return one record, None when there is none with this key."""
        data = self.index.get(key)
        return record_of(data) if data is not None else None

    def remember(self, record: Record, *, key: str, reason: str) -> Entry:
        """Seal a decision in the ledger."""
        return self.workspace.append(record, key=key, actor=self.actor, reason=reason)

    def mark_reflected(self) -> None:
        """Note that the index holds everything the ledger says."""
        entry = max((entry.number for entry in self.workspace.entries(EvidenceFileRecord.kind)), default=0)
        self.index.set_note(_REFLECTED, str(entry))

    def mark_unsettled(self) -> None:
        """Note that the index is being changed: a stop half-way makes it from the ledger again."""
        self.index.set_note(_REFLECTED, "being changed")

    def is_behind(self) -> bool:
        """Whether the index does not hold what the ledger says."""
        entries = [entry.number for entry in self.workspace.entries(EvidenceFileRecord.kind)]
        return self.index.note(_REFLECTED) != str(entries[-1] if entries else 0)

    @contextmanager
    def adding(self) -> Iterator[None]:
        """Hold the base alone while files are added.

        Raises:
            RecordError: when another process is adding files for longer than half a minute.
        """
        with hold_alone(self.workspace.folder, wait_s=WAIT_S) as is_ours:
            if not is_ours:
                raise RecordError(
                    "another process is adding files to this evidence base",
                    where=str(self.workspace.folder),
                    hint="wait until it is done, then add these files; nothing was changed",
                )
            if self.is_behind():
                self.rebuild()
            yield

    def rebuild(self) -> None:
        """Make the index again from the kept files, in the order they were added."""
        self.index.clear()
        self.mark_unsettled()
        for entry in self.workspace.entries(EvidenceFileRecord.kind):
            kept = EvidenceFileRecord.from_data(entry.body)
            file = KeptFile(self.workspace.file_path(kept.file_sha256), kept.name)
            fill(self.index, read_items(file, SOURCES.load(kept.source)))
        apply_corrections(self)
        self.mark_reflected()


class KeptFile(EvidenceFile):
    """A file as the workspace keeps it, under the name it came with."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path)
        self.__dict__["name"] = name


def open_base(workspace: Workspace, actor: Actor) -> EvidenceBase:
    """Open the index beside a ledger, and make it again when it is behind and nobody else is adding files."""
    base = EvidenceBase(workspace, SearchIndex(workspace.folder), actor)
    try:
        if base.is_behind():
            with hold_alone(workspace.folder, wait_s=0) as is_ours:
                # Where another process is adding files, the index is ahead of the ledger and must not be made again.
                if is_ours and base.is_behind():
                    base.rebuild()
    except BaseException:
        base.close()
        raise
    return base
