"""One pooled number by the model asked for, in one shape whatever the model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.evidence.pool.question import PoolQuestion
from paracrine.numerics.pooling.levels import LevelModel, fit_levels
from paracrine.numerics.pooling.mixed_counts import fit_logit_normal, fit_two_groups
from paracrine.numerics.pooling.random_effects import PooledModel, pool_effects
from paracrine.numerics.pooling.robust import robust_fit
from paracrine.numerics.pooling.tables import pool_mantel_haenszel, pool_peto
from paracrine.numerics.pooling.weighted import EffectSet, FloatArray


@dataclass(frozen=True, slots=True)
class Fitted:
    """A pooled number on its own scale, the model in words, and the random-effects model where that was fitted."""

    words: str
    test: str
    effect: float
    standard_error: float
    low: float
    high: float
    p_value: float
    tau2: float | None
    model: PooledModel | None
    levels: LevelModel | None = None
    notices: tuple[Notice, ...] = ()


def fit(
    effects: EffectSet,
    question: PoolQuestion,
    *,
    measure: str,
    columns: dict[str, FloatArray],
    studies: tuple[str, ...],
    shared: FloatArray | None,
    tau2: float | None = None,
) -> Fitted:
    """Fit the model that the question asks for; `tau2` is a variance known beforehand.

    Raises:
        InputError: when the model does not fit the data.
    """
    repeated = len(set(studies)) < len(studies)
    if question.model == "levels" or (question.model == "auto" and (repeated or shared is not None)):
        return _levels(effects, question, studies, shared)
    if question.model in ("mh", "peto", "mixed"):
        return _counts(question, measure, columns)
    method = "fe" if question.model == "common" else question.method
    test = choose_test(effects, question) if question.model != "common" else "z"
    model = pool_effects(effects, method=method, test=test, tau2=tau2, coverage_pct=question.coverage_pct)
    words = "common effect" if method == "fe" else f"random effects, tau2 by {method.upper()}"
    words += ", common to all groups" if tau2 is not None else ""
    notices = [*_test_notices(model, question)]
    if repeated:
        message = "Some studies give several effects, which this model takes as independent."
        notices.append(_notice("dependent-effects", message, "--model levels", Severity.SERIOUS))
    return Fitted(
        words=words,
        test=test,
        effect=float(model.beta[0]),
        standard_error=float(model.standard_error[0]),
        low=float(model.low[0]),
        high=float(model.high[0]),
        p_value=float(model.p_value[0]),
        tau2=model.tau2.value if method != "fe" else None,
        model=model,
        notices=tuple(notices),
    )


def choose_test(effects: EffectSet, question: PoolQuestion) -> str:
    """Return the test asked for; by default `adhoc` from three studies on, `z` for two."""
    if question.test != "auto":
        return "hksj" if question.test == "knha" else question.test
    return "adhoc" if effects.k - effects.p >= 2 else "z"


def _test_notices(model: PooledModel, question: PoolQuestion) -> list[Notice]:
    found = []
    k = model.effects.k
    if model.test == "hksj" and model.scale < 1:
        ratio = 1 / math.sqrt(model.scale) if model.scale > 0 else math.inf
        message = (
            f"HKSJ makes the standard error {ratio:.1f} times smaller than the studies' own precision allows: the "
            "studies agree better than chance would have it."
        )
        found.append(_notice("hksj-too-sure", message, "--test adhoc", Severity.SERIOUS))
    if k == 2 and model.test in ("hksj", "adhoc", "t"):
        message = "Two studies leave one degree of freedom: an interval by t is so wide that it says nothing."
        found.append(_notice("two-studies-t", message, "--test z, and say that heterogeneity is unknown"))
    if k == 2 and model.test == "z" and model.method != "fe":
        message = "Two studies cannot show how much studies differ: the interval takes tau2 as known and is too narrow."
        found.append(_notice("two-studies-z", message, "Show both studies beside the pooled value."))
    elif k < 5 and model.method != "fe" and not question.common_tau2:
        message = f"{k} studies tell little about the variance between studies."
        found.append(_notice("few-studies", message, "Look at the interval of tau2 and at the other estimators."))
    if model.tau2.cut_at_zero and question.model != "common":
        message = "The estimate of tau2 was negative and set to zero; that is no proof of agreement."
        found.append(_notice("tau2-at-zero", message, "", Severity.NOTE))
    return found


def _levels(effects: EffectSet, question: PoolQuestion, studies: tuple[str, ...], shared: FloatArray | None) -> Fitted:
    rows = tuple(f"{study} #{index}" for index, study in enumerate(studies))
    groups = {"study": studies, "effect": rows}
    sampling = np.diag(effects.v) + (shared if shared is not None else 0.0)
    model = fit_levels(effects, groups, sampling=sampling, coverage_pct=question.coverage_pct)
    count = len(set(studies))
    why = "Some studies give several effects" if count < effects.k else "Comparisons share controls"
    variances = f"{model.variances['study']:.3g} between studies, {model.variances['effect']:.3g} inside them"
    message = f"{why}: they were fitted inside their study (variance {variances})."
    notices = [_notice("levels", message, "", Severity.NOTE)]
    words = "effects inside studies (REML)"
    if count <= effects.p + 1:
        notices.append(
            _notice(
                "few-clusters",
                f"Only {count} studies: robust errors are not possible, and the interval by z is too narrow.",
                "",
            )
        )
        effect, error = float(model.beta[0]), float(model.standard_error[0])
        low, high, p_value, test = float(model.low[0]), float(model.high[0]), float(model.p_value[0]), "z"
    else:
        weights = np.asarray(np.linalg.inv(model.marginal), float)
        robust = robust_fit(
            effects, studies, weights=weights, working=model.marginal, coverage_pct=question.coverage_pct
        )
        effect, error = float(robust.beta[0]), float(robust.standard_error[0])
        low, high, p_value = float(robust.low[0]), float(robust.high[0]), float(robust.p_value[0])
        words += ", robust errors by study"
        test = f"CR2, {robust.degrees_of_freedom[0]:.1f} degrees of freedom"
        if robust.degrees_of_freedom[0] < 4:
            message = "Fewer than four degrees of freedom are left: even CR2 is not to be trusted."
            notices.append(_notice("few-clusters", message, ""))
    return Fitted(
        words=words,
        test=test,
        effect=effect,
        standard_error=error,
        low=low,
        high=high,
        p_value=p_value,
        tau2=sum(model.variances.values()),
        model=None,
        levels=model,
        notices=tuple(notices),
    )


def _counts(question: PoolQuestion, measure: str, columns: dict[str, FloatArray]) -> Fitted:
    cover = question.coverage_pct
    if question.model == "mixed":
        if measure not in ("plo", "or", "irr"):
            raise InputError(f"the mixed model answers with plo, or, irr, not {measure}", hint="--measure or")
        found = (
            fit_logit_normal(columns, coverage_pct=cover)
            if measure == "plo"
            else fit_two_groups(columns, measure=measure, coverage_pct=cover)
        )
        ratio = found.effect / found.standard_error
        p_value = math.erfc(abs(ratio) / math.sqrt(2))
        return Fitted(
            "mixed model of the counts (maximum likelihood)", "z", found.effect, found.standard_error, found.low,
            found.high, p_value, found.tau2, None,
        )  # fmt: skip
    wanted = ("peto", "or") if question.model == "peto" else ("rr", "or", "rd", "irr")
    if measure not in wanted:
        raise InputError(f"--model {question.model} answers with {', '.join(wanted)}, not {measure}")
    if question.model == "peto":
        table, words = pool_peto(columns, coverage_pct=cover), "Peto"
    else:
        table, words = pool_mantel_haenszel(columns, measure=measure, coverage_pct=cover), "Mantel-Haenszel"
    return Fitted(
        f"{words}, common effect", "z", table.effect, table.standard_error, table.low, table.high, table.p_value, None,
        None,
    )  # fmt: skip


def _notice(code: str, message: str, action: str, severity: Severity = Severity.CAUTION) -> Notice:
    return Notice(code=code, message=message, severity=severity, action=action)
