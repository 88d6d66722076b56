"""Files and arrays are kept under their hash, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from store_builders import ACTOR

from paracrine.core.errors import InputError, RecordError
from paracrine.store import Workspace, open_workspace
from paracrine.store.content import remove_leftovers


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    with open_workspace(tmp_path / "lab", create=True) as opened:
        yield opened


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", b"size;count\n" * 200_000])
def test_a_file_lies_under_the_hash_of_its_bytes(workspace: Workspace, tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "Grün 1.csv"
    source.write_bytes(data)
    ref = workspace.add_file(source, name="Grün 1.csv")
    sha256 = hashlib.sha256(data).hexdigest()
    assert (ref.sha256, ref.size_bytes, ref.name) == (sha256, len(data), "Grün 1.csv")
    assert workspace.file_path(sha256) == workspace.folder / "files" / sha256[:2] / sha256[2:]
    assert workspace.file_path(sha256).read_bytes() == data
    assert workspace.add_file(data, name="again").sha256 == sha256
    assert names_in(workspace.folder / "files") == [sha256[2:]]
    assert names_in(workspace.folder / "tmp") == []


@pytest.mark.skipif(sys.platform == "win32", reason="permission bits")
def test_a_kept_file_is_not_writable(workspace: Workspace) -> None:
    ref = workspace.add_file(b"original", name="a")
    assert workspace.file_path(ref.sha256).stat().st_mode & 0o222 == 0


def test_a_cut_file_is_made_whole_by_its_own_content(workspace: Workspace) -> None:
    ref = workspace.add_file(b"the whole content", name="a")
    path = workspace.file_path(ref.sha256)
    path.chmod(0o644)
    path.write_bytes(b"the who")
    workspace.add_file(b"the whole content", name="a")
    assert path.read_bytes() == b"the whole content"


def test_a_missing_file_is_said_to_be_missing(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        workspace.add_file(tmp_path / "gone.csv", name="gone.csv")
    with pytest.raises(RecordError, match="not in the workspace"):
        workspace.file_path("ab" * 32)
    with pytest.raises(RecordError, match="no SHA-256"):
        workspace.file_path("../ledger.db")


@pytest.mark.parametrize(
    ("code", "message"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EIO, "cannot be written")],
)
def test_a_failed_write_leaves_nothing_behind(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, code: int, message: str
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RecordError, match=message) as caught:
        workspace.add_file(b"content", name="a")
    assert "\n" not in str(caught.value)
    assert names_in(workspace.folder / "files") == names_in(workspace.folder / "tmp") == []


def test_leftovers_go_and_work_in_progress_stays(workspace: Workspace) -> None:
    (workspace.folder / "tmp").mkdir(exist_ok=True)
    (workspace.folder / "tmp" / "dead").write_bytes(b"half")

    class Chunks:
        def __iter__(self):
            yield b"first half, "
            remove_leftovers(workspace.folder)
            yield b"second half"

    from paracrine.store.content import keep_chunks

    sha256, size = keep_chunks(Chunks(), folder=workspace.folder, room=workspace.folder / "files")
    assert names_in(workspace.folder / "tmp") == []
    assert workspace.file_path(sha256).read_bytes() == b"first half, second half"
    assert size == 23


def test_opening_removes_what_a_dead_writer_left(tmp_path: Path) -> None:
    open_workspace(tmp_path, create=True).close()
    (tmp_path / "tmp").mkdir(exist_ok=True)
    (tmp_path / "tmp" / "dead").write_bytes(b"half")
    with open_workspace(tmp_path) as workspace:
        assert names_in(workspace.folder / "tmp") == []


def test_arrays_come_back_with_numbers_types_and_units(workspace: Workspace) -> None:
    arrays = {
        "diameter_nm": np.array([80.25, np.nan, np.inf]),
        "file": np.arange(6, dtype=np.int32).reshape(2, 3),
        "label": np.array(["µm", "b"]),
        "kept": np.array([True, False]),
        "empty": np.zeros((0, 4), dtype=np.float32),
    }
    units = {"diameter_nm": "nm", "file": "particles", "label": "1", "kept": "1", "empty": "1/mL"}
    sha256 = workspace.add_arrays(arrays, units=units)
    loaded = workspace.load_arrays(sha256)
    assert workspace.array_units(sha256) == units
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype
    assert workspace.add_arrays(dict(reversed(arrays.items())), units=units) == sha256
    other = workspace.add_arrays(arrays, units={**units, "diameter_nm": "um"})
    assert other != sha256


def test_arrays_open_with_numpy_alone(workspace: Workspace) -> None:
    sha256 = workspace.add_arrays({"size_nm": np.array([1.5, 2.5])}, units={"size_nm": "nm"})
    described = json.loads((workspace.folder / "arrays" / sha256[:2] / f"{sha256[2:]}.json").read_bytes())
    npz = described["npz_sha256"]
    with np.load(workspace.folder / "arrays" / npz[:2] / f"{npz[2:]}.npz", allow_pickle=False) as packed:
        np.testing.assert_array_equal(packed["size_nm"], [1.5, 2.5])
    assert described["arrays"] == [{"name": "size_nm", "dtype": "<f8", "shape": [2], "unit": "nm"}]


@pytest.mark.parametrize(
    ("arrays", "units", "message"),
    [
        ({"a": np.ones(2), "b": np.ones(3)}, {"a": "nm"}, "differ in: b"),
        ({"a": np.ones(2)}, {"a": "nm", "c": "nm"}, "differ in: c"),
        ({"a": np.array([object()])}, {"a": "1"}, "Python objects"),
        ({"../a": np.ones(1)}, {"../a": "1"}, "letters, digits"),
    ],
)
def test_arrays_without_unit_or_numbers_are_refused(
    workspace: Workspace, arrays: dict[str, np.ndarray], units: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        workspace.add_arrays(arrays, units=units)
    assert not (workspace.folder / "arrays").exists()


def test_changed_arrays_are_not_loaded(workspace: Workspace) -> None:
    sha256 = workspace.add_arrays({"a": np.arange(40.0)}, units={"a": "nm"})
    npz = next((workspace.folder / "arrays").rglob("*.npz"))
    data = bytearray(npz.read_bytes())
    data[200] ^= 1
    npz.chmod(0o644)
    npz.write_bytes(data)
    with pytest.raises(RecordError, match="no longer matches"):
        workspace.load_arrays(sha256)
    npz.unlink()
    with pytest.raises(RecordError, match="npz file is missing"):
        workspace.load_arrays(sha256)


def test_a_claim_is_accepted_once_the_content_is_there(workspace: Workspace) -> None:
    ref = workspace.add_file(b"x", name="x.csv")
    assert workspace.append(ref, key="x.csv", actor=ACTOR, reason="intake").body["sha256"] == ref.sha256
    assert workspace.append({"kind": "note", "file_sha256": [ref.sha256]}, key="k", actor=ACTOR, reason="r").number == 2
