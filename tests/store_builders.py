"""Workspaces to try things on: filled, broken on purpose, on a server of their own."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from paracrine.store import Actor, FileRef, Workspace, open_workspace

ACTOR = Actor("Ada Lovelace", "analyst")
SERVER = "PARACRINE_TEST_POSTGRESQL"


def fill(workspace: Workspace, count: int = 5) -> FileRef:
    """Append one claimed file, one claimed set of arrays and `count` plain entries, all different."""
    ref = workspace.add_file(b"size,count\r\n100,7\r\n", name="batch 1/export.csv")
    workspace.append(ref, key=ref.name, actor=ACTOR, reason="intake")
    sha256 = workspace.add_arrays(
        {"diameter_nm": np.array([80.0, 120.5]), "particles_count": np.array([3, 9])},
        units={"diameter_nm": "nm", "particles_count": "particles"},
    )
    workspace.append(
        {"kind": "distribution", "arrays_sha256": sha256}, key="batch 1", actor=ACTOR, reason="reading the export"
    )
    workspace.append_many(
        [({"kind": "note", "turn": turn}, f"batch {turn}") for turn in range(1, count + 1)],
        actor=Actor("Grace Hopper", "reviewer"),
        reason="review",
    )
    return ref


def filled(folder: Path, count: int = 5) -> Path:
    """Return a folder that holds a filled and closed workspace of `count` + 2 entries."""
    with open_workspace(folder, create=True) as workspace:
        fill(workspace, count)
    return folder


@contextmanager
def unprotected(folder: Path) -> Iterator[sqlite3.Connection]:
    """Hand out the ledger with its triggers off, and put them back: what a clever hand would do."""
    database = sqlite3.connect(folder / "ledger.db")
    triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    yield database
    for _, sql in triggers:
        database.execute(sql)
    database.commit()
    database.close()


@contextmanager
def server_workspace(files: Path) -> Iterator[str]:
    """Hand out the URL of an empty schema on the test server, whose files go to `files`.

    Skips where no server is named.
    """
    server = os.environ.get(SERVER)
    if not server:
        pytest.skip(f"no PostgreSQL: {SERVER} is not set (see .ci/postgresql)")
    from sqlalchemy import create_engine, make_url

    schema = f"trial_{uuid.uuid4().hex}"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    url = make_url(server).update_query_dict({"options": f"-csearch_path={schema}", "files": str(files)})
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        engine.dispose()
