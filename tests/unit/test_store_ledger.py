"""Entries go in once, in order, with who, when and why, and come out as they went in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from store_builders import ACTOR, fill

from paracrine.core.errors import InputError, RecordError
from paracrine.core.product import Batch
from paracrine.store import Actor, Workspace, open_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    with open_workspace(tmp_path / "lab", create=True) as opened:
        yield opened


def test_an_entry_says_who_when_why_and_what(workspace: Workspace) -> None:
    before = datetime.now(UTC)
    batch = Batch(name="MSC-7", product="ExoHeal", cells_count=2e8)
    entry = workspace.append(batch, key="MSC-7", actor=Actor("Ada", "analyst"), reason="first registration")
    assert (entry.number, entry.kind, entry.version, entry.key) == (1, "batch", "1", "MSC-7")
    assert (entry.person, entry.role, entry.reason) == ("Ada", "analyst", "first registration")
    assert timedelta(0) <= datetime.fromisoformat(entry.at_utc) - before < timedelta(minutes=1)
    assert re.fullmatch(r"[+-]\d\d:\d\d(\[[\w/+-]+\])?", entry.zone)
    assert Batch.from_data(workspace.entry(1).body) == batch


def test_the_zone_is_the_clocks_own(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        entry = workspace.append({"kind": "note"}, key="k", actor=ACTOR, reason="r")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert entry.zone == "+05:45[Asia/Kathmandu]"


def test_latest_entry_of_a_key_wins_and_old_ones_stay(workspace: Workspace) -> None:
    for value in (11, 12, 13):
        workspace.append({"kind": "note", "value": value}, key="a", actor=ACTOR, reason="r")
    workspace.append({"kind": "other", "value": 14}, key="a", actor=ACTOR, reason="r")
    workspace.append({"kind": "note", "value": 15}, key="b", actor=ACTOR, reason="r")
    assert workspace.latest("note", "a").body["value"] == 13
    assert workspace.latest("note", "c") is None
    assert [entry.body["value"] for entry in workspace.entries("note", "a")] == [11, 12, 13]
    assert [entry.body["value"] for entry in workspace.entries(key="a")] == [11, 12, 13, 14]
    assert [entry.number for entry in workspace.entries(kind="note")] == [1, 2, 3, 5]


def test_many_entries_are_walked_without_loss_while_others_write(workspace: Workspace) -> None:
    drafts = [({"kind": "even" if turn % 2 == 0 else "odd"}, f"k{turn}") for turn in range(1203)]
    workspace.append_many(drafts, actor=ACTOR, reason="bulk")
    walked = []
    for entry in workspace.entries():
        walked.append(entry.number)
        if entry.number == 700:
            workspace.append({"kind": "late"}, key="late", actor=ACTOR, reason="in between")
    assert walked == list(range(1, 1204))
    assert sum(1 for _ in workspace.entries("odd")) == 601
    assert workspace.count() == 1204


def test_append_many_is_all_or_nothing(workspace: Workspace) -> None:
    with pytest.raises(RecordError, match="canonical JSON"):
        workspace.append_many(
            [({"kind": "note"}, "good"), ({"kind": "note", "x": float("inf")}, "bad")], actor=ACTOR, reason="r"
        )
    assert workspace.count() == 0
    assert workspace.append_many([], actor=ACTOR, reason="r") == ()


@pytest.mark.parametrize(
    ("record", "key", "reason", "message"),
    [
        ({"kind": "note"}, "", "why", "the key is empty"),
        ({"kind": "note"}, "k", " \n", "the reason is empty"),
        ({"kind": "note"}, "k", "a\0b", "no text"),
        ({"kind": "note"}, "k\udc80", "why", "no text"),
        ({"value": 1}, "k", "why", "`kind` and `version`"),
        ({"kind": "note", "version": 2}, "k", "why", "`kind` and `version`"),
        ({"kind": "note", "text": "\ud800"}, "k", "why", "UTF-8"),
        ({"kind": "note", "when": datetime(2026, 1, 2)}, "k", "why", "canonical JSON"),
        ({"kind": "note", "file_sha256": "ab" * 32}, "k", "why", "is not in the workspace"),
        ({"kind": "note", "deep": [{"arrays_sha256": ["cd" * 32]}]}, "k", "why", "is not in the workspace"),
        ({"kind": "file_ref", "sha256": "../../etc/passwd"}, "k", "why", "no SHA-256"),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    workspace: Workspace, record: dict[str, object], key: str, reason: str, message: str
) -> None:
    with pytest.raises((InputError, RecordError), match=message) as caught:
        workspace.append(record, key=key, actor=ACTOR, reason=reason)
    assert "\n" not in str(caught.value)
    assert workspace.count() == 0


@pytest.mark.parametrize(("person", "role"), [("", "analyst"), ("Ada", "  ")])
def test_nobody_signs_without_name_and_role(person: str, role: str) -> None:
    with pytest.raises(InputError, match="empty"):
        Actor(person, role)


def test_a_missing_entry_is_named(workspace: Workspace) -> None:
    fill(workspace, 3)
    with pytest.raises(RecordError, match=r"there is no entry 9 .*the last one is 5"):
        workspace.entry(9)


def test_an_old_version_is_brought_up_when_read(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps in a row; the sealed text stays as it was written."""
    from types import ModuleType

    from paracrine.store import upgrading

    first, second = ModuleType("note_1"), ModuleType("note_2")
    first.upgrade = lambda body: {**body, "version": "2", "size_nm": body["size_um"] * 1000}
    second.upgrade = lambda body: {**body, "version": "3", "kind": "remark"}
    steps = {("note", "1"): first, ("note", "2"): second}
    monkeypatch.setattr(upgrading, "_steps", lambda: steps)
    entry = workspace.append({"kind": "note", "version": "1", "size_um": 0.25}, key="k", actor=ACTOR, reason="r")
    read = workspace.entry(entry.number)
    assert (read.body["kind"], read.body["version"], read.body["size_nm"]) == ("remark", "3", 250.0)
    assert read.text == '{"kind":"note","size_um":0.25,"version":"1"}'
    assert workspace.verify().ok


def test_an_upgrade_that_leads_nowhere_is_its_authors_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import ModuleType

    from paracrine.store import upgrading

    circle = ModuleType("circle")
    circle.upgrade = lambda body: body
    monkeypatch.setattr(upgrading, "_steps", lambda: {("note", "1"): circle})
    with pytest.raises(TypeError, match="later version"):
        upgrading.upgraded({"kind": "note", "version": "1"})
