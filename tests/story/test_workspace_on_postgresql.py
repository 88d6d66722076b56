"""A study with its ledger on a server: the same certificate, verified from there."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from paracrine import open_bench


def test_a_study_keeps_its_ledger_on_postgresql(tmp_path: Path) -> None:
    url = os.environ.get("PARACRINE_TEST_POSTGRESQL", "")
    if not url:
        pytest.skip("no PostgreSQL: PARACRINE_TEST_POSTGRESQL is not set (see .ci/postgresql)")
    import psycopg

    name = f"story_{uuid.uuid4().hex[:12]}"
    server = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    study = tmp_path / "study" / "B-7"
    study.mkdir(parents=True)
    (study / "sizes.csv").write_text("diameter (nm),particles\n60,20\n70,90\n80,140\n90,80\n", encoding="utf-8")
    workspace = _database(url, name, tmp_path / "files")
    bench = open_bench(workspace, person="A. Analyst")
    bench.init(tmp_path / "study")
    first = bench.run(tmp_path / "study")
    assert not first.unchanged
    assert bench.run(tmp_path / "study").unchanged
    report = bench.verify()
    assert report.ok
    assert report.entries_checked > 10


def _database(url: str, name: str, files: Path) -> str:
    from sqlalchemy.engine import make_url

    parsed = make_url(url).set(database=name)
    return parsed.update_query_dict({"files": str(files)}).render_as_string(hide_password=False)
