"""Most frequent diameter."""

from __future__ import annotations

import math

import numpy as np

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.characterization.sizing import SizeSummary
from paracrine.core.notice import Notice, Severity
from paracrine.payloads.size_distribution import SizeDistribution

METRIC = Metric(
    name="diameter_mode_nm",
    title="Modal diameter",
    unit="nm",
    payload_kind="size_distribution",
    scale="relative",
    definition=(
        "Centre of the bin with the highest content per nm, the smallest one on a tie, without smoothing of ours; mean "
        "over runs. In a histogram of raw counts it jumps between neighbouring bins; the error is half the stretch "
        "of bins whose content does not differ from the highest by more than its counting error."
    ),
    vendor_names=("diameter_mode_nm",),
)
_FLAT_TOP = Notice(
    code="mode-uncertain",
    message="the peak is flat within counting error: the modal diameter is loose, use D50 or the mean",
    severity=Severity.NOTE,
    concerns="diameter_mode_nm",
)


def measure(payload: SizeDistribution, context: MetricContext) -> MetricValue:
    """Measure the modal diameter of one run, nm."""
    summary = context.summary_of(payload)
    if summary.without_size:
        return MetricValue(None, summary.without_size, measurand=payload.measurand)
    edges = payload.edges_nm
    density = payload.contents / (edges[1:] - edges[:-1])
    peak = int(density.argmax())
    mode = float(edges[peak] + edges[peak + 1]) / 2
    error = _counting_error_nm(summary, density, peak)
    flat = error is not None and error > 0.1 * mode
    return MetricValue(
        mode,
        standard_uncertainty=None if error is None else error / mode,
        measurand=payload.measurand,
        notices=(_FLAT_TOP,) if flat else (),
    )


def _counting_error_nm(
    summary: SizeSummary, density: np.ndarray[tuple[int], np.dtype[np.float64]], peak: int
) -> float | None:
    count = summary.particles_count
    if not count:
        return None
    payload = summary.payload
    in_peak = max(count * float(payload.contents[peak]) / summary.cumulative.total, 1.0)
    level = float(density[peak]) * max(1 - math.sqrt(2 / in_peak), 0.0)
    alike = (density >= level).nonzero()[0]
    stretch = float(payload.edges_nm[alike[-1] + 1] - payload.edges_nm[alike[0]])
    return stretch / math.sqrt(12)
