"""Content kept under its own hash: written aside, synced, renamed into place, never changed."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from paracrine.core.errors import InputError, RecordError
from paracrine.store.entry import is_sha256

_CHUNK = 1 << 20
TEMPORARY = "tmp"


def hash_file(path: Path) -> tuple[str, int]:
    """Return SHA-256 and size of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def place(room: Path, sha256: str, suffix: str = "") -> Path:
    """Return where content with this hash lies: `ab/cdef…`, with a suffix for arrays.

    Raises:
        RecordError: when it is no SHA-256.
    """
    if not is_sha256(sha256):
        raise RecordError(f"{sha256!r} is no SHA-256 in lower-case hexadecimal", where=str(room))
    return room / sha256[:2] / (sha256[2:] + suffix)


def stored(room: Path, suffix: str = "") -> Iterator[tuple[str, Path]]:
    """Yield (sha256, path) of all content below a room; other names are left out."""
    for path in sorted(room.glob("[0-9a-f][0-9a-f]/*")):
        sha256 = path.parent.name + path.name.removesuffix(suffix)
        if path.name.endswith(suffix) and is_sha256(sha256):
            yield sha256, path


def keep_file(source: Path, *, folder: Path, room: Path) -> tuple[str, int]:
    """Copy a file into a room and return its hash and size.

    Raises:
        InputError: when the source cannot be read.
        RecordError: when the workspace cannot be written.
    """
    try:
        sha256, size = hash_file(source)
        if _is_kept(place(room, sha256), size):
            return sha256, size
        stream = source.open("rb")
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise InputError(reason, where=str(source)) from error
    with stream:
        return keep_chunks(iter(lambda: stream.read(_CHUNK), b""), folder=folder, room=room)


def keep_chunks(chunks: Iterable[bytes], *, folder: Path, room: Path, suffix: str = "") -> tuple[str, int]:
    """Write content under its hash, whole or not at all, and return hash and size.

    Raises:
        RecordError: when the workspace cannot be written (disk full, read-only).
    """
    digest, size = hashlib.sha256(), 0
    with _explained(folder), _aside(folder / TEMPORARY) as (stream, path):
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
        target = place(room, digest.hexdigest(), suffix)
        if not _is_kept(target, size):
            if not target.parent.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
                _sync_folder(room)
            path.chmod(0o444)
            if sys.platform == "win32":
                # An open file cannot be renamed there; elsewhere the lock is held until it has its name.
                stream.close()
            path.replace(target)
            _sync_folder(target.parent)
    return digest.hexdigest(), size


def remove_leftovers(folder: Path) -> None:
    """Remove what killed writers left behind; files a living writer still holds stay."""
    for path in (folder / TEMPORARY).glob("*"):
        try:
            with path.open("rb") as stream:
                if _lock(stream):
                    path.unlink()
        except OSError:
            # Gone meanwhile, or held by a living writer on a system without advisory locks.
            continue


def _is_kept(target: Path, size: int) -> bool:
    return target.is_file() and target.stat().st_size == size


@contextmanager
def _aside(temporary: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a locked file beside the rooms; it is gone afterwards unless it was renamed."""
    temporary.mkdir(parents=True, exist_ok=True)
    while True:
        path = temporary / uuid.uuid4().hex
        with path.open("xb") as stream:
            # A cleaner may have taken the file between creation and lock: then begin again.
            if not _lock(stream) or not path.exists():
                continue
            try:
                yield stream, path
            finally:
                path.unlink(missing_ok=True)
        return


def _lock(stream: BinaryIO) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explain_os_error(error, folder) from error


def explain_os_error(error: OSError, folder: Path) -> RecordError:
    """Return the plain-word error for a failed write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        message, hint = "the disk is full; nothing was kept", "free space and run the same command again"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        message, hint = "the workspace is read-only here", "ask for write access, or work on a copy"
    else:
        message, hint = f"cannot be written: {error.strerror}", "check the disk and run the same command again"
    return RecordError(message, where=str(folder), hint=hint)
