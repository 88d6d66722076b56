"""Size exclusion: vesicles leave in the void, protein later; a fraction is collected.

Partition by steric exclusion from one pore, `K = (1 - d / pore)^2`; `retention = void + K (column - void)`; peaks by
the plate model; a share of the protein comes along with the vesicles.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from paracrine.production.elution import eluted_before
from paracrine.production.filtration import PROTEIN_DIAMETER_NM
from paracrine.production.populations import CENTRES_NM, Feed, column
from paracrine.production.step import Setting, StepInfo, StepResult, Task, assumed

STEP = StepInfo(
    title="Size exclusion",
    stage="purify",
    method="plate model with steric partition; several runs where one load is too much",
    never_after=("store",),
)
SETTINGS = (
    Setting("column_ml", unit="mL", required=True, low=0.1, meaning="bed volume"),
    Setting("load_ml", unit="mL", required=True, low=1e-3, meaning="volume of one load"),
    Setting("load_limit_ml", unit="mL", meaning="largest load of this column, for the check"),
    Setting("resin_pore_nm", unit="nm", default=70.0, low=5.0, high=500.0, meaning="pore of the resin"),
    Setting("collect_from_frac", unit="1", default=0.28, high=2.0, meaning="in column volumes, from loading"),
    Setting("collect_to_frac", unit="1", default=0.52, high=2.0, meaning="in column volumes"),
    Setting("run_time_h", unit="h", default=0.5, low=0.01, high=24.0, meaning="one run with washing"),
)
PARAMETERS = (
    assumed("recovery_frac", 0.7, 0.3, 0.93, meaning="vesicles that do not stay on the resin"),
    assumed("protein_along_frac", 0.005, 0.0005, 0.05, meaning="protein that elutes with the vesicles"),
    assumed("void_frac", 0.33, 0.28, 0.38, spread="linear", meaning="void over bed volume"),
    assumed("plates_count", 150.0, 40.0, 600.0, spread="log", meaning="plates of the column"),
)
COST = {"column_runs": "runs of the column", "buffer_l": "buffer", "labour_h": "operator hours"}


def run(feed: Feed, task: Task) -> StepResult:
    """Load, elute, collect."""
    bed, load = np.asarray(task.number("column_ml")), np.asarray(task.number("load_ml"))
    notices = task.require_at_most(load, "load_limit_ml", what="column load", unit="mL")
    runs = np.ceil(feed.volume_ml / load * (1 - 1e-12))
    one_load = feed.volume_ml / runs
    collected = _by_size(task, bed_ml=column(bed), load_ml=column(one_load))
    along = task.draw("protein_along_frac")
    protein = along + (1 - along) * _collected(task, PROTEIN_DIAMETER_NM, bed_ml=bed, load_ml=one_load, behind=False)
    fraction, outside = feed.keep(collected, protein_frac=protein)
    kept, on_resin = fraction.keep(task.draw_column("recovery_frac"), protein_frac=1.0)
    width = np.asarray(task.number("collect_to_frac")) - np.asarray(task.number("collect_from_frac"))
    hours = runs * np.asarray(task.number("run_time_h"))
    return StepResult(
        product=kept.with_volume(np.maximum(runs * bed * width, 1e-6)),
        lost={"outside the fraction": outside, "left on the resin": on_resin},
        hours=hours,
        uses={"column_runs": runs, "buffer_l": runs * bed * 2e-3, "labour_h": runs * 0.25},
        notices=notices,
    )


def _by_size(task: Task, *, bed_ml: Any, load_ml: Any) -> Any:
    """Return the share of each bin that is collected; all sizes that no pore takes leave as one."""
    excluded = np.asarray(task.number("resin_pore_nm")).min() <= CENTRES_NM
    if excluded.sum() < 2 or np.ndim(task.number("resin_pore_nm")):
        return _collected(task, CENTRES_NM, bed_ml=bed_ml, load_ml=load_ml, behind=True)
    kinds = np.append(CENTRES_NM[~excluded], CENTRES_NM[-1])
    each = _collected(task, kinds, bed_ml=bed_ml, load_ml=load_ml, behind=True)
    return np.take(each, np.minimum(np.arange(CENTRES_NM.size), kinds.size - 1), axis=-1)


def _collected(task: Task, diameter_nm: object, *, bed_ml: Any, load_ml: Any, behind: bool) -> Any:
    void, plates = task.draw("void_frac"), task.draw("plates_count")
    first, last = (np.asarray(task.number(f"collect_{end}_frac")) for end in ("from", "to"))
    pore = np.asarray(task.number("resin_pore_nm"))
    if behind:
        void, plates, first, last, pore = (column(v) for v in (void, plates, first, last, pore))
    partition = np.maximum(0.0, 1 - np.asarray(diameter_nm) / pore) ** 2
    bed = np.asarray(bed_ml)
    curve = {"retention_ml": bed * (void + partition * (1 - void)), "plates_count": plates, "load_ml": load_ml}
    window = eluted_before(last * bed, **curve) - eluted_before(first * bed, **curve)
    return np.clip(window, 0.0, 1.0)
