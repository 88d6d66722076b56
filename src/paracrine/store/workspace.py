"""The workspace: a ledger, and the files and arrays its entries rest on."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from paracrine.core.errors import RecordError
from paracrine.core.progress import Progress, Silent
from paracrine.core.records import Record
from paracrine.store.address import LEDGER_NAME, Address, read_address
from paracrine.store.content import explain_os_error, keep_chunks, keep_file, place, remove_leftovers
from paracrine.store.entry import Actor, Entry, FileRef, claims, record_text, require_legible
from paracrine.store.head_note import write_head_note
from paracrine.store.verify_report import VerifyReport

if TYPE_CHECKING:
    import numpy as np

    from paracrine.store.ledger import Ledger

Draft = tuple[Record | dict[str, Any], str]


def open_workspace(where: str | Path, *, create: bool = False) -> Workspace:
    """Open a workspace, or make one.

    Args:
        where: a folder (the ledger is `ledger.db` in it), or a SQLAlchemy URL. A URL of a server names the folder for
            files in its query: `postgresql+psycopg://user@host/database?files=/folder`.
        create: make folder and ledger when there is none.

    Raises:
        RecordError: not a workspace, a newer format, not reachable, not writable.
        MissingExtra: when the database's driver is not installed.
    """
    from paracrine.store.ledger import Ledger, load_dialect

    address = read_address(where)
    separate = load_dialect(address.url).SEPARATE_FILES
    _require_place(address, separate=separate, create=create)
    read_only = not _is_writable(address, separate=separate)
    ledger = Ledger(address.url, read_only=read_only)
    try:
        if not ledger.exists():
            if not create or read_only:
                raise RecordError("there is no workspace", where=ledger.where, hint="`paracrine init` makes one")
            ledger.create()
        if not read_only:
            remove_leftovers(address.folder)
    except BaseException:
        ledger.close()
        raise
    return Workspace(ledger, address.folder, read_only=read_only)


class Workspace:
    """A ledger with its files and arrays; made by `open_workspace`. Use it in a `with` block, or close it.

    Attributes:
        url: the database, for display: a password in it is masked.
        folder: holds `files/`, `arrays/` and `exports/`.
        read_only: True when nothing can be appended here.
    """

    def __init__(self, ledger: Ledger, folder: Path, *, read_only: bool) -> None:
        self._ledger = ledger
        self.folder = folder
        self.read_only = read_only
        self._finalizer = weakref.finalize(self, ledger.close)

    @property
    def url(self) -> str:
        """The database, with a password masked."""
        return self._ledger.where

    def close(self) -> None:
        """Give back every connection; SQLite then keeps all in the one file."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, record: Record | dict[str, Any], *, key: str, actor: Actor, reason: str) -> Entry:
        """Seal one record as the next entry.

        Args:
            record: a record, or a mapping of JSON values with `kind` (and `version`, else `1`).
            key: what the record is about, such as a batch; `latest(kind, key)` finds it again.
            actor: who acts, in which role.
            reason: why, in plain words.

        Raises:
            InputError: when key or reason is blank, or `kind` is missing.
            RecordError: when it cannot be written, or claims a file that is not in the workspace.
        """
        return self.append_many([(record, key)], actor=actor, reason=reason)[0]

    def append_many(self, drafts: Iterable[Draft], *, actor: Actor, reason: str) -> tuple[Entry, ...]:
        """Seal records as the next entries, all or none; see `append`."""
        require_legible(reason, "the reason")
        texts: list[tuple[str, str, str, str]] = []
        for record, key in drafts:
            texts.append((*record_text(record), require_legible(key, "the key")))
            self._require_content(texts[-1][2])
        self._require_writable()
        entries = self._ledger.append(texts, actor, reason)
        if entries:
            write_head_note(self.folder, entries[-1].number, entries[-1].seal_sha256)
        return entries

    def entries(self, kind: str | None = None, key: str | None = None) -> Iterator[Entry]:
        """Yield entries in order, of one kind or key if given; later ones are not waited for."""
        return self._ledger.walk(kind, key)

    def entry(self, number: int) -> Entry:
        """Return one entry.

        Raises:
            RecordError: when there is none with this number.
        """
        from paracrine.store.tables import ENTRIES

        found = self._ledger.select(ENTRIES.c.number == number)
        if not found:
            raise RecordError(f"there is no entry {number}", where=self.url, hint=f"the last one is {self.count()}")
        return found[0]

    def latest(self, kind: str, key: str) -> Entry | None:
        """Return the newest entry of a kind about a key, None when there is none."""
        from paracrine.store.tables import ENTRIES

        found = self._ledger.select(ENTRIES.c.kind == kind, ENTRIES.c.key == key, newest=True, limit=1)
        return found[0] if found else None

    def count(self) -> int:
        """Return the number of the last entry."""
        return self._ledger.head()[0]

    def head(self) -> tuple[int, str]:
        """Return number and seal of the last entry, to print where the ledger cannot reach."""
        return self._ledger.head()

    def add_file(self, source: Path | str | bytes, *, name: str) -> FileRef:
        """Keep a file under its hash, as it came; append the result to claim it.

        Args:
            source: a path, or the bytes themselves.
            name: what it is called outside.

        Raises:
            InputError: when the source cannot be read.
            RecordError: when the workspace cannot be written.
        """
        self._require_writable()
        require_legible(name, "the file name")
        room = self.folder / "files"
        if isinstance(source, bytes):
            sha256, size = keep_chunks([source], folder=self.folder, room=room)
        else:
            sha256, size = keep_file(Path(source), folder=self.folder, room=room)
        return FileRef(sha256=sha256, size_bytes=size, name=name)

    def file_path(self, sha256: str) -> Path:
        """Return where a kept file lies.

        Raises:
            RecordError: when it is not in the workspace.
        """
        path = place(self.folder / "files", sha256)
        if not path.is_file():
            raise RecordError("this file is not in the workspace", where=f"file {sha256}")
        return path

    def add_arrays(self, arrays: Mapping[str, np.ndarray[Any, Any]], *, units: Mapping[str, str]) -> str:
        """Keep named arrays with their units; return the hash to put into a record as `arrays_sha256`.

        Raises:
            InputError: when an array has no unit, or holds Python objects.
            RecordError: when the workspace cannot be written.
        """
        from paracrine.store.arrays import keep_arrays

        self._require_writable()
        return keep_arrays(arrays, units, folder=self.folder, room=self.folder / "arrays")

    def load_arrays(self, sha256: str) -> dict[str, np.ndarray[Any, Any]]:
        """Return arrays by name, after checking their hashes.

        Raises:
            RecordError: when they are missing or changed.
        """
        from paracrine.store.arrays import read_arrays

        return read_arrays(self.folder / "arrays", sha256)

    def array_units(self, sha256: str) -> dict[str, str]:
        """Return the unit of each array by name.

        Raises:
            RecordError: when they are missing or changed.
        """
        from paracrine.store.arrays import read_description

        return {one["name"]: one["unit"] for one in read_description(self.folder / "arrays", sha256)["arrays"]}

    def verify(self, *, progress: Progress | None = None, expected: Mapping[int, str] | None = None) -> VerifyReport:
        """Check every seal, the order of the chain, every file and array.

        Args:
            progress: told how far it is.
            expected: seals by entry number that were written down elsewhere (a printed certificate, say).
        """
        from paracrine.store.verification import verify_workspace

        return verify_workspace(self._ledger, self.folder, progress=progress or Silent(), expected=expected or {})

    def _require_writable(self) -> None:
        if self.read_only:
            raise RecordError(
                "the workspace is read-only here", where=str(self.folder), hint="ask for write access, or use a copy"
            )

    def _require_content(self, text: str) -> None:
        """Refuse a record that claims content nobody kept."""
        for what, sha256 in claims(text):
            room, suffix = ("files", "") if what == "file" else ("arrays", ".json")
            if not place(self.folder / room, sha256, suffix).is_file():
                raise RecordError(
                    f"{what} {sha256} is not in the workspace", where="ledger entry", hint=f"add the {what} first"
                )


def _require_place(address: Address, *, separate: bool, create: bool) -> None:
    folder, ledger = address.folder, Path(str(address.url.database))
    if folder.exists() and not folder.is_dir():
        raise RecordError("this is a file, not a workspace folder", where=str(folder))
    if create:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not separate:
                ledger.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain_os_error(error, folder) from error
    elif not folder.is_dir():
        raise RecordError("there is no such folder", where=str(folder), hint="`paracrine run` makes one")
    elif not separate and not ledger.is_file():
        hint = f"a workspace holds {LEDGER_NAME}; `paracrine init` makes one"
        raise RecordError("this folder is not a workspace", where=str(folder), hint=hint)


def _is_writable(address: Address, *, separate: bool) -> bool:
    places = [address.folder]
    if not separate:
        ledger = Path(str(address.url.database))
        places += [ledger.parent, *([ledger] if ledger.exists() else [])]
    return all(os.access(each, os.W_OK) for each in places)
