"""Where a record of the literature came from."""

from __future__ import annotations

from typing import NamedTuple


class Origin(NamedTuple):
    """A place in a file: its name, the hash of its bytes, the record inside it, and the source that read it."""

    file: str
    sha256: str
    locator: str
    """Such as `record 12`, `line 340`, `row 7`."""
    source: str
    """Name of the module in `evidence/sources/`, such as `pubmed_xml`."""
    source_version: str
