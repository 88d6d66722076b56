"""Cushion or gradient: a density band is collected; what has not arrived or bands elsewhere is lost."""

from __future__ import annotations

import numpy as np

from paracrine.core.notice import Notice
from paracrine.physics.sedimentation import pelleted_frac, sedimentation_coefficient_s
from paracrine.production.equipment import rotor_by_name
from paracrine.production.populations import CENTRES_NM, Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Density cushion or gradient",
    stage="purify",
    method="share of each density distribution inside the band, times the share that had time to arrive",
    never_after=("store",),
)
SETTINGS = (
    Setting("rotor", default="SW 40Ti", is_word=True, meaning="rotor of the fact table"),
    Setting("rcf_xg", unit="x g", default=100000.0, low=1000.0, high=1e6, meaning="relative force, middle radius"),
    Setting("time_h", unit="h", default=18.0, low=0.1, high=72.0, meaning="at speed"),
    Setting("band_low_g_per_cm3", unit="g/cm3", default=1.10, low=1.0, high=1.4, meaning="collected from"),
    Setting("band_high_g_per_cm3", unit="g/cm3", default=1.20, low=1.0, high=1.4, meaning="collected to"),
    Setting("viscosity_mpas", unit="mPa.s", default=2.5, low=0.5, high=50.0, meaning="mean of the gradient"),
    Setting("collected_ml", unit="mL", default=2.0, low=1e-3, meaning="volume of the band"),
    Setting("load_limit_ml", unit="mL", meaning="largest volume on the gradient, for the check"),
)
PARAMETERS = (
    assumed("recovery_frac", 0.5, 0.12, 0.88, meaning="vesicles of the band that are collected"),
    assumed("density_sd_g_per_cm3", 0.02, 0.01, 0.045, unit="g/cm3", spread="log", meaning="spread within an origin"),
    assumed("protein_in_band_frac", 0.03, 0.003, 0.2, meaning="protein that ends in the band"),
)
COST = {"rotor_runs": "runs of the centrifuge", "gradient_runs": "gradients poured", "labour_h": "operator hours"}


def run(feed: Feed, task: Task) -> StepResult:
    """Band and collect."""
    from scipy.special import ndtr

    density, spread = feed.density_g_per_cm3, task.draw("density_sd_g_per_cm3")
    low, high = (np.asarray(task.number(f"band_{end}_g_per_cm3")) for end in ("low", "high"))
    banded = ndtr((high - density) / spread) - ndtr((low - density) / spread)
    coefficient = sedimentation_coefficient_s(
        CENTRES_NM,
        particle_g_per_cm3=column(density),
        medium_g_per_cm3=column((1.0 + low) / 2),
        viscosity_mpas=column(task.number("viscosity_mpas")),
    )
    rotor = rotor_by_name(task.word("rotor"))
    arrived = pelleted_frac(
        coefficient, rotor=rotor, rcf_xg=column(task.number("rcf_xg")), time_h=column(task.number("time_h"))
    )
    there, late = feed.keep(arrived, protein_frac=1.0)
    band, elsewhere = there.keep(column(banded), protein_frac=task.draw("protein_in_band_frac"))
    kept, lost = band.keep(task.draw_column("recovery_frac"), protein_frac=1.0)
    message = "sedimentation into a gradient is a mean-density estimate; it was checked at 10 000 g in buffer only"
    return StepResult(
        product=kept.with_volume(task.number("collected_ml")),
        lost={"not arrived": late, "outside the band": elsewhere, "not collected": lost},
        hours=np.asarray(task.number("time_h")) + 1.0,
        uses={"rotor_runs": 1.0, "gradient_runs": 1.0, "labour_h": 2.0},
        notices=(
            Notice(code="extrapolated", message=message, concerns=task.place),
            *task.require_at_most(feed.volume_ml, "load_limit_ml", what="gradient load", unit="mL"),
        ),
    )
