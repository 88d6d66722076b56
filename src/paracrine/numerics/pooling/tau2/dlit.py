"""DerSimonian and Laird, iterated: moments of Q under the weights that the last tau2 gave."""

from __future__ import annotations

import numpy as np

from paracrine.core.errors import SolveError
from paracrine.numerics.pooling.heterogeneity import EstimatorInfo, Tau2
from paracrine.numerics.pooling.weighted import EffectSet, projection

TAU2 = EstimatorInfo(
    title="DerSimonian-Laird, iterated", advice="ends where Paule-Mandel ends, if it ends; kept for comparison"
)


def estimate(effects: EffectSet) -> Tau2:
    """Estimate tau2 by repeating the moment step of DerSimonian and Laird.

    Raises:
        SolveError: when the steps do not settle.
    """
    tau2 = 0.0
    for _ in range(1000):
        projected = projection(effects, 1.0 / (effects.v + tau2))
        square = float(effects.y @ projected @ effects.y)
        moved = max(0.0, (square - float(np.sum(np.diag(projected) * effects.v))) / float(np.trace(projected)))
        if abs(moved - tau2) < 1e-12:
            return Tau2(
                value=moved,
                standard_error=float(np.sqrt(2 * (effects.k - effects.p)) / np.trace(projected)),
                cut_at_zero=moved == 0,
            )
        tau2 = moved
    raise SolveError("the iterated DerSimonian-Laird estimator did not settle", hint="pm has the same fixed point")
