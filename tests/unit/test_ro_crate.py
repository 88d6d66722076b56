"""An exported workspace is an RO-Crate 1.1 that anybody can read, and says the same as the ledger."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from store_builders import ACTOR, filled

from paracrine.core.errors import InputError, RecordError
from paracrine.store import export_ro_crate, open_workspace

NAMES = ("batch 1/export.csv", "Größe 50% #1?.txt", "a:b*c.txt")


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    folder = filled(tmp_path / "lab")
    with open_workspace(folder) as workspace:
        ref = workspace.add_file(b"umlaut", name=NAMES[1])
        workspace.append(ref, key="k", actor=ACTOR, reason="intake")
        star = workspace.add_file(b"star", name=NAMES[2])
        record = {"kind": "file", "path": NAMES[2], "file_sha256": star.sha256}
        workspace.append(record, key="k", actor=ACTOR, reason="intake")
        workspace.add_file(b"unclaimed", name="nobody knows")
        return export_ro_crate(workspace, tmp_path / "out" / "crate")


def graph_of(crate: Path) -> dict[str, dict[str, Any]]:
    document = json.loads((crate / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = document["@graph"]
    assert document["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert len({entity["@id"] for entity in entities}) == len(entities)
    return {entity["@id"]: entity for entity in entities}


def test_what_the_specification_requires_is_there(crate: Path) -> None:
    """Rung 2: the MUST clauses of RO-Crate 1.1 on descriptor, root and data entities."""
    graph = graph_of(crate)
    descriptor = graph["ro-crate-metadata.json"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = graph[descriptor["about"]["@id"]]
    assert root["@id"] == "./"
    assert root["@type"] == "Dataset"
    assert root["name"]
    assert root["description"]
    assert root["license"]
    assert datetime.fromisoformat(root["datePublished"])
    files = {name for name, entity in graph.items() if entity["@type"] == "File"}
    assert {part["@id"] for part in root["hasPart"]} == files
    for entity in graph.values():
        assert isinstance(entity["@id"], str)
        assert entity["@type"]
        assert not any(isinstance(value, dict) and set(value) != {"@id"} for value in entity.values())


def test_every_file_is_there_with_its_hash_and_size(crate: Path) -> None:
    graph = graph_of(crate)
    described = {name: entity for name, entity in graph.items() if entity["@type"] == "File"}
    on_disk = {path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()}
    assert {unquote(name) for name in described} | {"ro-crate-metadata.json"} == on_disk
    assert len(described) == 1 + 4 + 2
    for name, entity in described.items():
        data = (crate / unquote(name)).read_bytes()
        assert entity["contentSize"] == str(len(data))
        assert entity["name"]
        assert name == "ledger.jsonl" or entity["sha256"] == hashlib.sha256(data).hexdigest()
    assert set(NAMES) <= {entity["name"] for entity in described.values()}
    assert not any(letter in name for name in described for letter in " #?*:")


def test_the_ledger_goes_along_line_by_line(crate: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (crate / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    with open_workspace(tmp_path / "lab") as workspace:
        entries = list(workspace.entries())
    assert [line["seal_sha256"] for line in lines] == [entry.seal_sha256 for entry in entries]
    assert [line["text"] for line in lines] == [entry.text for entry in entries]
    people = [entity["name"] for entity in graph_of(crate).values() if entity["@type"] == "Person"]
    assert people == ["Ada Lovelace", "Grace Hopper"]
    assert entries[-1].seal_sha256 in graph_of(crate)["./"]["description"]


def test_a_zip_holds_the_same(crate: Path, tmp_path: Path) -> None:
    with open_workspace(tmp_path / "lab") as workspace:
        packed = export_ro_crate(workspace, tmp_path / "crate.zip", license_text="CC0-1.0")
    with zipfile.ZipFile(packed) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        metadata = json.loads(archive.read("ro-crate-metadata.json"))
    assert names == {path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()}
    assert metadata["@graph"][1]["license"] == "CC0-1.0"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crate.zip", "lab", "out"]


def test_nothing_is_overwritten_and_nothing_damaged_is_exported(crate: Path, tmp_path: Path) -> None:
    with open_workspace(tmp_path / "lab") as workspace:
        with pytest.raises(InputError, match="is there already"):
            export_ro_crate(workspace, crate)
        damaged = next(workspace.folder.glob("files/*/*"))
        damaged.chmod(0o644)
        damaged.write_bytes(b"other")
        with pytest.raises(RecordError, match="no longer matches its hash"):
            export_ro_crate(workspace, tmp_path / "second")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lab", "out"]


def test_an_empty_workspace_can_leave_into_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with open_workspace(tmp_path / "lab", create=True) as workspace:
        out = export_ro_crate(workspace, tmp_path / "empty")
    assert set(graph_of(out)) == {"ro-crate-metadata.json", "./", "ledger.jsonl", "#export", "#paracrine"}
