"""The peer library for RO-Crates (ro-crate-py) reads ours and finds every file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from store_builders import ACTOR, filled

from paracrine.store import export_ro_crate, open_workspace

rocrate = pytest.importorskip("rocrate.rocrate", reason="the peer ro-crate-py is not installed")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")


@pytest.mark.parametrize("name", ["crate", "crate.zip"])
def test_the_peer_reads_our_crate(tmp_path: Path, name: str) -> None:
    """Rung 3: root, files and people as ro-crate-py understands them."""
    with open_workspace(filled(tmp_path / "lab")) as workspace:
        ref = workspace.add_file(b"size;count\n", name="Größe 50% #1.csv")
        workspace.append(ref, key="k", actor=ACTOR, reason="intake")
        out = export_ro_crate(workspace, tmp_path / name)
    crate = rocrate.ROCrate(str(out))
    assert crate.name == "Paracrine workspace lab"
    files = {entity["name"]: entity for entity in crate.data_entities}
    assert len(files) == 5
    assert files["Größe 50% #1.csv"]["sha256"] == hashlib.sha256(b"size;count\n").hexdigest()
    assert {entity["name"] for entity in crate.root_dataset["author"]} == {"Ada Lovelace", "Grace Hopper"}
    crate.write(tmp_path / "again")
    copied = {path.read_bytes() for path in (tmp_path / "again").rglob("*") if path.is_file()}
    assert {b"size;count\n", b"size,count\r\n100,7\r\n"} <= copied
