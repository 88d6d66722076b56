"""Effects inside studies inside groups: the multilevel model, and several outcomes of one study."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.likelihood import fit_marginal, marginal_likelihood, minimise
from paracrine.numerics.pooling.random_effects import two_sided
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray


@dataclass(frozen=True)
class LevelModel:
    """A fitted model of correlated effects.

    Attributes:
        variances: variance of each level, or of each outcome, by name.
        correlation: between two outcomes; None where there are levels.
        marginal: covariance of the effects under the model, shape (k, k).
    """

    effects: EffectSet
    restricted: bool
    beta: FloatArray
    covariance: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    variances: dict[str, float]
    correlation: float | None
    log_likelihood: float
    q: float
    q_p: float
    marginal: FloatArray


def nest(*levels: Sequence[object]) -> list[tuple[str, ...]]:
    """Return labels of the innermost level that are unique across the outer ones."""
    return [tuple(str(label) for label in row) for row in zip(*levels, strict=True)]


def same_group(labels: Sequence[object]) -> FloatArray:
    """Return a (k, k) matrix of ones where two effects share a label."""
    codes = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    index = np.array([codes[label] for label in labels])
    together: FloatArray = (index[:, None] == index[None, :]).astype(float)
    return together


def fit_levels(
    effects: EffectSet,
    groups: Mapping[str, Sequence[object]],
    *,
    restricted: bool = True,
    test: str = "z",
    sampling: FloatArray | None = None,
    coverage_pct: float = 95.0,
) -> LevelModel:
    """Fit the multilevel model with one variance a grouping (outermost first).

    Args:
        effects: k effects.
        groups: level name to k labels; inner labels must be unique across outer groups (`nest`).
        restricted: REML, else ML.
        test: `z`, or `t` with the outermost groups less the coefficients as degrees of freedom.
        sampling: covariance of the sampling errors, shape (k, k); None takes them as independent.
        coverage_pct: of the intervals.

    Raises:
        InputError: when a level does not have k labels.
        SolveError: when the likelihood does not settle.
    """
    if any(len(labels) != effects.k for labels in groups.values()):
        raise InputError("every level needs one label an effect")
    blocks = [same_group(labels) for labels in groups.values()]
    known = np.diag(effects.v) if sampling is None else sampling

    def covariance(roots: FloatArray) -> FloatArray:
        whole = known.copy()
        for root, block in zip(roots, blocks, strict=True):
            whole += root**2 * block
        return whole

    start = np.full(len(blocks), math.sqrt(max(float(np.var(effects.y)), 1e-4) / len(blocks)))
    roots, _ = minimise(
        lambda at: -marginal_likelihood(effects.y, effects.x, covariance(at), restricted=restricted),
        start,
        what="the multilevel model",
    )
    floor = 1e-9 * float(np.var(effects.y) + effects.v.min())
    roots = np.where(roots**2 < floor, 0.0, roots)
    variances = {name: float(root**2) for name, root in zip(groups, roots, strict=True)}
    outer = len(set(next(iter(groups.values()))))
    dof = math.inf if test == "z" else float(outer - effects.p)
    return _finish(effects, known, covariance(roots), variances, None, restricted, dof, coverage_pct)


def profile_level(
    model: LevelModel, groups: Mapping[str, Sequence[object]], name: str, *, coverage_pct: float = 95.0
) -> tuple[float, float]:
    """Return the profile-likelihood interval of one level's variance."""
    from scipy.optimize import brentq, minimize_scalar
    from scipy.stats import chi2

    drop = 0.5 * float(chi2.ppf(coverage_pct / 100, 1))
    effects, names = model.effects, list(groups)
    blocks = {level: same_group(labels) for level, labels in groups.items()}
    others = [level for level in names if level != name]

    def best(fixed: float) -> float:
        base = np.diag(effects.v) + fixed * blocks[name]

        def negative(at: FloatArray) -> float:
            whole = base + sum((r**2 * blocks[o] for r, o in zip(at, others, strict=True)), np.zeros(1))
            return -marginal_likelihood(effects.y, effects.x, whole, restricted=model.restricted)

        if not others:
            return -negative(np.zeros(0))
        if len(others) == 1:
            upper = 10 * math.sqrt(float(np.var(effects.y)) + 1e-6)
            found = minimize_scalar(
                lambda r: negative(np.array([r])), bounds=(0, upper), method="bounded", options={"xatol": 1e-9}
            )
            return -float(found.fun)
        return -minimise(negative, np.array([math.sqrt(model.variances[o]) for o in others]), what="the profile")[1]

    def gap(fixed: float) -> float:
        return best(fixed) - (model.log_likelihood - drop)

    centre = model.variances[name]
    low = 0.0 if gap(0.0) > 0 else float(brentq(gap, 0.0, centre, xtol=1e-8))
    high = max(2 * centre, 1e-3)
    while gap(high) > 0:
        high *= 2
    return low, float(brentq(gap, centre, high, xtol=1e-8))


def fit_outcomes(
    effects: EffectSet,
    sampling: FloatArray,
    studies: Sequence[object],
    outcomes: Sequence[str],
    *,
    restricted: bool = True,
    coverage_pct: float = 95.0,
) -> LevelModel:
    """Fit two outcomes of the same studies with unstructured variances between studies.

    Args:
        effects: k effects; the design holds one column an outcome, or more.
        sampling: covariance of the effects within studies, shape (k, k).
        studies: k labels.
        outcomes: k names, two different ones.
        restricted: REML, else ML.
        coverage_pct: of the intervals.

    Raises:
        InputError: when there are not exactly two outcomes.
    """
    names = sorted(set(outcomes))
    if len(names) != 2:
        raise InputError(f"the model of outcomes takes two, not {len(names)}: {', '.join(names)}")
    together = same_group(studies)
    which = np.array([names.index(outcome) for outcome in outcomes], dtype=np.intp)

    def covariance(at: FloatArray) -> FloatArray:
        between = _two_by_two(at)
        whole: FloatArray = sampling + together * between[which[:, None], which[None, :]]
        return whole

    spread = math.sqrt(max(float(np.var(effects.y)), 1e-4) / 2)
    at, _ = minimise(
        lambda v: -marginal_likelihood(effects.y, effects.x, covariance(v), restricted=restricted),
        np.array([spread, spread * 0.8, 0.1]),
        what="the model of two outcomes",
    )
    between = _two_by_two(at)
    variances = {name: float(between[i, i]) for i, name in enumerate(names)}
    correlation = float(np.tanh(at[2]))
    return _finish(effects, sampling, covariance(at), variances, correlation, restricted, math.inf, coverage_pct)


def _two_by_two(at: FloatArray) -> FloatArray:
    cross = abs(at[0] * at[1]) * math.tanh(float(at[2]))
    return np.array([[at[0] ** 2, cross], [cross, at[1] ** 2]])


def _finish(
    effects: EffectSet,
    sampling: FloatArray,
    marginal: FloatArray,
    variances: dict[str, float],
    correlation: float | None,
    restricted: bool,
    dof: float,
    coverage_pct: float,
) -> LevelModel:
    from scipy.stats import chi2

    beta, covariance, _ = fit_marginal(effects.y, effects.x, marginal)
    error = np.sqrt(np.diag(covariance))
    reach = coverage_factor(dof, coverage_pct) * error
    q = fit_marginal(effects.y, effects.x, sampling)[2]
    return LevelModel(
        effects=effects,
        restricted=restricted,
        beta=beta,
        covariance=covariance,
        standard_error=error,
        low=beta - reach,
        high=beta + reach,
        p_value=two_sided(beta / error, dof),
        variances=variances,
        correlation=correlation,
        log_likelihood=marginal_likelihood(effects.y, effects.x, marginal, restricted=restricted),
        q=q,
        q_p=float(chi2.sf(q, effects.k - effects.p)),
        marginal=marginal,
    )
