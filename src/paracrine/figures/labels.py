"""Where direct labels go: on the right flank of their curve, clear of one another."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from paracrine.figures.drawn import Points
from paracrine.figures.style import WIDTH_PX

_FRACTIONS = (0.9, 0.6, 0.4, 0.75, 0.25, 0.5, 0.15)
_LETTER_PX, _LINE_PX, _ABOVE_PX = 7.5, 16.0, -9.0


@dataclass(slots=True)
class Placer:
    """Remembers the boxes of the labels placed on one chart, px from its lower left corner."""

    axis_nm: tuple[float, float]
    top: float
    height_px: int
    taken: list[tuple[float, float, float]] = field(default_factory=list)

    def place(self, text: str, points: Points, scale: float) -> tuple[float, float, float]:
        """Return size (nm), height (in axis units) and a shift (px, up is negative) for a label.

        The first free place on the curve's flank; flat curves that lie on one another get their labels stacked.
        """
        places = [points.flank(fraction) for fraction in _FRACTIONS]
        tries = [(at, 0.0) for at in places] + [(places[0], level * _LINE_PX) for level in range(1, 9)]
        for (size_nm, height), lift_px in tries:
            box = self._box(text, size_nm, height / scale, lift_px)
            if not any(_overlap(box, other) for other in self.taken):
                break
        self.taken.append(box)
        return float(f"{size_nm:.6g}"), float(f"{height / scale:.6g}"), _ABOVE_PX - lift_px

    def _box(self, text: str, size_nm: float, height: float, lift_px: float) -> tuple[float, float, float]:
        low, high = self.axis_nm
        left = WIDTH_PX * math.log(max(size_nm, low) / low) / math.log(high / low)
        return left, left + _LETTER_PX * len(text), self.height_px * height / self.top + lift_px


def _overlap(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < _LINE_PX
