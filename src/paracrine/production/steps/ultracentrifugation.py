"""Ultracentrifugation: sedimentation by rotor geometry, then a recovery of its own.

The law says that nearly all vesicles are pelleted at 100 000 g, yet a fifth was recovered: the loss is resuspension and
aggregation, so it has its own parameter and the physics is not bent.
"""

from __future__ import annotations

import numpy as np

from paracrine.core.errors import LimitError
from paracrine.core.notice import Notice, Severity
from paracrine.core.parameter import Grade, Parameter
from paracrine.payloads.size_distribution import FloatArray
from paracrine.physics.sedimentation import pelleted_frac, sedimentation_coefficient_s, speed_rpm
from paracrine.physics.viscosity import water_viscosity_mpas
from paracrine.production.aggregation import aggregate
from paracrine.production.equipment import rotor_by_name
from paracrine.production.populations import CENTRES_NM, Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Ultracentrifugation",
    stage="concentrate",
    method="sedimentation by rotor geometry and size, times a recovery of the pellet",
    never_after=("store",),
)
SETTINGS = (
    Setting("rotor", default="Type 45 Ti", is_word=True, meaning="rotor of the fact table"),
    Setting("rcf_xg", unit="x g", default=100000.0, low=1000.0, high=1e6, meaning="relative force, middle radius"),
    Setting("time_h", unit="h", default=70 / 60, low=1 / 60, high=72.0, meaning="at speed"),
    Setting("temperature_c", unit="degC", default=4.0, low=0.0, high=40.0, meaning="for the viscosity of water"),
    Setting("run_volume_ml", unit="mL", default=400.0, low=0.1, meaning="volume of one run"),
    Setting("resuspended_in_ml", unit="mL", default=1.0, low=1e-3, meaning="buffer on the pellet of one run"),
    Setting("washes_count", unit="1", default=1.0, high=5.0, meaning="further spins of the pellet in buffer"),
    Setting("max_speed_rpm", unit="rpm", meaning="of your rotor, for the check"),
)
PARAMETERS = (
    Parameter(
        name="recovery_frac",
        value=0.2059,
        low=0.07,
        high=0.47,
        unit="1",
        spread="logit",
        meaning="pelleted vesicles that come back",
        source="Oxford thesis on ultrafiltration of MSC-EV, abstract: 20.59 %, rotor not stated; width assumed",
        grade=Grade.EV_LITERATURE,
    ),
    assumed("wash_recovery_frac", 0.85, 0.55, 0.97, meaning="kept by each wash beyond the first"),
    assumed("aggregated_frac", 0.05, 0.005, 0.35, meaning="recovered vesicles that are aggregates"),
    assumed("vesicles_per_aggregate_ratio", 6.0, 3.0, 15.0, spread="log", meaning="vesicles in one aggregate"),
    assumed("protein_carried_frac", 0.03, 0.005, 0.15, meaning="protein that stays with the pellet, each spin"),
)
COST = {"rotor_runs": "runs of the centrifuge", "labour_h": "operator hours", "buffer_l": "buffer"}
CHECKED_TO_XG = 10000.0


def run(feed: Feed, task: Task) -> StepResult:
    """Pellet, wash, resuspend."""
    rotor = rotor_by_name(task.word("rotor"))
    rcf = task.number("rcf_xg")
    coefficient = sedimentation_coefficient_s(
        CENTRES_NM,
        particle_g_per_cm3=column(feed.density_g_per_cm3),
        medium_g_per_cm3=1.0,
        viscosity_mpas=water_viscosity_mpas(float(task.number("temperature_c"))),
    )
    pelleted = pelleted_frac(coefficient, rotor=rotor, rcf_xg=column(rcf), time_h=column(task.number("time_h")))
    washes = np.asarray(task.number("washes_count"))
    carried = task.draw("protein_carried_frac") ** (1 + washes)
    pellet, above = feed.keep(pelleted, protein_frac=carried)
    recovery = task.draw("recovery_frac") * task.draw("wash_recovery_frac") ** np.maximum(washes - 1, 0)
    suspended, lost = pellet.keep(column(recovery), protein_frac=1.0)
    product, stuck, made = aggregate(
        suspended,
        share=task.draw("aggregated_frac"),
        vesicles_per_aggregate=task.draw("vesicles_per_aggregate_ratio"),
    )
    runs = np.ceil(feed.volume_ml / np.asarray(task.number("run_volume_ml")))
    spins = runs + washes
    volume_ml = np.asarray(task.number("resuspended_in_ml")) * runs
    return StepResult(
        product=product.with_volume(np.minimum(volume_ml, feed.volume_ml)),
        lost={"not pelleted": above, "not resuspended": lost, "aggregated": stuck},
        made={"aggregates": made},
        hours=spins * (np.asarray(task.number("time_h")) + 0.5),
        uses={"rotor_runs": spins, "labour_h": spins * 0.5, "buffer_l": volume_ml * 1e-3 * (1 + washes)},
        notices=(*_extrapolated(task, rcf), *_speed_checked(task, speed_rpm(rotor, rcf))),
    )


def _extrapolated(task: Task, rcf_xg: object) -> tuple[Notice, ...]:
    if float(np.ravel(np.asarray(rcf_xg))[0]) <= CHECKED_TO_XG:
        return ()
    message = "pelleting is extrapolated: the law was checked against published values at 10 000 g only"
    return (Notice(code="extrapolated", message=message, concerns=task.place),)


def _speed_checked(task: Task, speeds_rpm: FloatArray) -> tuple[Notice, ...]:
    needed_rpm = float(np.ravel(speeds_rpm)[0])
    if not task.has("max_speed_rpm"):
        message = f"maximum speed not checked: {needed_rpm:.0f} rpm needed, none typed for this rotor"
        return (Notice(code="speed-not-checked", message=message, concerns=task.place, severity=Severity.NOTE),)
    most = float(np.ravel(task.number("max_speed_rpm"))[0])
    if task.draws.beyond is not None:
        task.draws.beyond += np.maximum(0.0, np.asarray(speeds_rpm) / most - 1)
        return ()
    if needed_rpm > most:
        message = f"{needed_rpm:.0f} rpm needed for this force, the rotor may turn at {most:.0f}"
        raise LimitError(message, where=task.place, hint="lower rcf, or another rotor")
    return ()
