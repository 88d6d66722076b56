"""Text that can be drawn: no control letters, no invisible change of writing direction."""

from __future__ import annotations

import re
from typing import Any

# XML forbids the first ranges (the drawing library ends the process on them); the last ones reorder what is read.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_REPLACEMENT = "\ufffd"


def printable(text: str) -> str:
    """Return a text with each letter that cannot be shown replaced by `\N{REPLACEMENT CHARACTER}`."""
    return _UNPRINTABLE.sub(_REPLACEMENT, text)


def printable_data(value: Any) -> Any:
    """Return JSON-like data with every text printable, keys included."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(str(key)): printable_data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [printable_data(inner) for inner in value]
    return value
