"""Several objectives at once: which designs no other beats, how much they cover, and an evolutionary search for them.

All objectives are minimised. The search is NSGA-II with a space-filling start, half of its offspring by differential
evolution, and a last selection from everything it evaluated by covered volume.

References:
    doi:10.1109/4235.996017
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Evaluate = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Variables (n, d) in the unit cube to objectives (n, m) and violation (n,), 0 where every constraint holds."""

_CROSSOVER_INDEX, _MUTATION_INDEX = 15.0, 20.0


@dataclass(frozen=True)
class Front:
    """Designs that no other beats.

    Attributes:
        variables: in the unit cube, shape (n, d).
        objectives: minimised, shape (n, m), in the order of the volume each adds.
        evaluations_count: designs evaluated.
    """

    variables: FloatArray
    objectives: FloatArray
    evaluations_count: int


def nondominated(objectives: FloatArray) -> BoolArray:
    """Return which rows no other row beats: none is as good in all objectives and better in one."""
    return np.asarray(~_dominance(objectives).any(axis=0))


def sorted_ranks(objectives: FloatArray, violation: FloatArray) -> npt.NDArray[np.int64]:
    """Return the front each row belongs to, 0 the best; rows that break constraints come after, least broken first."""
    ranks = np.zeros(len(objectives), dtype=np.int64)
    feasible = violation <= 0
    beats = _dominance(objectives[feasible])
    left, count, rank = np.ones(int(feasible.sum()), dtype=bool), beats.sum(axis=0), 0
    inner = np.zeros(left.size, dtype=np.int64)
    while left.any():
        now = left & (count == 0)
        inner[now] = rank
        count = count - beats[now].sum(axis=0)
        left &= ~now
        rank += 1
    ranks[feasible] = inner
    order = np.argsort(violation[~feasible], kind="stable")
    ranks[np.flatnonzero(~feasible)[order]] = rank + np.arange(order.size)
    return ranks


def crowding(objectives: FloatArray) -> FloatArray:
    """Return how lonely each row is within one front: the sum of the gaps to its neighbours, infinite at the ends."""
    count, width = objectives.shape
    found = np.zeros(count)
    for column in range(width):
        order = np.argsort(objectives[:, column], kind="stable")
        values = objectives[order, column]
        span = values[-1] - values[0] or 1.0
        found[order[[0, -1]]] = np.inf
        found[order[1:-1]] += (values[2:] - values[:-2]) / span
    return found


def hypervolume(objectives: FloatArray, reference: FloatArray) -> float:
    """Return the volume between a set of rows and a reference point that is worse than all of interest, exactly.

    Args:
        objectives: shape (n, m), m from 1 to 3; rows beyond the reference count nothing.
        reference: shape (m,).

    Raises:
        InputError: for more than three objectives.
    """
    inside = objectives[(objectives < reference).all(axis=1)]
    if not len(inside):
        return 0.0
    width = inside.shape[1]
    if width == 1:
        return float(reference[0] - inside.min())
    if width == 2:
        return _area(inside, reference)
    if width > 3:
        raise InputError(f"the volume of {width} objectives is not computed", hint="two or three")
    order = np.argsort(inside[:, 2], kind="stable")
    heights = np.append(inside[order, 2], reference[2])
    volume, kept = 0.0, np.empty((0, 2))
    for position, at in enumerate(order):
        kept = np.vstack([kept, inside[at, :2]])
        kept = kept[nondominated(kept)]
        volume += _area(kept, reference[:2]) * float(heights[position + 1] - heights[position])
    return volume


def most_covering(objectives: FloatArray, reference: FloatArray, *, at_most: int) -> npt.NDArray[np.int64]:
    """Return rows in the order in which each adds the most volume (greedy), for two or three objectives.

    Volume is taken over a fixed cloud of points, so that the time grows with the number of rows only.
    """
    from scipy.stats import qmc

    low = objectives.min(axis=0)
    cloud = low + qmc.Sobol(objectives.shape[1], seed=0).random_base2(12) * (reference - low)
    covered = np.stack([(row <= cloud).all(axis=1) for row in objectives])
    chosen: list[int] = []
    free = np.ones(len(cloud), dtype=bool)
    left = np.ones(len(objectives), dtype=bool)
    lonely = crowding(objectives)
    while len(chosen) < min(at_most, len(objectives)):
        gain = (covered & free).sum(axis=1) + np.where(np.isinf(lonely), 0.5, 0.0)
        gain = np.where(left, gain, -1.0)
        best = int(np.argmax(gain))
        chosen.append(best)
        left[best] = False
        free &= ~covered[best]
    return np.array(chosen, dtype=np.int64)


def search_pareto(
    evaluate: Evaluate,
    width: int,
    *,
    evaluations: int,
    population: int = 100,
    seed: int = 1,
    on_round: Callable[[], None] = lambda: None,
) -> Front:
    """Search for designs that no other beats.

    Args:
        evaluate: many designs at once, in the unit cube.
        width: number of variables.
        evaluations: designs to evaluate, a multiple of `population`.
        population: designs kept, and returned at most.
        seed: of the search.
        on_round: called after each round.

    Raises:
        InputError: when no design met the constraints.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    pool = qmc.LatinHypercube(width, seed=np.random.default_rng(seed)).random(population)
    objectives, violation = evaluate(pool)
    seen = [(pool, objectives, violation)]
    on_round()
    for _ in range(max(0, evaluations // population - 1)):
        parents = _tournament(objectives, violation, rng)
        children = _offspring(pool, pool[parents], rng)
        found = evaluate(children)
        seen.append((children, *found))
        both = np.vstack([pool, children]), np.vstack([objectives, found[0]]), np.concatenate([violation, found[1]])
        kept = _survivors(both[1], both[2], population)
        pool, objectives, violation = (part[kept] for part in both)
        on_round()
    every = [np.concatenate([part[i] for part in seen]) for i in range(3)]
    feasible = every[2] <= 0
    if not feasible.any():
        raise InputError("no design met the constraints", where="optimise", hint="loosen them, or widen what may vary")
    variables, results = every[0][feasible], every[1][feasible]
    best = nondominated_of_many(results)
    variables, results = variables[best], results[best]
    reference = results.max(axis=0) + 0.1 * np.maximum(np.ptp(results, axis=0), 1e-9)
    chosen = most_covering(results, reference, at_most=population)
    return Front(variables[chosen], results[chosen], len(every[2]))


def nondominated_of_many(objectives: FloatArray, *, part: int = 400) -> npt.NDArray[np.int64]:
    """Return the rows no other beats, part by part, so that memory stays small."""
    kept = np.empty(0, dtype=np.int64)
    for start in range(0, len(objectives), part):
        candidates = np.concatenate([kept, np.arange(start, min(start + part, len(objectives)))])
        kept = candidates[nondominated(objectives[candidates])]
    _, first = np.unique(objectives[kept], axis=0, return_index=True)
    return kept[np.sort(first)]


def _dominance(objectives: FloatArray) -> BoolArray:
    """Return a matrix: row i beats row j."""
    no_worse = (objectives[:, None, :] <= objectives[None, :, :]).all(axis=2)
    better = (objectives[:, None, :] < objectives[None, :, :]).any(axis=2)
    return np.asarray(no_worse & better)


def _area(points: FloatArray, reference: FloatArray) -> float:
    order = np.lexsort((points[:, 1], points[:, 0]))
    best, area = float(reference[1]), 0.0
    for x, y in points[order]:
        if y < best:
            area += float(reference[0] - x) * (best - float(y))
            best = float(y)
    return area


def _survivors(objectives: FloatArray, violation: FloatArray, count: int) -> npt.NDArray[np.int64]:
    ranks = sorted_ranks(objectives, violation)
    kept: list[int] = []
    for rank in range(int(ranks.max()) + 1):
        members = np.flatnonzero(ranks == rank)
        room = count - len(kept)
        if members.size > room:
            members = members[np.argsort(-crowding(objectives[members]), kind="stable")[:room]]
        kept.extend(members.tolist())
        if len(kept) >= count:
            break
    return np.array(kept, dtype=np.int64)


def _tournament(objectives: FloatArray, violation: FloatArray, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    ranks = sorted_ranks(objectives, violation)
    lonely = np.zeros(len(ranks))
    for rank in np.unique(ranks):
        members = np.flatnonzero(ranks == rank)
        lonely[members] = crowding(objectives[members]) if members.size > 1 else np.inf
    one, two = (rng.permutation(len(ranks)) for _ in range(2))
    first = (ranks[one] < ranks[two]) | ((ranks[one] == ranks[two]) & (lonely[one] >= lonely[two]))
    return np.where(first, one, two)


def _offspring(pool: FloatArray, parents: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Half by simulated binary crossover, half by differential evolution; all with polynomial mutation."""
    count, width = parents.shape
    mates = parents[rng.permutation(count)]
    draw = rng.random((count, width))
    power = 1 / (_CROSSOVER_INDEX + 1)
    spread = np.where(draw < 0.5, (2 * draw) ** power, (1 / (2 * (1 - draw))) ** power)
    sign = np.where(rng.random((count, width)) < 0.5, 1.0, -1.0)
    crossed = 0.5 * ((1 + sign * spread) * parents + (1 - sign * spread) * mates)
    crossed = np.where(rng.random((count, width)) < 0.5, crossed, parents)
    apart = pool[rng.integers(len(pool), size=count)] - pool[rng.integers(len(pool), size=count)]
    moved = np.where(rng.random((count, width)) < 0.5, parents + 0.5 * apart, parents)
    children = np.where((np.arange(count) % 2 == 0)[:, None], crossed, moved)
    draw = rng.random((count, width))
    power = 1 / (_MUTATION_INDEX + 1)
    step = np.where(draw < 0.5, (2 * draw) ** power - 1, 1 - (2 * (1 - draw)) ** power)
    children = np.where(rng.random((count, width)) < 1 / width, children + step, children)
    return np.clip(children, 0.0, 1.0)
