"""What swims in a stream: particle populations by origin over one size axis, and soluble protein."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np

from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution


class Origin(StrEnum):
    """Where a particle comes from; only the first is the product."""

    CELL = "cell-derived"
    MEDIUM = "medium-derived"
    LIPOPROTEIN = "lipoprotein"
    AGGREGATE = "aggregate"


ORIGINS = tuple(Origin)
EDGES_NM = np.geomspace(8.0, 1600.0, 54)
CENTRES_NM = np.sqrt(EDGES_NM[1:] * EDGES_NM[:-1])


def lognormal_shares(median_nm: Any, geometric_sd: Any) -> FloatArray:
    """Return the share of particles in each bin of the axis, shape (draws, bins), summing to 1.

    What lies beyond the axis goes into its end bins.
    """
    from scipy.special import ndtr

    z = np.log(EDGES_NM / np.asarray(median_nm)[..., None]) / np.log(np.asarray(geometric_sd))[..., None]
    below = ndtr(z)
    below[..., 0], below[..., -1] = 0.0, 1.0
    return np.asarray(np.diff(below, axis=-1))


@dataclass(frozen=True)
class Amount:
    """Particles by origin and protein, without sizes: an entry of the balance.

    Attributes:
        particles: shape (origins, draws).
        protein_ug: shape (draws,).
    """

    particles: FloatArray
    protein_ug: FloatArray

    def plus(self, other: Amount) -> Amount:
        """Return the sum."""
        return Amount(self.particles + other.particles, self.protein_ug + other.protein_ug)

    def times(self, factor: FloatArray) -> Amount:
        """Return a multiple, such as a content per mL times a volume."""
        return Amount(self.particles * factor, self.protein_ug * factor)


@dataclass(frozen=True)
class Feed:
    """A stream between two steps, over draws.

    Attributes:
        volume_ml: shape (draws,).
        particles: particles in each bin of the axis, shape (origins, draws, bins).
        protein_ug: soluble protein, shape (draws,).
        density_g_per_cm3: of each origin, shape (origins, draws).
        shares: further shares of the cell-derived vesicles, such as `loaded_frac`, shape (draws,) each.
    """

    volume_ml: FloatArray
    particles: FloatArray
    protein_ug: FloatArray
    density_g_per_cm3: FloatArray
    shares: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def totals(self) -> FloatArray:
        """Particles by origin, shape (origins, draws)."""
        return np.asarray(self.particles.sum(axis=-1))

    @property
    def cell_derived(self) -> FloatArray:
        """Cell-derived particles, shape (draws,)."""
        return np.asarray(self.particles[0].sum(axis=-1))

    @property
    def amount(self) -> Amount:
        """This stream as an entry of the balance."""
        return Amount(self.totals, self.protein_ug)

    def with_volume(self, volume_ml: Any) -> Feed:
        """Return the same content in another volume."""
        return replace(self, volume_ml=np.broadcast_to(np.asarray(volume_ml, dtype=float), self.protein_ug.shape))

    def keep(self, frac: Any, *, protein_frac: Any) -> tuple[Feed, Amount]:
        """Split the stream.

        Args:
            frac: share of particles kept, broadcasts to (origins, draws, bins).
            protein_frac: share of protein kept, broadcasts to (draws,).

        Returns:
            What is kept, and what is not.
        """
        kept = self.particles * frac
        gone = (self.particles * (1 - np.asarray(frac))).sum(axis=-1)
        protein_frac = np.asarray(protein_frac)
        feed = replace(self, particles=kept, protein_ug=self.protein_ug * protein_frac)
        return feed, Amount(gone, self.protein_ug * (1 - protein_frac))

    def distribution(self, origin: Origin | None = None, *, draw: int = 0) -> SizeDistribution:
        """Return the concentration over sizes of one origin, or of all particles."""
        chosen = self.particles[ORIGINS.index(origin)] if origin else self.particles.sum(axis=0)
        return SizeDistribution(
            edges_nm=EDGES_NM,
            contents=np.asarray(chosen[draw] / self.volume_ml[draw]),
            contents_unit="1/mL",
            measurand=Measurand(diameter=DiameterKind.GEOMETRIC, weighting=Weighting.NUMBER),
        )


def empty_amount(size: int) -> Amount:
    """Return nothing, over `size` draws."""
    return Amount(np.zeros((len(ORIGINS), size)), np.zeros(size))


def column(values: Any) -> FloatArray:
    """Return values over draws with an axis for the bins behind: shape (draws, 1) or (1,)."""
    return np.asarray(values, dtype=float)[..., None]
