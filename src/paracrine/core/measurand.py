"""What an instrument really measures."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from paracrine.core.records import Record


class DiameterKind(StrEnum):
    """The diameter an instrument reports; kinds are not interchangeable."""

    HYDRODYNAMIC = "hydrodynamic"
    OPTICAL = "optical"
    RESISTIVE_PULSE = "resistive-pulse"
    GEOMETRIC = "geometric"
    UNSTATED = "unstated"


class Weighting(StrEnum):
    """What each particle contributes to a distribution."""

    NUMBER = "number"
    AREA = "area"
    VOLUME = "volume"
    INTENSITY = "intensity"


class Measurand(Record):
    """Kind of diameter, weighting and what is counted (`particles`, never `EVs`)."""

    kind: ClassVar[str] = "measurand"

    diameter: DiameterKind | None = None
    weighting: Weighting | None = None
    counted: str = "particles"
    window_low_nm: float | None = None
    window_high_nm: float | None = None
