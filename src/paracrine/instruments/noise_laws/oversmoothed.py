"""Over-smoothed regularisation: the histogram is far smoother, and wider, than the tracks justify."""

from __future__ import annotations

from dataclasses import replace

from paracrine.instruments.noise_laws.poisson_field import NOISE as PLAIN

NOISE = replace(
    PLAIN,
    name="oversmoothed",
    title="as the plain law, but the regularisation widens every track by 20 %",
    smoothing_log_sd=0.20,
)
