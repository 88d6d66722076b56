"""The same question otherwise: other estimators, one study left out, study by study, small studies."""

from __future__ import annotations

import numpy as np

from paracrine.core.errors import ParacrineError
from paracrine.evidence.pool.result import BiasFinding, Robustness, Span
from paracrine.numerics.pooling.heterogeneity import ESTIMATORS
from paracrine.numerics.pooling.influence import leave_one_out, measure_influence, pool_cumulatively
from paracrine.numerics.pooling.measure import Measure
from paracrine.numerics.pooling.random_effects import PooledModel, pool_effects
from paracrine.numerics.pooling.small_study import begg, egger, pet_peese, rank_counts, regress_counts
from paracrine.numerics.pooling.suppression import compare_significance, fail_safe_rosenthal
from paracrine.numerics.pooling.tables import pool_mantel_haenszel, pool_peto
from paracrine.numerics.pooling.trim_and_fill import FilledFunnel, trim_and_fill
from paracrine.numerics.pooling.weighted import FloatArray

ENOUGH_FOR_BIAS = 10
"""Below this many studies, tests of funnel asymmetry have too little power to tell chance from bias."""


def span(measure: Measure, value: float, low: float, high: float) -> Span:
    """Return a value and interval on the scale people read."""
    shown = measure.show(np.array([value, low, high], float))
    return Span(float(shown[0]), float(shown[1]), float(shown[2]))


def _model_span(measure: Measure, model: PooledModel) -> Span:
    return span(measure, float(model.beta[0]), float(model.low[0]), float(model.high[0]))


def other_estimators(
    model: PooledModel, measure: Measure, key: str, columns: dict[str, FloatArray]
) -> tuple[Robustness, ...]:
    """Return the answer under every estimator of tau2, and by Mantel-Haenszel and Peto where they apply."""
    found = []
    for estimator in ESTIMATORS:
        name = estimator.__name__.rpartition(".")[2]
        title = f"{estimator.TAU2.title} ({name})"
        try:
            test = "z" if name == "fe" else model.test
            other = pool_effects(model.effects, method=name, test=test, coverage_pct=model.coverage_pct)
        except ParacrineError as error:
            found.append(Robustness(title, Span(np.nan, np.nan, np.nan), None, error.message))
            continue
        found.append(Robustness(title, _model_span(measure, other), other.tau2.value, estimator.TAU2.advice))
    if key in ("rr", "or", "rd", "irr"):
        found.append(_table(measure, columns, key))
    if key == "or":
        found.append(_table(measure, columns, "peto"))
    return tuple(one for one in found if np.isfinite(one.shown.value))


def _table(measure: Measure, columns: dict[str, FloatArray], key: str) -> Robustness:
    name = "Peto" if key == "peto" else "Mantel-Haenszel"
    try:
        table = pool_peto(columns) if key == "peto" else pool_mantel_haenszel(columns, measure=key)
    except ParacrineError as error:
        return Robustness(name, Span(np.nan, np.nan, np.nan), None, error.message)
    return Robustness(name, span(measure, table.effect, table.low, table.high), None, "nothing added to zero cells")


def without_each(model: PooledModel, measure: Measure, labels: tuple[str, ...]) -> tuple[Robustness, ...]:
    """Return the answer without each study in turn; empty when too few are left."""
    if model.effects.k < 3:
        return ()
    rest = leave_one_out(model) if model.effects.k - model.effects.p >= 2 else ()
    return tuple(
        Robustness(f"without {label}", _model_span(measure, one), one.tau2.value)
        for label, one in zip(labels, rest, strict=True)
    )


def step_by_step(model: PooledModel, measure: Measure, labels: tuple[str, ...]) -> tuple[Robustness, ...]:
    """Return the answer as it grew, in the order of the studies given."""
    models = pool_cumulatively(model.effects, method=model.method, test="z")
    return tuple(
        Robustness(f"+ {label}", _model_span(measure, one), one.tau2.value)
        for label, one in zip(labels, models, strict=True)
    )


def outlying_studies(model: PooledModel, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return studies whose own effect the others do not foretell (studentised residual beyond 1.96)."""
    if model.effects.k < 4:
        return ()
    return tuple(label for label, out in zip(labels, measure_influence(model).outlying, strict=True) if out)


def look_at_small_studies(
    model: PooledModel, measure: Measure, key: str, columns: dict[str, FloatArray]
) -> tuple[tuple[BiasFinding, ...], FilledFunnel | None]:
    """Return tests of small-study effects and the filled funnel; below ten studies only that they are too few."""
    k = model.effects.k
    if k < ENOUGH_FOR_BIAS:
        says = f"{k} studies are too few to tell bias from chance (at least {ENOUGH_FOR_BIAS})"
        return (BiasFinding("Small-study effects", None, None, f"not assessed: {says}"),), None
    plain = egger(model.effects)
    found = [BiasFinding("Egger", plain.statistic, plain.p_value, _asymmetry(plain.p_value))]
    tau, p_value = begg(model.effects)
    found.append(BiasFinding("Begg-Mazumdar (Kendall's tau)", tau, p_value, _asymmetry(p_value)))
    if key in ("or", "rr"):
        for name in ("harbord", "peters"):
            try:
                test = regress_counts(name, columns)
            except ParacrineError:
                found.append(BiasFinding(name.title(), None, None, "not assessed: a table has no event or only events"))
                continue
            found.append(BiasFinding(test.name, test.statistic, test.p_value, _asymmetry(test.p_value)))
    if key == "or":
        found.append(_rank_counts(columns))
    pet, peese, chosen = pet_peese(model.effects)
    picked = peese if chosen == "PEESE" else pet
    shown = span(measure, picked.limit or 0.0, picked.limit_low or 0.0, picked.limit_high or 0.0)
    says = f"a study without error would show {shown.value:.3g} ({shown.low:.3g} to {shown.high:.3g})"
    found.append(BiasFinding(f"PET-PEESE ({chosen} picked)", None, None, says))
    filled = trim_and_fill(model.effects, method=model.method, test=model.test)
    other = trim_and_fill(model.effects, method=model.method, estimator="r0", test=model.test)
    pooled = _model_span(measure, filled.model)
    says = (
        f"lacking on the {filled.side}: {filled.missing_count} (R0 says {other.missing_count}); with them "
        f"{pooled.value:.3g} ({pooled.low:.3g} to {pooled.high:.3g})"
    )
    found.append(BiasFinding("Trim and fill (L0)", None, None, says))
    excess = compare_significance(model.effects)
    says = f"{excess.observed} significant studies, {excess.expected:.1f} expected"
    found.append(BiasFinding("Excess significance", None, excess.p_value, says))
    says = f"{fail_safe_rosenthal(model.effects)} unseen null results would undo significance; not a proof of anything"
    found.append(BiasFinding("Fail-safe N (Rosenthal)", None, None, says))
    return tuple(found), filled


def _rank_counts(columns: dict[str, FloatArray]) -> BiasFinding:
    name = "Schwarzer (rank, sparse tables)"
    try:
        z, p_value = rank_counts(columns)
    except ParacrineError as error:
        return BiasFinding(name, None, None, f"not assessed: {error.message}")
    return BiasFinding(name, z, p_value, _asymmetry(p_value))


def _asymmetry(p_value: float) -> str:
    return "small studies tell another story" if p_value < 0.1 else "no asymmetry shown"
