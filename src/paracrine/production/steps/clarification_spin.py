"""Clarification by a low-speed spin: cells and debris go to the pellet, most vesicles stay above."""

from __future__ import annotations

import numpy as np

from paracrine.physics.sedimentation import pelleted_frac, sedimentation_coefficient_s
from paracrine.physics.viscosity import water_viscosity_mpas
from paracrine.production.equipment import rotor_by_name
from paracrine.production.populations import CENTRES_NM, Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Clarification spin",
    stage="clarify",
    method="sedimentation by rotor geometry and size; the supernatant goes on",
    never_after=("concentrate", "purify", "modify", "finish", "store"),
)
SETTINGS = (
    Setting("rotor", default="Type 45 Ti", is_word=True, meaning="rotor of the fact table"),
    Setting("rcf_xg", unit="x g", default=2000.0, low=1.0, high=10000.0, meaning="relative force at the middle radius"),
    Setting("time_h", unit="h", default=1 / 3, low=1 / 60, high=24.0, meaning="at speed"),
    Setting("temperature_c", unit="degC", default=4.0, low=0.0, high=40.0, meaning="for the viscosity of water"),
    Setting("run_volume_ml", unit="mL", default=400.0, low=0.1, meaning="volume of one run"),
)
PARAMETERS = (assumed("left_with_pellet_frac", 0.02, 0.005, 0.08, meaning="supernatant that stays on the pellet"),)
COST = {"rotor_runs": "runs of the centrifuge", "labour_h": "operator hours"}


def run(feed: Feed, task: Task) -> StepResult:
    """Spin and keep the supernatant."""
    coefficient = sedimentation_coefficient_s(
        CENTRES_NM,
        particle_g_per_cm3=column(feed.density_g_per_cm3),
        medium_g_per_cm3=1.0,
        viscosity_mpas=water_viscosity_mpas(float(task.number("temperature_c"))),
    )
    pelleted = pelleted_frac(
        coefficient,
        rotor=rotor_by_name(task.word("rotor")),
        rcf_xg=column(task.number("rcf_xg")),
        time_h=column(task.number("time_h")),
    )
    above, pellet = feed.keep(1 - pelleted, protein_frac=1.0)
    left = task.draw("left_with_pellet_frac")
    kept, stays = above.keep(column(1 - left), protein_frac=1 - left)
    runs = np.ceil(feed.volume_ml / np.asarray(task.number("run_volume_ml")))
    hours = runs * (np.asarray(task.number("time_h")) + 0.25)
    return StepResult(
        product=kept.with_volume(feed.volume_ml * (1 - left)),
        lost={"in the pellet": pellet, "left with the pellet": stays},
        hours=hours,
        uses={"rotor_runs": runs, "labour_h": runs * 0.25},
    )
