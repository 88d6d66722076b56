"""One row a particle: tracked particles, pulses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """Named columns of equal length; names carry the unit (`diameter_nm`, `track_length_frames`)."""

    payload_kind: ClassVar[str] = "event_table"

    columns: Mapping[str, FloatArray]

    def __post_init__(self) -> None:
        if len({column.shape for column in self.columns.values()}) > 1:
            raise InputError("columns of one event table differ in length")

    @property
    def events_count(self) -> int:
        """Number of rows."""
        return next((int(column.size) for column in self.columns.values()), 0)

    def summary(self) -> dict[str, Any]:
        """Return columns and rows."""
        return {"payload": self.payload_kind, "events": self.events_count, "columns": sorted(self.columns)}
