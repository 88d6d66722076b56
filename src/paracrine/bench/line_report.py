"""What the line verbs hand back: sentences, rows and plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from paracrine.core.parameter import Parameter
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.production.findings import (
    Band,
    RatioFinding,
    band_of,
    dominant_terms,
    loss_table,
    output_bands,
    prediction_grade,
    ratio_finding,
)
from paracrine.production.line import LineResult
from paracrine.report.line_comparison import comparison_headline, ratio_rows
from paracrine.report.line_words import band_text, line_headline, output_rows, ratio_text


@dataclass(frozen=True)
class LineReport:
    """A line that was run.

    Attributes:
        result: everything, over draws.
        pages: files written, by name.
    """

    result: LineResult
    pages: Mapping[str, Path] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The answer in one sentence or two."""
        return line_headline(self.result)

    @property
    def product(self) -> SizeDistribution:
        """Sizes of all particles of the product, central case, 1/mL."""
        return self.result.final.distribution()

    def output_rows(self) -> list[tuple[str, str, str]]:
        """Rows of output, band, what it depends on most."""
        return output_rows(self.result)

    def loss_rows(self) -> list[tuple[str, str, str, str]]:
        """Rows of place, loss, particles, share of the harvest."""
        harvest = np.maximum(self.result.harvest.cell_derived, 1e-300)
        return [
            (place, name, band_text(band_of(lost)), f"{band_text(band_of(100 * lost / harvest))} %")
            for place, name, lost in loss_table(self.result)
        ]

    def parameter_rows(self) -> list[tuple[str, str, str, str]]:
        """Rows of parameter, value with interval and unit, grade, source."""
        return [parameter_row(name, p) for name, p in self.result.parameters.items()]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        result = self.result
        values = result.outputs()
        terms = {name: dominant_terms(result, value) for name, value in values.items()}
        return {
            "line": result.design.name,
            "headline": self.headline,
            "fitted": result.fitted,
            "draws": result.draws.count,
            "seed": result.draws.seed,
            "imbalance": result.imbalance,
            "outputs": {
                name: {
                    **band_data(band),
                    "grade": prediction_grade(result, terms[name]).value,
                    "dominated_by": [{"parameter": t.name, "share": t.share_frac} for t in terms[name]],
                }
                for name, band in output_bands(result).items()
            },
            "losses": [
                {"place": place, "name": name, **band_data(band_of(lost))} for place, name, lost in loss_table(result)
            ],
            "populations": [_stage_data(result, number) for number in range(len(result.stages))],
            "cost": None if result.cost is None else _cost_data(result),
            "parameters": [p.to_data() for p in result.parameters.values()],
            "notices": [notice.to_data() for notice in result.notices],
            "pages": {name: str(path) for name, path in self.pages.items()},
        }

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{name}</td><td>{band}</td><td>{why}</td></tr>" for name, band, why in self.output_rows()
        )
        return f"<p><b>{self.headline}</b></p><table>{rows}</table>"


@dataclass(frozen=True)
class LineComparison:
    """Lines beside the first one.

    Attributes:
        results: in the order given, under one seed.
        pages: files written, by name.
    """

    results: tuple[LineResult, ...]
    pages: Mapping[str, Path] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The answer: the ratio of yields."""
        return comparison_headline(self.results)

    def ratio_rows(self) -> list[tuple[str, ...]]:
        """Rows of output, then the ratio of each further line over the first."""
        return ratio_rows(self.results)

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        first, *others = self.results
        reference = first.outputs()
        ratios = {
            other.design.name: {
                name: ratio_data(ratio_finding(first, other, name)) for name in other.outputs() if name in reference
            }
            for other in others
        }
        return {
            "headline": self.headline,
            "reference": first.design.name,
            "ratios": ratios,
            "lines": [LineReport(result).to_data() for result in self.results],
            "pages": {name: str(path) for name, path in self.pages.items()},
        }

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in self.ratio_rows())
        return f"<p><b>{self.headline}</b></p><table>{rows}</table>"


def band_data(band: Band) -> dict[str, float]:
    """Return a band as JSON: the 95 % band, then the median of the draws."""
    return {"low": band.low, "high": band.high, "median": band.centre}


def ratio_data(found: RatioFinding) -> dict[str, Any]:
    """Return a ratio as JSON: as it is to be said, what decides it, and last the median of the draws."""
    return {
        "said": ratio_text(found.band, found.grade),
        "grade": found.grade.value,
        "dominated_by": [{"parameter": t.name, "share": t.share_frac} for t in found.terms],
        **band_data(found.band),
    }


def parameter_row(name: str, parameter: Parameter) -> tuple[str, str, str, str]:
    """Return name, value with interval and unit, grade, source."""
    interval = "" if parameter.low is None else f" ({parameter.low:.3g} to {parameter.high:.3g})"
    unit = "" if parameter.unit == "1" else f" {parameter.unit}"
    return name, f"{parameter.value:.3g}{interval}{unit}", parameter.grade.value, parameter.source


def _stage_data(result: LineResult, number: int) -> dict[str, Any]:
    from paracrine.production.populations import ORIGINS

    stage = result.stages[number]
    totals = stage.out.totals
    return {
        "place": stage.title,
        "hours": band_data(band_of(stage.hours)),
        "volume_ml": band_data(band_of(stage.out.volume_ml)),
        "protein_ug": band_data(band_of(stage.out.protein_ug)),
        "particles": {origin.value: band_data(band_of(totals[i])) for i, origin in enumerate(ORIGINS)},
    }


def _cost_data(result: LineResult) -> dict[str, Any]:
    cost = result.cost
    if cost is None:
        return {}
    return {
        "currency": cost.currency,
        "price_year": cost.price_year,
        "rows": [
            {"name": name, "category": category, **band_data(band_of(values))} for name, category, values in cost.rows
        ],
    }
