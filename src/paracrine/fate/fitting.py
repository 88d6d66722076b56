"""A user's studies on top of the shipped posterior: what they move, what not, and whether they predict one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.fate.arms import BLOOD, Arm
from paracrine.fate.hierarchy import (
    COLUMNS,
    LOG_OMEGA_RATE,
    LOG_OMEGA_UPTAKE,
    LOG_SIGMA,
    SIZE,
    SURFACE,
    Prior,
    fit_population,
    new_rows,
    new_study,
)
from paracrine.fate.mixed import FAST, PARAMETERS, UPTAKE_ORGANS
from paracrine.fate.posterior import read_posterior
from paracrine.numerics.importance import WeightedSample
from paracrine.numerics.interval import binomial_limits

Floats = npt.NDArray[np.float64]
DRAWS, SHIPPED = 1200, 256
IDENTIFIED, PARTLY = 0.5, 0.2
"""Shrinkage of the standard deviation from prior to posterior above which a parameter is called so."""
_TITLES = {
    "cell_breakdown_per_h": "breakdown in cells",
    "label_loss_per_h": "loss of label from organs",
    "fast_per_h": "rate of the first phase",
    "fast_frac": "share of the first phase",
}
_UNITS = {"ml_h": "mL/h", "per_h": "1/h", "frac": "1"}


@dataclass(frozen=True, slots=True)
class Moved:
    """One parameter before and after the data, each as median and 95 % interval."""

    name: str
    unit: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    shrinkage: float

    @property
    def title(self) -> str:
        """The parameter in words."""
        if self.name.endswith("_uptake_ml_h"):
            return f"uptake, {self.name.removesuffix('_uptake_ml_h')}"
        return _TITLES[self.name]

    @property
    def verdict(self) -> str:
        """Whether the data say anything on it."""
        if self.shrinkage > IDENTIFIED:
            return "identified"
        return "partly identified" if self.shrinkage > PARTLY else "prior-driven"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A study predicted from the others."""

    study: str
    rows: int
    inside: int
    khat: float


@dataclass(frozen=True)
class Fit:
    """What a fit found."""

    studies: Mapping[str, int]
    moved: tuple[Moved, ...]
    held_out: tuple[HeldOut, ...]
    coverage: tuple[int, int, float, float] | None
    """Inside, rows and the binomial interval of the share; None for a single study."""
    effective_count: float
    khat: float
    draws: Floats
    """Parameters of an unseen study, (draw, parameter)."""
    organs: tuple[str, ...]


def vesicle_prior() -> Prior:
    """Return the shipped posterior as independent normals: of a vesicle study, and of the spread between studies."""
    shipped = read_posterior()
    mean, sd = np.zeros(len(COLUMNS)), np.zeros(len(COLUMNS))
    mean[:SIZE], sd[:SIZE] = shipped.vesicles.mean(axis=0), shipped.vesicles.std(axis=0)
    for column in (LOG_OMEGA_UPTAKE, LOG_OMEGA_RATE, LOG_SIGMA):
        mean[column], sd[column] = shipped.population[:, column].mean(), max(0.4, shipped.population[:, column].std())
    mean[SURFACE], sd[SURFACE] = 0.0, 0.05
    return Prior(mean, sd)


def fit_studies(studies: Mapping[str, Sequence[Arm]], *, seed: int = 1, step: Callable[[], None] = lambda: None) -> Fit:
    """Fit all studies at once, then each from the others.

    Args:
        studies: arms by study.
        seed: of the draws.
        step: called after the fit and after each left-out study.

    Raises:
        SolveError: when no peak is found.
    """
    rng = np.random.default_rng(seed)
    prior = vesicle_prior()
    sample = fit_population(list(studies.values()), prior, count=DRAWS, rng=rng)
    step()
    held = []
    for left in studies if len(studies) > 1 else ():
        kept = [arms for name, arms in studies.items() if name != left]
        held.append(_predicted(left, studies[left], fit_population(kept, prior, count=DRAWS // 2, rng=rng), rng))
        step()
    inside, rows = sum(one.inside for one in held), sum(one.rows for one in held)
    return Fit(
        studies={name: sum(arm.organ.size for arm in arms) for name, arms in studies.items()},
        moved=tuple(_moved(index, name, prior, sample) for index, name in enumerate(PARAMETERS)),
        held_out=tuple(held),
        coverage=(inside, rows, *binomial_limits(inside, rows)) if held else None,
        effective_count=sample.effective_count,
        khat=sample.khat,
        draws=new_study(sample.resample(SHIPPED, rng), rng),
        organs=_organs(studies),
    )


def _predicted(name: str, arms: Sequence[Arm], sample: WeightedSample, rng: np.random.Generator) -> HeldOut:
    draws = sample.resample(1000, rng)
    inside = 0
    for arm, predicted in zip(arms, new_rows(draws, arms, rng), strict=True):
        low, high = np.quantile(predicted, (0.025, 0.975), axis=0)
        measured = np.log(arm.pct_per_g)
        inside += int(((measured >= low) & (measured <= high)).sum())
    return HeldOut(name, sum(arm.organ.size for arm in arms), inside, sample.khat)


def _moved(index: int, name: str, prior: Prior, sample: WeightedSample) -> Moved:
    values = sample.draws[:, index]
    order = np.argsort(values)
    at = np.cumsum(sample.weights[order])
    after = [float(values[order][np.searchsorted(at, quantile)]) for quantile in (0.5, 0.025, 0.975)]
    before = [float(prior.mean[index] + reach * prior.sd[index]) for reach in (0.0, -1.96, 1.96)]
    mean = float(sample.weights @ values)
    spread = float(np.sqrt(sample.weights @ (values - mean) ** 2))
    turn = (lambda value: 1 / (1 + np.exp(-value))) if index == FAST else np.exp
    unit = next(unit for ending, unit in _UNITS.items() if name.endswith(ending))
    first, second = (tuple(float(turn(value)) for value in many) for many in (before, after))
    return Moved(name, unit, _triple(first), _triple(second), 1 - spread / float(prior.sd[index]))


def _triple(values: tuple[float, ...]) -> tuple[float, float, float]:
    middle, low, high = values
    return middle, low, high


def _organs(studies: Mapping[str, Sequence[Arm]]) -> tuple[str, ...]:
    places = {int(place) for arms in studies.values() for arm in arms for place in arm.organ}
    return tuple("blood" if place == BLOOD else UPTAKE_ORGANS[place] for place in sorted(places))
