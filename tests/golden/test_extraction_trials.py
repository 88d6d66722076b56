"""Extraction on the development trials: a key made by a person, rung 2; floors 0.85, goal 0.9."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from paracrine.evidence.extract.amounts import find_amounts
from paracrine.evidence.extract.extraction import extract_trial
from paracrine.evidence.extract.safety import safety_rows
from paracrine.evidence.file import EvidenceFile
from paracrine.evidence.reading import read_items
from paracrine.evidence.trial import Trial
from paracrine.testing.extraction_key import score_key


@pytest.fixture(scope="module")
def folder(evidence_files: Path) -> Path:
    return evidence_files / "msc_trials"


def trial(folder: Path, name: str) -> Trial:
    items = [one for one in read_items(EvidenceFile(folder / "ev_records" / f"{name}.json")) if isinstance(one, Trial)]
    return items[0]


def test_source_route_and_dose_reach_the_goal(folder: Path) -> None:
    with (folder / "ev_answer_key.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    score = score_key((row, extract_trial(trial(folder, row["nct_id"]))) for row in rows)
    assert score.trials == 29
    for name in ("therapy", "source", "route", "dose_kind", "dose_values"):
        assert score.share(name) >= 0.9, score.wrong


def test_every_counted_notation_is_read(folder: Path) -> None:
    with (folder / "number_formats.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 70
    assert [row["example"] for row in rows if not find_amounts(row["example"])] == []


def test_posted_events_are_exact(folder: Path) -> None:
    def counts(name: str, what: str) -> list[tuple[int | None, int | None]]:
        return [(row.events, row.at_risk) for row in safety_rows(trial(folder, name)) if row.what.startswith(what)]

    assert counts("NCT03857841", "serious") == [(1, 2), (0, 0), (0, 0), (0, 1)]
    assert counts("NCT03857841", "deaths")[0] == (1, 2)
    assert counts("NCT04313647", "serious") == [(0, 3), (0, 3), (0, 6), (0, 6), (0, 6)]
    assert [events for events, _ in counts("NCT04313647", "other")] == [1, 0, 0, 0, 1]
    assert counts("NCT04491240", "serious") == [(0, 10)] * 3


def test_vesicle_trials_are_told_from_a_thousand(folder: Path) -> None:
    with (folder / "ev_answer_key.csv").open(encoding="utf-8") as file:
        wanted = {row["nct_id"] for row in csv.DictReader(file) if row["is_msc_ev_therapy"].startswith("yes")}
    from paracrine.evidence.extract.therapy import judge_therapy

    every = EvidenceFile(folder / "msc_trials_studyfields_2022-10_1000.jsonl.gz")
    found = {one.trial_id for one in read_items(every) if isinstance(one, Trial) and judge_therapy(one)[0]}
    assert found == wanted


def test_the_known_conflict_of_one_product_is_shown(folder: Path) -> None:
    from paracrine.evidence.extract.products import find_conflicts, find_contents

    names = ("NCT04493242", "NCT05116761", "NCT05125562")
    found = find_conflicts(one for name in names for one in find_contents(trial(folder, name)))
    fifteen = next(one for one in found if one.volume_ml == 15)
    assert {one.particles for one in fifteen.statements} == {1.2e12, 10.5e8, 10.5e11}


def test_doses_agree_with_the_facts_that_other_rooms_use(folder: Path) -> None:
    from paracrine.facts.disposition import read_trial_doses

    compared = 0
    for row in read_trial_doses():
        if row.read_from.startswith("registry record") and (folder / "ev_records" / f"{row.trial}.json").is_file():
            doses = extract_trial(trial(folder, row.trial)).doses
            assert row.amount in {end for dose in doses for end in (dose.low, dose.high)}, row
            compared += 1
    assert compared >= 30
