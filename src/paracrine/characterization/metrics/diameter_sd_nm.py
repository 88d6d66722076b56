"""Width of the size distribution."""

from __future__ import annotations

import math

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.payloads.size_distribution import SizeDistribution

METRIC = Metric(
    name="diameter_sd_nm",
    title="Standard deviation of the diameters",
    unit="nm",
    payload_kind="size_distribution",
    scale="relative",
    definition=(
        "Root of the content-weighted mean squared distance of bin centres from the mean (population form); mean "
        "over runs. It describes the particles, not the uncertainty of the mean. Counting error: that of a normal "
        "distribution, 1 over the root of twice the counted particles, too small for long tails."
    ),
    vendor_names=("diameter_sd_nm",),
)


def measure(payload: SizeDistribution, context: MetricContext) -> MetricValue:
    """Measure the population standard deviation of one run, nm."""
    summary = context.summary_of(payload)
    if summary.without_size:
        return MetricValue(None, summary.without_size, measurand=payload.measurand)
    error = None if summary.counting is None else summary.counting / math.sqrt(2)
    return MetricValue(summary.deviation_nm, standard_uncertainty=error, measurand=payload.measurand)
