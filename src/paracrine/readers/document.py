"""A source document beside a result: found in the folder, hashed, never read."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath

from paracrine.core.errors import InputError
from paracrine.core.provenance import SourceRef

_DRIVE = re.compile(r"[A-Za-z]:")


def find_document(folder: Path, name: str, *, where: str) -> SourceRef | None:
    """Return the reference of a document named relative to the folder, None when it is not there.

    Raises:
        InputError: when the path leads out of the folder, or the file cannot be read.
    """
    pure = PurePosixPath(name.replace("\\", "/"))
    root = folder.resolve()
    path = root / pure
    try:
        if pure.is_absolute() or _DRIVE.match(name) or not path.resolve().is_relative_to(root):
            raise InputError("the source document lies outside the folder", where=where, hint="copy it into the folder")
        if not path.is_file():
            return None
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except ValueError as error:
        raise InputError("the source document has no usable name", where=where) from error
    except OSError as error:
        raise InputError(f"the source document cannot be read: {error.strerror}", where=where) from error
    return SourceRef(name=pure.as_posix(), sha256=sha256, field="source document")
