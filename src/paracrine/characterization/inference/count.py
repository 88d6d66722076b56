"""How many particles: per frame always, per mL only where somebody knows the depth that is looked into."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.characterization.inference.selection import WholePopulation
from paracrine.core.errors import InputError
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.numerics.interval import expand_budget
from paracrine.payloads.tracks import IntArray, Tracks

NO_DEPTH = "nobody stated the depth that is looked into: calibrate it with beads of known concentration, or state it"


@dataclass(frozen=True, slots=True)
class LookDepth:
    """Depth in which particles are seen.

    Attributes:
        depth_um: full depth, both sides of focus.
        relative_standard_uncertainty: of it; above 0, nobody knows a depth exactly.
        diameter_nm: size of the beads it was calibrated with; None when it was stated for the sample itself.
        stated_by: `beads` or `user`.
        shared_id: of the calibration, when several measurements rest on it.
    """

    depth_um: float
    relative_standard_uncertainty: float
    diameter_nm: float | None = None
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
    if depth.diameter_nm is not None and whole is not None:
        middles = np.sqrt(whole.edges_nm[1:] * whole.edges_nm[:-1])
        beads = float(np.interp(depth.diameter_nm, middles, whole.depth_ratio))
        if beads > 0:
            depth_um *= float(whole.shares @ whole.depth_ratio) / beads
            basis = f"all particles above {whole.limit_nm:.0f} nm, each size in its own depth"
    part = Component(
        name="depth",
        standard_uncertainty=depth.relative_standard_uncertainty,
        shared_id=depth.shared_id,
        source=f"stated by {depth.stated_by}",
    )
    whole_budget = budget.with_components([part])
    return Counts(
        found.per_frame,
        found.particles_count,
        found.per_image_area_mm2,
        # 1 mm2 x 1 um = 1e-6 mL.
        expand_budget(per_mm2 / (depth_um * 1e-6), "1/mL", budget=whole_budget, basis=Basis.STATED),
        whole_budget,
        basis,
    )
