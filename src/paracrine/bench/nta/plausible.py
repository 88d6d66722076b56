"""Settings that the video itself contradicts: a pixel size or frame rate that cannot be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paracrine.characterization.inference.result import NtaResult, SizeBand
from paracrine.characterization.inference.video_record import NO_COMMON_SIZE
from paracrine.characterization.tracking.track import TrackedVideo
from paracrine.core.notice import Notice, Severity
from paracrine.core.quantity import Quantity

NARROWEST_SPOT_UM = 0.05
"""Root mean square width: an eighth of 400 nm light; the best oil lens makes 0.06 um."""
WIDEST_SPOT_UM = 3.0
SIZES_NM = (15.0, 3000.0)
"""Medians outside are nobody's particle tracking; assumption."""
_FAR_APART = 0.8
_CHECK = "check pixel size, binning and zoom of the recording"


def contradicting(mean_diameter: Quantity | None, tracked: SizeBand | None) -> Iterator[Notice]:
    """Yield a doubt where the mean of all steps stands for a far smaller diameter than half of the tracks have.

    Big particles are seen longer, so the mean of all steps should stand for a bigger one, if any.
    """
    if mean_diameter is None or tracked is None or mean_diameter.high is None or tracked.d50.low is None:
        return
    if mean_diameter.high < tracked.d50.low and mean_diameter.value < _FAR_APART * tracked.d50.value:
        yield Notice(
            code=NO_COMMON_SIZE,
            message=f"all steps together stand for {mean_diameter.value:.4g} nm, half of the tracks for more than "
            f"{tracked.d50.value:.4g} nm: many tracks are too slow. Possible causes, none used to fit: particles stuck "
            "or close to a wall, clusters, things that are no particles, spots less certain than their fits say",
            severity=Severity.SERIOUS,
            concerns="diameter_d50_nm",
            action="look at the slow tracks in the frames; quote the mean over all steps, not the median",
        )


def implausible(found: TrackedVideo, result: NtaResult) -> Iterator[Notice]:
    """Yield what cannot be, given the settings.

    Args:
        found: tracks with the width of every spot.
        result: sizes under the stated settings.
    """
    tracks = found.tracks
    if tracks.spots_count >= 20:
        width_um = float(np.quantile(tracks.width_px, 0.25)) * result.settings.pixel_um.value
        if not NARROWEST_SPOT_UM <= width_um <= WIDEST_SPOT_UM:
            than = "narrower" if width_um < NARROWEST_SPOT_UM else "wider"
            yield Notice(
                code="pixel-size-implausible",
                message=f"with this pixel size the spots are {width_um:.2g} um wide, {than} than a lens makes them",
                severity=Severity.SERIOUS,
                concerns="pixel_um",
                action=_CHECK,
            )
    if result.tracked is not None and not SIZES_NM[0] <= result.tracked.d50.value <= SIZES_NM[1]:
        yield Notice(
            code="size-implausible",
            message=f"a median of {result.tracked.d50.value:.3g} nm is outside of what tracking can size "
            f"({SIZES_NM[0]:g} to {SIZES_NM[1]:g} nm)",
            severity=Severity.SERIOUS,
            concerns="diameter_d50_nm",
            action=f"{_CHECK}, the frame rate, temperature and viscosity",
        )
