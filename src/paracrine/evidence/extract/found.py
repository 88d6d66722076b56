"""What extraction returns: a value with the words and the place that say it, or that nothing says it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from paracrine.core.records import Record

NOT_STATED = "not stated"
NONE = "none"
"""Nothing is given to a person: the record is no trial of a vesicle therapy."""


class Found(Record):
    """One extracted value with its source span; `field` and `words` are empty where nothing says it."""

    kind: ClassVar[str] = "extracted"

    item: str
    value: str
    status: str
    """`reported`, `not found`, or `not assessable` (a record or abstract is silent on what a full text may hold)."""
    field: str = ""
    words: str = ""
    start: int = -1
    end: int = -1
    confidence: str = ""
    """`exact` (a registry field), `high`, `medium`, `low`, or `by hand`."""
    rule: str = ""
    id: str = ""


class Dose(Record):
    """One stated dose; kinds are never converted into one another."""

    kind: ClassVar[str] = "stated_dose"

    dose_kind: str
    """`particles`, `mass`, `phospholipid`, `volume`, `producing cells`, `cells`, or `mass concentration`."""
    low: float
    high: float
    unit: str
    per: str = ""
    """`kg`, `ml`, `3 ml`, `cm2`, `g` …, as written."""
    field: str = ""
    words: str = ""
    start: int = -1
    end: int = -1
    confidence: str = "high"
    doubt: str = ""

    @property
    def text(self) -> str:
        """Value, unit and what it is per, as data."""
        value = f"{self.low:g}" if self.low == self.high else f"{self.low:g}-{self.high:g}"
        return f"{value} {self.unit}" + (f" per {self.per}" if self.per else "")


@dataclass(frozen=True, slots=True)
class SafetyRow:
    """Posted counts of one group with their exact 95 % interval; None where nothing is posted, which is not zero."""

    trial: str
    group: str
    what: str
    events: int | None
    at_risk: int | None
    low_pct: float | None
    high_pct: float | None


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything read from one record."""

    key: str
    title: str
    is_vesicle_therapy: bool
    why: str
    values: tuple[Found, ...]
    doses: tuple[Dose, ...]
    safety: tuple[SafetyRow, ...]
    doubts: tuple[str, ...]

    def value(self, item: str) -> Found:
        """Return the value of an item.

        Raises:
            KeyError: when the item was not looked for.
        """
        for one in self.values:
            if one.item == item:
                return one
        raise KeyError(item)

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "key": self.key,
            "title": self.title,
            "is_vesicle_therapy": self.is_vesicle_therapy,
            "why": self.why,
            "values": [one.to_data() for one in self.values],
            "doses": [{**one.to_data(), "text": one.text} for one in self.doses],
            "safety": [asdict(row) for row in self.safety],
            "doubts": list(self.doubts),
        }
