"""From a table of studies and a question to the pooled answer."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from paracrine.core.errors import InputError, LimitError, UnknownName
from paracrine.core.notice import Notice, Severity
from paracrine.evidence.pool.fitting import Fitted, choose_test, fit
from paracrine.evidence.pool.guards import (
    require_one_dose_unit,
    require_one_kind_of_subject,
    shared_control_covariance,
    split_shared_controls,
)
from paracrine.evidence.pool.looks import (
    look_at_small_studies,
    other_estimators,
    outlying_studies,
    span,
    step_by_step,
    without_each,
)
from paracrine.evidence.pool.question import MODELS, SHARED, PoolQuestion
from paracrine.evidence.pool.result import Coefficient, Heterogeneity, PooledAnswer, PoolResult, StudyEffect
from paracrine.evidence.pool.risk import RiskTable, keep_by_risk, read_risk
from paracrine.evidence.pool.table import StudyTable, choose_measure, filter_rows, gather_columns
from paracrine.evidence.pool.zero_events import ZeroEvents, finite_rows, look_for_zeros
from paracrine.numerics.interval import coverage_factor
from paracrine.numerics.pooling.heterogeneity import ESTIMATORS, estimate_tau2
from paracrine.numerics.pooling.measure import KINDS, Measure, compute_effects, find_measure
from paracrine.numerics.pooling.prediction import RULES, predict_new_effect, predict_new_study
from paracrine.numerics.pooling.random_effects import TESTS, PooledModel, pool_effects
from paracrine.numerics.pooling.tau2_interval import profile_tau2
from paracrine.numerics.pooling.weighted import FloatArray, effect_set


@dataclass(frozen=True, slots=True)
class _Ready:
    """Effects of one group of studies, ready to be pooled."""

    table: StudyTable
    key: str
    measure: Measure
    columns: dict[str, FloatArray]
    y: FloatArray
    v: FloatArray
    shared: FloatArray | None
    zeros: ZeroEvents
    notices: tuple[Notice, ...]


def pool_table(table: StudyTable, question: PoolQuestion) -> PoolResult:
    """Pool the studies of a table.

    Raises:
        InputError: when the table cannot answer the question; nothing is pooled in silence that must not be.
        UnknownName: for an unknown measure, estimator, test, model or rule.
    """
    _require_known(question)
    kept = filter_rows(table, question.where)
    kept, risk = keep_by_risk(kept, read_risk(kept), question.risk_at_most)
    notices = [
        *require_one_kind_of_subject(kept, by=question.by),
        *require_one_dose_unit(kept, (*question.moderators, question.order)),
    ]
    if len(kept.rows) < len(table.rows):
        message = f"{len(table.rows) - len(kept.rows)} of {len(table.rows)} rows were left out by what was asked."
        notices.append(Notice(code="left-out", message=message, severity=Severity.NOTE))
    groups = [(name, _prepare(part, question)) for name, part in _groups(kept, question.by)]
    spread = _common_spread([ready for _, ready in groups], question) if question.common_tau2 else None
    answers = tuple(_answer(ready, question, name, risk, spread) for name, ready in groups)
    return PoolResult(table.name, answers, _between(answers), risk, tuple(notices))


def _require_known(question: PoolQuestion) -> None:
    choices = (
        ("shared control", question.shared, SHARED), ("prediction rule", question.prediction, RULES),
        ("test", question.test, {"auto": "", "knha": "", **TESTS}), ("model", question.model, MODELS),
    )  # fmt: skip
    for what, asked, known in choices:
        if asked not in known:
            raise UnknownName(f"no {what} called {asked!r}", hint=f"known: {', '.join(known)}")
    ESTIMATORS.load(question.method.lower())


def _groups(table: StudyTable, by: str) -> list[tuple[str, StudyTable]]:
    if not by:
        return [("", table)]
    words = table.words(by.lower())
    names = list(dict.fromkeys(words))
    return [(name or "not stated", table.keep([i for i, word in enumerate(words) if word == name])) for name in names]


def _prepare(table: StudyTable, question: PoolQuestion) -> _Ready:
    if question.order:
        values = table.words(question.order.lower())
        table = table.keep(sorted(range(len(values)), key=lambda i: _sortable(values[i])))
    key = choose_measure(table, question.measure)
    if question.model == "peto" and key in ("rr", "or"):
        key = "or"
    kind, measure = find_measure(key)
    columns = gather_columns(table, KINDS.load(kind).COLUMNS, ratio=key == "generic_log")
    shared: FloatArray | None = None
    notices: tuple[Notice, ...] = ()
    if question.shared == "model":
        shared = shared_control_covariance(table, key, columns)
    else:
        columns, notices = split_shared_controls(table, columns)
    zeros = look_for_zeros(key, columns, coverage_pct=question.coverage_pct)
    y, v = compute_effects(key, columns)
    keep = finite_rows(y, v)
    if len(keep) < y.size:
        gone = ", ".join(label for i, label in enumerate(table.labels) if i not in keep)
        message = f"No effect can be computed for {gone}: left out of the pool."
        notices = (*notices, Notice(code="no-effect", message=message, severity=Severity.CAUTION))
    columns = {name: values[keep] for name, values in columns.items()}
    shared = shared[np.ix_(keep, keep)] if shared is not None else None
    return _Ready(table.keep(keep), key, measure, columns, y[keep], v[keep], shared, zeros, notices)


def _sortable(word: str) -> tuple[int, float, str]:
    try:
        return 0, float(word), word
    except ValueError:
        return 1, 0.0, word


def _common_spread(groups: list[_Ready], question: PoolQuestion) -> tuple[float, float, float]:
    """Return the one variance between studies that all groups share, with its interval.

    Raises:
        InputError: when nothing is grouped, the model has no such variance, or the groups leave nothing to judge by.
    """
    if not question.by or question.model not in ("auto", "random") or question.moderators:
        raise InputError("one tau2 for all groups needs --by and a random-effects model without moderators")
    used = [ready for ready in groups if ready.y.size and not ready.zeros.reason and ready.zeros.bound is None]
    if any(len(set(ready.table.labels)) < ready.y.size or ready.shared is not None for ready in used):
        raise InputError("one tau2 for all groups is not possible with several effects a study", hint="--model random")
    sizes = [ready.y.size for ready in used]
    if sum(sizes) <= len(sizes):
        raise InputError("every group has one study: they cannot share a tau2")
    member = np.repeat(np.arange(len(used)), sizes)
    effects = effect_set(
        np.concatenate([ready.y for ready in used]),
        np.concatenate([ready.v for ready in used]),
        moderators={str(i): (member == i).astype(float) for i in range(1, len(used))},
    )
    interval = profile_tau2(effects, coverage_pct=question.coverage_pct)
    return estimate_tau2(effects, question.method).value, interval.low, interval.high


def _answer(
    ready: _Ready,
    question: PoolQuestion,
    group: str,
    risk: RiskTable | None,
    common: tuple[float, float, float] | None,
) -> PooledAnswer:
    empty = _empty(ready, question, group, risk)
    if ready.zeros.bound is not None:
        bound = ready.zeros.bound
        shown = replace(span(find_measure("pr")[1], bound.proportion, bound.low, bound.high))
        return replace(empty, pooled=shown, reason=bound.reason, model="exact bound (Clopper-Pearson) of summed counts")
    if ready.zeros.reason:
        return replace(empty, reason=ready.zeros.reason)
    if ready.y.size < 2:
        return replace(empty, reason="one study: there is nothing to pool" if ready.y.size else "no effect exists")
    effects = effect_set(ready.y, ready.v)
    fitted = fit(
        effects, question, measure=ready.key, columns=ready.columns, studies=ready.table.labels, shared=ready.shared,
        tau2=common[0] if common else None,
    )  # fmt: skip
    answer = replace(
        empty,
        model=fitted.words,
        test=fitted.test,
        pooled=span(ready.measure, fitted.effect, fitted.low, fitted.high),
        pooled_effect=fitted.effect,
        standard_error=fitted.standard_error,
        p_value=fitted.p_value if ready.measure.null is not None else None,
        studies=_studies(ready, group, risk, _weights(fitted, effects.v)),
        notices=(*empty.notices, *fitted.notices),
    )
    answer = _with_coefficients(answer, ready, question)
    if fitted.model is None:
        return _with_levels(answer, fitted, ready, question)
    answer = _with_looks(answer, fitted.model, ready, question)
    if common and answer.heterogeneity:
        spread = replace(
            answer.heterogeneity, tau2_low=common[1], tau2_high=common[2], i2_low_pct=None, i2_high_pct=None
        )
        answer = replace(answer, heterogeneity=spread)
    return answer


def _weights(fitted: Fitted, v: FloatArray) -> FloatArray:
    if fitted.levels is not None:
        rows = np.linalg.solve(fitted.levels.marginal, np.ones(v.size))
        return np.asarray(100 * rows / rows.sum(), float)
    weights = 1 / (v + (fitted.tau2 or 0.0))
    return np.asarray(100 * weights / weights.sum(), float)


def _empty(ready: _Ready, question: PoolQuestion, group: str, risk: RiskTable | None) -> PooledAnswer:
    return PooledAnswer(
        group=group,
        measure=ready.key,
        measure_title=ready.measure.title if ready.measure.null is not None else ready.measure.short,
        back=ready.measure.back,
        null=float(ready.measure.show(np.array([ready.measure.null]))[0]) if ready.measure.null is not None else None,
        model="not pooled",
        method=question.method,
        test="",
        studies=_studies(ready, group, risk, np.zeros(ready.y.size)),
        pooled=None,
        pooled_effect=None,
        standard_error=None,
        p_value=None,
        reason="",
        prediction=None,
        prediction_rule="",
        heterogeneity=None,
        coefficients=(),
        r2_pct=None,
        leave_one_out=(),
        cumulative=(),
        otherwise=(),
        bias=(),
        filled=(),
        outlying=(),
        notices=(*ready.notices, *ready.zeros.notices),
    )


def _studies(ready: _Ready, group: str, risk: RiskTable | None, weights: FloatArray) -> tuple[StudyEffect, ...]:
    factor = coverage_factor(math.inf, 95.0)
    judged = {row.study: row for row in risk.rows} if risk else {}
    found = []
    for i, (label, line) in enumerate(zip(ready.table.labels, ready.table.lines, strict=True)):
        y, error = float(ready.y[i]), math.sqrt(float(ready.v[i]))
        row = judged.get(label)
        found.append(
            StudyEffect(
                label=label,
                line=line,
                shown=span(ready.measure, y, y - factor * error, y + factor * error),
                effect=y,
                standard_error=error,
                weight_pct=float(weights[i]),
                detail=_detail(ready.columns, i),
                risk=row.judgements if row else None,
                risk_overall=row.overall if row else "",
                group=group,
            )
        )
    return tuple(found)


def _detail(columns: dict[str, FloatArray], i: int) -> str:
    def number(name: str) -> str:
        return f"{float(columns[name][i]):.6g}"

    if "events_1" in columns:
        whole = "n" if "n_1" in columns else "time"
        return " · ".join(f"{number(f'events_{arm}')}/{number(f'{whole}_{arm}')}" for arm in (1, 2))
    if "events" in columns:
        return f"{number('events')}/{number('n')}"
    if "mean_1" in columns:
        return " · ".join(f"{number(f'mean_{a}')} ({number(f'sd_{a}')}), n {number(f'n_{a}')}" for a in (1, 2))
    return ""


def _with_looks(answer: PooledAnswer, model: PooledModel, ready: _Ready, question: PoolQuestion) -> PooledAnswer:
    labels = ready.table.labels
    bias, filled = look_at_small_studies(model, ready.measure, ready.key, ready.columns)
    prediction, rule = None, ""
    if model.method != "fe":
        try:
            found = predict_new_study(model, rule=question.prediction)
            prediction = span(ready.measure, float(model.beta[0]), found.low, found.high)
            rule = found.words
        except LimitError as error:
            rule = f"not assessed: {error.message}"
    return replace(
        answer,
        prediction=prediction,
        prediction_rule=rule,
        heterogeneity=_heterogeneity(model),
        leave_one_out=without_each(model, ready.measure, labels),
        cumulative=step_by_step(model, ready.measure, labels),
        otherwise=other_estimators(model, ready.measure, ready.key, ready.columns),
        bias=bias,
        filled=tuple(zip(filled.filled_y.tolist(), filled.filled_v.tolist(), strict=True)) if filled else (),
        outlying=outlying_studies(model, labels),
    )


def _heterogeneity(model: PooledModel) -> Heterogeneity:
    interval = profile_tau2(model.effects, coverage_pct=model.coverage_pct)
    return Heterogeneity(
        tau2=model.tau2.value,
        tau2_low=interval.low,
        tau2_high=interval.high,
        i2_pct=model.i2_pct,
        i2_low_pct=interval.i2_low_pct,
        i2_high_pct=interval.i2_high_pct,
        q=model.q,
        q_degrees_of_freedom=model.effects.k - 1,
        q_p=model.q_p,
    )


def _with_levels(answer: PooledAnswer, fitted: Fitted, ready: _Ready, question: PoolQuestion) -> PooledAnswer:
    if fitted.levels is None or fitted.tau2 is None:
        return answer
    levels = fitted.levels
    typical = (levels.effects.k - 1) / float(np.sum(1 / levels.effects.v) - np.sum(1 / levels.effects.v**2)
                                             / np.sum(1 / levels.effects.v))  # fmt: skip
    spread = Heterogeneity(
        fitted.tau2, None, None, 100 * fitted.tau2 / (fitted.tau2 + typical), None, None, levels.q,
        levels.effects.k - 1, levels.q_p,
    )  # fmt: skip
    if len(set(ready.table.labels)) < 3:
        return replace(answer, heterogeneity=spread, prediction_rule="not assessed: fewer than three studies")
    found = predict_new_effect(levels, coverage_pct=question.coverage_pct)
    prediction = span(ready.measure, fitted.effect, found.low, found.high)
    return replace(answer, heterogeneity=spread, prediction=prediction, prediction_rule=found.words)


def _with_coefficients(answer: PooledAnswer, ready: _Ready, question: PoolQuestion) -> PooledAnswer:
    if not question.moderators:
        return answer
    named = {name: ready.table.numbers(name.lower()) for name in question.moderators}
    effects = effect_set(ready.y, ready.v, moderators=dict(named))
    model = pool_effects(
        effects, method=question.method, test=choose_test(effects, question), coverage_pct=question.coverage_pct
    )
    rows = zip(effects.names, model.beta, model.low, model.high, model.p_value, strict=True)
    found = tuple(Coefficient(name, float(b), float(lo), float(hi), float(p)) for name, b, lo, hi, p in rows)
    notices = answer.notices
    if len(set(ready.table.labels)) < effects.k or ready.shared is not None:
        message = (
            "The moderators were fitted as if effects of one study were independent: their intervals are too narrow."
        )
        notices = (*notices, Notice(code="moderators-independent", message=message, severity=Severity.SERIOUS))
    if effects.k < 10 * len(named):
        message = f"{effects.k} studies for {len(named)} moderator(s): ten a moderator are asked for."
        notices = (*notices, Notice(code="few-for-moderators", message=message, severity=Severity.CAUTION))
    return replace(answer, coefficients=found, r2_pct=model.r2_pct, notices=notices)


def _between(answers: tuple[PooledAnswer, ...]) -> tuple[float, int, float] | None:
    from scipy.stats import chi2

    usable = [one for one in answers if one.pooled_effect is not None and one.standard_error]
    if len(usable) < 2:
        return None
    y = np.array([one.pooled_effect for one in usable], float)
    w = np.array([1 / (one.standard_error or 1.0) ** 2 for one in usable], float)
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    return q, len(usable) - 1, float(chi2.sf(q, len(usable) - 1))
