"""The diameter below which 10 % of the detected particles lie."""

from __future__ import annotations

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.payloads.size_distribution import SizeDistribution

METRIC = Metric(
    name="diameter_d10_nm",
    title="Diameter D10",
    unit="nm",
    payload_kind="size_distribution",
    scale="relative",
    definition=(
        "Diameter below which 10 % of the distribution lies: content spread evenly in its bin, cumulative at the upper "
        "bin edges, linear between them; mean over runs. Counting error: binomial limits of the fraction read off "
        "the same cumulative."
    ),
    cites=("doi:10.1080/01621459.1952.10483443",),
    vendor_names=("diameter_d10_nm",),
)


def measure(payload: SizeDistribution, context: MetricContext) -> MetricValue:
    """Measure D10 of one run, nm."""
    summary = context.summary_of(payload)
    if summary.without_size:
        return MetricValue(None, summary.without_size, measurand=payload.measurand)
    return MetricValue(
        summary.percentiles_nm[0],
        standard_uncertainty=summary.relative_percentile_error(0),
        measurand=payload.measurand,
    )
