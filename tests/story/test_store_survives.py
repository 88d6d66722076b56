"""Writers are killed, and writers race: nothing that was acknowledged is lost, nothing half-written stays."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from store_builders import server_workspace

from paracrine.store import open_workspace

WRITERS = Path(__file__).parent / "ledger_writers.py"


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITERS), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> dict[str, int | list[int]]:
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    return json.loads(out)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("kills", [20, pytest.param(220, marks=pytest.mark.slow)])
def test_a_killed_writer_leaves_a_workspace_that_verifies_and_continues(tmp_path: Path, kills: int) -> None:
    done = result(start("kill", str(tmp_path), str(kills), "4711"))
    assert done["kills"] == kills
    assert done["told"] > 5 * kills
    assert done["told_nothing"] < kills // 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("kills", [20, pytest.param(220, marks=pytest.mark.slow)])
def test_a_killed_client_leaves_postgresql_whole(tmp_path: Path, kills: int) -> None:
    for turn in range(kills // 20):
        # A schema made anew for each twenty, so that verifying stays short.
        with server_workspace(tmp_path / str(turn)) as url:
            done = result(start("kill", url, "20", str(815 + 100 * turn)))
        assert done["kills"] == 20
        assert done["told"] > 5 * 20
        assert done["told_nothing"] < 20 // 2


def race(where: str, count: int) -> None:
    """Two programs make the workspace and write into it at the same time."""
    writers = [start("write", where, str(count), name) for name in ("first", "second")]
    numbers = [result(writer)["numbers"] for writer in writers]
    assert sorted(numbers[0] + numbers[1]) == list(range(1, 2 * count + 1))
    with open_workspace(where) as workspace:
        report = workspace.verify()
        assert report.ok, report.first_broken
        for name, own in zip(("first", "second"), numbers, strict=True):
            assert [(entry.number, entry.body["turn"]) for entry in workspace.entries(key=name)] == list(
                zip(own, range(count), strict=True)
            )


def test_two_programs_lose_nothing_on_sqlite(tmp_path: Path) -> None:
    race(str(tmp_path / "lab"), 60)


def test_two_programs_lose_nothing_on_postgresql(tmp_path: Path) -> None:
    with server_workspace(tmp_path) as url:
        race(url, 60)
