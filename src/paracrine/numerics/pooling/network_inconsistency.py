"""Do direct and indirect evidence agree: Q by design, the design-by-treatment test, the split of comparisons."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.numerics.pooling.network import Network, NetworkModel, StudyArms, moment_slope, solve_studies


@dataclass(frozen=True)
class QPart:
    """One part of Q: name, value, degrees of freedom, p (None without degrees of freedom)."""

    name: str
    q: float
    degrees_of_freedom: int
    p_value: float | None


@dataclass(frozen=True)
class Inconsistency:
    """Q in total, within designs and between them, by design, and between designs under random effects."""

    total: QPart
    within: QPart
    between: QPart
    designs: tuple[QPart, ...]
    between_random: QPart
    tau2_within: float


@dataclass(frozen=True)
class Split:
    """One comparison: direct, indirect, network, their difference and how much of the network is direct."""

    first: str
    second: str
    study_count: int
    direct: float | None
    indirect: float | None
    network: float
    direct_share: float
    difference: float | None
    z: float | None
    p_value: float | None


def decompose_q(network: Network) -> Inconsistency:
    """Split the network's Q into heterogeneity within designs and inconsistency between them.

    References:
        doi:10.1186/1471-2288-13-35
    """
    count = len(network.treatments)
    designs: dict[tuple[int, ...], list[StudyArms]] = {}
    for study in network.studies:
        designs.setdefault(study.arms, []).append(study)
    parts = []
    for arms, studies in designs.items():
        q = solve_studies(studies, count, 0.0).q
        name = ":".join(network.treatments[arm] for arm in arms)
        parts.append(_part(name, q, (len(studies) - 1) * (len(arms) - 1)))
    total_q, total_df = solve_studies(network.studies, count, 0.0).q, network.degrees_of_freedom
    within_q, within_df = sum(part.q for part in parts), sum(part.degrees_of_freedom for part in parts)
    slope = sum(moment_slope(studies, count) for studies in designs.values() if len(studies) > 1)
    tau2 = max(0.0, (within_q - within_df) / slope) if within_df > 0 else 0.0
    apart = sum(solve_studies(studies, count, tau2).q for studies in designs.values())
    between = solve_studies(network.studies, count, tau2).q - apart
    return Inconsistency(
        total=_part("total", total_q, total_df),
        within=_part("within designs", within_q, within_df),
        between=_part("between designs", total_q - within_q, total_df - within_df),
        designs=tuple(parts),
        between_random=_part("between designs, random effects", between, total_df - within_df),
        tau2_within=tau2,
    )


def _part(name: str, q: float, free: int) -> QPart:
    from scipy.stats import chi2

    return QPart(name=name, q=q, degrees_of_freedom=free, p_value=float(chi2.sf(max(q, 0.0), free)) if free else None)


def split_comparisons(model: NetworkModel) -> tuple[Split, ...]:
    """Return direct against indirect evidence for every pair, by back-calculation.

    References:
        doi:10.1002/sim.3767
    """
    names = model.network.treatments
    found = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            found.append(_split(model, i, j))
    return tuple(found)


def _split(model: NetworkModel, i: int, j: int) -> Split:
    from scipy.special import ndtr

    names = model.network.treatments
    effects, weights = [], []
    for row in model.network.comparisons:
        if {row.first, row.second} == {names[i], names[j]}:
            effects.append(row.effect if row.first == names[i] else -row.effect)
            weights.append(1 / (row.standard_error**2 + model.tau2))
    whole, error = float(model.effect[i, j]), float(model.standard_error[i, j])
    if not effects:
        return Split(names[i], names[j], 0, None, whole, whole, 0.0, None, None, None)
    direct, spread = float(np.average(effects, weights=weights)), 1 / math.sqrt(sum(weights))
    share = min(1.0, error**2 / spread**2)
    if share > 1 - 1e-9:
        return Split(names[i], names[j], len(effects), direct, None, whole, 1.0, None, None, None)
    indirect = (whole - share * direct) / (1 - share)
    gap = direct - indirect
    z = gap / math.sqrt(spread**2 + error**2 / (1 - share))
    p_value = float(2 * ndtr(-abs(z)))
    return Split(names[i], names[j], len(effects), direct, indirect, whole, share, gap, z, p_value)
