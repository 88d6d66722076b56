"""The one sentence that verdicts add up to."""

from __future__ import annotations

import pytest

from paracrine.core.specification import Limit, LimitKind, Outcome, Verdict
from paracrine.release.summary import Overall, summarise


def verdict(name: str, outcome: Outcome, *, batch: str = "B-017", **options: object) -> Verdict:
    kind = LimitKind.REPORT if outcome is Outcome.REPORTED else LimitKind.NUMERIC
    limit = Limit(**({"attribute": name, "high": 1.0, "limit_kind": kind} | options))  # type: ignore[arg-type]
    return Verdict(batch=batch, limit=limit, outcome=outcome, reason="r")


def test_the_sentence_counts_limits_and_names_what_is_missing() -> None:
    found = summarise([verdict("a", Outcome.PASS), verdict("b", Outcome.PASS), verdict("c", Outcome.NOT_ASSESSED)])
    assert found.sentence() == "Batch B-017 passes 2 of 3 limits; c not assessed."
    assert found.overall is Overall.INCOMPLETE


@pytest.mark.parametrize(
    ("outcomes", "overall"),
    [
        ([Outcome.PASS, Outcome.REPORTED], Overall.MEETS_ALL),
        ([Outcome.PASS, Outcome.NOT_APPLICABLE], Overall.MEETS_ALL),
        ([Outcome.PASS, Outcome.NOT_ASSESSED], Overall.INCOMPLETE),
        ([Outcome.BORDERLINE, Outcome.NOT_ASSESSED], Overall.BORDERLINE),
        ([Outcome.FAIL, Outcome.BORDERLINE, Outcome.NOT_ASSESSED], Overall.FAILS),
        ([Outcome.NOT_APPLICABLE], Overall.NO_LIMITS),
        ([Outcome.REPORTED], Overall.NO_LIMITS),
        ([], Overall.NO_LIMITS),
    ],
)
def test_the_worst_limit_decides_and_nothing_missing_passes(outcomes: list[Outcome], overall: Overall) -> None:
    verdicts = [verdict(f"a{index}", outcome) for index, outcome in enumerate(outcomes)]
    assert summarise(verdicts).overall is overall


def test_a_limit_with_several_results_counts_once_by_its_worst() -> None:
    found = summarise([verdict("a", Outcome.PASS), verdict("a", Outcome.FAIL), verdict("b", Outcome.PASS)])
    assert (found.limit_count, len(found.passed), len(found.failed)) == (2, 1, 1)
    assert found.sentence() == "Batch B-017 passes 1 of 2 limits; fails a."


def test_one_attribute_at_two_stages_is_told_apart() -> None:
    found = summarise([verdict("a", Outcome.FAIL, stage="bulk"), verdict("a", Outcome.FAIL, stage="vial")])
    assert found.sentence() == "Batch B-017 passes 0 of 2 limits; fails a (bulk) and a (vial)."


def test_a_report_only_limit_that_nobody_measured_leaves_the_record_incomplete() -> None:
    missing = verdict("b", Outcome.NOT_ASSESSED, limit_kind=LimitKind.REPORT)
    found = summarise([verdict("a", Outcome.PASS), missing])
    assert (found.limit_count, found.overall) == (1, Overall.INCOMPLETE)


def test_an_example_says_that_its_limits_are_not_this_products() -> None:
    assert "not limits for this product" in summarise([verdict("a", Outcome.PASS)], example=True).sentence()


def test_two_batches_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="one batch at a time"):
        summarise([verdict("a", Outcome.PASS), verdict("a", Outcome.PASS, batch="B-018")])
