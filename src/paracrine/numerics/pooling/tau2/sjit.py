"""Sidik and Jonkman, iterated to its fixed point."""

from __future__ import annotations

import numpy as np

from paracrine.core.errors import SolveError
from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2, root_error
from paracrine.numerics.pooling.weighted import EffectSet, generalised_q

TAU2 = EstimatorInfo(title="Sidik-Jonkman, iterated", advice="ends where Paule-Mandel ends; kept for comparison")


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 by repeating the Sidik-Jonkman step.

    Raises:
        SolveError: when the steps do not settle.
    """
    tau2, free = float(np.var(effects.y)), effects.k - effects.p
    for _ in range(100_000):
        moved = tau2 * generalised_q(effects, tau2) / free
        if abs(moved - tau2) < 1e-12:
            return Tau2(value=moved, standard_error=root_error(effects, moved))
        tau2 = moved
    raise SolveError(
        "the iterated Sidik-Jonkman estimator did not settle", hint="use pm, which has the same fixed point"
    )
