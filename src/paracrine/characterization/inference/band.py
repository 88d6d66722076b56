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

LINKING = "steps lost or linked wrongly"
LINKING_RELATIVE_ERROR = 0.02
"""Of every diameter: fast steps that are not seen or not linked, wrong links, and a shape that is no lognormal."""
TRACKS_DIFFER = 0.035
"""Equal particles differ by so much more than their steps explain (misplaced spots, wrong links), one standard
uncertainty, relative; found in virtual videos of one size. A population may be narrower than fitted by it."""
_NARROWEST = 1e-3
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
    factors = narrowing(edges, population.resampled, TRACKS_DIFFER)
    refits = narrowed(edges, population.resampled, factors)
    drawn = np.array([Cumulative(edges, row).percentiles(_FRACTIONS) for row in refits])
    spreads = (factors > 0) * [mean_and_deviation(edges, row)[1] for row in refits]
    values = Cumulative(edges, population.shares).percentiles(_FRACTIONS)
    d10, d50, d90 = (_quantity(float(value), drawn[:, index], shared) for index, value in enumerate(values))
    resampling = Component(
        name="particles tracked", standard_uncertainty=float(np.std(np.log(drawn[:, 1]))), source="resampled particles"
    )
    lowest_nm = population.limit_nm if isinstance(population, WholePopulation) else 0.0
    moved = _moved(edges, refits, shared) * (edges[1:] > lowest_nm)
    shares = central_limits(moved)
    running = central_limits(np.cumsum(moved, axis=1))
    mean, deviation = mean_and_deviation(edges, population.shares)
    # D10 and D90 err each by itself here, and a deviation is about their distance over 2.56.
    apart = math.sqrt(2) / 2.56 * systematic.get(LINKING, 0.0) * mean / max(deviation, _NARROWEST * mean)
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
        deviation=_quantity(deviation, spreads, math.hypot(shared, apart)),
        budget=Budget(scale="relative", components=(resampling, *parts)),
        lowest_nm=lowest_nm,
    )


def narrowing(edges_nm: FloatArray, rows: FloatArray, differ: float) -> FloatArray:
    """Return for each refit how much narrower the population may be than fitted, shape (refits,), 0 to 1.

    The variance of the logarithm falls by the square of the absolute value of a normal draw; 0 where nothing is left.

    Args:
        edges_nm: shape (bins + 1,).
        rows: shape (refits, bins), each with sum 1.
        differ: relative standard deviation of equal particles.
    """
    from scipy.special import ndtri

    count = rows.shape[0]
    # An order of its own, so that it goes with neither the refits nor the factors of the shared error.
    drawn = differ * ndtri(0.5 + (np.random.default_rng(count + 1).permutation(count) + 0.5) / (2 * count))
    deviations = np.array([mean_and_deviation(np.log(edges_nm), row)[1] for row in rows])
    return np.asarray(np.sqrt(np.maximum(1 - (drawn / np.maximum(deviations, 1e-9)) ** 2, 0.0)))


def narrowed(edges_nm: FloatArray, rows: FloatArray, factors: FloatArray) -> FloatArray:
    """Return each refit with the logarithm of its sizes drawn together about the median, shape of `rows`."""
    places = np.log(edges_nm)
    running = np.concatenate([np.zeros((rows.shape[0], 1)), np.cumsum(rows, axis=1)], axis=1)
    found = []
    for row, one, factor in zip(rows, running, factors, strict=True):
        middle = math.log(Cumulative(edges_nm, row).percentiles((0.5,))[0])
        found.append(np.interp(middle + (places - middle) / max(factor, _NARROWEST), places, one))
    return np.diff(np.array(found), axis=1)


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
    # A deviation may be anything down to none.
    below = math.hypot(math.log(value / min(float(low), value)), reach) if low > 0 else math.inf
    above = math.hypot(math.log(max(float(high), value) / value), reach)
    return Quantity(
        value=value, unit="nm", low=value * math.exp(-below), high=value * math.exp(above), basis=Basis.MODEL
    )
