"""The plain law: counted particles are Poisson, videos differ a little, everything in range is seen."""

from __future__ import annotations

import numpy as np

from paracrine.instruments.tracking_noise import (
    TrackingNoise,
    finite_track_log_errors,
    lognormal_ratios,
    track_lengths,
)
from paracrine.payloads.size_distribution import FloatArray


def _video_ratios(videos: int, rng: np.random.Generator) -> FloatArray:
    return lognormal_ratios(videos, rng, cv=0.04)


def _log_errors(tracks: int, rng: np.random.Generator) -> FloatArray:
    return finite_track_log_errors(track_lengths(tracks, rng, shortest=10, mean=32), rng, kept_frac=0.5)


NOISE = TrackingNoise(
    name="poisson_field",
    title="Poisson counts, 4 % between videos, every particle seen, mild smoothing",
    draw_video_ratios=_video_ratios,
    seen_frac=np.ones_like,
    draw_log_errors=_log_errors,
    smoothing_log_sd=0.05,
)
