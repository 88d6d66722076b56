"""What the analysis of a tracked video says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paracrine.characterization.inference.count import Counts
from paracrine.characterization.inference.scattering_law import ScatteringLaw
from paracrine.characterization.inference.settings import RecordingSettings
from paracrine.characterization.inference.visibility import Optics
from paracrine.core.notice import Notice
from paracrine.core.quantity import Budget, Quantity
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray

if TYPE_CHECKING:
    # Its kernels load numba, which a study without videos does not need.
    from paracrine.characterization.inference.localisation import Localisation


@dataclass(frozen=True, slots=True, eq=False)
class SizeBand:
    """A size distribution with pointwise 95 % limits and its percentiles.

    Attributes:
        edges_nm: shape (bins + 1,).
        shares: shape (bins,), sum 1.
        low_shares: shape (bins,), lower limit of each share.
        high_shares: upper limit.
        cumulative_low: shape (bins,), lower limit of the share at or below each upper bin edge.
        cumulative_high: upper limit.
        d10, d50, d90: percentiles with intervals, nm.
        deviation: standard deviation with its interval, nm.
        budget: behind the interval of D50.
        lowest_nm: nothing is said below; 0 where there is no such limit.
    """

    edges_nm: FloatArray
    shares: FloatArray
    low_shares: FloatArray
    high_shares: FloatArray
    cumulative_low: FloatArray
    cumulative_high: FloatArray
    d10: Quantity
    d50: Quantity
    d90: Quantity
    deviation: Quantity
    budget: Budget
    lowest_nm: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class TrackSizes:
    """The analysed tracks one by one.

    Attributes:
        track: shape (n,), track of the video.
        particle: shape (n,), the same number for tracks that may be one particle.
        spots_count: shape (n,).
        diameter_nm: shape (n,), most likely size from the track alone.
        relative_error: shape (n,), its relative standard error.
        brightness_counts: shape (n,), highest amplitude.
    """

    track: IntArray
    particle: IntArray
    spots_count: IntArray
    diameter_nm: FloatArray
    relative_error: FloatArray
    brightness_counts: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class NtaResult:
    """Sizes and counts of one tracked video.

    Attributes:
        settings: of the recording, each with its origin.
        tracks: the analysed tracks; every track counts once.
        tracked: their size distribution; None where there are too few tracks, with `tracked_reason`.
        whole: all particles above the detection limit; None where it cannot be had, with `whole_reason`.
        counts: per frame always, per mL only with a known depth.
        localisation: of the spots; None without tracks.
        optics: learnt from the spots; None where the correction was not made.
        law: scattering law behind `whole`.
        drift_um_per_s: speed of the common motion.
        exponent: power of time in the mean square displacement; None where it cannot be told.
        notices: doubts.
    """

    settings: RecordingSettings
    tracks: TrackSizes
    tracked: SizeBand | None
    tracked_reason: str
    whole: SizeBand | None
    whole_reason: str
    counts: Counts
    localisation: Localisation | None
    optics: Optics | None
    law: ScatteringLaw
    drift_um_per_s: float
    exponent: float | None
    notices: tuple[Notice, ...]
