"""Trends: vesicles against cells, studies that count once, publications that tell of a trial."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.bench.evidence.filling import fill
from paracrine.evidence.origin import Origin
from paracrine.evidence.trends.comparing import ADDED, INSTEAD, compare_arms, compare_in_text
from paracrine.evidence.trial import Arm, EventGroup, Trial
from paracrine.evidence.work import Section, Work

NAMED = Trial(
    origin=Origin("made.json", "0" * 64, "record 1", "made", "1"),
    registry="ClinicalTrials.gov",
    trial_id="NCT00000001",
    title="Vesicles for knees",
    scientific_title="Exosomes of umbilical cord mesenchymal stem cells for osteoarthritis",
    sponsor="Knee House",
    countries=("Iceland",),
    arms=(
        Arm("Vesicles", "Experimental", "Intra-articular injection of 2 x 10e9 exosomes"),
        Arm("Cells", "Active Comparator", "Intra-articular injection of 40 million bone marrow MSCs"),
    ),
    phases=("1",),
    enrollment_count=24,
    conditions=("Osteoarthritis",),
    event_groups=(EventGroup("Vesicles", serious_count=2, serious_at_risk_count=11),),
)


def test_a_trial_says_who_compared_what_on_whom_with_which_result() -> None:
    found = compare_arms(NAMED, conditions=("osteoarthritis",), stage="phase 1", year=2022)
    assert found is not None
    assert (found.who, found.how, found.subjects) == ("Knee House (Iceland)", INSTEAD, "24 people, osteoarthritis")
    assert [result.words for result in found.results] == ["serious events: Vesicles 2/11"]


def test_vesicles_given_with_the_cells_are_told_from_vesicles_instead_of_them() -> None:
    arms = (Arm("Cells", "", "two infusions of MSCs"), Arm("Both", "", "two infusions of MSCs plus two of EVs"))
    found = compare_arms(replace(NAMED, arms=arms), conditions=(), stage="", year=None)
    assert found is not None
    assert found.how == ADDED
    alone = replace(NAMED, arms=(NAMED.arms[0], Arm("Saline", "", "saline")))
    assert compare_arms(alone, conditions=(), stage="", year=None) is None


@pytest.mark.parametrize(
    ("sentence", "is_comparison"),
    [
        ("MSC-derived exosomes healed wounds as well as transplanted MSCs in mice.", True),
        ("Rats given BM-MSC extracellular vesicles ran further than rats given stem cells.", True),
        ("Exosomes from umbilical cord mesenchymal stem cells were compared with saline.", False),
        ("EVs of adipose MSCs were superior to fibroblast EVs.", False),
        ("MSCs in medium A released more EVs than MSCs in medium B.", False),
        ("Mesenchymal stem cells secrete exosomes.", False),
    ],
)
def test_a_sentence_that_sets_vesicles_against_cells_is_quoted(sentence: str, is_comparison: bool) -> None:
    work = Work(
        origin=NAMED.origin, title="Vesicles", abstract=(Section("", f"Background. {sentence} The end."),), year=2021,
        doi="10.1/x",
    )  # fmt: skip
    found = compare_in_text(work, conditions=(), stage="")
    assert (found is not None) == is_comparison
    if found:
        assert found.results[0].words == sentence
        assert found.results[0].source == "https://doi.org/10.1/x"


def test_a_trial_in_two_registries_counts_once_and_its_paper_is_its_result(tmp_path: Path) -> None:
    evidence = open_bench(tmp_path / "base", person="Ada").evidence
    with evidence.open(create=True) as base:
        fill(
            base.index, [NAMED, replace(NAMED, trial_id="CHICTR9", registry="ChiCTR", secondary_ids=(NAMED.trial_id,))]
        )
        fill(base.index, [Work(origin=NAMED.origin, accession="1", database="pubmed", title="Outcome of all",
                               trial_ids=(NAMED.trial_id,), year=2024)])  # fmt: skip
    assert "nobody has looked" in evidence.trends().trends.doubts[0]
    assert evidence.trends().trends.vesicle_trials == 2
    evidence.dedupe()
    once = evidence.trends().trends
    assert once.vesicle_trials == 1
    assert "published: Outcome of all (2024)" in [result.words for result in once.comparisons[0].results]
