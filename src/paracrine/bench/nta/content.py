"""What decides whether a video must be analysed again: its bytes, its settings, the code."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import paracrine
from paracrine.core.errors import InputError
from paracrine.core.plan import VideoSettings
from paracrine.core.records import canonical_json
from paracrine.core.version import __version__

_CHUNK = 1 << 20
_ROOMS = (
    "bench/nta",
    "characterization/inference",
    "characterization/tracking",
    "figures",
    "numerics",
    "payloads",
    "physics",
    "facts",
    "readers/decoding",
    "readers/video",
    "report",
)
"""Folders whose code can change an answer or its page."""


def hash_video(path: Path) -> tuple[str, int]:
    """Return sha256 and size of a video, read in pieces; of a folder, over names and hashes of its files.

    Raises:
        InputError: when there is no such video or it cannot be read.
    """
    try:
        if path.is_dir():
            return _hash_folder(path)
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                digest.update(piece)
                size += len(piece)
    except FileNotFoundError as error:
        raise InputError("no such file or folder", where=str(path)) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    return digest.hexdigest(), size


def _hash_folder(folder: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for entry in sorted(folder.iterdir()):
        if entry.is_file() and not entry.name.startswith("."):
            sha256, one = hash_video(entry)
            digest.update(f"{entry.name}\0{sha256}\n".encode())
            size += one
    return digest.hexdigest(), size


def video_fingerprint(sha256: str, said: VideoSettings, *, resamples: int) -> str:
    """Return a hash over everything an analysis depends on."""
    parts = {
        "video": sha256,
        "settings": said.to_data(),
        "resamples": resamples,
        "software": __version__,
        "code": code_sha256(),
    }
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


@cache
def code_sha256() -> str:
    """Return a hash over the code that makes an analysis."""
    root = Path(paracrine.__file__).parent
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".py", ".j2", ".css", ".js", ".toml"):
                digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()
