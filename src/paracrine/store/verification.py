"""Checks a workspace from the first entry to the last file and names what is broken first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from paracrine.core.errors import RecordError
from paracrine.core.progress import Progress, stage
from paracrine.core.records import canonical_json
from paracrine.store.content import hash_file, place, stored
from paracrine.store.entry import FIRST_PREVIOUS, Entry, claims
from paracrine.store.head_note import read_head_note
from paracrine.store.ledger import Ledger, count_entries, read_head, stream_entries
from paracrine.store.verify_report import VerifyReport

_SHOWN = 100
_ROOMS = (("file", "files", ""), ("arrays", "arrays", ".json"), ("arrays", "arrays", ".npz"))


class _Findings:
    """Problems in the order they were met, the list cut where it would be endless."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.remarks: list[str] = []
        self.unshown_count = 0

    def add(self, problem: str) -> None:
        if len(self.problems) < _SHOWN:
            self.problems.append(problem)
        else:
            self.unshown_count += 1

    def shown(self) -> tuple[str, ...]:
        more = [f"and {self.unshown_count} more"] if self.unshown_count else []
        return (*self.problems, *more)


class _Walk:
    """Goes along the chain, one entry at a time."""

    def __init__(self, found: _Findings, witnesses: Mapping[int, tuple[str, str]]) -> None:
        self._found = found
        self._witnesses = witnesses
        self._at_utc = ""
        self.count = 0
        self.number = 0
        self.seal = FIRST_PREVIOUS
        self.claimed: dict[tuple[str, str], str] = {}

    def check(self, entry: Entry) -> None:
        name = f"entry {entry.number} ({entry.kind}, {entry.key})"
        self._check_order(entry, name)
        try:
            body = json.loads(entry.text)
            if entry.sealed_again() != entry.seal_sha256:
                self._found.add(f"{name}: changed after it was sealed")
            elif canonical_json(body) != entry.text:
                self._found.add(f"{name}: the text is not canonical JSON")
            elif (body.get("kind"), body.get("version")) != (entry.kind, entry.version):
                self._found.add(f"{name}: kind or version differ from the text")
            for claim in claims(entry.text):
                self.claimed.setdefault(claim, name)
        except (ValueError, AttributeError, TypeError, RecordError):
            self._found.add(f"{name}: the text is not what was sealed, nor JSON")
        seal_sha256, witness = self._witnesses.get(entry.number, ("", ""))
        if witness and entry.seal_sha256 != seal_sha256:
            self._found.add(f"{name}: has another seal than {witness} remembers")
        self.count, self.number, self.seal = self.count + 1, entry.number, entry.seal_sha256

    def finish(self, head: tuple[int, str]) -> None:
        if head != (self.number, self.seal):
            self._found.add(f"the head remembers entry {head[0]}, the ledger ends at {self.number}: the end is missing")
        for number, (_, witness) in sorted(self._witnesses.items()):
            if number > max(self.number, 0):
                self._found.add(
                    f"{witness} remembers entry {number}, the ledger ends at {self.number}: the end is missing"
                )

    def _check_order(self, entry: Entry, name: str) -> None:
        if entry.number != self.number + 1:
            missing = f"{self.number + 1}" + (f" to {entry.number - 1}" if entry.number > self.number + 2 else "")
            self._found.add(f"{name}: entry {missing} before it is missing")
        elif entry.previous_sha256 != self.seal:
            self._found.add(f"{name}: does not follow the entry before it; one of the two was exchanged")
        if entry.at_utc < self._at_utc:
            self._found.remarks.append(f"{name}: the clock says it is older than the entry before it")
        self._at_utc = entry.at_utc


def verify_workspace(ledger: Ledger, folder: Path, *, progress: Progress, expected: Mapping[int, str]) -> VerifyReport:
    """Check entries first, then files and arrays, then the database itself."""
    found = _Findings()
    # The note is read before the ledger: read after it, it could already be ahead.
    walk = _Walk(found, _witnesses(folder, expected, found))
    head = (0, FIRST_PREVIOUS)
    database: tuple[str, ...] = ()
    try:
        with ledger.snapshot() as connection:
            head = read_head(connection)
            with stage(progress, "entries", count_entries(connection)) as advance:
                for entry in stream_entries(connection):
                    walk.check(entry)
                    advance()
            database = ledger.check(connection)
        walk.finish(head)
    except RecordError as error:
        found.add(f"after entry {walk.number}: {error.message}")
    files_checked = _check_content(folder, walk.claimed, found, progress)
    for line in database:
        found.add(line)
    problems = found.shown()
    return VerifyReport(
        ok=not problems,
        entries_checked=walk.count,
        files_checked=files_checked,
        first_broken=problems[0] if problems else "",
        problems=problems,
        remarks=tuple(found.remarks[:_SHOWN]),
        head_number=head[0],
        head_seal_sha256=head[1],
    )


def _witnesses(folder: Path, expected: Mapping[int, str], found: _Findings) -> dict[int, tuple[str, str]]:
    witnesses: dict[int, tuple[str, str]] = {}
    try:
        note = read_head_note(folder)
    except RecordError as error:
        found.remarks.append(error.message)
        note = None
    if note is not None:
        witnesses[note[0]] = (note[1], "head.json")
    for number, seal_sha256 in expected.items():
        witnesses[number] = (seal_sha256, "the seal given")
    return witnesses


def _check_content(folder: Path, claimed: Mapping[tuple[str, str], str], found: _Findings, progress: Progress) -> int:
    """Hash all kept content, then look for what is claimed and not kept; return how many were hashed."""
    kept = [(what, room, suffix, *one) for what, room, suffix in _ROOMS for one in stored(folder / room, suffix)]
    with stage(progress, "files", len(kept)) as advance:
        for what, room, suffix, sha256, path in kept:
            claimant = claimed.get((what, sha256), "no entry")
            try:
                if hash_file(path)[0] != sha256:
                    found.add(f"{what} {room}/{path.parent.name}/{path.name}, claimed by {claimant}: content changed")
                elif suffix == ".json":
                    _check_pair(path, folder / room, found)
            except OSError as error:
                found.add(f"{what} {path.name}, claimed by {claimant}: cannot be read: {error.strerror}")
            advance()
    present = {(what, sha256) for what, _, suffix, sha256, _ in kept if suffix != ".npz"}
    for (what, sha256), claimant in claimed.items():
        if (what, sha256) not in present:
            found.add(f"{claimant}: {what} {sha256} is missing")
    return len(kept)


def _check_pair(path: Path, room: Path, found: _Findings) -> None:
    npz_sha256 = json.loads(path.read_bytes())["npz_sha256"]
    if not place(room, npz_sha256, ".npz").is_file():
        found.add(f"arrays {path.name}: their npz {npz_sha256} is missing")
