"""Particles seen in one frame of a raw video."""

from __future__ import annotations

from paracrine.characterization.metric import Metric, MetricContext, MetricValue
from paracrine.payloads.video_counts import VideoCounts

METRIC = Metric(
    name="particles_per_frame",
    title="Particles per frame",
    unit="1/frame",
    payload_kind="video_counts",
    scale="relative",
    definition=(
        "Spots of confirmed tracks in a frame, mean over the frames of a raw video; compares recordings of one "
        "instrument. Counting error: particles and the time each is in view. Mean over videos."
    ),
)


def measure(payload: VideoCounts, context: MetricContext) -> MetricValue:
    """Take the particles per frame of one video."""
    return MetricValue(payload.particles_per_frame, standard_uncertainty=payload.particles_per_frame_error or None)
