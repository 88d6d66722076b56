"""Time courses as a fit sees them: one animal group, one label, many organs and times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.fate.mixed import UPTAKE_ORGANS, MixedBody, shares

Floats = npt.NDArray[np.float64]
BLOOD = -1
"""Place of the blood among the organs of a fit."""
FLOOR_PCT_PER_G = 1e-4
"""Below what any assay here resolves; keeps logarithms finite."""


@dataclass(frozen=True)
class Arm:
    """Measured concentrations of one group; `organ` holds places in `UPTAKE_ORGANS` or `BLOOD`, shape (row,)."""

    study: str
    name: str
    body: MixedBody
    organ: npt.NDArray[np.int64]
    time_h: Floats
    pct_per_g: Floats
    label: str = "radiolabel"
    unshielded: bool = False
    """Whether the surface lets phagocytes see more than that of the other arms (little or no PEG)."""
    loss_factor: float = 1.0
    """Of this label on the loss of label, beside the nuclides of the calibration."""
    perfused: bool = False
    """Whether blood was washed out of the organs before counting."""

    def __post_init__(self) -> None:
        if not (np.all(self.pct_per_g > 0) and np.all(self.time_h >= 0)):
            raise ValueError(f"{self.name}: values must be above zero and times not negative")


def predict_log(arm: Arm, draws: Floats) -> Floats:
    """Return log %ID/g of every row of an arm, shape (draw, row).

    Args:
        arm: which rows.
        draws: shape (draw, parameter), with effects of study and surface already in them.
    """
    times, back = np.unique(arm.time_h, return_inverse=True)
    found = shares(draws, arm.body, times)
    whole = found.held if arm.perfused else found.held + found.carried
    with np.errstate(divide="ignore", invalid="ignore"):
        organs = 100 * whole / arm.body.volume_ml
    blood = 100 * found.blood / arm.body.blood_ml
    columns = np.concatenate([organs, blood[:, :, None]], axis=2)
    place = np.where(arm.organ == BLOOD, len(UPTAKE_ORGANS), arm.organ)
    return np.asarray(np.log(columns[:, back, place] + FLOOR_PCT_PER_G), dtype=np.float64)
