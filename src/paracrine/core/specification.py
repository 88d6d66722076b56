"""A user's limits and what became of them."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import model_validator

from paracrine.core.quantity import Quantity
from paracrine.core.records import Record


class LimitKind(StrEnum):
    """What a limit asks."""

    NUMERIC = "numeric"
    """Between `low` and `high`, either may be open."""
    FINDING = "finding"
    """A qualitative result must be one of `accept`."""
    PERCENT_IN_RANGE = "percent in range"
    """A percentage (of particles in a window, say) between `low` and `high`."""
    LABEL = "label"
    """Within `tolerance_pct` of the batch's labelled amount."""
    REPORT = "report"
    """Reported, never judged."""


class DecisionRule(StrEnum):
    """How measurement uncertainty enters a verdict."""

    SIMPLE = "simple"
    """The reported value, rounded to the limit's digits, decides."""
    GUARD_BAND = "guard_band"
    """Borderline when the limit lies inside the expanded interval."""


class Limit(Record):
    """One row of a specification."""

    kind: ClassVar[str] = "limit"

    attribute: str
    title: str = ""
    limit_kind: LimitKind = LimitKind.NUMERIC
    stage: str = "final product"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    low_inclusive: bool = True
    high_inclusive: bool = True
    decimals: int | None = None
    """Decimal places (or, for powers of ten, digits after the point of the mantissa) the limit is written with.

    None compares the value as it is; a change of unit can make it negative (`0.5 mg/mL` is 500 ug/mL to -2 places).
    """
    power_of_ten: bool = False
    """The limit is written as `1.0e10`: `decimals` counts digits of the mantissa."""
    accept: tuple[str, ...] = ()
    tolerance_pct: float | None = None
    window_low_nm: float | None = None
    """The size window a percentage refers to; a result in another window is not judged."""
    window_high_nm: float | None = None
    rule: DecisionRule = DecisionRule.SIMPLE
    method: str = ""
    """Restrict to measurements whose method or technique contains this text; empty accepts any."""
    group: str = ""
    """identity, purity, quantity, potency, safety ..."""
    source: str = ""
    """Where the limit comes from: DOI, document, or `user`."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        numeric = self.limit_kind in (LimitKind.NUMERIC, LimitKind.PERCENT_IN_RANGE)
        if numeric and self.low is None and self.high is None:
            raise ValueError(f"{self.attribute}: a numeric limit needs low or high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"{self.attribute}: low {self.low} is above high {self.high}")
        if self.limit_kind is LimitKind.FINDING and not self.accept:
            raise ValueError(f"{self.attribute}: a finding limit needs the accepted words")
        if self.limit_kind is LimitKind.LABEL and self.tolerance_pct is None:
            raise ValueError(f"{self.attribute}: a label limit needs tolerance_pct")
        return self


class Specification(Record):
    """The limits of a product."""

    kind: ClassVar[str] = "specification"

    product: str
    edition: str = ""
    limits: tuple[Limit, ...]
    source: str = ""
    example: bool = False
    """True for published tables shipped as examples: not limits for another product."""


class Outcome(StrEnum):
    """What a verdict says."""

    PASS = "pass"
    FAIL = "fail"
    BORDERLINE = "borderline"
    NOT_ASSESSED = "not assessed"
    NOT_APPLICABLE = "not applicable"
    REPORTED = "reported"


class Verdict(Record):
    """A limit, the result it met, the outcome under its rule and under the other, and why."""

    kind: ClassVar[str] = "verdict"

    batch: str
    limit: Limit
    outcome: Outcome
    reason: str
    other_rule: DecisionRule | None = None
    other_outcome: Outcome | None = None
    quantity: Quantity | None = None
    finding: str | None = None
    sample: str = ""
    method: str = ""
    evidence: tuple[str, ...] = ()
    """Ledger entry ids (or measurement ids) the verdict rests on."""
