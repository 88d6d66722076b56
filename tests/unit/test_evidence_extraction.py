"""Numbers as written, doses kept apart, spans that point at their words, corrections by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.core.errors import InputError
from paracrine.evidence.extract.amounts import find_amounts
from paracrine.evidence.extract.correcting import correct, read_corrections
from paracrine.evidence.extract.extraction import extract_trial
from paracrine.evidence.extract.passages import passages
from paracrine.evidence.extract.safety import safety_rows
from paracrine.evidence.origin import Origin
from paracrine.evidence.trends.counting import count_trends
from paracrine.evidence.trends.seen import see_trial
from paracrine.evidence.trial import Arm, EventGroup, Intervention, Trial

NAMED = Trial(
    origin=Origin("made.json", "0" * 64, "record 1", "made", "1"),
    registry="ClinicalTrials.gov",
    trial_id="NCT00000001",
    title="Vesicles for knees",
    scientific_title="Exosomes of umbilical cord mesenchymal stem cells for osteoarthritis",
    arms=(
        Arm("Low", "Experimental", "Intra-articular injection of 2 x 10e9 particles, 5 ml of exosome solution, once"),
        Arm("Cells", "Active Comparator", "Intra-articular injection of 40 million bone marrow MSCs"),
    ),
    interventions=(Intervention("UC exosomes", "biological", "2 x 10^9 particles"),),
    phases=("1", "2"),
    enrollment_count=24,
    enrollment_basis="estimated",
    conditions=("Osteoarthritis",),
    event_groups=(EventGroup("Low", serious_count=0, serious_at_risk_count=90),),
)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2.0*10E8 nano vesicles/3 ml", 2e8, 2e8),
        ("3-5 x 10e11", 3e11, 5e11),
        ("10.5x1011", 1.05e12, 1.05e12),
        ("2.5 x 109/L", 2.5e9, 2.5e9),
        ("(1.22-1.51) × 10 (6)/kg", 1.22e6, 1.51e6),
        ("0.5-2x10^10", 5e9, 2e10),
        ("1 x 10 6 cells", 1e6, 1e6),
        ("10 E7", 1e7, 1e7),
        ("1.0E+6", 1e6, 1e6),
        ("1*10^4-6", 1e4, 1e6),
        ("1-2 x 1000000", 1e6, 2e6),
        ("1.2 Trillion", 1.2e12, 1.2e12),
        ("100million", 1e8, 1e8),
        ("4,6 * 10^7", 4.6e7, 4.6e7),
    ],
)
def test_numbers_are_read_as_meant(text: str, low: float, high: float) -> None:
    found = find_amounts(text)[0]
    assert (found.low, found.high) == (low, high)


def test_a_bracket_confirms_or_contradicts() -> None:
    assert find_amounts("1 x 108 (100 million) cells")[0].agrees is True
    assert find_amounts("2 x10^6 (20 million) cells")[0].agrees is False


@pytest.mark.parametrize("text", ["on day 10 7 patients", "3 x 5 ml", "10 mg", "2 x 100 ml", "in 2012 10 patients"])
def test_plain_text_holds_no_large_number(text: str) -> None:
    assert find_amounts(text) == ()


def test_values_point_at_their_words() -> None:
    found = extract_trial(NAMED)
    texts = dict(passages(NAMED))
    assert found.is_vesicle_therapy
    assert found.value("source").value == "umbilical cord"
    assert found.value("source").id == "CL:0002569"
    assert found.value("route").value == "intra-articular"
    assert (found.value("phase").value, found.value("n").value) == ("1 | 2", "24 (estimated)")
    for one in (found.value("source"), found.value("route"), *found.doses):
        assert texts[one.field][one.start : one.end] in one.words


def test_kinds_of_dose_stay_apart() -> None:
    doses = {one.dose_kind: one for one in extract_trial(NAMED).doses}
    assert (doses["particles"].low, doses["volume"].low, doses["cells"].low) == (2e9, 5.0, 4e7)
    assert any("not converted" in doubt for doubt in extract_trial(NAMED).doubts)


def test_silence_of_a_record_is_no_absence() -> None:
    found = extract_trial(NAMED).value("isolation: ultracentrifugation")
    assert (found.status, found.value) == ("not assessable", "not stated")


def test_a_row_without_events_has_an_exact_interval() -> None:
    serious = next(row for row in safety_rows(NAMED) if row.what.startswith("serious"))
    assert serious.high_pct == pytest.approx(100 * (1 - 0.025 ** (1 / 90)))  # analytic
    deaths = next(row for row in safety_rows(NAMED) if row.what == "deaths")
    assert deaths.high_pct is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"interventions": (Intervention("Diet", "other", "supplement"),), "arms": ()}, "interventions do not"),
        ({"interventions": (Intervention("Assay", "other", "exosomes on explants ex vivo"),)}, "laboratory"),
    ],
)
def test_decoys_are_no_therapy(change: dict[str, object], why: str) -> None:
    found = extract_trial(replace(NAMED, **change))  # type: ignore[arg-type]
    assert not found.is_vesicle_therapy
    assert why in found.why
    assert found.doses == ()


def test_corrections_by_hand_win_and_are_marked() -> None:
    mine = read_corrections("key,item,value\ntrial:NCT00000001,source,placenta\n", name="c.csv")
    fixed = correct(extract_trial(NAMED), mine).value("source")
    assert (fixed.value, fixed.confidence) == ("placenta", "by hand")
    with pytest.raises(InputError, match="no item"):
        correct(extract_trial(NAMED), {("trial:NCT00000001", "colour"): "blue"})


def test_trends_count_and_find_the_comparison() -> None:
    trends = count_trends([see_trial(NAMED)])
    assert (trends.vesicle_trials, trends.trials) == (1, 1)
    assert [one.key for one in trends.comparisons] == ["trial:NCT00000001"]
    assert {one.value: one.count for one in trends.funnel if one.group == "MSC-EV"}["phase 1/2"] == 1


def test_the_demo_runs_on_shipped_facts(tmp_path: Path) -> None:
    report = open_bench().evidence.demo(tmp_path)
    assert {path.name for path in report.files} >= {"trials.csv", "counts.csv", "covid-deaths-pool.html", "trends.html"}
    assert report.pooled.result.answers[0].pooled.value == pytest.approx(0.323759, abs=1e-5)  # type: ignore[union-attr]


def test_conditions_go_under_their_usual_names() -> None:
    from paracrine.evidence.trends.seen import name_conditions

    assert name_conditions(("Covid19", "COVID-19", "Rare thing")) == ("COVID-19", "rare thing")


def test_only_a_full_text_is_scored() -> None:
    from paracrine.evidence.extract.extraction import extract_work
    from paracrine.evidence.work import Section, Work

    abstract = Work(
        origin=NAMED.origin, database="pubmed", pmid="1", title="Exosomes of bone marrow MSCs",
        abstract=(Section("", "Exosomes were isolated by ultracentrifugation."),),
    )  # fmt: skip
    whole = replace(abstract, full_text=(Section("Methods", "NTA and electron microscopy; CD63 and CD81."),))
    assert extract_work(abstract).value("characterisation score").status == "not assessable"
    assert extract_work(abstract).value("isolation: ultracentrifugation").status == "reported"
    assert extract_work(whole).value("characterisation score").value.startswith("3 of 7")
    assert extract_work(whole).value("characterisation: potency").status == "not found"
