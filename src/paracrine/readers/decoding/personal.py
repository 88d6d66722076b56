"""Keep what describes the measurement, leave out what describes people."""

from __future__ import annotations

import re

_PERSONAL_KEY = re.compile(
    r"\b(operator|user|login|e-?mail|phone|telephone|analyst|scientist|author|performed by|account)\b", re.IGNORECASE
)
_PATH = re.compile(r"^[A-Za-z]:/|\\|^/.+/")


def is_personal(key: str) -> bool:
    """Whether a field names a person rather than the measurement."""
    return _PERSONAL_KEY.search(key.replace("_", " ")) is not None


def base_name(path: str) -> str:
    """Return the file name at the end of a Windows or POSIX path: folders name people."""
    return re.split(r"[\\/]", path.strip())[-1]


def without_folders(value: str) -> str:
    """Return a value with the folders removed when it is a file path, else unchanged.

    A path that ends in a folder is left out whole, since that folder may be a person's.
    """
    if not _PATH.search(value):
        return value
    name = base_name(value)
    return name if "." in name else "(folder)"
