"""Mean diameter."""

from __future__ import annotations

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.payloads.size_distribution import SizeDistribution

METRIC = Metric(
    name="diameter_mean_nm",
    title="Mean diameter",
    unit="nm",
    payload_kind="size_distribution",
    scale="relative",
    definition=(
        "Sum of content times bin centre over the sum of content; mean over runs. "
        "Counting error: standard deviation of the distribution over the root of the counted particles."
    ),
    cites=("doi:10.59161/JCGM100-2008E",),
    vendor_names=("diameter_mean_nm",),
)


def measure(payload: SizeDistribution, context: MetricContext) -> MetricValue:
    """Measure the mean diameter of one run, nm."""
    summary = context.summary_of(payload)
    if summary.without_size:
        return MetricValue(None, summary.without_size, measurand=payload.measurand)
    mean = summary.mean_nm
    error = None if summary.counting is None else summary.counting * summary.deviation_nm / mean
    return MetricValue(mean, standard_uncertainty=error, measurand=payload.measurand)
