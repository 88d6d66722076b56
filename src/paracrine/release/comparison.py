"""How two batches compare in one attribute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttributeComparison:
    """One attribute over two batches: ratio of the means and the equivalence test on the log scale."""

    attribute: str
    title: str
    unit: str
    batch_a: str
    batch_b: str
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    """90 % interval of b/a, the one of two one-sided tests at 5 %."""
    margin_ratio: float
    """Equivalent when the interval lies inside 1/margin to margin; stated by the user or an assumption."""
    outcome: str
    """`equivalent`, `different`, `not shown`, `not assessed`."""
    smallest_ratio: float | None
    """The smallest ratio these replicates could have shown with 80 % power."""
    reason: str
