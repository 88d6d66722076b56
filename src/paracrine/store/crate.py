"""A workspace as an RO-Crate 1.1: ledger, files and arrays as anybody can read them without this program."""

from __future__ import annotations

import json
import mimetypes
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from paracrine.core.errors import InputError, RecordError
from paracrine.core.progress import Progress, Silent, stage
from paracrine.core.records import canonical_json
from paracrine.store.content import explain_os_error, hash_file, stored
from paracrine.store.entry import FIRST_PREVIOUS, SEALED_FIELDS, Entry, is_sha256
from paracrine.store.workspace import Workspace

METADATA_NAME = "ro-crate-metadata.json"
LEDGER_NAME = "ledger.jsonl"
_SPECIFICATION = "https://w3id.org/ro/crate/1.1"
_NO_LICENSE = "No licence is stated; ask the authors before use."
# Letters that a path, a zip or Windows would not carry.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


@dataclass
class _Crate:
    """What is gathered while the crate is written."""

    folder: Path
    people: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    entities: list[dict[str, Any]] = field(default_factory=list)
    head: tuple[int, str] = (0, FIRST_PREVIOUS)


def export_ro_crate(
    workspace: Workspace, out: Path | str, *, license_text: str = _NO_LICENSE, progress: Progress | None = None
) -> Path:
    """Write an RO-Crate 1.1, whole or not at all, and return its path.

    Args:
        workspace: what to export; every file is hashed on the way.
        out: a folder that is not there yet or is empty, or a name ending in `.zip`.
        license_text: how the crate may be used; RO-Crate asks for one.
        progress: told how far it is.

    Raises:
        InputError: when `out` exists.
        RecordError: when a kept file no longer matches its hash, or `out` cannot be written.
    """
    target = Path(out).expanduser().absolute()
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise InputError("is there already", where=str(target), hint="name a new folder or zip")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".crate-") as temporary:
            crate = _Crate(Path(temporary) / "crate")
            crate.folder.mkdir()
            _write_ledger(crate, workspace)
            _copy_content(crate, workspace, progress or Silent())
            _write_metadata(crate, workspace, license_text)
            _put_in_place(crate.folder, target)
    except OSError as error:
        raise explain_os_error(error, target) from error
    return target


def _write_ledger(crate: _Crate, workspace: Workspace) -> None:
    with (crate.folder / LEDGER_NAME).open("w", encoding="utf-8", newline="\n") as stream:
        for entry in workspace.entries():
            stream.write(canonical_json(_fields(entry)) + "\n")
            crate.people.setdefault(entry.person, f"#person-{len(crate.people) + 1}")
            crate.head = (entry.number, entry.seal_sha256)
            for sha256, name in _named(json.loads(entry.text)):
                known = crate.names.setdefault(sha256, [])
                known.extend([name] if name not in known else [])
    description = "Every entry of the ledger in order, one canonical JSON object a line, with its seal."
    _describe(crate, LEDGER_NAME, name="Ledger", media="application/x-ndjson", description=description)


def _fields(entry: Entry) -> dict[str, str | int]:
    chain = {"number": entry.number, "previous_sha256": entry.previous_sha256, "seal_sha256": entry.seal_sha256}
    return {**chain, **{name: getattr(entry, name) for name in SEALED_FIELDS}}


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (sha256, name) wherever a body gives a hash beside a name or a path, or under the name itself."""
    if isinstance(value, list):
        for inner in value:
            yield from _named(inner)
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and is_sha256(inner):
                name = value.get("name", value.get("path")) if key.endswith("sha256") else key
                yield from [(inner, name)] if isinstance(name, str) else []
            else:
                yield from _named(inner)


def _copy_content(crate: _Crate, workspace: Workspace, progress: Progress) -> None:
    rooms = (("files", ""), ("arrays", ".json"), ("arrays", ".npz"))
    kept = [(room, suffix, *one) for room, suffix in rooms for one in stored(workspace.folder / room, suffix)]
    with stage(progress, "export", len(kept)) as advance:
        for room, suffix, sha256, source in kept:
            names = crate.names.get(sha256, []) if room == "files" else []
            path = f"files/{sha256[:16]}/{_safe(names[0])}" if names else f"{room}/{sha256}{suffix}"
            copy = crate.folder / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
            if hash_file(copy)[0] != sha256:
                raise RecordError(
                    "the content no longer matches its hash", where=str(source), hint="run `paracrine verify`"
                )
            _describe(crate, path, name=(names or [path])[0], sha256=sha256, alternateName=names[1:])
            advance()


def _describe(crate: _Crate, path: str, *, name: str, media: str = "", **more: Any) -> None:
    guessed = media or mimetypes.guess_type(path)[0] or "application/octet-stream"
    entity = {
        "@id": quote(path, safe="/!$&'()*+,;=@~" + "".join(letter for letter in path if ord(letter) > 127)),
        "@type": "File",
        "name": name,
        "contentSize": str((crate.folder / path).stat().st_size),
        "encodingFormat": guessed,
        **{key: value for key, value in more.items() if value},
    }
    crate.entities.append(entity)


def _write_metadata(crate: _Crate, workspace: Workspace, license_text: str) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    number, seal_sha256 = crate.head
    people = [{"@id": place, "@type": "Person", "name": person} for person, place in crate.people.items()]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Paracrine workspace {workspace.folder.name}",
        "description": f"{number} sealed ledger entries with the instrument files and arrays they rest on. "
        f"The seal of the last entry is {seal_sha256}.",
        "datePublished": at,
        "license": license_text,
        "author": [{"@id": person["@id"]} for person in people],
        "hasPart": [{"@id": entity["@id"]} for entity in crate.entities],
        "mentions": {"@id": "#export"},
    }
    export = {
        "@id": "#export",
        "@type": "CreateAction",
        "name": "Export of the workspace",
        "endTime": at,
        "instrument": {"@id": "#paracrine"},
        "result": {"@id": "./"},
    }
    descriptor = {
        "@id": METADATA_NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _SPECIFICATION},
        "about": {"@id": "./"},
    }
    program = {
        "@id": "#paracrine",
        "@type": "SoftwareApplication",
        "name": "Paracrine",
        "version": version("paracrine"),
    }
    document = {
        "@context": [f"{_SPECIFICATION}/context", {"sha256": "http://schema.org/sha256"}],
        "@graph": [descriptor, root, *crate.entities, *people, export, program],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (crate.folder / METADATA_NAME).write_text(text + "\n", encoding="utf-8")


def _put_in_place(folder: Path, target: Path) -> None:
    if target.suffix.lower() != ".zip":
        if target.is_dir():
            target.rmdir()
        folder.replace(target)
        return
    packed = folder.with_name("crate.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    packed.replace(target)


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip(". ")[-120:] or "file"
