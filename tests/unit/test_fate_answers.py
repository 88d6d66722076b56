"""Answers of the fate room: balance, bands, grades, refusals by name, pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paracrine import open_bench
from paracrine.core.errors import InputError, LimitError, ParacrineError, UnknownName
from paracrine.core.parameter import Grade
from paracrine.facts.disposition import read_scaling_factors
from paracrine.fate.amount import in_particles, read_amount
from paracrine.fate.answer import FateAnswer, answer
from paracrine.fate.equivalent import compare_doses, exposure
from paracrine.fate.guard import Sizes
from paracrine.fate.modifiers import modifier_names, read_disease, read_label, read_surface
from paracrine.fate.posterior import read_posterior
from paracrine.fate.predict import FateDraws, FateQuestion, predict


@pytest.fixture(scope="module")
def mouse() -> FateDraws:
    return predict(FateQuestion("mouse", 1e10, label="radiolabel"))


@pytest.fixture(scope="module")
def told(mouse: FateDraws) -> FateAnswer:
    return answer(mouse)


def test_every_draw_adds_up_to_the_dose(mouse: FateDraws) -> None:
    """Rung 1: the amount is conserved; asked 1e-9 of the dose."""
    assert mouse.balance_error_frac < 1e-12


def test_bands_hold_their_median_and_stay_between_nothing_and_all(told: FateAnswer) -> None:
    for place in told.places:
        for band in (place.intact, place.shown):
            assert band is not None
            low, middle, high = (np.array(one) for one in (band.low, band.middle, band.high))
            assert np.all((low >= -1e-9) & (low <= middle) & (middle <= high) & (high <= 100.0001))


def test_the_label_shows_more_than_is_intact_after_a_day(told: FateAnswer) -> None:
    liver, day = told.place("liver"), told.at(24)
    assert liver.shown is not None
    assert liver.shown.middle[day] > liver.intact.middle[day]


def test_brain_is_told_apart_from_its_blood_and_never_as_a_point(told: FateAnswer) -> None:
    assert [part.name for part in told.brain_parts] == ["brain_blood", "brain_endothelium", "brain_parenchyma"]
    assert {part.grade for part in told.brain_parts} == {Grade.ASSUMPTION}


def test_grades_fall_away_from_mice_and_native_surfaces(told: FateAnswer) -> None:
    assert told.place("liver").grade is Grade.EV_LITERATURE
    assert told.place("kidney").grade is Grade.OTHER_PARTICLE
    assert answer(predict(FateQuestion("rat", 1e10))).place("liver").grade is Grade.OTHER_PARTICLE
    assert answer(predict(FateQuestion("mouse", 1e10, surface="cd47"))).place("liver").grade is Grade.ASSUMPTION


def test_organs_without_any_number_on_vesicles_are_named(told: FateAnswer) -> None:
    bare = {place.name for place in told.places if not place.vesicle_datum}
    assert bare == {"kidney", "heart", "gut", "brain", "rest"}


def test_an_organ_without_physiology_is_not_assessed() -> None:
    human = answer(predict(FateQuestion("human", 1e12)))
    assert human.not_assessed[0][0] == "brain"
    assert "brain" not in {place.name for place in human.places}
    assert any(notice.code == "species-extrapolated" for notice in human.notices)


def test_a_row_of_the_users_brings_an_organ_back(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    head = "organ,quantity,value,low,high,unit,source,origin,grade,note\n"
    own.write_text(head + "brain,vascular space,4.1,,,% of organ volume,lab book 12,,measured here,\n", "utf-8")
    human = answer(predict(FateQuestion("human", 1e12, own_rows=own)))
    assert human.not_assessed == ()
    assert human.place("brain").grade is Grade.ASSUMPTION


def test_a_perfusing_assay_leaves_the_blood_out(mouse: FateDraws) -> None:
    washed = predict(replace(mouse.question, perfused=True))
    assert np.all(washed.shown("lung")[:, 1] < mouse.shown("lung")[:, 1])


def test_peg_lowers_the_liver_and_cd47_holds_no_effect(mouse: FateDraws) -> None:
    coated = predict(replace(mouse.question, surface="peg"))
    assert np.median(coated.intact("liver")[:, -5]) < np.median(mouse.intact("liver")[:, -5])
    assert read_surface("cd47").multiplies["phagocyte_uptake"].high == 1.0


def test_every_label_surface_and_disease_has_range_source_and_grade() -> None:
    grades = {grade.value for grade in Grade}
    for folder, read in (("labels", read_label), ("surfaces", read_surface), ("diseases", read_disease)):
        for name in modifier_names(folder):
            found = read(name)
            assert found.grade in grades
            assert found.source
            for span in getattr(found, "multiplies", {}).values():
                assert 0 <= span.low < span.high
                assert span.source


def test_the_posterior_says_how_it_was_made() -> None:
    facts = read_posterior().facts
    assert facts["soft_khat"] < 0.7
    assert facts["vesicle_khat"] < 0.7
    assert "Panagi2001" not in facts["soft_papers"]
    assert len(facts["leave_one_paper_out"]["papers"]) == 6


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ({"species": "mosue"}, UnknownName, "mouse"),
        ({"route": "oral"}, UnknownName, "oral"),
        ({"label": "dyes"}, UnknownName, "dye"),
        ({"surface": "pegg"}, UnknownName, "peg"),
        ({"until_h": -3.0}, InputError, "time"),
        ({"until_h": 9000.0}, LimitError, "past"),
        ({"particles": 0.0}, InputError, "above zero"),
        ({"particles": 1e15}, LimitError, "blood"),
        ({"sizes": Sizes(400, 600, 900, "x")}, LimitError, "600"),
        ({"weight_g": -2.0}, InputError, "weigh"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(change: dict[str, object], error: type, word: str) -> None:
    with pytest.raises(error, match=word):
        predict(replace(FateQuestion("mouse", 1e10), **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "word"),
    [("1e10", "no unit"), ("1e10 vesicle", "unit"), ("-4 ug", "above zero"), ("lots", "not a dose"), ("3 mL", "unit")],
)
def test_a_dose_needs_a_number_and_a_unit(text: str, word: str) -> None:
    with pytest.raises(ParacrineError, match=word):
        read_amount(text)


def test_mass_becomes_particles_only_through_a_ratio_of_the_same_quantity() -> None:
    assert in_particles(read_amount("2mg"), "3e9particles/ug") == pytest.approx(6e12)
    for ratio in ("", "1500particles/cell"):
        with pytest.raises(InputError, match="ratio"):
            in_particles(read_amount("20ug"), ratio)


def test_size_outside_the_calibration_is_told() -> None:
    found = predict(FateQuestion("mouse", 1e10, sizes=Sizes(90, 150, 240, "file")))
    assert any(notice.code == "size-extrapolated" for notice in found.notices)


def test_rules_follow_their_formulas() -> None:
    """Rung 2: Km 3 and 37, doi:10.4103/0976-0105.177703; power 0.75, doi:10.1007/s11095-013-1127-z."""
    given = FateQuestion("mouse", 2e10, weight_g=20.0)
    found = compare_doses(
        given, FateQuestion("human", 1.0, weight_g=60_000.0), organ="liver", factors=read_scaling_factors()
    )
    power, surface, per_kg = (one.particles for one in found.by_rule)
    assert power == pytest.approx(2e10 * 3000**0.75)
    assert surface == pytest.approx(2e10 * 3000 * 3 / 37)
    assert per_kg == pytest.approx(2e10 * 3000)


def test_the_equal_exposure_dose_gives_back_the_exposure() -> None:
    given = FateQuestion("mouse", 1e10)
    found = compare_doses(given, FateQuestion("rat", 1.0), organ="spleen", factors=read_scaling_factors())
    first = predict(replace(given, until_h=480.0))
    second = predict(FateQuestion("rat", found.by_exposure[0].particles, until_h=480.0))
    assert np.median(exposure(second, "spleen") / exposure(first, "spleen")) == pytest.approx(1.0, abs=0.1)
    assert found.by_exposure[0].low is not None
    assert any(notice.code == "extrapolation-not-advice" for notice in found.notices)


def test_a_brain_dose_for_a_species_without_brain_rows_is_refused() -> None:
    with pytest.raises(LimitError, match="brain of the human is not assessed"):
        open_bench().fate.dose("mouse:1e10particles:iv", "human", organ="brain")


def test_pages_are_written_and_tell_the_grade(tmp_path: Path) -> None:
    report = open_bench().fate.simulate("mouse", "1e10particles", label="dye", out=tmp_path / "fate.html")
    page = (tmp_path / "fate.html").read_text("utf-8")
    assert report.headline.split("Grade:")[1].strip().rstrip(".") == Grade.EV_LITERATURE.value
    assert "No number on vesicles exists here for" in page
    assert "Brain, apart from the blood in it" in page
    dose = open_bench().fate.dose("mouse:20ug:iv", "human", ratio="2e9particles/ug", out=tmp_path / "dose.html")
    assert "no advice" in dose.headline
    assert " ug" in dose.rows()[0][1]
    assert "µg protein, by your ratio" in (tmp_path / "dose.html").read_text("utf-8")
    assert {trial.amount for trial in dose.trials if "15 mL" in trial.level} == {1.2e12, 1.05e12, 1.05e9}
