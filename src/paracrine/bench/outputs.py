"""Write results whole or not at all, under names every file system takes."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from paracrine.core.errors import InputError

_RESERVED = frozenset({"con", "prn", "aux", "nul", "workspace", "comparison"})
_PART = ".part"


def folder_name(batch: str) -> str:
    """Return a folder name for a batch: its own name where possible, else a readable one with a hash."""
    plain = re.sub(r"[^\w.+ -]", "_", batch, flags=re.UNICODE).strip(" .")[:80]
    if plain == batch and plain.lower() not in _RESERVED:
        return plain
    return f"{plain or 'batch'}-{hashlib.sha256(batch.encode()).hexdigest()[:8]}"


def write_outputs(folder: Path, contents: dict[str, bytes]) -> dict[str, str]:
    """Write files whole: each appears complete under its name, or the old one stays.

    Returns:
        File name to sha256.

    Raises:
        InputError: when the folder cannot be written; the message says which and why.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            _remove_leftovers(folder, name)
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.", suffix=_PART)
            staged.append((Path(temporary), folder / name))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        for temporary_path, final in staged:
            temporary_path.chmod(0o644)
            temporary_path.replace(final)
    except OSError as error:
        for temporary_path, _ in staged:
            temporary_path.unlink(missing_ok=True)
        hint = "choose another place with --out"
        raise InputError(f"cannot write here: {error.strerror}", where=str(folder), hint=hint) from error
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def _remove_leftovers(folder: Path, name: str) -> None:
    """Remove what a killed process left of an earlier write."""
    for leftover in folder.glob(f".{name}.*{_PART}"):
        leftover.unlink(missing_ok=True)


def outputs_are_intact(folder: Path, hashes: dict[str, str]) -> bool:
    """Whether every file is still there with the content that was written."""
    for name, sha256 in hashes.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            return False
    return True
