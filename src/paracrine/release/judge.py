"""Judge a batch's measurements against a specification."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from paracrine.core.measurement import Measurement, State
from paracrine.core.notice import Severity
from paracrine.core.product import Batch, Role
from paracrine.core.specification import DecisionRule, Limit, LimitKind, Outcome, Specification, Verdict
from paracrine.release.finding import judge_finding
from paracrine.release.number import judge_number
from paracrine.release.ruling import Ruling

STAGES_FACT = "release.stages"
"""Fact of a batch that lists, with commas, the stages its release covers."""


def measurement_id(measurement: Measurement) -> str:
    """Return the hash of a measurement's canonical JSON: the same result, the same id."""
    return hashlib.sha256(measurement.to_json().encode()).hexdigest()


def judge(
    specification: Specification,
    batch: Batch,
    measurements: Sequence[Measurement],
    *,
    entry_of: Callable[[Measurement], str] = measurement_id,
) -> tuple[Verdict, ...]:
    """Return one verdict for each limit and each measurement it meets, in the order of the limits.

    Only samples with the role product are judged. A limit that meets no measurement is not assessed; it is not
    applicable only where the record says so (the batch's fact `release.stages`, or the measurement itself).

    Args:
        specification: limits in the units values are kept in.
        batch: its name picks the measurements, its label is the amount that label limits refer to.
        measurements: any, also of other batches and roles.
        entry_of: gives the id that a verdict names as its evidence.
    """
    of_batch = [measurement for measurement in measurements if measurement.batch == batch.name]
    verdicts: list[Verdict] = []
    for limit in specification.limits:
        found = _find(limit, batch, of_batch)
        if isinstance(found, Ruling):
            verdicts.append(_verdict(batch, limit, found))
        else:
            verdicts += [_judge_one(limit, batch, measurement, entry_of(measurement)) for measurement in found]
    return tuple(verdicts)


def _judge_one(limit: Limit, batch: Batch, measurement: Measurement, entry: str) -> Verdict:
    ruling = _rule(limit, batch, measurement)
    doubts = ", ".join(notice.code for notice in measurement.notices if notice.severity is Severity.SERIOUS)
    if doubts and measurement.state is State.MEASURED:
        ruling = ruling.with_remark(f"with a serious notice: {doubts}")
    return _verdict(batch, limit, ruling, measurement=measurement, entry=entry)


def _rule(limit: Limit, batch: Batch, measurement: Measurement) -> Ruling:
    if measurement.state is State.NOT_APPLICABLE:
        return Ruling(Outcome.NOT_APPLICABLE, measurement.reason)
    if measurement.state is State.NOT_ASSESSED:
        return Ruling(Outcome.NOT_ASSESSED, measurement.reason)
    if limit.limit_kind is LimitKind.REPORT:
        return Ruling(Outcome.REPORTED, "reported, without a limit")
    if limit.limit_kind is LimitKind.FINDING:
        if measurement.finding is None:
            return Ruling(Outcome.NOT_ASSESSED, "a number was reported where the limit asks for a finding in words")
        return judge_finding(limit, measurement.finding)
    if measurement.quantity is None:
        return Ruling(
            Outcome.NOT_ASSESSED, f"reported in words ({measurement.finding!r}) where the limit asks for a number"
        )
    if limit.window_low_nm is not None and (other := _other_window(limit, measurement)):
        return Ruling(Outcome.NOT_ASSESSED, other)
    repeatability = measurement.budget is not None and not measurement.budget.calibrated
    return judge_number(
        limit,
        measurement.quantity,
        label_per_ml=batch.label_particles_per_ml,
        interval_name="repeatability interval" if repeatability else "interval",
    )


def _other_window(limit: Limit, measurement: Measurement) -> str:
    """Return why a result does not belong to the limit's size window, empty when it does."""
    wanted = (limit.window_low_nm, limit.window_high_nm)
    measurand = measurement.measurand
    found = (measurand.window_low_nm, measurand.window_high_nm) if measurand else (None, None)
    if found == wanted:
        return ""
    words = "no window is stated" if None in found else f"the result is for {found[0]:g} to {found[1]:g} nm"
    return f"the limit is for {wanted[0]:g} to {wanted[1]:g} nm, {words}"


@dataclass(frozen=True, slots=True)
class _Filter:
    keeps: Callable[[Measurement], bool]
    why_none: Callable[[Sequence[Measurement]], str]


def _find(limit: Limit, batch: Batch, measurements: Sequence[Measurement]) -> Sequence[Measurement] | Ruling:
    """Narrow the measurements step by step; the step that leaves none gives the reason."""
    covered = [word.strip().casefold() for word in batch.facts.get(STAGES_FACT, "").split(",") if word.strip()]
    if covered and limit.stage.casefold() not in covered:
        return Ruling(Outcome.NOT_APPLICABLE, f"the release of this batch covers {', '.join(covered)}")
    method = limit.method.casefold()
    steps = (
        _Filter(lambda m: m.attribute == limit.attribute, lambda _: "not measured: the record has no result for it"),
        _Filter(lambda m: m.role is Role.PRODUCT, lambda rest: f"measured only on {_list(m.role.value for m in rest)}"),
        _Filter(
            lambda m: m.stage.casefold() == limit.stage.casefold(),
            lambda rest: f"not measured at this stage, only at {_list(m.stage for m in rest)}",
        ),
        _Filter(
            lambda m: method in f"{m.method}\n{m.technique}".casefold(),
            lambda rest: f"not measured by {limit.method}, only by {_list(m.method for m in rest)}",
        ),
    )
    rest = list(measurements)
    for step in steps:
        kept = [measurement for measurement in rest if step.keeps(measurement)]
        if not kept:
            return Ruling(Outcome.NOT_ASSESSED, step.why_none(rest))
        rest = kept
    return rest


def _list(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _verdict(
    batch: Batch, limit: Limit, ruling: Ruling, *, measurement: Measurement | None = None, entry: str = ""
) -> Verdict:
    other = DecisionRule.GUARD_BAND if limit.rule is DecisionRule.SIMPLE else DecisionRule.SIMPLE
    return Verdict(
        batch=batch.name,
        limit=limit,
        outcome=ruling.outcome,
        reason=ruling.reason,
        other_rule=None if ruling.other is None else other,
        other_outcome=ruling.other,
        quantity=measurement.quantity if measurement else None,
        finding=measurement.finding if measurement else None,
        sample=measurement.sample if measurement else "",
        method=measurement.method if measurement else "",
        evidence=(entry,) if entry else (),
    )
