"""Network meta-analysis by graph theory: every study an electrical network, effects its voltages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError, UnknownName
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.likelihood import marginal_likelihood
from paracrine.numerics.pooling.weighted import FloatArray


@dataclass(frozen=True)
class Comparison:
    """One study's effect of treatment `first` against `second` with its standard error."""

    study: str
    first: str
    second: str
    effect: float
    standard_error: float


@dataclass(frozen=True)
class StudyArms:
    """One study as arm values: positions of its treatments, values (n,) and pairwise variances (n, n)."""

    name: str
    arms: tuple[int, ...]
    values: FloatArray
    variances: FloatArray

    def conductance(self, tau2: float = 0.0) -> FloatArray:
        """Return the weighted Laplacian (n, n) of the study with tau2 added to every pairwise variance."""
        n = len(self.arms)
        resistances = self.variances + tau2 * (1 - np.eye(n))
        centre = np.eye(n) - 1 / n
        return np.asarray(np.linalg.pinv(-0.5 * centre @ resistances @ centre), float)


@dataclass(frozen=True)
class Network:
    """Treatments and studies; studies hold every pair of their arms."""

    treatments: tuple[str, ...]
    studies: tuple[StudyArms, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def degrees_of_freedom(self) -> int:
        """Independent contrasts less the treatment effects."""
        return sum(len(study.arms) - 1 for study in self.studies) - (len(self.treatments) - 1)


@dataclass(frozen=True)
class NetworkModel:
    """A fitted network.

    `effect`, `standard_error`, `low`, `high`, `prediction_low`, `prediction_high` are (n, n): row against column.
    """

    network: Network
    tau2: float
    q: float
    q_p: float
    i2_pct: float
    effect: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray
    prediction_low: FloatArray | None
    prediction_high: FloatArray | None


def build_network(comparisons: Sequence[Comparison]) -> Network:
    """Group comparisons into studies and check that the network hangs together.

    Raises:
        InputError: when a standard error is not positive, a multi-arm study lacks a pair or contradicts itself,
            or the network falls apart.
    """
    treatments = tuple(sorted({name for c in comparisons for name in (c.first, c.second)}))
    place = {name: index for index, name in enumerate(treatments)}
    grouped: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        if comparison.standard_error <= 0 or not math.isfinite(comparison.standard_error):
            raise InputError("a standard error is not positive", where=comparison.study)
        if comparison.first == comparison.second:
            raise InputError("a treatment is compared with itself", where=comparison.study)
        grouped.setdefault(comparison.study, []).append(comparison)
    studies = tuple(_study(name, rows, place) for name, rows in grouped.items())
    _require_connected(treatments, studies)
    return Network(treatments=treatments, studies=studies, comparisons=tuple(comparisons))


def _study(name: str, rows: list[Comparison], place: dict[str, int]) -> StudyArms:
    arms = tuple(sorted({place[arm] for row in rows for arm in (row.first, row.second)}))
    n = len(arms)
    if len(rows) != n * (n - 1) // 2:
        raise InputError(f"{n} arms need {n * (n - 1) // 2} comparisons, not {len(rows)}", where=name)
    effects, variances = np.zeros((n, n)), np.zeros((n, n))
    for row in rows:
        i, j = arms.index(place[row.first]), arms.index(place[row.second])
        effects[i, j], effects[j, i] = row.effect, -row.effect
        variances[i, j] = variances[j, i] = row.standard_error**2
    values = effects.mean(axis=1)
    gap = np.abs(effects - (values[:, None] - values[None, :])).max()
    if gap > 1e-3 * max(1.0, float(np.abs(effects).max())):
        raise InputError("the comparisons of this multi-arm study contradict each other", where=name)
    return StudyArms(name=name, arms=arms, values=values, variances=variances)


def _require_connected(treatments: tuple[str, ...], studies: tuple[StudyArms, ...]) -> None:
    seen, before = {0}, 0
    while len(seen) > before:
        before = len(seen)
        for study in studies:
            if seen & set(study.arms):
                seen |= set(study.arms)
    if len(seen) < len(treatments):
        apart = ", ".join(treatments[i] for i in range(len(treatments)) if i not in seen)
        raise InputError(f"the network falls apart: nothing links {treatments[0]} with {apart}")


@dataclass(frozen=True)
class Solution:
    """Potentials (n,), pseudo-inverse of the Laplacian (n, n) and the misfit Q under given variances."""

    values: FloatArray
    inverse: FloatArray
    q: float


def solve_studies(studies: Sequence[StudyArms], count: int, tau2: float) -> Solution:
    """Fit one set of treatment effects to studies."""
    total, score = np.zeros((count, count)), np.zeros(count)
    for study in studies:
        laplacian, index = study.conductance(tau2), np.array(study.arms)
        total[np.ix_(index, index)] += laplacian
        score[index] += laplacian @ study.values
    inverse = np.asarray(np.linalg.pinv(total), float)
    values = inverse @ score
    q = 0.0
    for study in studies:
        gap = study.values - values[list(study.arms)]
        q += float(gap @ study.conductance(tau2) @ gap)
    return Solution(values=values, inverse=inverse, q=q)


def moment_slope(studies: Sequence[StudyArms], count: int) -> float:
    """Return how much Q is expected to grow for one unit of tau2."""
    inverse = solve_studies(studies, count, 0.0).inverse
    direct, middle = 0.0, np.zeros((count, count))
    for study in studies:
        laplacian, index, n = study.conductance(), np.array(study.arms), len(study.arms)
        unit = 0.5 * (np.eye(n) - 1 / n)
        direct += float(np.trace(laplacian @ unit))
        middle[np.ix_(index, index)] += laplacian @ unit @ laplacian
    return direct - float(np.trace(inverse @ middle))


def estimate_network_tau2(network: Network, *, method: str = "dl") -> float:
    """Estimate the variance between studies, one for all comparisons, by `dl` or `reml`.

    Raises:
        UnknownName: for another estimator.

    References:
        doi:10.1002/jrsm.1058
    """
    free = network.degrees_of_freedom
    if free < 1:
        return 0.0
    if method == "dl":
        q = solve_studies(network.studies, len(network.treatments), 0.0).q
        return max(0.0, (q - free) / moment_slope(network.studies, len(network.treatments)))
    if method == "reml":
        return _restricted_tau2(network)
    raise UnknownName(f"no network estimator called {method!r}", hint="dl or reml")


def _restricted_tau2(network: Network) -> float:
    from scipy.linalg import block_diag
    from scipy.optimize import minimize_scalar

    count = len(network.treatments)
    y, rows = [], []
    for study in network.studies:
        for arm, value in zip(study.arms[1:], study.values[1:], strict=True):
            y.append(value - study.values[0])
            row = np.zeros(count)
            row[arm], row[study.arms[0]] = 1.0, -1.0
            rows.append(row[1:])

    def negative(tau2: float) -> float:
        blocks = []
        for study in network.studies:
            n = len(study.arms)
            r = study.variances + tau2 * (1 - np.eye(n))
            blocks.append(0.5 * (r[1:, :1] + r[:1, 1:] - r[1:, 1:]))
        return -marginal_likelihood(np.array(y), np.array(rows), block_diag(*blocks), restricted=True)

    upper = 10 * float(np.var(y)) + 1e-6
    found = minimize_scalar(negative, bounds=(0.0, upper), method="bounded", options={"xatol": 1e-10})
    tau2 = float(found.x)
    return tau2 if negative(tau2) < negative(0.0) else 0.0


def pool_network(network: Network, *, tau2: float, coverage_pct: float = 95.0) -> NetworkModel:
    """Fit the network at a given tau2; 0 is the common-effect network.

    References:
        doi:10.1002/jrsm.1058
    """
    from scipy.stats import chi2

    count, free = len(network.treatments), network.degrees_of_freedom
    plain = solve_studies(network.studies, count, 0.0)
    found = solve_studies(network.studies, count, tau2)
    effect = found.values[:, None] - found.values[None, :]
    diagonal = np.diag(found.inverse)
    variance = np.maximum(diagonal[:, None] + diagonal[None, :] - 2 * found.inverse, 0.0)
    error = np.sqrt(variance)
    reach = coverage_factor(math.inf, coverage_pct) * error
    wide = None
    if free > 1 and tau2 > 0:
        wide = coverage_factor(float(free - 1), coverage_pct) * np.sqrt(variance + tau2 * (1 - np.eye(count)))
    return NetworkModel(
        network=network,
        tau2=tau2,
        q=plain.q,
        q_p=float(chi2.sf(plain.q, free)) if free > 0 else 1.0,
        i2_pct=max(0.0, 100 * (plain.q - free) / plain.q) if plain.q > 0 else 0.0,
        effect=effect,
        standard_error=error,
        low=effect - reach,
        high=effect + reach,
        prediction_low=effect - wide if wide is not None else None,
        prediction_high=effect + wide if wide is not None else None,
    )


def rank_treatments(model: NetworkModel, *, small_is_good: bool) -> dict[str, float]:
    """Return P-scores: the mean certainty that a treatment is better than another one.

    References:
        doi:10.1186/s12874-015-0060-8
    """
    from scipy.special import ndtr

    count = len(model.network.treatments)
    with np.errstate(invalid="ignore", divide="ignore"):
        better = ndtr((-model.effect if small_is_good else model.effect) / model.standard_error)
    np.fill_diagonal(better, 0.0)
    scores = better.sum(axis=1) / (count - 1)
    return dict(zip(model.network.treatments, (float(score) for score in scores), strict=True))
