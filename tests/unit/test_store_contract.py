"""Both databases keep the one contract; the contract notices a database that does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_builders import ACTOR, fill, server_workspace

from paracrine.core.errors import RecordError
from paracrine.store import open_workspace
from paracrine.store.dialects import sqlite
from paracrine.store.ledger import DIALECTS
from paracrine.testing.workspace import check_workspace


def test_sqlite_keeps_the_contract(tmp_path: Path) -> None:
    check_workspace(tmp_path / "lab")


def test_postgresql_keeps_the_contract(tmp_path: Path) -> None:
    with server_workspace(tmp_path) as url:
        check_workspace(url)


def test_every_dialect_of_the_folder_loads_complete() -> None:
    assert {"sqlite", "postgresql"} <= set(DIALECTS.names())
    for dialect in DIALECTS:
        assert dialect.__doc__


@pytest.mark.parametrize("name", [name for name in sqlite.TRIGGERS if name != "workspace_never_goes"])
def test_the_contract_fails_without_a_trigger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    kept = {trigger: sql for trigger, sql in sqlite.TRIGGERS.items() if trigger != name}
    monkeypatch.setattr(sqlite, "TRIGGERS", kept)
    with pytest.raises(AssertionError):
        check_workspace(tmp_path / "lab")


def test_the_contract_fails_where_writers_do_not_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "writing", sqlite.reading)
    with pytest.raises((AssertionError, RecordError)):
        check_workspace(tmp_path / "lab")


def test_sqlite_and_postgresql_seal_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One moment, one sequence of acts: one chain, whatever database keeps it."""
    from paracrine.store import ledger

    monkeypatch.setattr(ledger, "now", lambda: ("2026-03-01T09:30:00.123456Z", "+01:00[Europe/Vienna]"))
    seals = []
    with server_workspace(tmp_path / "files") as url:
        for where in (tmp_path / "lab", url):
            with open_workspace(where, create=True) as workspace:
                fill(workspace)
                workspace.append({"kind": "note", "µ": 1e-7}, key="ß \U0001d6fc", actor=ACTOR, reason="é\n\x01")
                seals.append([entry.seal_sha256 for entry in workspace.entries()])
                assert workspace.verify().ok
    assert seals[0] == seals[1]
    assert len(seals[0]) == 8


def test_changes_behind_its_back_are_found_on_postgresql(tmp_path: Path) -> None:
    from sqlalchemy import create_engine, make_url

    with server_workspace(tmp_path) as url:
        with open_workspace(url, create=True) as workspace:
            fill(workspace)
        engine = create_engine(make_url(url).difference_update_query(["files"]))
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE entries DISABLE TRIGGER ALL")
            connection.exec_driver_sql("UPDATE entries SET person = 'Mallory' WHERE number = 3")
        engine.dispose()
        with open_workspace(url) as workspace:
            report = workspace.verify()
    assert report.first_broken == "entry 3 (note, batch 1): changed after it was sealed"
    assert any("switched off" in problem for problem in report.problems)


def test_postgresql_without_workspace_says_so(tmp_path: Path) -> None:
    with server_workspace(tmp_path) as url, pytest.raises(RecordError, match="there is no workspace"):
        open_workspace(url)


def test_other_tables_on_postgresql_do_not_matter(tmp_path: Path) -> None:
    from sqlalchemy import create_engine, make_url

    with server_workspace(tmp_path) as url:
        engine = create_engine(make_url(url).difference_update_query(["files"]))
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE freezer (box integer)")
        engine.dispose()
        with open_workspace(url, create=True) as workspace:
            fill(workspace)
            assert workspace.verify().ok
