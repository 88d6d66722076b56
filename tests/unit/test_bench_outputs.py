"""Results are written whole, under names every file system takes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from paracrine.bench.outputs import folder_name, outputs_are_intact, write_outputs
from paracrine.core.errors import InputError


def test_ordinary_batch_names_stay_as_they_are() -> None:
    assert folder_name("B-001") == "B-001"
    assert folder_name("Lot ä 7") == "Lot ä 7"


@pytest.mark.parametrize("name", ["a/b", "..", "con", "x" * 300, "a:b", "workspace", " "])
def test_hostile_batch_names_become_plain_folders(name: str) -> None:
    folder = folder_name(name)
    assert folder != name
    assert not set(folder) & set('/\\:*?"<>|')
    assert len(folder) < 100


def test_two_hostile_names_do_not_share_a_folder() -> None:
    assert folder_name("a/b") != folder_name("a:b")


def test_written_files_are_recognised_until_somebody_changes_them(tmp_path: Path) -> None:
    hashes = write_outputs(tmp_path / "out", {"a.txt": b"one", "b.txt": b"two"})
    assert hashes["a.txt"] == hashlib.sha256(b"one").hexdigest()
    assert outputs_are_intact(tmp_path / "out", hashes)
    (tmp_path / "out" / "b.txt").write_bytes(b"three")
    assert not outputs_are_intact(tmp_path / "out", hashes)


def test_a_failed_write_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_outputs(tmp_path, {"a.txt": b"old", "b.txt": b"old"})

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("paracrine.bench.outputs.os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_outputs(tmp_path, {"a.txt": b"new", "b.txt": b"new"})
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]
