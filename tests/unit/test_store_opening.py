"""What is no workspace, or cannot be used as one here, is refused in one line; what can be read is read."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from store_builders import ACTOR, filled, unprotected

from paracrine.core.errors import MissingExtra, ParacrineError, RecordError
from paracrine.store import open_workspace

pytestmark = pytest.mark.filterwarnings("error")


def refusal(where: str | Path, *, create: bool = False) -> str:
    with pytest.raises(ParacrineError) as caught:
        open_workspace(where, create=create)
    assert isinstance(caught.value, RecordError | MissingExtra)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.parametrize("create", [True, False])
def test_a_file_is_not_a_workspace(tmp_path: Path, create: bool) -> None:
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(RecordError, match="a file, not a workspace folder"):
        open_workspace(tmp_path / "x", create=create)


def test_nothing_is_made_unless_asked(tmp_path: Path) -> None:
    assert "no such folder" in refusal(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    assert "not a workspace" in refusal(tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_ledger_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"Dear diary, " * 500)
    for create in (True, False):
        assert "not a database" in refusal(tmp_path, create=create)
    assert (tmp_path / "ledger.db").read_bytes() == b"Dear diary, " * 500


@pytest.mark.parametrize("table", ["diary (day TEXT)", "workspace (size INTEGER)", "entries (number INTEGER)"])
def test_somebody_elses_database_is_left_alone(tmp_path: Path, table: str) -> None:
    database = sqlite3.connect(tmp_path / "ledger.db")
    database.execute(f"CREATE TABLE {table}")
    database.close()
    before = (tmp_path / "ledger.db").read_bytes()
    for create in (True, False):
        assert "other tables" in refusal(tmp_path, create=create)
    assert (tmp_path / "ledger.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_another_programs_workspace_table_is_not_taken_for_ours(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        database.execute("UPDATE workspace SET format = 'another'")
    assert "not a Paracrine workspace" in refusal(folder)


def test_a_newer_format_says_so(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with unprotected(folder) as database:
        database.execute("UPDATE workspace SET version = 7")
    text = refusal(folder)
    assert "format version 7; this Paracrine reads up to 1" in text
    assert "install a newer Paracrine" in text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("://", "cannot be understood"),
        ("sqlite://", "not in memory"),
        ("sqlite:///:memory:", "not in memory"),
        ("oracle://host/x?files=f", "cannot be kept on 'oracle'"),
        ("postgresql+psycopg://ada:secret@host/db", "names no folder"),
        ("postgresql+nodriver://ada:secret@host/db?files={folder}", "cannot be used"),
        ("postgresql+psycopg://ada:secret@127.0.0.1:1/db?files={folder}&connect_timeout=2", "cannot be reached"),
    ],
)
def test_a_wrong_url_is_refused_without_showing_the_password(tmp_path: Path, url: str, words: str) -> None:
    if "psycopg" in url:
        pytest.importorskip("psycopg")
    text = refusal(url.replace("{folder}", str(tmp_path)), create=True)
    assert words in text
    assert "secret" not in text


def test_a_missing_driver_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    text = refusal(f"postgresql://ada@host/db?files={tmp_path}", create=True)
    assert "pip install 'paracrine[postgresql]'" in text


def test_spaces_umlauts_and_marks_in_a_folder_work(tmp_path: Path) -> None:
    folder = filled(tmp_path / "Zellkultur Müller #1 100% ?mode=ro & mehr")
    with open_workspace(str(folder)) as workspace:
        assert workspace.count() == 7
        assert workspace.folder == folder
        assert workspace.verify().ok


def test_a_sqlite_url_with_a_folder_of_its_own_for_files(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/group.db?files={tmp_path}/shared"
    with open_workspace(url, create=True) as workspace:
        workspace.add_file(b"x", name="x")
        assert workspace.folder == tmp_path / "shared"
    assert (tmp_path / "group.db").is_file()
    assert not (tmp_path / "shared" / "ledger.db").exists()


def test_closing_leaves_one_database_file(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    assert [path.name for path in folder.glob("ledger.db*")] == ["ledger.db"]


def test_an_unclosed_workspace_closes_itself(tmp_path: Path) -> None:
    import gc

    workspace = open_workspace(tmp_path, create=True)
    workspace.append({"kind": "note"}, key="k", actor=ACTOR, reason="r")
    del workspace
    gc.collect()
    assert not (tmp_path / "ledger.db-wal").exists()


_READ_ONLY = """
import os, sys, tempfile
from paracrine.core.errors import RecordError
from paracrine.store import Actor, open_workspace

def look(folder):
    with open_workspace(folder, create=True) as workspace:
        yield f"{workspace.read_only} {workspace.verify().ok} {workspace.count()}"
        for change in (
            lambda: workspace.append({"kind": "note"}, key="k", actor=Actor("Ada", "analyst"), reason="r"),
            lambda: workspace.add_file(b"x", name="x"),
            lambda: workspace.add_arrays({}, units={}),
        ):
            try:
                change()
            except RecordError as error:
                yield str(error)

# Everything is loaded before root becomes nobody, who may not be able to read this Python.
with tempfile.TemporaryDirectory() as scratch:
    list(look(scratch))
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
print(*look(sys.argv[1]), sep="\\n")
"""


def as_reader(folder: Path) -> list[str]:
    """Run the script above as somebody who may read `folder` and not write it."""
    done = subprocess.run([sys.executable, "-c", _READ_ONLY, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="permission bits")
@pytest.mark.parametrize("crashed", [False, True])
def test_a_read_only_workspace_is_read_and_not_written(crashed: bool) -> None:
    """Also when a crash left the newest entries in the write-ahead log."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o755)
        folder = filled(place / "lab", 3)
        if crashed:
            with open_workspace(folder) as workspace:
                workspace.append({"kind": "note"}, key="late", actor=ACTOR, reason="r")
                copy_with_log(folder, place / "copy")
            folder = place / "copy"
        for path in (*folder.rglob("*"), folder):
            path.chmod(0o555 if path.is_dir() else 0o444)
        lines = as_reader(folder)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert lines[0] == f"True True {6 if crashed else 5}"
    assert len(lines) == 4
    assert all("read-only here" in line for line in lines[1:])


def copy_with_log(source: Path, target: Path) -> None:
    import shutil

    shutil.copytree(source, target)
    assert (target / "ledger.db-wal").stat().st_size > 0
    (target / "ledger.db-shm").unlink()


_FILL = """
import resource, sys
from pathlib import Path
from paracrine.core.errors import RecordError
from paracrine.store import Actor, open_workspace

with open_workspace(sys.argv[1]) as workspace:
    limit_bytes = int(sys.argv[2])
    if limit_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
    actor, acknowledged = Actor("Ada", "analyst"), workspace.count()
    for record in ("entries", "files"):
        try:
            for turn in range(100_000):
                if record == "entries":
                    body = {"kind": "note", "turn": turn, "filling": "x" * 4000}
                    acknowledged = workspace.append(body, key="k", actor=actor, reason="r").number
                else:
                    workspace.add_file(str(turn).encode() * 200_000, name="x")
        except RecordError as error:
            print(error)
    print(acknowledged)
"""


def fill_the_disk(folder: Path, limit_bytes: int) -> tuple[list[str], int]:
    done = subprocess.run(
        [sys.executable, "-c", _FILL, str(folder), str(limit_bytes)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *refusals, acknowledged = done.stdout.splitlines()
    return refusals, int(acknowledged)


def require_whole(folder: Path, acknowledged: int) -> None:
    with open_workspace(folder) as workspace:
        report = workspace.verify()
        assert report.ok, report.first_broken
        assert workspace.count() == acknowledged
        assert workspace.append({"kind": "note"}, key="after", actor=ACTOR, reason="r").number == acknowledged + 1
    assert not list((folder / "tmp").glob("*"))


@pytest.mark.skipif(sys.platform == "win32", reason="resource limits")
def test_a_file_size_limit_stops_writing_and_loses_nothing(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    refusals, acknowledged = fill_the_disk(folder, 300_000)
    assert len(refusals) == 2
    assert all("disk" in line for line in refusals)
    assert acknowledged > 7
    require_whole(folder, acknowledged)


def test_a_full_disk_stops_writing_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can only be made by root on Linux")
    try:
        folder = filled(disk / "lab")
        refusals, acknowledged = fill_the_disk(folder, 0)
        assert len(refusals) == 2
        assert all("the disk is full" in line for line in refusals)
        (disk / "lab" / "room").unlink(missing_ok=True)
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        require_whole(folder, acknowledged)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
