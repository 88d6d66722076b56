"""Tracks as they are: no correction for their length, no smoothing, every trace one count in one bin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from paracrine.instruments.noise_laws.poisson_field import NOISE as PLAIN
from paracrine.instruments.tracking_noise import finite_track_log_errors, track_lengths
from paracrine.payloads.size_distribution import FloatArray


def _log_errors(tracks: int, rng: np.random.Generator) -> FloatArray:
    return finite_track_log_errors(track_lengths(tracks, rng, shortest=15, mean=35), rng, kept_frac=1.0)


NOISE = replace(
    PLAIN,
    name="unadjusted_tracks",
    title="Poisson counts, full scatter of tracks of 15 or more steps, no smoothing",
    draw_log_errors=_log_errors,
    smoothing_log_sd=0.0,
)
