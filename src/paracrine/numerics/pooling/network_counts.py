"""A network of counts by Mantel and Haenszel: studies of one design make one piece, and nothing is added to zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from paracrine.core.errors import LimitError
from paracrine.numerics.pooling.network import Comparison, Network, build_network
from paracrine.numerics.pooling.weighted import FloatArray


@dataclass(frozen=True)
class CountedArms:
    """One study: its treatments in order, events (n,) and people (n,) of each arm."""

    study: str
    treatments: tuple[str, ...]
    events: FloatArray
    people: FloatArray


@dataclass(frozen=True)
class DesignNetwork:
    """A network whose `studies` are the pooled designs, the studies that carry it, and in words what says nothing."""

    network: Network
    used: tuple[CountedArms, ...]
    left_out: tuple[str, ...]


def pool_designs(studies: Sequence[CountedArms]) -> DesignNetwork:
    """Pool the log odds ratios of every design by Mantel and Haenszel, with the covariance of several arms.

    Studies in which nobody or everybody has an event, and arms likewise within a whole design, are left out.

    Raises:
        LimitError: when no comparison is left.
        InputError: when what is left falls apart.

    References:
        doi:10.1002/sim.8158
    """
    designs: dict[tuple[str, ...], list[CountedArms]] = {}
    left_out = []
    for study in studies:
        if 0 < study.events.sum() < study.people.sum():
            designs.setdefault(study.treatments, []).append(study)
        else:
            left_out.append(f"{study.study} (no event, or nothing but events)")
    comparisons: list[Comparison] = []
    used: list[CountedArms] = []
    for treatments, members in designs.items():
        events = np.array([member.events for member in members])
        people = np.array([member.people for member in members])
        kept = np.flatnonzero((events.sum(axis=0) > 0) & (events.sum(axis=0) < people.sum(axis=0)))
        name = ":".join(treatments)
        left_out += [f"{treatments[i]} in {name}" for i in range(len(treatments)) if i not in kept]
        if len(kept) < 2:
            continue
        names = tuple(treatments[i] for i in kept)
        used += [CountedArms(one.study, names, one.events[kept], one.people[kept]) for one in members]
        comparisons += _pool_design(name, names, events[:, kept], people[:, kept])
    if not comparisons:
        raise LimitError("no comparison has events in both arms", hint="the exact bound of each arm")
    return DesignNetwork(build_network(comparisons), tuple(used), tuple(left_out))


def _pool_design(name: str, treatments: tuple[str, ...], events: FloatArray, people: FloatArray) -> list[Comparison]:
    """Return the comparisons of one design of k studies with n arms; events and people are (k, n)."""
    n = len(treatments)
    nobody = people - events
    total = people.sum(axis=1)
    cross = np.einsum("si,sj,s->sij", events, nobody, 1 / total)
    both = (events[:, :, None] + nobody[:, None, :]) / total[:, None, None]
    summed = cross.sum(axis=0)
    if (summed[~np.eye(n, dtype=bool)] <= 0).any():
        raise LimitError(f"no Mantel-Haenszel odds ratio exists for design {name}", hint="pool by inverse variance")
    ratios = np.log(summed / summed.T)
    covariance = _covariance(events, nobody, total, cross, both, summed)
    sums = _covariance_of_sums(covariance)
    means = ratios.sum(axis=1) / n
    found = []
    for i, j in combinations(range(n), 2):
        spread = float(sums[i, i] - 2 * sums[i, j] + sums[j, j]) / n**2
        found.append(Comparison(name, treatments[i], treatments[j], float(means[i] - means[j]), spread**0.5))
    return found


def _covariance(
    events: FloatArray, nobody: FloatArray, total: FloatArray, cross: FloatArray, both: FloatArray, summed: FloatArray
) -> FloatArray:
    """Return cov[x, y, z] of the log odds ratios of x against y and of x against z, shape (n, n, n)."""
    n = events.shape[1]
    people, weight = events + nobody, 1 / total**2
    turned, again = cross.transpose(0, 2, 1), both.transpose(0, 2, 1)
    variance = (
        (cross * both).sum(axis=0) / summed**2
        + (cross * again + turned * both).sum(axis=0) / (summed * summed.T)
        + (turned * again).sum(axis=0) / summed.T**2
    ) / 2
    parts = (
        (events, nobody, nobody, summed, summed),
        (people, nobody, events, summed, summed.T),
        (people, events, nobody, summed.T, summed),
        (nobody, events, events, summed.T, summed.T),
    )
    found = np.zeros((n, n, n))
    for one, second, third, over_second, over_third in parts:
        count = np.einsum("s,sx,sy,sz->xyz", weight, one, second, third)
        found += count / (3 * over_second[:, :, None] * over_third[:, None, :])
    for x in range(n):
        found[x, x, :] = found[x, :, x] = 0.0
        found[x, range(n), range(n)] = np.where(np.arange(n) == x, 0.0, variance[x])
    return found


def _covariance_of_sums(covariance: FloatArray) -> FloatArray:
    """Return the covariance (n, n) of the sums over each treatment's log odds ratios against the others."""
    n = covariance.shape[0]
    over_first, over_last = covariance.sum(axis=0), covariance.sum(axis=2)
    variance = np.array([[covariance[x, y, y] for y in range(n)] for x in range(n)])
    shared = over_first - over_last - over_last.T + variance
    shared[np.diag_indices(n)] = covariance.sum(axis=(1, 2))
    return np.asarray(shared, float)
