"""The verb `depth`: a tracked bead video of known concentration to the depth that the instrument looks into."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paracrine.bench.nta.files import RESULT_NAME
from paracrine.characterization.inference.count import Counts, LookDepth, calibrate_depth
from paracrine.characterization.inference.stated import parse_stated
from paracrine.characterization.inference.video_record import VideoAnalysis
from paracrine.core.errors import InputError

_NORMAL_975 = 1.959964


@dataclass(frozen=True, slots=True)
class DepthReport:
    """A calibrated depth.

    Attributes:
        depth: with its uncertainty and the beads behind it.
        video: name of the bead video.
        sha256: of the bead video.
    """

    depth: LookDepth
    video: str
    sha256: str

    @property
    def half_width_um(self) -> float:
        """95 % half width."""
        return _NORMAL_975 * self.depth.relative_standard_uncertainty * self.depth.depth_um

    @property
    def headline(self) -> str:
        """One sentence."""
        return (
            f"{self.video}: beads of {self.depth.diameter_nm:g} nm are seen in a depth of {self.depth.depth_um:.3g} "
            f"± {self.half_width_um:.2g} µm (95 %)."
        )

    @property
    def options(self) -> str:
        """Options of `paracrine track` that use it."""
        index = self.depth.refractive_index
        of_beads = f"--bead-nm {self.depth.diameter_nm:g}" + (f" --bead-index {index:g}" if index else "")
        return f"--depth-um {self.depth.depth_um:.4g}±{self.half_width_um:.3g} {of_beads}"

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "headline": self.headline,
            "video": self.video,
            "sha256": self.sha256,
            "depth_um": self.depth.depth_um,
            "depth_95_pct_half_width_um": self.half_width_um,
            "bead_diameter_nm": self.depth.diameter_nm,
            "bead_refractive_index": self.depth.refractive_index,
            "options": self.options,
        }


def depth_of_beads(folder: Path, *, per_ml: float | str, bead_nm: float, bead_index: float | None) -> DepthReport:
    """Calibrate the depth with a tracked bead video.

    Args:
        folder: of the tracked bead video.
        per_ml: beads in the instrument, a number or with its 95 % interval.
        bead_nm: their diameter.
        bead_index: their refractive index; None where it is that of the sample.

    Raises:
        InputError: when there is no tracked video, no bead or no concentration.
    """
    try:
        analysis = VideoAnalysis.from_data(json.loads((folder / RESULT_NAME).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(
            "no tracked video here", where=str(folder), hint="track the bead video first: paracrine track BEADS"
        ) from error
    stated = parse_stated("per_ml", per_ml)
    if not bead_nm > 0:
        raise InputError(f"beads of {bead_nm:g} nm; their diameter is above 0")
    counts = Counts(analysis.per_frame, analysis.particles_count, analysis.per_image_area_mm2)
    depth = calibrate_depth(
        counts,
        per_ml=stated.value,
        relative_standard_uncertainty=stated.relative,
        diameter_nm=bead_nm,
        refractive_index=bead_index,
    )
    return DepthReport(depth, analysis.name, analysis.sha256)
