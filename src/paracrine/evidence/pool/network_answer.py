"""From a table of comparisons to a network: ranking, league of treatments, inconsistency."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.evidence.pool.guards import require_one_kind_of_subject
from paracrine.evidence.pool.looks import span
from paracrine.evidence.pool.question import PoolQuestion
from paracrine.evidence.pool.result import Span
from paracrine.evidence.pool.table import StudyTable, filter_rows
from paracrine.numerics.pooling.measure import Measure, compute_effects, find_measure
from paracrine.numerics.pooling.network import (
    Comparison,
    Network,
    NetworkModel,
    build_network,
    estimate_network_tau2,
    pool_network,
    rank_treatments,
)
from paracrine.numerics.pooling.network_inconsistency import Inconsistency, Split, decompose_q, split_comparisons


@dataclass(frozen=True, slots=True)
class NetworkAnswer:
    """A pooled network, on the scale people read where `league` and `against` are concerned."""

    table: str
    measure: str
    measure_title: str
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
        InputError: when the columns do not make comparisons or the network falls apart.
    """
    kept = filter_rows(table, question.where)
    notices = [*require_one_kind_of_subject(kept, by="")]
    key = question.measure.lower() or ("or" if "treatment" in kept.columns else "generic")
    measure = find_measure(key)[1]
    comparisons = _from_arms(kept, key) if "treatment" in kept.columns else _from_pairs(kept)
    network = build_network(comparisons)
    tau2 = 0.0 if question.model == "common" else estimate_network_tau2(network)
    model = pool_network(network, tau2=tau2, coverage_pct=question.coverage_pct)
    chosen = _reference(network, reference)
    parts = decompose_q(network)
    if parts.between_random.p_value is not None and parts.between_random.p_value < 0.1:
        message = "Direct and indirect evidence disagree between designs: the network answer is not one answer."
        notices.append(Notice(code="inconsistent", message=message, severity=Severity.SERIOUS))
    if parts.between.degrees_of_freedom == 0:
        message = "The network has no closed loop of different designs: inconsistency cannot be assessed."
        notices.append(Notice(code="no-loop", message=message, severity=Severity.CAUTION))
    ranking = rank_treatments(model, small_is_good=small_is_good)
    return NetworkAnswer(
        table=table.name,
        measure=key,
        measure_title=measure.title,
        null=float(measure.show(np.array([measure.null or 0.0]))[0]),
        treatments=network.treatments,
        study_count=len(network.studies),
        study_counts=_counts(network),
        edges=_edges(network),
        reference=chosen,
        against=_against(model, measure, chosen),
        league=_league(model, measure),
        ranking=tuple(sorted(ranking.items(), key=lambda item: -item[1])),
        small_is_good=small_is_good,
        tau2=tau2,
        i2_pct=model.i2_pct,
        inconsistency=parts,
        splits=tuple(one for one in split_comparisons(model) if one.study_count),
        notices=tuple(notices),
    )


def _from_pairs(table: StudyTable) -> list[Comparison]:
    first, second, effect = (table.find(name) for name in ("first", "second", "effect"))
    error, variance = table.find("error"), table.find("variance")
    if not (first and second and effect and (error or variance)):
        raise InputError(
            "no comparisons in this table",
            where=table.name,
            hint="study,treatment_1,treatment_2,effect,standard_error; or study,treatment,events,n with one arm a line",
        )
    values = table.numbers(effect)
    errors = table.numbers(error) if error else np.sqrt(table.numbers(variance))
    rows = zip(table.labels, table.words(first), table.words(second), values, errors, strict=True)
    return [Comparison(study, one, other, float(value), float(spread)) for study, one, other, value, spread in rows]


def _from_arms(table: StudyTable, key: str) -> list[Comparison]:
    events, n, treatments = (table.numbers("events"), table.numbers("n"), table.words("treatment"))
    arms: dict[str, list[int]] = {}
    for index, study in enumerate(table.labels):
        arms.setdefault(study, []).append(index)
    found = []
    for study, inside in arms.items():
        x, size = events[inside], n[inside]
        empty = ((x == 0) | (x == size)).any()
        x, size = (x + 0.5, size + 1.0) if empty else (x, size)
        for i, j in combinations(range(len(inside)), 2):
            columns = {name: np.array([value]) for name, value in zip(
                ("events_1", "n_1", "events_2", "n_2"), (x[i], size[i], x[j], size[j]), strict=True)}  # fmt: skip
            y, v = compute_effects(key, columns)
            found.append(
                Comparison(study, treatments[inside[i]], treatments[inside[j]], float(y[0]), float(np.sqrt(v[0])))
            )
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
