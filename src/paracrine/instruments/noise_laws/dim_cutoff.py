"""Gain-dependent detection: dim small particles are lost, as scatter falls with the sixth power of size."""

from __future__ import annotations

from dataclasses import replace

from paracrine.instruments.noise_laws.poisson_field import NOISE as PLAIN
from paracrine.instruments.tracking_noise import bright_enough_frac
from paracrine.payloads.size_distribution import FloatArray


def _seen_frac(diameter_nm: FloatArray) -> FloatArray:
    return bright_enough_frac(diameter_nm, half_seen_nm=60.0, log_width=1.0)


NOISE = replace(
    PLAIN,
    name="dim_cutoff",
    title="as the plain law, but half of the particles of 60 nm are too dim to be tracked",
    seen_frac=_seen_frac,
)
