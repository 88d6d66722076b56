"""Values of a model's parameters for many draws: the posterior where there is one, stated ranges elsewhere."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.parameter import Parameter
from paracrine.facts.species import Species, read_species
from paracrine.fate.body import body_of
from paracrine.fate.guard import CALIBRATED_SPECIES
from paracrine.fate.mixed import (
    BREAKDOWN,
    FAST_RATE,
    LOSS,
    UPTAKE,
    UPTAKE_ORGANS,
    clearances_ml_h,
    fast_share,
    mixed_body,
)
from paracrine.fate.model import FateModel
from paracrine.fate.modifiers import Modifier, Span

Floats = npt.NDArray[np.float64]
_SPREADS_AT_95 = 1.96
FROM_NOTHING = "nothing to all"
"""Spread of a share of which nothing may arrive: one draw in twenty is nothing, so that an interval says so."""
NOTHING_FRAC = 0.05
SPECIES_FACTOR = 3.0
"""Assumed: uptake and breakdown in a species not measured lie within this factor of scaled mice, 95 % of the time."""


EXPONENT_UNKNOWN = "the power of body weight with which uptake scales"
UPTAKE_UNKNOWN = "uptake that differs between species beyond that"
BREAKDOWN_UNKNOWN = "breakdown in cells that differs between species"


@dataclass(frozen=True)
class Drawn:
    """Two populations of one preparation: values by name, a number or an array (draw,), and the fast share."""

    fast: Mapping[str, float | Floats]
    slow: Mapping[str, float | Floats]
    fast_frac: Floats
    unknown: Mapping[str, Floats]
    """What another species adds to the width, by name, shape (draw,)."""


def draw_values(
    model: FateModel,
    species: Species,
    draws: Floats,
    *,
    modifiers: Iterable[Modifier],
    size_factor: Floats,
    loss_factor: Floats,
    seed: int,
) -> Drawn:
    """Return parameter values of the fast and the slow population.

    Args:
        model: with its route.
        species: whose body.
        draws: from the posterior, shape (draw, parameter).
        modifiers: surface and disease.
        size_factor: of size on phagocytic uptake, shape (draw,).
        loss_factor: of the label on the loss of label, shape (draw,).
        seed: of what the posterior does not hold; a draw has the same value of a parameter in every species.
    """
    count = draws.shape[0]
    body = body_of(species, model)
    free = {
        one.name: _from_range(one, count, stream(seed, one.name))
        for one in model.parameters
        if is_free(one.name, body.values)
    }
    factors = {"phagocyte_uptake": size_factor, "brain_influx": np.ones(count)}
    for modifier in modifiers:
        for name, span in modifier.multiplies.items():
            factors[name] = factors[name] * from_span(span, count, stream(seed, f"{modifier.name} {name}"))
    factors |= _of_other_species(species, count, seed)
    return two_populations(free, body.values, draws, factors=factors, loss_factor=loss_factor)


def is_free(name: str, of_the_body: Mapping[str, object]) -> bool:
    """Whether a parameter is set neither by the body nor by the posterior, so that its stated range is drawn from."""
    by_posterior = {f"{organ}_uptake_ml_h" for organ in UPTAKE_ORGANS} | {"cell_breakdown_per_h", "label_loss_per_h"}
    return name not in of_the_body and name not in by_posterior and name != "blood_breakdown_per_h"


def two_populations(
    free: Mapping[str, float | Floats],
    of_the_body: Mapping[str, float | Floats],
    draws: Floats,
    *,
    factors: Mapping[str, Floats],
    loss_factor: float | Floats = 1.0,
) -> Drawn:
    """Join what was drawn, the body and the posterior to the values of the fast and the slow population.

    Args:
        free: values drawn from stated ranges, by name.
        of_the_body: flows, volumes and zeros of organs left out.
        draws: from the posterior, shape (draw, parameter).
        factors: `phagocyte_uptake`, `brain_influx`, and what another species adds, each of shape (draw,).
        loss_factor: of the label on the loss of label.
    """
    values: dict[str, float | Floats] = {**free, "blood_breakdown_per_h": 0.0, **of_the_body}
    values["cell_breakdown_per_h"] = np.exp(draws[:, BREAKDOWN]) * factors[BREAKDOWN_UNKNOWN]
    values["label_loss_per_h"] = np.exp(draws[:, LOSS]) * loss_factor
    values["brain_influx_ml_h"] = values["brain_influx_ml_h"] * factors["brain_influx"]
    uptake = np.exp(draws[:, UPTAKE]) * factors[UPTAKE_UNKNOWN][:, None]
    uptake[:, :2] *= factors["phagocyte_uptake"][:, None]
    mouse = mixed_body(read_species("mouse"))
    speed = np.maximum(np.exp(draws[:, FAST_RATE]) * mouse.blood_ml / clearances_ml_h(draws, mouse).sum(axis=1), 1.01)
    slow, fast = dict(values), dict(values)
    for index, organ in enumerate(UPTAKE_ORGANS):
        name = f"{organ}_uptake_ml_h"
        if not np.array_equal(of_the_body.get(name, 1.0), 0.0):
            slow[name], fast[name] = uptake[:, index], uptake[:, index] * speed
    exponent = np.asarray(values["uptake_exponent"]) * np.ones(draws.shape[0])
    unknown = {name: factors[name] for name in (UPTAKE_UNKNOWN, BREAKDOWN_UNKNOWN)}
    return Drawn(fast, slow, fast_share(draws), {EXPONENT_UNKNOWN: exponent, **unknown})


def _of_other_species(species: Species, count: int, seed: int) -> dict[str, Floats]:
    reach = 0.0 if species.name == CALIBRATED_SPECIES else math.log(SPECIES_FACTOR) / _SPREADS_AT_95
    names = (UPTAKE_UNKNOWN, BREAKDOWN_UNKNOWN)
    return {name: np.exp(reach * stream(seed, f"{species.name} {name}").standard_normal(count)) for name in names}


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers of one quantity, whatever else is drawn."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def from_span(span: Span, count: int, rng: np.random.Generator) -> Floats:
    """Draw evenly between the ends, on a logarithmic scale where both are above zero."""
    if span.low > 0:
        return np.asarray(np.exp(rng.uniform(math.log(span.low), math.log(span.high), count)), dtype=np.float64)
    return np.asarray(rng.uniform(span.low, span.high, count), dtype=np.float64)


def from_nothing(share: Floats, low: float, high: float) -> Floats:
    """Return values between the ends for shares of one, the first twentieth of them at the low end itself."""
    return np.asarray(low + (high - low) * np.maximum(share - NOTHING_FRAC, 0) / (1 - NOTHING_FRAC), dtype=np.float64)


def _from_range(parameter: Parameter, count: int, rng: np.random.Generator) -> float | Floats:
    low, high = parameter.low, parameter.high
    if parameter.spread == FROM_NOTHING and low is not None and high is not None:
        return from_nothing(rng.random(count), low, high)
    if low is None or high is None or high <= low:
        return parameter.value
    if parameter.spread == "lognormal":
        if low > 0:
            centre, reach = math.log(low * high) / 2, math.log(high / low) / 2
        else:
            centre, reach = math.log(parameter.value), math.log(high / parameter.value)
        return np.asarray(np.exp(centre + reach / _SPREADS_AT_95 * rng.standard_normal(count)), dtype=np.float64)
    return np.asarray(rng.uniform(low, high, count), dtype=np.float64)
