"""Which unknown makes the spread of an exposure: Sobol indices by group of inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import MissingExtra
from paracrine.fate.population import GROUPS, Population

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SobolIndex:
    """What a group explains of the variance of the logarithm of an exposure, with 95 % half widths."""

    place: str
    group: str
    alone: float
    alone_half_width: float
    total: float
    total_half_width: float


def sobol_indices(
    found: Population,
    exposures: Callable[[Floats], dict[str, Floats]],
    *,
    samples_count: int,
    places: Sequence[str],
) -> tuple[SobolIndex, ...]:
    """Return first-order and total indices by SALib (doi:10.21105/joss.00097).

    Args:
        found: the bodies.
        exposures: follows individuals, one a point of the unit cube, and gives an exposure by place.
        samples_count: base sample, a power of two; so many times the groups plus two are followed.
        places: of which exposures.

    Raises:
        MissingExtra: without SALib.
    """
    try:
        from SALib.analyze import sobol as analyse
        from SALib.sample import sobol as sample
    except ImportError as error:
        raise MissingExtra("Sobol indices need SALib", hint="pip install 'paracrine[sensitivity]'") from error
    names = [GROUPS[one.group] for one in found.inputs]
    problem = {
        "num_vars": len(found.inputs),
        "names": [f"{one.group} {one.name}" for one in found.inputs],
        "groups": names,
        "bounds": [[0.0, 1.0]] * len(found.inputs),
    }
    points = sample.sample(problem, samples_count, calc_second_order=False, seed=found.question.seed)
    done = exposures(np.asarray(points))
    indices = []
    for place in places:
        outcome = np.log(np.maximum(done[place], 1e-9))
        found_here = analyse.analyze(problem, outcome, calc_second_order=False, seed=found.question.seed)
        for position, group in enumerate(dict.fromkeys(names)):
            numbers = [float(found_here[name][position]) for name in ("S1", "S1_conf", "ST", "ST_conf")]
            indices.append(SobolIndex(place, group, *numbers))
    return tuple(indices)
