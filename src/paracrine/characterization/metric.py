"""The contract of a metric: one number from one payload."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from paracrine.characterization.sizing import SizeSummary
from paracrine.core.measurand import Measurand
from paracrine.core.notice import Notice
from paracrine.core.plan import SizeWindow
from paracrine.core.run import Run, Technique
from paracrine.payloads.size_distribution import SizeDistribution


@dataclass(frozen=True, slots=True)
class Metric:
    """Identity of a metric; `METRIC` in each module of `characterization/metrics/`."""

    name: str
    """Attribute name with unit, such as `diameter_d50_nm`."""
    title: str
    unit: str
    payload_kind: str
    scale: str
    """`relative` or `absolute`: how its uncertainty combines."""
    definition: str
    """One sentence with the convention."""
    cites: tuple[str, ...] = ()
    vendor_names: tuple[str, ...] = ()
    """Vendor numbers shown beside it."""
    techniques: tuple[Technique, ...] = ()
    """Techniques it applies to; empty applies to any with the payload."""
    contents_unit: str = ""
    """Only size distributions whose contents are in this unit; empty takes any."""
    bounds: tuple[float, float] | None = None
    """What the value cannot leave, such as 0 to 100 %; the interval is cut there."""
    zero_is_a_result: bool = False
    """Whether a run without particles has the value 0 (a concentration) or none (a size)."""


@dataclass(frozen=True, slots=True)
class MetricContext:
    """What a metric may look at besides the payload."""

    run: Run
    window: SizeWindow = field(default_factory=SizeWindow)
    shared: SizeSummary | None = None
    """Made once per payload, so that nine metrics do not sum the same bins nine times."""

    def summary_of(self, payload: SizeDistribution) -> SizeSummary:
        """Return the summary of this payload, the shared one where it fits."""
        return self.shared if self.shared and self.shared.payload is payload else SizeSummary(payload)


class MetricValue(NamedTuple):
    """A metric's answer for one run.

    `value` None means the payload cannot support it, with `reason`. `standard_uncertainty` is counting
    error alone, in the metric's scale (relative, or in its unit); None where the file gives no counts.
    `exact_low` and `exact_high` are 95 % limits where a normal interval would be wrong (zero counts).
    """

    value: float | None
    reason: str = ""
    standard_uncertainty: float | None = None
    exact_low: float | None = None
    exact_high: float | None = None
    measurand: Measurand | None = None
    notices: tuple[Notice, ...] = ()
