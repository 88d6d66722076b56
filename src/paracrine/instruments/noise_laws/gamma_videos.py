"""Uneven videos: the concentration in view varies by a skewed gamma law, far more than counting explains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from paracrine.instruments.noise_laws.poisson_field import NOISE as PLAIN
from paracrine.payloads.size_distribution import FloatArray

_CV = 0.25


def _video_ratios(videos: int, rng: np.random.Generator) -> FloatArray:
    return rng.gamma(1 / _CV**2, _CV**2, size=videos)


NOISE = replace(
    PLAIN,
    name="gamma_videos",
    title="as the plain law, but videos differ by 25 % with a skewed (gamma) law",
    draw_video_ratios=_video_ratios,
)
