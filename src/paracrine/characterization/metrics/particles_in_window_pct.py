"""Share of the detected particles inside a size window."""

from __future__ import annotations

import math
from functools import cache

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.core.measurand import Measurand
from paracrine.core.run import Technique
from paracrine.numerics.distributions.window import fraction_in_window
from paracrine.numerics.interval import binomial_limits
from paracrine.payloads.size_distribution import SizeDistribution

METRIC = Metric(
    name="particles_in_window_pct",
    title="Detected particles in the size window",
    unit="%",
    payload_kind="size_distribution",
    scale="absolute",
    definition=(
        "Per cent of the detected particles between the two diameters of the study's window, bins cut evenly; mean "
        "over runs. Particles below the detection limit of the method are not in the total. Counting error: binomial, "
        "exact limits at 0 and 100 %."
    ),
    cites=("doi:10.1093/biomet/26.4.404",),
    bounds=(0.0, 100.0),
    techniques=(Technique.NTA, Technique.TRPS, Technique.HISTOGRAM),
)


@cache
def _windowed(measurand: Measurand, low_nm: float, high_nm: float) -> Measurand:
    return measurand.model_copy(update={"window_low_nm": low_nm, "window_high_nm": high_nm})


def measure(payload: SizeDistribution, context: MetricContext) -> MetricValue:
    """Measure the share of one run inside the window, %."""
    low, high = context.window.low_nm, context.window.high_nm
    measurand = _windowed(payload.measurand, low, high)
    summary = context.summary_of(payload)
    if summary.without_size:
        return MetricValue(None, summary.without_size, measurand=measurand)
    share = min(max(fraction_in_window(summary.cumulative, low, high), 0.0), 1.0)
    count = summary.particles_count
    if not count:
        return MetricValue(100 * share, measurand=measurand)
    error = 100 * math.sqrt(share * (1 - share) / count)
    if 0 < share < 1:
        return MetricValue(100 * share, standard_uncertainty=error, measurand=measurand)
    exact = binomial_limits(share * count, count)
    return MetricValue(
        100 * share,
        standard_uncertainty=100 * (exact[1] - exact[0]) / 2,
        exact_low=100 * exact[0],
        exact_high=100 * exact[1],
        measurand=measurand,
    )
