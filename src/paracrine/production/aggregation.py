"""Vesicles that stick together leave their population and appear as fewer, larger aggregates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from paracrine.production.populations import CENTRES_NM, ORIGINS, Amount, Feed, Origin, empty_amount, lognormal_shares

_WIDTH = 1.5


def aggregate(feed: Feed, *, share: Any, vesicles_per_aggregate: Any) -> tuple[Feed, Amount, Amount]:
    """Turn a share of the vesicles into aggregates that keep their volume.

    Args:
        feed: the stream.
        share: of cell-derived and medium-derived vesicles, shape (draws,).
        vesicles_per_aggregate: shape (draws,).

    Returns:
        The stream with aggregates, what was aggregated, the aggregates made.
    """
    size = feed.protein_ug.size
    cell, medium, clumps = (ORIGINS.index(o) for o in (Origin.CELL, Origin.MEDIUM, Origin.AGGREGATE))
    taken = np.zeros_like(feed.particles)
    for origin in (cell, medium):
        taken[origin] = feed.particles[origin] * np.asarray(share)[..., None]
    sum_over_origins = taken.sum(axis=0)
    count = sum_over_origins.sum(axis=-1)
    safe = np.maximum(count, 1e-300)
    centre_nm = np.exp((sum_over_origins * np.log(CENTRES_NM)).sum(axis=-1) / safe)
    centre_nm = np.where(count > 0, centre_nm, 100.0) * np.cbrt(vesicles_per_aggregate)
    clump_count = count / vesicles_per_aggregate
    added = lognormal_shares(centre_nm, np.full(size, _WIDTH)) * clump_count[..., None]
    particles = feed.particles - taken
    particles[clumps] = particles[clumps] + added
    made = empty_amount(size)
    made.particles[clumps] = clump_count
    return replace(feed, particles=particles), Amount(taken.sum(axis=-1), np.zeros(size)), made
