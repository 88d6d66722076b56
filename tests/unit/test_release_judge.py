"""Verdicts on measurements."""

from __future__ import annotations

from typing import Any

import pytest

from paracrine.core.measurand import Measurand
from paracrine.core.measurement import Measurement, State
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import Batch, Role
from paracrine.core.quantity import Budget, Component, Quantity
from paracrine.core.specification import DecisionRule, Limit, LimitKind, Outcome, Specification, Verdict
from paracrine.release.judge import STAGES_FACT, judge, measurement_id
from paracrine.release.number import judge_number

BATCH = Batch(name="B-017", product="Wharton EV", label_particles_per_ml=2.0e10)
ENDOTOXIN: dict[str, Any] = {"attribute": "endotoxin", "unit": "EU/mL"}


def measured(value: float | str | None, unit: str = "EU/mL", **options: Any) -> Measurement:
    fields: dict[str, Any] = {"attribute": "endotoxin", "title": "x", "batch": "B-017", "sample": "s1", "method": "LAL"}
    quantity = {key: options.pop(key) for key in ("low", "high", "comparator", "coverage_pct") if key in options}
    if isinstance(value, float):
        fields["quantity"] = Quantity(value=value, unit=unit, **quantity)
    elif value is not None:
        fields["finding"] = value
    return Measurement(**(fields | options))


def verdicts(limit: Limit, *measurements: Measurement, batch: Batch = BATCH) -> tuple[Verdict, ...]:
    return judge(Specification(product="Wharton EV", limits=(limit,)), batch, measurements)


def verdict(limit: Limit, *measurements: Measurement, batch: Batch = BATCH) -> Verdict:
    (only,) = verdicts(limit, *measurements, batch=batch)
    return only


@pytest.mark.parametrize(
    ("value", "limit", "outcome"),
    [
        (97.96, {"low": 98.0, "decimals": 1}, Outcome.PASS),
        (97.92, {"low": 98.0, "decimals": 1}, Outcome.FAIL),
        (101.45, {"high": 101.5, "decimals": 1}, Outcome.PASS),
        (101.55, {"high": 101.5, "decimals": 1}, Outcome.FAIL),
        (0.5, {"high": 0.5}, Outcome.PASS),
        (0.5, {"high": 0.5, "high_inclusive": False}, Outcome.FAIL),
        (0.46, {"high": 0.5, "high_inclusive": False, "decimals": 1}, Outcome.FAIL),
        (0.46, {"high": 0.5, "high_inclusive": False, "decimals": 2}, Outcome.PASS),
        (0.0, {"high": 0.5, "decimals": 1}, Outcome.PASS),
        (0.0, {"low": 0.0, "high": 0.5}, Outcome.PASS),
        (9.96e9, {"low": 1e10, "decimals": 1, "power_of_ten": True}, Outcome.PASS),
        (9.94e9, {"low": 1e10, "decimals": 1, "power_of_ten": True}, Outcome.FAIL),
        (1e300, {"high": 1.0, "decimals": 1}, Outcome.FAIL),
        (1e25, {"low": 1e25, "decimals": 12}, Outcome.PASS),
    ],
)
def test_the_simple_rule_compares_the_rounded_value(value: float, limit: dict[str, Any], outcome: Outcome) -> None:
    """Rung 2 for the first four (USP General Notices 7.20), rung 1 else."""
    assert verdict(Limit(**ENDOTOXIN, **limit), measured(value)).outcome is outcome


@pytest.mark.parametrize(
    ("low", "value", "high", "outcome"),
    [
        (0.30, 0.40, 0.49, Outcome.PASS),
        (0.30, 0.40, 0.50, Outcome.PASS),
        (0.30, 0.40, 0.51, Outcome.BORDERLINE),
        (0.50, 0.60, 0.70, Outcome.BORDERLINE),
        (0.51, 0.60, 0.70, Outcome.FAIL),
    ],
)
def test_the_guard_band_asks_for_the_whole_interval(low: float, value: float, high: float, outcome: Outcome) -> None:
    """Rung 1: an inclusive upper limit of 0.5."""
    limit = Limit(**ENDOTOXIN, high=0.5, rule=DecisionRule.GUARD_BAND)
    assert verdict(limit, measured(value, low=low, high=high)).outcome is outcome


def test_the_other_rule_stands_beside() -> None:
    result = measured(0.46, low=0.40, high=0.52)
    simple = verdict(Limit(**ENDOTOXIN, high=0.5), result)
    guarded = verdict(Limit(**ENDOTOXIN, high=0.5, rule=DecisionRule.GUARD_BAND), result)
    assert (simple.outcome, simple.other_rule, simple.other_outcome) == (
        Outcome.PASS,
        DecisionRule.GUARD_BAND,
        Outcome.BORDERLINE,
    )
    assert (guarded.outcome, guarded.other_rule, guarded.other_outcome) == (
        Outcome.BORDERLINE,
        DecisionRule.SIMPLE,
        Outcome.PASS,
    )


def test_the_reason_shows_the_limit_as_it_is_written() -> None:
    fixed = verdict(Limit(**ENDOTOXIN, high=0.5, decimals=2), measured(0.4567))
    assert fixed.reason == "0.46 EU/mL (rounded from 0.4567) meets the limit (at most 0.50)"
    power = verdict(Limit(**ENDOTOXIN, low=1e10, high=2e11, decimals=1, power_of_ten=True), measured(9.94e9))
    assert power.reason == "9.9e9 EU/mL (rounded from 9.94e9) does not meet the limit (within 1.0e10 to 2.0e11)"


def test_a_guard_band_without_interval_is_not_assessed() -> None:
    found = verdict(Limit(**ENDOTOXIN, high=0.5, rule=DecisionRule.GUARD_BAND), measured(0.1))
    assert found.outcome is Outcome.NOT_ASSESSED
    assert "needs an interval" in found.reason
    assert found.other_outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.6181818, 0.7188578, "0.6182 to 0.7189"), (0.50000042, 0.7, "0.5000004 to 0.7")]
)
def test_ends_are_written_with_the_fewest_digits_that_lie_where_they_lie(low: float, high: float, said: str) -> None:
    limit = Limit(**ENDOTOXIN, high=0.5, rule=DecisionRule.GUARD_BAND)
    found = verdict(limit, measured(0.65, low=low, high=high))
    assert found.outcome is Outcome.FAIL
    assert f"interval {said} EU/mL lies wholly outside" in found.reason


def test_an_interval_that_is_only_repeatability_is_called_so() -> None:
    budget = Budget(scale="relative", components=(Component(name="videos", standard_uncertainty=0.05),))
    result = measured(0.4, low=0.3, high=0.45, budget=budget)
    found = verdict(Limit(**ENDOTOXIN, high=0.5, rule=DecisionRule.GUARD_BAND), result)
    assert (
        found.reason == "the 95 % repeatability interval 0.3 to 0.45 EU/mL lies wholly within the limit (at most 0.5)"
    )


@pytest.mark.parametrize(
    ("comparator", "value", "limit", "outcome"),
    [
        ("<", 0.1, {"high": 0.5, "high_inclusive": False}, Outcome.PASS),
        ("<", 0.5, {"high": 0.5, "high_inclusive": False}, Outcome.PASS),
        ("<", 1.0, {"high": 0.5, "high_inclusive": False}, Outcome.NOT_ASSESSED),
        ("<", 0.1, {"low": 0.0, "high": 0.5}, Outcome.PASS),
        ("<", 0.1, {"low": 0.05, "high": 0.5}, Outcome.NOT_ASSESSED),
        ("<", 0.1, {"low": 0.1}, Outcome.FAIL),
        (">", 20.0, {"high": 0.5}, Outcome.FAIL),
        (">", 0.1, {"high": 0.5}, Outcome.NOT_ASSESSED),
        (">", 0.5, {"low": 0.5, "low_inclusive": False}, Outcome.PASS),
    ],
)
@pytest.mark.parametrize("rule", list(DecisionRule))
def test_a_censored_result_counts_for_all_it_allows(
    comparator: str, value: float, limit: dict[str, Any], outcome: Outcome, rule: DecisionRule
) -> None:
    """Rung 1: set inclusion by hand."""
    found = verdict(Limit(**ENDOTOXIN, rule=rule, **limit), measured(value, comparator=comparator))
    assert found.outcome is outcome
    assert found.other_outcome is outcome


def test_a_censored_signed_result_is_open_below() -> None:
    limit = Limit(attribute="zeta", unit="mV", low=-30.0, high=10.0)
    assert verdict(limit, measured(5.0, "mV", attribute="zeta", comparator="<")).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("finding", "outcome"),
    [
        ("No growth", Outcome.PASS),
        ("NEGATIVE", Outcome.PASS),
        ("no-growth.", Outcome.PASS),
        ("growth", Outcome.FAIL),
        ("positive", Outcome.FAIL),
        ("not detected", Outcome.NOT_ASSESSED),
        ("inconclusive", Outcome.NOT_ASSESSED),
        ("Bacillus found in 1 of 2", Outcome.FAIL),
    ],
)
def test_a_finding_must_be_an_accepted_word(finding: str, outcome: Outcome) -> None:
    limit = Limit(attribute="sterility", limit_kind=LimitKind.FINDING, accept=("negative", "no growth"))
    found = verdict(limit, measured(finding, attribute="sterility"))
    assert found.outcome is outcome
    assert found.finding == finding


def test_a_finding_and_a_number_do_not_answer_each_other() -> None:
    words = Limit(attribute="endotoxin", limit_kind=LimitKind.FINDING, accept=("negative",))
    assert "a number was reported" in verdict(words, measured(0.1)).reason
    found = verdict(Limit(**ENDOTOXIN, high=0.5), measured("not detected"))
    assert found.outcome is Outcome.NOT_ASSESSED
    assert "reported in words" in found.reason


@pytest.mark.parametrize(
    ("value", "decimals", "outcome"),
    [
        (2.4e10, 0, Outcome.PASS),
        (1.6e10, 0, Outcome.PASS),
        (2.409e10, 0, Outcome.PASS),
        (2.409e10, 1, Outcome.FAIL),
        (1.58e10, 0, Outcome.FAIL),
    ],
)
def test_a_label_limit_compares_per_cent_of_the_label(value: float, decimals: int, outcome: Outcome) -> None:
    """Rung 1: a label of 2.0e10 with 20 %."""
    limit = Limit(attribute="conc", limit_kind=LimitKind.LABEL, tolerance_pct=20.0, decimals=decimals, unit="1/mL")
    assert verdict(limit, measured(value, "1/mL", attribute="conc")).outcome is outcome


@pytest.mark.parametrize("label", [None, 0.0])
def test_a_batch_without_label_is_not_assessed(label: float | None) -> None:
    limit = Limit(attribute="conc", limit_kind=LimitKind.LABEL, tolerance_pct=20.0)
    batch = Batch(name="B-017", product="P", label_particles_per_ml=label)
    found = verdict(limit, measured(1e10, "1/mL", attribute="conc"), batch=batch)
    assert found.outcome is Outcome.NOT_ASSESSED
    assert "label_particles_per_ml" in found.reason


def test_units_of_one_dimension_meet_and_others_do_not() -> None:
    limit = Limit(attribute="protein", unit="ug/mL", low=500.0, decimals=-2)
    assert verdict(limit, measured(0.45, "mg/mL", attribute="protein")).outcome is Outcome.PASS
    assert verdict(limit, measured(0.44, "mg/mL", attribute="protein")).outcome is Outcome.FAIL
    for unit, said in (("nm", "cannot convert"), ("U/mg", "no conversion is known")):
        found = verdict(limit, measured(900.0, unit, attribute="protein"))
        assert found.outcome is Outcome.NOT_ASSESSED
        assert said in found.reason


def test_a_percentage_is_judged_in_its_own_window_only() -> None:
    limit = Limit(
        attribute="share",
        limit_kind=LimitKind.PERCENT_IN_RANGE,
        unit="%",
        low=90.0,
        window_low_nm=50,
        window_high_nm=400,
    )
    fitting = Measurand(window_low_nm=50, window_high_nm=400)
    narrow = Measurand(window_low_nm=50, window_high_nm=200)
    assert verdict(limit, measured(0.95, "1", attribute="share", measurand=fitting)).outcome is Outcome.PASS
    found = verdict(limit, measured(95.0, "%", attribute="share", measurand=narrow))
    assert found.outcome is Outcome.NOT_ASSESSED
    assert found.reason == "the limit is for 50 to 400 nm, the result is for 50 to 200 nm"
    assert "no window is stated" in verdict(limit, measured(95.0, "%", attribute="share")).reason


def test_a_report_limit_never_judges() -> None:
    limit = Limit(**ENDOTOXIN, limit_kind=LimitKind.REPORT)
    assert verdict(limit, measured(99.0)).outcome is Outcome.REPORTED
    assert verdict(limit).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"attribute": "potency"}, "not measured: the record has no result for it"),
        ({"batch": "B-018"}, "not measured: the record has no result for it"),
        ({"role": Role.PROCESS_BLANK}, "measured only on process blank"),
        ({"stage": "supernatant"}, "not measured at this stage, only at supernatant"),
        ({"method": "gel clot"}, "not measured by LAL, only by gel clot"),
    ],
)
def test_what_is_not_there_is_not_assessed_with_its_reason(options: dict[str, Any], reason: str) -> None:
    found = verdict(Limit(**ENDOTOXIN, high=0.5, method="LAL"), measured(0.1, **options))
    assert (found.outcome, found.reason, found.evidence) == (Outcome.NOT_ASSESSED, reason, ())


def test_the_method_may_also_be_the_technique_in_any_case() -> None:
    limit = Limit(**ENDOTOXIN, high=0.5, method="nta")
    assert verdict(limit, measured(0.1, method="NanoSight", technique="NTA")).outcome is Outcome.PASS


def test_the_state_of_a_measurement_is_kept() -> None:
    limit = Limit(**ENDOTOXIN, high=0.5)
    for state, outcome in (
        (State.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        (State.NOT_APPLICABLE, Outcome.NOT_APPLICABLE),
    ):
        found = verdict(limit, measured(None, state=state, reason="no bead run"))
        assert (found.outcome, found.reason) == (outcome, "no bead run")


def test_a_stage_is_left_out_only_where_the_batch_says_so() -> None:
    limit = Limit(**ENDOTOXIN, high=0.5, stage="cell bank")
    assert verdict(limit).outcome is Outcome.NOT_ASSESSED
    stated = BATCH.model_copy(update={"facts": {STAGES_FACT: "Final product, purified EV"}})
    assert verdict(limit, batch=stated).outcome is Outcome.NOT_APPLICABLE
    covered = Limit(**ENDOTOXIN, high=0.5, stage="Purified EV")
    assert verdict(covered, measured(0.2, stage="purified ev"), batch=stated).outcome is Outcome.PASS


def test_every_sample_and_method_gets_its_verdict() -> None:
    results = (measured(0.1, sample="s1"), measured(0.9, sample="s2"), measured(0.2, sample="s1", method="gel clot"))
    found = verdicts(Limit(**ENDOTOXIN, high=0.5), *results)
    assert [(v.sample, v.method, v.outcome.value) for v in found] == [
        ("s1", "LAL", "pass"),
        ("s2", "LAL", "fail"),
        ("s1", "gel clot", "pass"),
    ]
    assert [v.evidence for v in found] == [(measurement_id(result),) for result in results]


def test_evidence_may_be_ledger_entries() -> None:
    specification = Specification(product="P", limits=(Limit(**ENDOTOXIN, high=0.5),))
    (found,) = judge(specification, BATCH, [measured(0.1)], entry_of=lambda m: f"entry 7 {m.sample}")
    assert found.evidence == ("entry 7 s1",)


def test_a_serious_notice_stands_in_the_reason() -> None:
    notices = (
        Notice(code="drift-too-high", message="m", severity=Severity.SERIOUS),
        Notice(code="few-particles", message="m", severity=Severity.CAUTION),
    )
    found = verdict(Limit(**ENDOTOXIN, high=0.5), measured(0.1, notices=notices))
    assert found.reason == "0.1 EU/mL meets the limit (at most 0.5); with a serious notice: drift-too-high"


def test_a_value_that_is_no_number_is_not_assessed() -> None:
    broken = Quantity.model_construct(value=float("nan"), unit="EU/mL", low=None, high=None, comparator="=")
    assert judge_number(Limit(**ENDOTOXIN, high=0.5), broken).outcome is Outcome.NOT_ASSESSED
