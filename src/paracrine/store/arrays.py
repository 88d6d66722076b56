"""Arrays on disk: an npz without pickle, and a JSON with names, units and shapes that names the npz by its hash."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from paracrine.core.errors import InputError, RecordError
from paracrine.core.records import canonical_json
from paracrine.store.content import hash_file, keep_chunks, place

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
Arrays = Mapping[str, np.ndarray[Any, Any]]


def keep_arrays(arrays: Arrays, units: Mapping[str, str], *, folder: Path, room: Path) -> str:
    """Write arrays and their description; return the hash of the description, which binds both.

    Raises:
        InputError: when an array has no unit, or holds Python objects.
        RecordError: when the workspace cannot be written.
    """
    if set(arrays) != set(units):
        odd = ", ".join(sorted(set(arrays) ^ set(units)))
        raise InputError(f"arrays and units differ in: {odd}", where="arrays", hint="'1' is the unit of a plain number")
    for name, array in arrays.items():
        if not _NAME.fullmatch(name):
            raise InputError("an array's name is letters, digits and _", where=f"array {name!r}")
        if array.dtype.hasobject:
            raise InputError("holds Python objects, not numbers", where=f"array {name!r}")
    npz_sha256, _ = keep_chunks([_packed(arrays)], folder=folder, room=room, suffix=".npz")
    described = [
        {"name": name, "dtype": array.dtype.str, "shape": list(array.shape), "unit": units[name]}
        for name, array in sorted(arrays.items())
    ]
    text = canonical_json({"kind": "arrays", "version": "1", "npz_sha256": npz_sha256, "arrays": described})
    sha256, _ = keep_chunks([text.encode()], folder=folder, room=room, suffix=".json")
    return sha256


def read_description(room: Path, sha256: str) -> dict[str, Any]:
    """Return the JSON of an array set after checking its hash.

    Raises:
        RecordError: when it is missing or changed.
    """
    path = place(room, sha256, ".json")
    if not path.is_file():
        raise RecordError("these arrays are not in the workspace", where=f"arrays {sha256}")
    if hash_file(path)[0] != sha256:
        raise RecordError("the description no longer matches its hash", where=f"arrays {sha256}")
    described: dict[str, Any] = json.loads(path.read_bytes())
    return described


def read_arrays(room: Path, sha256: str) -> dict[str, np.ndarray[Any, Any]]:
    """Return the arrays after checking both hashes.

    Raises:
        RecordError: when they are missing or changed.
    """
    described = read_description(room, sha256)
    path = place(room, described["npz_sha256"], ".npz")
    if not path.is_file():
        raise RecordError("the npz file is missing", where=f"arrays {sha256}")
    if hash_file(path)[0] != described["npz_sha256"]:
        raise RecordError("the npz file no longer matches its hash", where=f"arrays {sha256}")
    with np.load(path, allow_pickle=False) as packed:
        return {one["name"]: packed[one["name"]] for one in described["arrays"]}


def _packed(arrays: Arrays) -> bytes:
    """Return an npz whose bytes depend on the arrays alone (numpy's own writer takes no name `file`)."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in sorted(arrays.items()):
            member = BytesIO()
            npy.write_array(member, np.asarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    return buffer.getvalue()
