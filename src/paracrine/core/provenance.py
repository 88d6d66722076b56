"""From what, by which code, citing what."""

from __future__ import annotations

from typing import ClassVar

from paracrine.core.records import Record


class SourceRef(Record):
    """A place in a file: name, content hash, locator and the reader that read it."""

    kind: ClassVar[str] = "source_ref"

    name: str
    sha256: str
    locator: str = ""
    """Sheet, column, row, record or table path inside the file."""
    field: str = ""
    reader: str = ""
    reader_version: str = ""


class Provenance(Record):
    """What a number rests on."""

    kind: ClassVar[str] = "provenance"

    sources: tuple[SourceRef, ...] = ()
    made_by: str = ""
    """Dotted name of the code, such as `characterization.metrics.diameter_d50`."""
    software_version: str = ""
    cites: tuple[str, ...] = ()
    """`doi:` keys found in docs/references.bib."""
    assumptions: tuple[str, ...] = ()
