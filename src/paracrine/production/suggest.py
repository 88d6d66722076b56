"""What to try next: designs far from all that was tried, or where a Gaussian process expects most.

The Bayesian part is BayBE's (extra `[design]`); it is imported only when there are results to learn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError, MissingExtra
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.space import Variable

LEAST_RESULTS = 4
"""Results from which a Gaussian process is asked; fewer say too little, so designs go on filling the space."""
_CANDIDATES_LOG2 = 12


@dataclass(frozen=True)
class Suggestion:
    """One experiment.

    Attributes:
        shares: of the range of each variable, shape (variables,).
        why: in words.
    """

    shares: FloatArray
    why: str


def suggest_far(width: int, *, count: int, tried: FloatArray, seed: int) -> tuple[Suggestion, ...]:
    """Return designs one by one, each the farthest from all tried and chosen before it (maximin on a Sobol cloud).

    Args:
        width: number of variables.
        count: designs wanted.
        tried: in shares of the ranges, shape (n, variables).
        seed: of the cloud.
    """
    from scipy.stats import qmc

    cloud = qmc.Sobol(width, seed=np.random.default_rng(seed)).random_base2(_CANDIDATES_LOG2)
    known = tried.reshape(-1, width)
    chosen: list[Suggestion] = []
    nearest = np.full(len(cloud), np.inf)
    for row in known:
        nearest = np.minimum(nearest, np.linalg.norm(cloud - row, axis=1))
    for _ in range(count):
        # With nothing tried yet, the first design is the middle: the far ones come after it.
        at = int(np.argmin(np.linalg.norm(cloud - 0.5, axis=1))) if np.isinf(nearest).all() else int(np.argmax(nearest))
        distance = float(nearest[at])
        why = (
            "in the middle of the ranges"
            if np.isinf(distance)
            else f"farthest from all before, {distance:.2f} of a range"
        )
        chosen.append(Suggestion(cloud[at], why))
        nearest = np.minimum(nearest, np.linalg.norm(cloud - cloud[at], axis=1))
    return tuple(chosen)


def suggest_bayesian(
    variables: Sequence[Variable],
    *,
    count: int,
    tried: FloatArray,
    results: FloatArray,
    output: str,
    maximise: bool,
    seed: int,
) -> tuple[Suggestion, ...]:
    """Return designs where a Gaussian process over the results expects most, all of them to be tried at once.

    Args:
        variables: what varies.
        count: designs wanted.
        tried: in shares of the ranges, shape (n, variables).
        results: measured output of each, above 0, shape (n,).
        output: its name.
        maximise: or minimise.
        seed: of the recommender.

    Raises:
        MissingExtra: when BayBE is not installed.
        InputError: when a result is not above 0.
    """
    if not (results > 0).all():
        raise InputError(f"{output} must be above 0 in every row", where="line next")
    try:
        import pandas as pd
        from baybe import Campaign
        from baybe.objectives import SingleTargetObjective
        from baybe.parameters import NumericalContinuousParameter
        from baybe.searchspace import SearchSpace
        from baybe.targets import NumericalTarget
        from baybe.utils.random import set_random_seed
    except ImportError as error:
        hint = "pip install 'paracrine[design]', or leave the results out for designs that fill the space"
        raise MissingExtra("learning from results needs BayBE", where="line next", hint=hint) from error
    set_random_seed(seed)
    names = [variable.what for variable in variables]
    parameters = [NumericalContinuousParameter(name=name, bounds=(0.0, 1.0)) for name in names]
    objective = SingleTargetObjective(NumericalTarget(name="log10", minimize=not maximise))
    campaign = Campaign(SearchSpace.from_product(parameters=parameters), objective)
    table = pd.DataFrame(tried, columns=names)
    table["log10"] = np.log10(results)
    campaign.add_measurements(table)
    found = campaign.recommend(batch_size=count)[names].to_numpy(dtype=float)
    best = float(results.max() if maximise else results.min())
    word = "above" if maximise else "below"
    why = f"a Gaussian process over {len(results)} results expects most {word} the best so far, {best:.3g}"
    return tuple(Suggestion(np.clip(row, 0.0, 1.0), why) for row in found)
