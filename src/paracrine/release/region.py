"""What a limit accepts, and where a value or an interval lies against it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Place(StrEnum):
    """Where an interval lies against the accepted region."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    ACROSS = "across"


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of numbers; an end of None is open to infinity."""

    low: Decimal | None
    high: Decimal | None
    low_closed: bool = True
    high_closed: bool = True

    def place_in(self, accepted: Span) -> Place:
        """Tell whether this interval lies inside, outside or across the border of the accepted one."""
        if self._starts_within(accepted) and self._ends_within(accepted):
            return Place.INSIDE
        return Place.OUTSIDE if self._is_before(accepted) or accepted._is_before(self) else Place.ACROSS

    def holds(self, number: Decimal) -> bool:
        """Whether one number lies inside."""
        return Span(number, number).place_in(self) is Place.INSIDE

    def _starts_within(self, accepted: Span) -> bool:
        if accepted.low is None:
            return True
        if self.low is None or self.low < accepted.low:
            return False
        return self.low > accepted.low or accepted.low_closed or not self.low_closed

    def _ends_within(self, accepted: Span) -> bool:
        if accepted.high is None:
            return True
        if self.high is None or self.high > accepted.high:
            return False
        return self.high < accepted.high or accepted.high_closed or not self.high_closed

    def _is_before(self, other: Span) -> bool:
        if self.high is None or other.low is None:
            return False
        return self.high < other.low or (self.high == other.low and not (self.high_closed and other.low_closed))
