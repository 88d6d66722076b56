"""Single numbers that only a raw video gives, each with what one video knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class VideoCounts:
    """Numbers of one analysed video beside its size distribution.

    Attributes:
        particles_per_frame: spots of confirmed tracks in a frame, mean.
        particles_per_frame_error: its relative standard uncertainty within the video.
        whole_d50_nm: median of all particles above the detection limit; None where it cannot be had.
        whole_d50_error: its relative standard uncertainty within the video.
        whole_reason: why there is no `whole_d50_nm`.
    """

    payload_kind: ClassVar[str] = "video_counts"

    particles_per_frame: float
    particles_per_frame_error: float | None = None
    whole_d50_nm: float | None = None
    whole_d50_error: float | None = None
    whole_reason: str = ""

    def summary(self) -> dict[str, Any]:
        """Return the numbers themselves."""
        return {
            "payload": self.payload_kind,
            "particles_per_frame": self.particles_per_frame,
            "whole_d50_nm": self.whole_d50_nm,
        }
