"""The median diameter of all particles in the liquid, seen or not."""

from __future__ import annotations

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.payloads.video_counts import VideoCounts

METRIC = Metric(
    name="whole_population_d50_nm",
    title="Diameter D50 of all particles above the detection limit",
    unit="nm",
    payload_kind="video_counts",
    scale="relative",
    definition=(
        "Median by number of the particles in the liquid, down to the size that the instrument still sees in part of "
        "its depth: the tracked distribution corrected for visible depth and brightness under the stated scattering "
        "law. Interval of each video from resampled particles, optics and spread of the index. Mean over videos."
    ),
)


def measure(payload: VideoCounts, context: MetricContext) -> MetricValue:
    """Take the corrected median of one video."""
    if payload.whole_d50_nm is None:
        return MetricValue(None, payload.whole_reason or "the correction for unseen particles was not made")
    return MetricValue(
        payload.whole_d50_nm,
        standard_uncertainty=payload.whole_d50_error or None,
        measurand=Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER),
    )
