"""Relative width of the size distribution."""

from __future__ import annotations

import math

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.characterization.sizing import SizeSummary
from paracrine.payloads.size_distribution import SizeDistribution

METRIC = Metric(
    name="diameter_span_ratio",
    title="Span",
    unit="1",
    payload_kind="size_distribution",
    scale="relative",
    definition=(
        "(D90 - D10) / D50 of each run, mean over runs. Counting error by the delta method with the correlation of "
        "order statistics (1/9 between D10 and D90, 1/3 with D50)."
    ),
    cites=("doi:10.1080/01621459.1952.10483443",),
    vendor_names=("diameter_span_ratio",),
)


def measure(payload: SizeDistribution, context: MetricContext) -> MetricValue:
    """Measure the span of one run."""
    summary = context.summary_of(payload)
    if summary.without_size:
        return MetricValue(None, summary.without_size, measurand=payload.measurand)
    d10, d50, d90 = summary.percentiles_nm
    return MetricValue((d90 - d10) / d50, standard_uncertainty=_relative_error(summary), measurand=payload.measurand)


def _relative_error(summary: SizeSummary) -> float | None:
    errors = summary.percentile_errors_nm
    d10, d50, d90 = summary.percentiles_nm
    if errors is None or not d90 > d10:
        return None
    width = d90 - d10
    low, middle, high = -errors[0] / width, -errors[1] / d50, errors[2] / width
    crossed = low * high / 9 + (low + high) * middle / 3
    return math.sqrt(max(low**2 + middle**2 + high**2 + 2 * crossed, 0.0))
