"""What one volume of a named product holds, by record; records that disagree are shown, never averaged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from paracrine.evidence.extract.amounts import find_amounts
from paracrine.evidence.extract.dosing import PARTICLES, product_names
from paracrine.evidence.extract.passages import passages
from paracrine.evidence.trial import Trial
from paracrine.evidence.work import Work


@dataclass(frozen=True, slots=True)
class ProductContent:
    """One record's statement: this volume of this product holds so many vesicles."""

    product: str
    volume_ml: float
    particles: float
    key: str
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class ProductConflict:
    """Statements on one volume of one product that differ."""

    product: str
    volume_ml: float
    statements: tuple[ProductContent, ...]

    @property
    def text(self) -> str:
        """The conflict in one sentence."""
        stated = "; ".join(f"{one.particles:g} in {one.key.removeprefix('trial:')}" for one in self.statements)
        return f"{self.product} {self.volume_ml:g} ml is stated to hold different numbers of vesicles: {stated}"


def find_contents(record: Trial | Work) -> tuple[ProductContent, ...]:
    """Return what a record says that volumes of its named products hold."""
    parts = passages(record)
    names = [name for name in product_names(parts) if name != "IP"]
    found: dict[tuple[str, float, float], ProductContent] = {}
    for part in parts:
        for amount in find_amounts(part.text):
            if not PARTICLES.match(part.text[amount.end : amount.end + 70]):
                continue
            before = part.text[max(0, amount.start - 120) : amount.start]
            matches = list(re.finditer(r"\d+(?:\.\d+)?\s*(?:m[lL]|ML)\b", before))
            named = [name for name in names if name in before]
            for match in reversed(matches):
                # The volume that belongs to the product stands beside its name, not beside the saline it is mixed in.
                around = before[max(0, match.start() - 14) : match.end() + 14]
                product = next((name for name in named if name in around), "")
                if product:
                    volume = float(re.split(r"\s*[mM]", match.group())[0])
                    words = before[match.start() :] + amount.words
                    one = ProductContent(product, volume, amount.low, record.key, part.field, words.strip())
                    found.setdefault((product, volume, amount.low), one)
                    break
    return tuple(found.values())


def find_conflicts(contents: Iterable[ProductContent]) -> tuple[ProductConflict, ...]:
    """Return products whose same volume is stated to hold different numbers."""
    grouped: dict[tuple[str, float], list[ProductContent]] = {}
    for one in contents:
        grouped.setdefault((one.product.lower(), one.volume_ml), []).append(one)
    return tuple(
        ProductConflict(stated[0].product, volume, tuple(stated))
        for (_, volume), stated in sorted(grouped.items())
        if len({one.particles for one in stated}) > 1
    )
