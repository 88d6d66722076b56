"""One tube of diluted sample: what is in it, and how far the pipette was off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.instruments.tracking_noise import lognormal_ratios
from paracrine.instruments.truth import Population


@dataclass(frozen=True)
class Pipetting:
    """How a dilution was made.

    Attributes:
        cv_pct: relative standard uncertainty of one step, percent.
        steps_count: number of steps.
        error_ratio: true over intended dilution where the tube is known; None draws one.
        diluent: particles in the diluent itself; None for a clean one.
    """

    cv_pct: float = 0.0
    steps_count: int = 1
    error_ratio: float | None = None
    diluent: Population | None = None


@dataclass(frozen=True)
class Tube:
    """A diluted sample.

    Attributes:
        content: particles, at the concentration of the tube.
        dilution_factor: as intended.
        error_ratio: true over intended dilution.
    """

    content: Population
    dilution_factor: float
    error_ratio: float


def simulate_dilution(
    population: Population, dilution_factor: float, *, pipetting: Pipetting, rng: np.random.Generator
) -> Tube:
    """Dilute a sample; an undiluted one has no pipetting error."""
    ratio = pipetting.error_ratio
    if ratio is None:
        cv = pipetting.cv_pct / 100 * math.sqrt(pipetting.steps_count) if dilution_factor > 1 else 0.0
        ratio = float(lognormal_ratios(1, rng, cv=cv)[0])
    content = mixed(population, pipetting.diluent, dilution_factor=dilution_factor * ratio)
    return Tube(content, dilution_factor, ratio)


def mixed(population: Population, diluent: Population | None, *, dilution_factor: float) -> Population:
    """Return what is in the tube: the diluted sample and what the diluent brings along."""
    own = population.concentration_per_ml / dilution_factor
    if diluent is None or diluent.concentration_per_ml == 0 or dilution_factor == 1:
        return population.at_concentration(own)
    brought = diluent.concentration_per_ml * (1 - 1 / dilution_factor)
    total = own + brought
    weights = [w * own / total for w in population.weights] + [w * brought / total for w in diluent.weights]
    return Population(
        tuple(weights),
        population.median_nm + diluent.median_nm,
        population.geometric_sd + diluent.geometric_sd,
        total,
    )
