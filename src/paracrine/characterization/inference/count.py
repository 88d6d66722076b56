"""How many particles: per frame always, per mL only where somebody knows the depth that is looked into."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.characterization.inference.selection import WholePopulation
from paracrine.characterization.inference.visibility import POWER_ERROR
from paracrine.core.errors import InputError
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.numerics.interval import expand_budget
from paracrine.payloads.tracks import IntArray, Tracks

_NORMAL_975 = 1.959964
_DEPTH_PER_LIGHT = 0.4
"""Twice the light is seen in some 1.3 times the depth."""
STATED_DEPTH_ERROR = 0.2
"""Relative: in one virtual instrument particles are seen in 5.0 to 7.7 um, by how bright they must be to count."""
NO_DEPTH = "nobody stated the depth that is looked into: calibrate it with beads of known concentration, or state it"


@dataclass(frozen=True, slots=True)
class LookDepth:
    """Depth in which particles are seen.

    Attributes:
        depth_um: full depth, both sides of focus.
        relative_standard_uncertainty: of it; above 0, nobody knows a depth exactly.
        diameter_nm: size of the beads it was calibrated with; None when it was stated for the sample itself.
        refractive_index: of these beads; None where it is that of the sample.
        stated_by: `beads` or `user`.
        shared_id: of the calibration, when several measurements rest on it.
    """

    depth_um: float
    relative_standard_uncertainty: float
    diameter_nm: float | None = None
    refractive_index: float | None = None
    stated_by: str = "user"
    shared_id: str | None = None

    def __post_init__(self) -> None:
        if not self.depth_um > 0 or not self.relative_standard_uncertainty > 0:
            raise InputError(
                f"a depth of {self.depth_um} um, known to {self.relative_standard_uncertainty}",
                hint="state a depth above 0 and how well it is known (relative standard uncertainty, 0.2 for 20 %)",
            )


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted.

    Attributes:
        per_frame: spots of confirmed tracks in a frame, mean.
        particles_count: different particles that were tracked, as far as can be told.
        per_image_area_mm2: spots per frame over the area of the frame; compares recordings of one instrument.
        concentration_per_ml: of the liquid in the instrument; None where it cannot be had.
        budget: behind `concentration_per_ml`.
        basis: which particles the concentration counts.
        reason: why there is no concentration.
    """

    per_frame: Quantity
    particles_count: int
    per_image_area_mm2: Quantity
    concentration_per_ml: Quantity | None = None
    budget: Budget | None = None
    basis: str = ""
    reason: str = ""


def calibrate_depth(
    counts: Counts,
    *,
    per_ml: float,
    relative_standard_uncertainty: float,
    diameter_nm: float,
    refractive_index: float | None = None,
) -> LookDepth:
    """Return the depth in which beads of known concentration were seen.

    Args:
        counts: of the bead video.
        per_ml: concentration of the beads in the instrument.
        relative_standard_uncertainty: of that concentration; 0 where nobody states one.
        diameter_nm: of the beads.
        refractive_index: of the beads; None where it is that of the sample.

    Raises:
        InputError: when the concentration is not above 0 or no bead was counted.
    """
    seen = counts.per_image_area_mm2
    if not per_ml > 0 or not seen.value > 0 or seen.low is None or seen.high is None:
        raise InputError(
            f"{per_ml:g} beads per mL and {seen.value:g} seen per mm2 give no depth",
            hint="state the concentration in the instrument, dilution done; the video must show beads",
        )
    counting = math.log(seen.high / seen.low) / (2 * _NORMAL_975) if seen.low > 0 else 1.0
    return LookDepth(
        # 1 mm2 x 1 um = 1e-6 mL.
        seen.value / (per_ml * 1e-6),
        math.hypot(counting, relative_standard_uncertainty),
        diameter_nm,
        refractive_index,
        stated_by="beads",
        shared_id="look depth",
    )


def count_particles(
    tracks: Tracks,
    spots_track: IntArray,
    units: IntArray,
    *,
    pixel_um: float,
    depth: LookDepth | None = None,
    whole: WholePopulation | None = None,
) -> Counts:
    """Count particles per frame, and per mL where the depth is known.

    Args:
        tracks: linked spots.
        spots_track: shape (n,), analysed track of every counted spot.
        units: shape (tracks,), group of each analysed track.
        pixel_um: pixel size.
        depth: depth that is looked into, if anybody knows it.
        whole: population in the liquid; with a depth calibrated by beads its particles are counted, each size in its
            own depth.
    """
    frames = max(tracks.frames_count, 1)
    seen = np.bincount(units[spots_track]) if spots_track.size else np.zeros(1)
    total = float(seen.sum())
    counting = math.sqrt(float(np.sum(seen**2))) / total if total else 0.0
    part = Component(name="counted particles", standard_uncertainty=counting, source="particles and time in view")
    budget = Budget(scale="relative", components=(part,))
    height, width = tracks.frame_shape
    area_mm2 = height * width * pixel_um**2 * 1e-6
    found = Counts(
        per_frame=expand_budget(total / frames, "1/frame", budget=budget, basis=Basis.COUNTING),
        particles_count=int(np.count_nonzero(seen)),
        per_image_area_mm2=expand_budget(total / frames / area_mm2, "1/mm2", budget=budget, basis=Basis.COUNTING),
        reason=NO_DEPTH,
    )
    if depth is None:
        return found
    return _with_concentration(found, total / frames / area_mm2, budget, depth, whole)


def _with_concentration(
    found: Counts, per_mm2: float, budget: Budget, depth: LookDepth, whole: WholePopulation | None
) -> Counts:
    depth_um, basis = depth.depth_um, "particles bright enough to be counted, in the stated depth"
    parts = [
        Component(
            name="depth",
            standard_uncertainty=depth.relative_standard_uncertainty,
            shared_id=depth.shared_id,
            source=f"stated by {depth.stated_by}",
        )
    ]
    if depth.diameter_nm is not None and whole is not None:
        ratio, part = _over_beads(whole, depth.diameter_nm, depth.refractive_index)
        if ratio > 0:
            depth_um *= ratio
            parts.append(part)
            basis = f"all particles above {whole.limit_nm:.0f} nm, each size in its own depth"
    if depth.diameter_nm is None:
        part = Component(
            name="visible depth differs with size and brightness",
            standard_uncertainty=STATED_DEPTH_ERROR,
            source="virtual videos; beads of known concentration do away with it",
        )
        parts.append(part)
    with_depth = budget.with_components(parts)
    return Counts(
        found.per_frame,
        found.particles_count,
        found.per_image_area_mm2,
        # 1 mm2 x 1 um = 1e-6 mL.
        expand_budget(per_mm2 / (depth_um * 1e-6), "1/mL", budget=with_depth, basis=Basis.STATED),
        with_depth,
        basis,
    )


def _over_beads(whole: WholePopulation, diameter_nm: float, refractive_index: float | None) -> tuple[float, Component]:
    """Return the mean visible depth of the particles over that of the beads, and what is known of it."""
    law, middles = whole.law, np.sqrt(whole.edges_nm[1:] * whole.edges_nm[:-1])
    own = np.interp(math.log(diameter_nm), np.log(middles), np.log(law.collected(middles)))
    brighter = 1.0 if refractive_index is None else law.contrast(refractive_index) / law.contrast(law.refractive_index)
    alike = np.interp(float(own) + math.log(brighter), np.log(law.collected(middles)), middles)
    bead = float(np.interp(alike, middles, whole.depth_ratio))
    mean = float(whole.shares @ whole.depth_ratio)
    drawn = whole.resampled @ whole.depth_ratio
    spread = float(np.std(np.log(np.maximum(drawn, 1e-12)))) if drawn.size > 1 else 0.0
    # The law's power of the size carries the depth from beads to particles.
    carried = POWER_ERROR * abs(math.log(float(whole.percentiles_nm()[1]) / float(alike))) * _DEPTH_PER_LIGHT
    part = Component(
        name="depth of each size over that of the beads",
        standard_uncertainty=math.hypot(spread, carried),
        source="sizes of resampled particles, power of the scattering law",
    )
    return (mean / bead if bead > 0 else 0.0), part
