"""A number with bounds and a source: one row of a model."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from paracrine.core.records import Record


class Grade(StrEnum):
    """How well a parameter, label, platform or prediction is supported."""

    MEASURED_HERE = "measured here"
    EV_LITERATURE = "EV literature"
    OTHER_PARTICLE = "other particle or cell"
    ASSUMPTION = "assumption"


class Parameter(Record):
    """Name, value, unit, bounds, spread, meaning and source."""

    kind: ClassVar[str] = "parameter"

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    spread: str = ""
    meaning: str = ""
    source: str = ""
    """DOI, or `assumption: why`."""
    grade: Grade = Grade.ASSUMPTION
