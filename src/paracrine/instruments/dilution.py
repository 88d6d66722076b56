"""One tube of diluted sample: what is in it, and how far the pipette was off."""

from __future__ import annotations

import math

import numpy as np

from paracrine.instruments.tracking_noise import lognormal_ratios
from paracrine.instruments.truth import Population


def mixed(population: Population, diluent: Population | None, *, dilution_factor: float) -> Population:
    """Return what is in the measuring cell: the diluted sample and what the diluent brings along."""
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


def draw_dilution_error(
    dilution_factor: float, *, rng: np.random.Generator, pipetting_cv_pct: float, dilution_steps: int = 1
) -> float:
    """Draw true over intended dilution of one tube; 1 for an undiluted sample."""
    cv = pipetting_cv_pct / 100 * math.sqrt(dilution_steps) if dilution_factor > 1 else 0.0
    return float(lognormal_ratios(1, rng, cv=cv)[0])
