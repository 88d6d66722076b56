"""What a particle counter would say: it sees all origins, and small particles less."""

from __future__ import annotations

import numpy as np

from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.populations import CENTRES_NM, Feed, column
from paracrine.production.prior import Draws
from paracrine.production.step import assumed

LIMIT = assumed("nta.detection_limit_nm", 60.0, 45.0, 85.0, unit="nm", spread="log", meaning="half is detected")
STEEPNESS = assumed("nta.detection_steepness_ratio", 8.0, 4.0, 16.0, spread="log", meaning="how sharp detection begins")
PROTEIN = assumed("protein.vesicle_fg", 0.5, 0.1, 3.0, unit="fg", spread="log", meaning="protein of one vesicle")


def counted_as_nta(feed: Feed, draws: Draws) -> FloatArray:
    """Return particles an NTA would count, all origins together, shape (draws,)."""
    return np.asarray((feed.particles.sum(axis=0) * seen_frac(draws)).sum(axis=-1))


def seen_frac(draws: Draws) -> FloatArray:
    """Return the share of particles of each size that an NTA sees, shape (draws, bins)."""
    return np.asarray(1 / (1 + (column(draws.of(LIMIT)) / CENTRES_NM) ** column(draws.of(STEEPNESS))))


def particles_per_ug(feed: Feed, draws: Draws) -> FloatArray:
    """Return particles counted by NTA for each microgram of protein, soluble and of the vesicles together."""
    own_ug = draws.of(PROTEIN) * 1e-9 * feed.cell_derived
    return counted_as_nta(feed, draws) / np.maximum(feed.protein_ug + own_ug, 1e-12)
