"""From a table of comparisons to a network: ranking, league of treatments, inconsistency."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from paracrine.core.errors import InputError, UnknownName
from paracrine.core.notice import Notice, Severity
from paracrine.evidence.pool.guards import require_one_kind_of_subject
from paracrine.evidence.pool.looks import span
from paracrine.evidence.pool.network_table import compare_arms, read_arms, read_comparisons
from paracrine.evidence.pool.question import NETWORK_MODELS, PoolQuestion
from paracrine.evidence.pool.result import Span
from paracrine.evidence.pool.table import StudyTable, filter_rows
from paracrine.numerics.pooling.measure import Measure, find_measure
from paracrine.numerics.pooling.network import (
    Network,
    NetworkModel,
    build_network,
    estimate_network_tau2,
    pool_network,
    rank_treatments,
)
from paracrine.numerics.pooling.network_counts import pool_designs
from paracrine.numerics.pooling.network_inconsistency import Inconsistency, Split, decompose_q, split_comparisons


@dataclass(frozen=True, slots=True)
class NetworkAnswer:
    """A pooled network, on the scale people read where `league` and `against` are concerned."""

    table: str
    measure: str
    measure_title: str
    model: str
    null: float
    treatments: tuple[str, ...]
    study_count: int
    study_counts: dict[str, int]
    edges: tuple[tuple[str, str, int], ...]
    reference: str
    against: tuple[tuple[str, Span, Span | None], ...]
    league: tuple[tuple[str, str, Span], ...]
    ranking: tuple[tuple[str, float], ...]
    small_is_good: bool
    tau2: float
    i2_pct: float
    inconsistency: Inconsistency
    splits: tuple[Split, ...]
    notices: tuple[Notice, ...]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        data = asdict(self)
        data["notices"] = [notice.to_data() for notice in self.notices]
        return {"kind": "evidence network", "version": "1", **data}


def pool_network_table(
    table: StudyTable, question: PoolQuestion, *, reference: str = "", small_is_good: bool
) -> NetworkAnswer:
    """Pool a table of comparisons: study, treatment_1, treatment_2 and an effect, or one arm a line with counts.

    Raises:
        InputError: when the columns do not make comparisons, the network falls apart, or the model has no answer.
    """
    kept = filter_rows(table, question.where)
    notices = [*require_one_kind_of_subject(kept, by="")]
    key = question.measure.lower() or ("or" if "treatment" in kept.columns else "generic")
    measure = find_measure(key)[1]
    fitted = _fit(kept, question, key)
    network, model = fitted.network, fitted.model
    chosen = _reference(network, reference)
    edges = _edges(network)
    studies = {(one, other): count for one, other, count in edges}
    parts = decompose_q(model.network)
    notices += [*fitted.notices, *_doubts(parts)]
    ranking = rank_treatments(model, small_is_good=small_is_good)
    return NetworkAnswer(
        table=table.name,
        measure=key,
        measure_title=measure.title,
        model=fitted.words,
        null=float(measure.show(np.array([measure.null or 0.0]))[0]),
        treatments=network.treatments,
        study_count=len(network.studies),
        study_counts=_counts(network),
        edges=edges,
        reference=chosen,
        against=_against(model, measure, chosen),
        league=_league(model, measure),
        ranking=tuple(sorted(ranking.items(), key=lambda item: -item[1])),
        small_is_good=small_is_good,
        tau2=model.tau2,
        i2_pct=model.i2_pct,
        inconsistency=parts,
        splits=tuple(
            replace(one, study_count=studies[one.first, one.second])
            for one in split_comparisons(model)
            if one.study_count
        ),
        notices=tuple(notices),
    )


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The studies as a network, the model fitted to it or to its pooled designs, the model in words, and doubts."""

    network: Network
    model: NetworkModel
    words: str
    notices: tuple[Notice, ...] = ()


def _fit(table: StudyTable, question: PoolQuestion, key: str) -> _Fitted:
    if question.model not in ("auto", *NETWORK_MODELS):
        raise UnknownName(f"no network model called {question.model!r}", hint=f"known: {', '.join(NETWORK_MODELS)}")
    if question.model == "mh":
        return _fit_designs(table, question, key)
    comparisons, notices = read_comparisons(table, key)
    network = build_network(comparisons)
    if question.model == "common":
        model = pool_network(network, tau2=0.0, coverage_pct=question.coverage_pct)
        return _Fitted(network, model, "common effects", notices)
    tau2 = estimate_network_tau2(network, method=question.method.lower())
    model = pool_network(network, tau2=tau2, coverage_pct=question.coverage_pct)
    return _Fitted(network, model, f"random effects, tau2 by {question.method.upper()}", notices)


def _fit_designs(table: StudyTable, question: PoolQuestion, key: str) -> _Fitted:
    if key != "or":
        raise InputError(f"--model mh answers with or, not {key}", where=table.name)
    pooled = pool_designs(read_arms(table))
    network = build_network([one for study in pooled.used for one in compare_arms(study, key)])
    model = pool_network(pooled.network, tau2=0.0, coverage_pct=question.coverage_pct)
    notices: tuple[Notice, ...] = ()
    if pooled.left_out:
        message = f"These say nothing about an odds ratio and were left out: {'; '.join(pooled.left_out)}."
        notices = (Notice(code="left-out", message=message, severity=Severity.CAUTION),)
    return _Fitted(network, model, "Mantel-Haenszel by design, common effects, nothing added to zeros", notices)


def _doubts(parts: Inconsistency) -> list[Notice]:
    found = []
    if parts.between_random.p_value is not None and parts.between_random.p_value < 0.1:
        message = "Direct and indirect evidence disagree between designs: the network answer is not one answer."
        found.append(Notice(code="inconsistent", message=message, severity=Severity.SERIOUS))
    if parts.between.degrees_of_freedom == 0:
        message = "The network has no closed loop of different designs: inconsistency cannot be assessed."
        found.append(Notice(code="no-loop", message=message, severity=Severity.CAUTION))
    return found


def _reference(network: Network, asked: str) -> str:
    if asked and asked not in network.treatments:
        raise InputError(f"no treatment {asked!r} in the network", hint=", ".join(network.treatments))
    counts = _counts(network)
    return asked or max(network.treatments, key=lambda name: counts[name])


def _counts(network: Network) -> dict[str, int]:
    return {
        name: sum(index in study.arms for study in network.studies) for index, name in enumerate(network.treatments)
    }


def _edges(network: Network) -> tuple[tuple[str, str, int], ...]:
    counts: dict[tuple[int, int], int] = {}
    for study in network.studies:
        for pair in combinations(study.arms, 2):
            counts[pair] = counts.get(pair, 0) + 1
    names = network.treatments
    return tuple((names[i], names[j], count) for (i, j), count in sorted(counts.items()))


def _against(model: NetworkModel, measure: Measure, reference: str) -> tuple[tuple[str, Span, Span | None], ...]:
    names = model.network.treatments
    j = names.index(reference)
    found = []
    for i, name in enumerate(names):
        if i == j:
            continue
        shown = span(measure, *(float(part[i, j]) for part in (model.effect, model.low, model.high)))
        wide = None
        if model.prediction_low is not None and model.prediction_high is not None:
            ends = (float(model.prediction_low[i, j]), float(model.prediction_high[i, j]))
            wide = span(measure, float(model.effect[i, j]), *ends)
        found.append((name, shown, wide))
    return tuple(found)


def _league(model: NetworkModel, measure: Measure) -> tuple[tuple[str, str, Span], ...]:
    names = model.network.treatments
    return tuple(
        (names[i], names[j], span(measure, *(float(part[i, j]) for part in (model.effect, model.low, model.high))))
        for i, j in combinations(range(len(names)), 2)
    )
