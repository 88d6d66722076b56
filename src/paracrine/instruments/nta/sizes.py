"""Sizes of the particles put into a virtual instrument."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from paracrine.payloads.size_distribution import FloatArray


class Sizes(Protocol):
    """A population to draw from."""

    def draw(self, count: int, *, rng: np.random.Generator) -> FloatArray:
        """Return `count` diameters, nm."""
        ...


@dataclass(frozen=True, slots=True)
class LognormalSizes:
    """Lognormal by number."""

    median_nm: float
    gsd_ratio: float
    """Geometric standard deviation, above 1."""

    def draw(self, count: int, *, rng: np.random.Generator) -> FloatArray:
        """Return `count` diameters, nm."""
        return self.median_nm * np.exp(math.log(self.gsd_ratio) * rng.standard_normal(count))


@dataclass(frozen=True, slots=True)
class NormalSizes:
    """Beads: normal around the nominal size; a spread of 0 is monodisperse."""

    mean_nm: float
    sd_nm: float = 0.0

    def draw(self, count: int, *, rng: np.random.Generator) -> FloatArray:
        """Return `count` diameters, nm, none below a tenth of the mean."""
        return np.maximum(self.mean_nm + self.sd_nm * rng.standard_normal(count), self.mean_nm / 10)


@dataclass(frozen=True, slots=True)
class MixedSizes:
    """Several populations, each with its share of the particles."""

    parts: tuple[tuple[float, Sizes], ...]
    """Share by number (any positive scale) and population."""

    def draw(self, count: int, *, rng: np.random.Generator) -> FloatArray:
        """Return `count` diameters, nm, in random order."""
        shares = np.array([share for share, _ in self.parts])
        counts = rng.multinomial(count, shares / shares.sum())
        drawn = [sizes.draw(int(n), rng=rng) for n, (_, sizes) in zip(counts, self.parts, strict=True)]
        return rng.permutation(np.concatenate(drawn))
