"""What a reader of a result must know."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from paracrine.core.records import Record


class Severity(StrEnum):
    """How much a notice weighs."""

    NOTE = "note"
    CAUTION = "caution"
    SERIOUS = "serious"


class Notice(Record):
    """One doubt or remark, in plain words, beside the number it concerns."""

    kind: ClassVar[str] = "notice"

    code: str
    """Stable kebab-case word, such as `drift-too-high`."""
    message: str
    severity: Severity = Severity.CAUTION
    concerns: str = ""
    """Attribute, field or run the notice belongs to; empty for the whole result."""
    action: str = ""
    """What the reader can do about it."""
