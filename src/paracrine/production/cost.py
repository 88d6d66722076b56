"""What a batch costs: prices times what the line uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from paracrine.core.parameter import Grade, Parameter
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.design import COST_CATEGORIES, CostSheet
from paracrine.production.prior import Draws


@dataclass(frozen=True)
class CostResult:
    """Cost of a batch over draws.

    Attributes:
        currency: of all numbers.
        price_year: of all prices.
        rows: name, category and cost of each row, shape (draws,).
    """

    currency: str
    price_year: int
    rows: tuple[tuple[str, str, FloatArray], ...]

    @property
    def total(self) -> FloatArray:
        """Cost of the batch, shape (draws,)."""
        return np.asarray(sum(cost for _, _, cost in self.rows))

    def by_category(self) -> dict[str, FloatArray]:
        """Return the cost of each category that occurs."""
        found: dict[str, FloatArray] = {}
        for category in COST_CATEGORIES:
            parts = [cost for _, kind, cost in self.rows if kind == category]
            if parts:
                found[category] = np.asarray(sum(parts))
        return found


def cost_of(sheet: CostSheet, uses: Mapping[str, FloatArray], draws: Draws) -> CostResult:
    """Return the cost of what a line used."""
    rows = []
    for row in sheet.rows:
        bounded = row.low is not None and row.high is not None and row.low < row.high
        price = Parameter(
            name=f"price.{row.name}",
            value=row.price,
            low=row.low,
            high=row.high,
            unit=f"{sheet.currency} for {row.per}",
            spread=("log" if (row.low or 0) > 0 else "linear") if bounded else "fixed",
            meaning=f"{row.name}, prices of {sheet.price_year}",
            source=row.source or "the user's price",
            grade=Grade.ASSUMPTION if row.source.startswith("assumption") else Grade.MEASURED_HERE,
        )
        rows.append((row.name, row.category, np.asarray(draws.of(price) * uses[row.per])))
    return CostResult(sheet.currency, sheet.price_year, tuple(rows))
