"""The flow-limited model where blood mixes faster than organs take up: a closed form, for many draws at once.

    f(t)  = sum over populations p of share_p exp(-k_p t)           in the blood, k_p = sum of CL_op / V
    CL_op = Q_o U_op / (Q_o + U_op)                                 what an organ clears of the blood
    h(t)  = CL_op / V * (vesicles in cells + the label they left)   breakdown d, then label loss r

Two populations: one leaves within minutes (`fast_frac`, `fast_per_h`), the other by the uptake of the organs; both go
where uptake sends them. Liver and spleen fill only in the full model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.facts.species import Species
from paracrine.fate.body import body_of
from paracrine.fate.model import load_model

Floats = npt.NDArray[np.float64]

MODEL = "flow_limited_pbpk"
UPTAKE_ORGANS = ("liver", "spleen", "kidney", "lung", "heart", "gut", "rest")
PARAMETERS = (
    *(f"{organ}_uptake_ml_h" for organ in UPTAKE_ORGANS),
    "cell_breakdown_per_h",
    "label_loss_per_h",
    "fast_per_h",
    "fast_frac",
)
"""Order of the columns of a draw; all as logarithms but the last, a logit."""
UPTAKE = slice(0, len(UPTAKE_ORGANS))
BREAKDOWN, LOSS, FAST_RATE, FAST = range(len(UPTAKE_ORGANS), len(PARAMETERS))
REFERENCE_WEIGHT_G = 24.0
_FARTHEST_LOG = 30.0
"""A climb may look far out; beyond this nothing changes any more, and exponentials would overflow."""


@dataclass(frozen=True, slots=True)
class MixedBody:
    """What the closed form needs of a body; organs in the order of `UPTAKE_ORGANS`, 0 where one is left out."""

    weight_g: float
    blood_ml: float
    flow_ml_h: Floats
    volume_ml: Floats
    vascular_ml: Floats

    @property
    def uptake_scale(self) -> float:
        """Uptake at this weight over that at the reference weight, by the power 0.75."""
        return float((self.weight_g / REFERENCE_WEIGHT_G) ** 0.75)


def mixed_body(species: Species) -> MixedBody:
    """Return flows and volumes as the full model takes them."""
    values = body_of(species, load_model(MODEL)).values
    flows = {**values, "lung_flow_ml_h": species.cardiac_output_ml_h}

    def column(ending: str, source: dict[str, float]) -> Floats:
        return np.array([source.get(f"{organ}_{ending}", 0.0) for organ in UPTAKE_ORGANS])

    return MixedBody(
        weight_g=species.weight_g,
        blood_ml=species.blood_ml,
        flow_ml_h=column("flow_ml_h", flows),
        volume_ml=np.array([_volume_ml(species, organ) for organ in UPTAKE_ORGANS]),
        vascular_ml=column("vascular_ml", values),
    )


def _volume_ml(species: Species, organ: str) -> float:
    """Size of an organ; what is not listed is the rest."""
    if organ == "rest":
        return species.weight_g - species.blood_ml - sum(one.volume_ml - one.vascular_ml for one in species.organs)
    found = species.organ(organ)
    return found.volume_ml if found else 0.0


@dataclass(frozen=True, slots=True)
class Shares:
    """Fractions of the dose over time.

    `blood` has shape (draw, time); `held` and `carried` (draw, time, organ): in cells or as label they left, and in the
    blood of the organ.
    """

    blood: Floats
    held: Floats
    carried: Floats


def clearances_ml_h(draws: Floats, body: MixedBody) -> Floats:
    """Return what each organ clears of the blood, shape (draw, organ), of the slow population."""
    uptake = np.exp(np.clip(draws[:, UPTAKE], -_FARTHEST_LOG, _FARTHEST_LOG)) * body.uptake_scale
    with np.errstate(invalid="ignore", divide="ignore"):
        cleared = body.flow_ml_h * uptake / (body.flow_ml_h + uptake)
    return np.where(body.flow_ml_h > 0, cleared, 0.0)


def fast_share(draws: Floats) -> Floats:
    """Return the share that leaves within minutes, shape (draw,)."""
    return np.asarray(1 / (1 + np.exp(-draws[:, FAST])), dtype=np.float64)


def shares(draws: Floats, body: MixedBody, times_h: Floats) -> Shares:
    """Follow a unit dose.

    Args:
        draws: shape (draw, parameter), in the order of `PARAMETERS`.
        body: from `mixed_body`.
        times_h: shape (time,).
    """
    draws = np.clip(draws, -_FARTHEST_LOG, _FARTHEST_LOG)
    cleared = clearances_ml_h(draws, body)
    slow = cleared.sum(axis=1) / body.blood_ml
    fast = np.maximum(np.exp(draws[:, FAST_RATE]), 1.01 * slow)
    share = fast_share(draws)
    breakdown, loss = np.exp(draws[:, BREAKDOWN]), np.exp(draws[:, LOSS])
    blood = np.zeros((draws.shape[0], times_h.size))
    kept = np.zeros_like(blood)
    for part, rate in ((share, fast), (1 - share, slow)):
        blood += part[:, None] * np.exp(-rate[:, None] * times_h)
        kept += (part * rate)[:, None] * np.maximum(_retained(rate, breakdown, loss, times_h), 0.0)
    split = cleared / cleared.sum(axis=1, keepdims=True)
    return Shares(
        blood=blood,
        held=kept[:, :, None] * split[:, None, :],
        carried=blood[:, :, None] * (body.vascular_ml / body.blood_ml),
    )


def _retained(rate: Floats, breakdown: Floats, loss: Floats, times_h: Floats) -> Floats:
    """Cells and remnants after an inflow of `exp(-rate t)`: two exponential steps in a row."""
    k, d, r = (np.asarray(one)[:, None] for one in _apart(rate, breakdown, loss))
    in_k, in_d, in_r = (np.exp(-one * times_h) for one in (k, d, r))
    cells = (in_k - in_d) / (d - k)
    left = d * (in_k / ((d - k) * (r - k)) + in_d / ((k - d) * (r - d)) + in_r / ((k - r) * (d - r)))
    return np.asarray(cells + left, dtype=np.float64)


def _apart(rate: Floats, breakdown: Floats, loss: Floats) -> tuple[Floats, Floats, Floats]:
    """Rates that differ by at least a few parts in a thousand, where the closed form has no value."""
    d = np.where(np.abs(breakdown / rate - 1) < 4e-3, rate * 1.004, breakdown)
    r = np.where(np.abs(loss / rate - 1) < 4e-3, rate * 0.996, loss)
    return rate, d, np.where(np.abs(r / d - 1) < 4e-3, d * 0.993, r)
