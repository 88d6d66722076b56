"""Holds a place for workspaces, ours or other people's, to the contract of docs/format.md."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Table, delete, exc, insert, select, update

from paracrine.core.errors import ParacrineError
from paracrine.store import Actor, Workspace, open_workspace
from paracrine.store.address import read_address
from paracrine.store.entry import FIRST_PREVIOUS
from paracrine.store.ledger import Ledger
from paracrine.store.tables import ENTRIES, HEAD, WORKSPACE

_ACTOR = Actor("Zoë Müller-Ångström", "analyst")
_TEXTS = ("plain", "µm × 10⁸ 𝛼 “quoted”", 'a "b" \\ c\n\t\x1f/', "\u2028 \ufffe e\u0301 é", "{}[]', --", "")
_WRITERS = 2
_EACH = 20


def check_workspace(where: str | Path) -> None:
    """Assert that a workspace made at `where` keeps every promise of the format.

    Args:
        where: a folder or URL at which there is no workspace yet; one is left behind.

    Raises:
        AssertionError: naming the promise that was broken.
    """
    with open_workspace(where, create=True) as workspace:
        _check_round_trip(workspace)
        _check_all_or_nothing(workspace)
        _check_content(workspace)
    _check_writers(where)
    _check_append_only(where)
    with open_workspace(where) as workspace:
        report = workspace.verify()
        assert report.ok, f"does not verify: {report.first_broken}"
        assert report.head_number == workspace.count() == report.entries_checked


def _check_round_trip(workspace: Workspace) -> None:
    assert workspace.count() == 0, "a new workspace holds no entry"
    previous = FIRST_PREVIOUS
    for number, text in enumerate(_TEXTS, 1):
        body = {
            "kind": "check",
            "version": "1",
            "text": text,
            "number": 0.1 * number,
            "list": [None, True, {"é": 1e300}],
        }
        entry = workspace.append(body, key=f"key {text}", actor=_ACTOR, reason=f"because {text}")
        assert (entry.number, entry.previous_sha256) == (number, previous), "entries follow one another"
        assert workspace.entry(number) == entry, "an entry is read as it was written"
        assert workspace.entry(number).body == body, "a body is read as it was written"
        assert workspace.latest("check", f"key {text}") == entry, "the newest entry of a key is found"
        previous = entry.seal_sha256
    assert [entry.number for entry in workspace.entries()] == list(range(1, len(_TEXTS) + 1)), "entries come in order"


def _check_all_or_nothing(workspace: Workspace) -> None:
    before = workspace.count()
    drafts = [({"kind": "check", "value": 1.5}, "good"), ({"kind": "check", "value": float("nan")}, "bad")]
    try:
        workspace.append_many(drafts, actor=_ACTOR, reason="half of it is wrong")
    except ParacrineError:
        assert workspace.count() == before, "a refused draft takes the others with it"
    else:
        raise AssertionError("NaN is refused")


def _check_content(workspace: Workspace) -> None:
    ref = workspace.add_file(b"as it came\r\n\x00\xff", name="export ä.txt")
    workspace.append(ref, key=ref.name, actor=_ACTOR, reason="intake")
    assert workspace.file_path(ref.sha256).read_bytes() == b"as it came\r\n\x00\xff", "a file is kept as it came"


def _check_writers(where: str | Path) -> None:
    """Let writers with connections of their own race."""

    def write(writer: int) -> list[int]:
        with open_workspace(where) as workspace:
            record = {"kind": "check", "writer": writer}
            return [
                workspace.append(record, key=f"{writer}-{turn}", actor=_ACTOR, reason="race").number
                for turn in range(_EACH)
            ]

    with open_workspace(where) as workspace:
        before = workspace.count()
    with ThreadPoolExecutor(_WRITERS) as pool:
        numbers = sorted(number for written in pool.map(write, range(_WRITERS)) for number in written)
    expected = list(range(before + 1, before + 1 + _WRITERS * _EACH))
    assert numbers == expected, "writers at the same time lose nothing and share no number"


def _check_append_only(where: str | Path) -> None:
    """Try with plain SQL what must be refused even outside this program."""
    ledger = Ledger(read_address(where).url, read_only=False)
    try:
        with ledger.engine.connect() as connection:
            last = connection.execute(select(ENTRIES).order_by(ENTRIES.c.number.desc()).limit(1)).mappings().one()
        for table in (ENTRIES, HEAD, WORKSPACE):
            _require_refused(ledger, table, delete(table))
        _require_refused(ledger, ENTRIES, update(ENTRIES).values(text="{}"))
        _require_refused(ledger, HEAD, update(HEAD).values(number=1))
        _require_refused(ledger, WORKSPACE, update(WORKSPACE).values(version=2))
        _require_refused(ledger, ENTRIES, insert(ENTRIES).values({**last, "number": last["number"] + 2}))
        _require_refused(ledger, ENTRIES, insert(ENTRIES).values({**last, "number": last["number"] + 1}))
        _require_refused(ledger, ENTRIES, insert(ENTRIES).prefix_with("OR REPLACE", dialect="sqlite").values({**last}))
    finally:
        ledger.close()


def _require_refused(ledger: Ledger, table: Table, statement: object) -> None:
    try:
        with ledger.engine.begin() as connection:
            connection.execute(statement)  # type: ignore[call-overload]
    except exc.DBAPIError:
        return
    raise AssertionError(f"the table {table.name} let itself be changed: {statement}")
