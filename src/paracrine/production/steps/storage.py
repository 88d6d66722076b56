"""Storage: vesicles diffuse to the wall and stick, some go in the liquid, freezing and thawing takes its share.

Wall: `x = k (2 / sqrt pi) (surface / volume) sqrt(D t)`, `adsorbed = 1 - exp(-x)` up to the capacity of the wall; D by
Stokes-Einstein, so smaller vesicles are lost more. Frozen vesicles do not diffuse.
"""

from __future__ import annotations

import math

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.core.parameter import Grade, Parameter
from paracrine.payloads.size_distribution import FloatArray
from paracrine.physics.stokes_einstein import ZERO_CELSIUS_K
from paracrine.physics.viscosity import water_viscosity_mpas
from paracrine.production.populations import CENTRES_NM, Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Storage",
    stage="store",
    method="diffusion to the wall by size and surface per volume, first-order loss in the liquid, loss per freeze-thaw",
    needs_before=("concentrate", "purify", "modify", "finish"),
)
SETTINGS = (
    Setting("time_h", unit="h", required=True, low=0.0, high=1e6, meaning="duration"),
    Setting("temperature_c", unit="degC", default=-80.0, low=-200.0, high=40.0, meaning="below 0: frozen"),
    Setting("surface_per_volume_cm2_per_ml", unit="cm2/mL", default=5.6, low=0.1, high=100.0, meaning="wetted wall"),
    Setting("wall", default="polypropylene", is_word=True, meaning="polypropylene, or low-binding (also: blocked)"),
    Setting("freeze_thaw_count", unit="1", default=1.0, high=50.0, meaning="cycles"),
    Setting("cryoprotectant", default="none", is_word=True, meaning="none, or its name"),
)
_TUBE = "doi:10.1371/journal.pone.0243738"
PARAMETERS = (
    Parameter(
        name="sticking_ratio",
        value=1.05,
        low=0.7,
        high=1.6,
        unit="1",
        spread="log",
        meaning="adsorption over the diffusion limit, polypropylene",
        source=f"{_TUBE} (51 % in 48 h, 2/3 at the wall; 0.5 mL in 2 mL tubes taken as 5.6 cm2/mL); width assumed",
        grade=Grade.EV_LITERATURE,
    ),
    Parameter(
        name="low_binding_ratio",
        value=0.05,
        low=0.005,
        high=0.3,
        unit="1",
        spread="log",
        meaning="sticking of a low-binding or blocked wall over polypropylene",
        source=f"{_TUBE} (18 to 21 % instead of 51 %; read as nearly no wall loss)",
        grade=Grade.EV_LITERATURE,
    ),
    Parameter(
        name="liquid_loss_per_h",
        value=0.0045,
        low=0.0033,
        high=0.0061,
        unit="1/h",
        spread="log",
        meaning="loss not at the wall, at 4 degrees",
        source=f"{_TUBE} (18 to 21 % in 48 h in a low-binding tube: 0.0041 to 0.0049 per h); widened",
        grade=Grade.EV_LITERATURE,
    ),
    assumed("wall_capacity_per_cm2", 2e10, 1e9, 3e11, unit="1/cm2", spread="log", meaning="places on the wall"),
    assumed("freeze_thaw_loss_frac", 0.12, 0.02, 0.45, meaning="lost by one cycle; not published as a number"),
    assumed("cryoprotectant_ratio", 0.5, 0.15, 1.0, spread="log", meaning="loss by a cycle with over without"),
)
COST = {"storage_h": "hours in the store", "vials_ml": "volume filled"}
_BOLTZMANN_J_PER_K = 1.380649e-23
_WALLS = ("polypropylene", "low-binding")


def run(feed: Feed, task: Task) -> StepResult:
    """Keep for a time."""
    if task.word("wall") not in _WALLS:
        raise InputError(f"wall must be one of {', '.join(_WALLS)}, not {task.word('wall')!r}", where=task.place)
    frozen = float(np.ravel(task.number("temperature_c"))[0]) < 0
    hours = np.asarray(task.number("time_h"))
    off_wall = np.zeros_like(CENTRES_NM) if frozen else _adsorbed(feed, task)
    loose, on_wall = feed.keep(1 - off_wall, protein_frac=1.0)
    decay = 1.0 if frozen else np.exp(-task.draw("liquid_loss_per_h") * hours)
    whole, gone = loose.keep(column(decay), protein_frac=1.0)
    cycle = task.draw("freeze_thaw_loss_frac")
    if task.word("cryoprotectant") != "none":
        cycle = cycle * np.minimum(1.0, task.draw("cryoprotectant_ratio"))
    thaws = np.asarray(task.number("freeze_thaw_count")) if frozen else np.asarray(0.0)
    kept, frozen_off = whole.keep(column((1 - cycle) ** thaws), protein_frac=1.0)
    return StepResult(
        product=kept,
        lost={"on the wall": on_wall, "in the liquid": gone, "by freeze-thaw": frozen_off},
        hours=hours,
        uses={"storage_h": hours, "vials_ml": feed.volume_ml},
        notices=_notices(task, frozen=frozen),
    )


def _adsorbed(feed: Feed, task: Task) -> FloatArray:
    temperature_c = float(np.ravel(task.number("temperature_c"))[0])
    viscosity_pa_s = water_viscosity_mpas(temperature_c) * 1e-3
    radius_m = CENTRES_NM * 0.5e-9
    diffusion_cm2_per_h = (
        _BOLTZMANN_J_PER_K * (temperature_c + ZERO_CELSIUS_K) / (6 * math.pi * viscosity_pa_s * radius_m) * 1e4 * 3600
    )
    surface = column(task.number("surface_per_volume_cm2_per_ml"))
    stick = task.draw("sticking_ratio")
    if task.word("wall") == "low-binding":
        stick = stick * task.draw("low_binding_ratio")
    way_cm = np.sqrt(diffusion_cm2_per_h * column(task.number("time_h")))
    free = -np.expm1(-column(stick) * (2 / math.sqrt(math.pi)) * surface * way_cm)
    wanted = (feed.particles * free).sum(axis=(0, 2)) / feed.volume_ml
    places = task.draw("wall_capacity_per_cm2") * surface[..., 0]
    filled = np.maximum(wanted / places, 1e-12)
    return np.asarray(free * column(-np.expm1(-filled) / filled))


def _notices(task: Task, *, frozen: bool) -> tuple[Notice, ...]:
    found = []
    if frozen:
        message = "the loss per freeze-thaw cycle is an assumption: no published number of particles lost was found"
        found.append(Notice(code="freeze-thaw-assumed", message=message, concerns=task.place))
    elif not 2 <= float(np.ravel(task.number("temperature_c"))[0]) <= 8:
        message = "loss in the liquid was measured at 4 degrees only; it is used here at another temperature"
        found.append(Notice(code="extrapolated", message=message, concerns=task.place, severity=Severity.CAUTION))
    return tuple(found)
