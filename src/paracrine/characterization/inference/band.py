"""From a fitted population and its refits to a distribution with limits: resampling and shared errors together."""

from __future__ import annotations

import math

import numpy as np

from paracrine.characterization.inference.population import Population
from paracrine.characterization.inference.result import SizeBand
from paracrine.characterization.inference.selection import WholePopulation
from paracrine.core.quantity import Basis, Budget, Component, Quantity
from paracrine.numerics.distributions.limits import central_limits
from paracrine.numerics.distributions.moment import mean_and_deviation
from paracrine.numerics.distributions.percentile import Cumulative
from paracrine.payloads.size_distribution import FloatArray

LINKING_RELATIVE_ERROR = 0.01
"""Of every diameter: fast steps that are not seen or not linked, wrong links, and a shape that is no lognormal."""
_FRACTIONS = (0.1, 0.5, 0.9)
_NORMAL_975 = 1.959964


def size_band(population: Population | WholePopulation, systematic: dict[str, float]) -> SizeBand:
    """Return a population with its limits.

    Args:
        population: with refits to resampled particles.
        systematic: relative standard uncertainty of every diameter by cause; all sizes move together.

    Returns:
        Percentiles and pointwise limits, both for resampled particles and the shared errors.
    """
    edges = population.edges_nm
    parts = [Component(name=name, standard_uncertainty=part) for name, part in systematic.items()]
    shared = math.sqrt(sum(part**2 for part in systematic.values()))
    drawn = np.array([Cumulative(edges, row).percentiles(_FRACTIONS) for row in population.resampled])
    spreads = np.array([mean_and_deviation(edges, row)[1] for row in population.resampled])
    values = Cumulative(edges, population.shares).percentiles(_FRACTIONS)
    d10, d50, d90 = (_quantity(float(value), drawn[:, index], shared) for index, value in enumerate(values))
    resampling = Component(
        name="particles tracked", standard_uncertainty=float(np.std(np.log(drawn[:, 1]))), source="resampled particles"
    )
    lowest_nm = population.limit_nm if isinstance(population, WholePopulation) else 0.0
    moved = _moved(edges, population.resampled, shared) * (edges[1:] > lowest_nm)
    shares = central_limits(moved)
    running = central_limits(np.cumsum(moved, axis=1))
    return SizeBand(
        edges_nm=edges,
        shares=population.shares,
        low_shares=shares[0],
        high_shares=shares[1],
        cumulative_low=running[0],
        cumulative_high=running[1],
        d10=d10,
        d50=d50,
        d90=d90,
        deviation=_quantity(mean_and_deviation(edges, population.shares)[1], spreads, shared),
        budget=Budget(scale="relative", components=(resampling, *parts)),
        lowest_nm=lowest_nm,
    )


def _moved(edges_nm: FloatArray, rows: FloatArray, shared: float) -> FloatArray:
    """Return each refit with all its sizes times one factor, drawn from the shared error; shape of `rows`."""
    from scipy.special import ndtri

    count = rows.shape[0]
    # Evenly spread quantiles in an order of their own: the same limits each time, and no luck in them.
    factors = shared * ndtri((np.random.default_rng(count).permutation(count) + 0.5) / count)
    places = np.log(edges_nm)
    running = np.concatenate([np.zeros((count, 1)), np.cumsum(rows, axis=1)], axis=1)
    found = [np.interp(places - factor, places, row) for factor, row in zip(factors, running, strict=True)]
    return np.diff(np.array(found), axis=1)


def _quantity(value: float, drawn: FloatArray, shared: float) -> Quantity:
    low, high = central_limits(drawn)
    reach = _NORMAL_975 * shared
    below = math.hypot(math.log(value / min(float(low), value)), reach)
    above = math.hypot(math.log(max(float(high), value) / value), reach)
    return Quantity(
        value=value, unit="nm", low=value * math.exp(-below), high=value * math.exp(above), basis=Basis.MODEL
    )
