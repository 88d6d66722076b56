"""The one sentence that answers."""

from __future__ import annotations

from paracrine.core.product import Batch
from paracrine.core.specification import Limit, LimitKind, Outcome, Verdict
from paracrine.release.comparison import AttributeComparison
from paracrine.report.headline import comparison_headline, headline

BATCH = Batch(name="B-017", product="UC-MSC-EV")


def verdict(
    title: str, outcome: Outcome, *, kind: LimitKind = LimitKind.NUMERIC, stage: str = "final product"
) -> Verdict:
    limit = Limit(attribute=title.lower(), title=title, limit_kind=kind, stage=stage, high=7.0, accept=("none",))
    return Verdict(batch="B-017", limit=limit, outcome=outcome, reason="because")


def passes(count: int) -> list[Verdict]:
    return [verdict(f"Attribute {number}", Outcome.PASS) for number in range(count)]


def test_without_limits_nothing_is_judged() -> None:
    assert headline(BATCH, ()) == "Batch B-017 is not judged: no specification was given."


def test_what_is_open_is_named_beside_what_passes() -> None:
    said = headline(BATCH, [*passes(11), verdict("Endotoxin", Outcome.NOT_ASSESSED)])
    assert said == "Batch B-017 passes 11 of 12 limits; endotoxin not assessed."


def test_all_passed_is_said_in_short() -> None:
    assert headline(BATCH, passes(12)) == "Batch B-017 passes all 12 limits."
    assert headline(BATCH, passes(1)) == "Batch B-017 passes its one limit."


def test_a_failure_comes_first_and_keeps_abbreviations_large() -> None:
    found = [*passes(3), verdict("D50 diameter", Outcome.FAIL), verdict("Sterility", Outcome.FAIL)]
    said = headline(BATCH, [*found, verdict("CD63", Outcome.BORDERLINE)])
    assert said == "Batch B-017 fails 2 of 6 limits (D50 diameter and sterility); CD63 borderline; 3 passed."


def test_nothing_passed_is_not_called_passing() -> None:
    found = [verdict("Purity", Outcome.NOT_ASSESSED), verdict("Potency", Outcome.BORDERLINE)]
    assert headline(BATCH, found) == "Batch B-017 passes none of its 2 limits; potency borderline; purity not assessed."


def test_reported_and_not_applicable_limits_are_not_counted() -> None:
    found = [
        *passes(2),
        verdict("Zeta potential", Outcome.REPORTED, kind=LimitKind.REPORT),
        verdict("Mycoplasma", Outcome.NOT_APPLICABLE),
    ]
    assert headline(BATCH, found) == "Batch B-017 passes all 2 limits."
    assert headline(BATCH, found[2:]) == "Batch B-017 is not judged: no limit applies."


def test_many_open_limits_are_counted_not_listed() -> None:
    found = [*passes(1), *(verdict(f"Open {n}", Outcome.NOT_ASSESSED) for n in range(5))]
    assert headline(BATCH, found) == "Batch B-017 passes 1 of 6 limits; 5 limits not assessed."


def test_one_title_at_two_stages_says_the_stage() -> None:
    found = [*passes(1), *(verdict("Yield", Outcome.FAIL, stage=stage) for stage in ("harvest", "final product"))]
    assert "(yield (harvest) and yield (final product))" in headline(BATCH, found)


def compared(title: str, outcome: str, *, other: str = "B-018") -> AttributeComparison:
    return AttributeComparison(
        title.lower(), title, "nm", "B-017", other, 1.1, 1.0, 1.2, 1.25, outcome, 1.05, "because"
    )


def test_a_comparison_names_what_differs() -> None:
    found = [
        compared("D50 diameter", "different"),
        compared("Zeta potential", "equivalent"),
        compared("Yield", "not shown"),
    ]
    said = comparison_headline(found)
    assert said == "Batch B-018 differs from B-017 in D50 diameter (1 attribute equivalent, 1 not shown)."


def test_equivalence_is_said_only_where_all_of_it_was_shown() -> None:
    assert comparison_headline([compared("A", "equivalent"), compared("B", "equivalent")]) == (
        "Batch B-018 is equivalent to B-017 in both attributes compared."
    )
    open_one = comparison_headline([compared("A", "equivalent"), compared("Bb", "not assessed")])
    assert open_one == "Batch B-018 shows no difference from B-017 (1 attribute equivalent, 1 not assessed)."


def test_nothing_to_compare_is_said() -> None:
    assert comparison_headline([]) == "Nothing can be compared: no attribute was measured in two batches."


def test_several_batches_are_each_named_in_one_sentence() -> None:
    said = comparison_headline([compared("Yield", "different"), compared("Yield", "equivalent", other="B-019")])
    assert (
        said
        == "Batch B-018 differs from B-017 in yield; batch B-019 is equivalent to B-017 in the one attribute compared."
    )


def test_nothing_assessed_is_not_called_no_difference() -> None:
    said = comparison_headline([compared("A", "not assessed"), compared("B", "not assessed")])
    assert said == "Batch B-018 could not be compared with B-017."
