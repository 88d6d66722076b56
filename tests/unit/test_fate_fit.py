"""Fitting a user's time courses: refusals by name, truth found on a simulator of another kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fate_builder import FAST_FRAC, ORGANS, TRUE_UPTAKE_ML_H, write_time_courses

from paracrine import open_bench
from paracrine.core.errors import InputError, ParacrineError
from paracrine.core.notice import Severity
from paracrine.core.parameter import Grade
from paracrine.fate.fitting import Fit, HeldOut, fit_studies
from paracrine.fate.posterior import read_posterior
from paracrine.fate.time_courses import read_time_courses
from paracrine.report.fit_page import fit_notices

HEADER = "study,species,weight_g,label,route,dose,organ,time_h,value,unit\n"
GOOD = "A,mouse,24,dye,iv,1e10particles,liver,4,12,%ID/g\n"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("A,mouse,24,dye,iv,1e10particles,livre,4,12,%ID/g", "organ called 'livre'.*liver"),
        ("A,mouse,24,dye,iv,1e10particles,brain,4,12,%ID/g", "brain is not fitted"),
        ("A,mouse,24,dye,iv,1e10particles,spleen,4,12,counts", "unit called 'counts'"),
        ("A,mouse,24,dye,iv,1e10,spleen,4,12,%ID/g", "no unit"),
        ("A,mouse,24,dye,iv,1e10particles,spleen,4,101,%ID", "more than was given"),
        ("A,mouse,24,dye,iv,1e10particles,lung,4,900,%ID/g", "more than was given"),
        ("A,mouse,24,dye,iv,1e10particles,spleen,-1,12,%ID/g", "cannot be negative"),
        ("A,mouse,24,dye,iv,1e10particles,liver,8,12,%ID", "mixed units"),
        ("A,dog,24,dye,iv,1e10particles,spleen,4,12,%ID/g", "species called 'dog'"),
        ("A,rat,250,dye,iv,1e10particles,spleen,4,12,%ID/g", "one study, one species"),
        ("A,mouse,24,none,iv,1e10particles,spleen,4,12,%ID/g", "label called 'none'"),
        ("A,mouse,24,dye,ip,1e10particles,spleen,4,12,%ID/g", "route called 'ip'"),
        ("A,mouse,24,dye,iv,1e10particles,spleen,4,ND,%ID/g", "not a number"),
        ("A,mouse,24,dye,iv,1e10particles,spleen,4,0,%ID/g", "below detection"),
        (",mouse,24,dye,iv,1e10particles,spleen,4,1,%ID/g", "no name"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_by_name(line: str, word: str, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(HEADER + GOOD + line + "\n", "utf-8")
    with pytest.raises(ParacrineError, match=word):
        read_time_courses(data)


def test_percent_of_dose_becomes_per_gram_by_the_organ(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(HEADER + "A,mouse,24,dye,iv,1e10particles,liver,4,26,%ID\n", "utf-8")
    (arm,) = read_time_courses(data)["A"]
    assert arm.pct_per_g[0] == pytest.approx(26 / (0.0549 * 24))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("study,organ,value\nA,liver,3\n", "utf-8")
    with pytest.raises(InputError, match="time_h"):
        read_time_courses(data)


def test_one_study_is_fitted_and_its_posterior_simulates_as_measured_here(tmp_path: Path) -> None:
    data = tmp_path / "one.csv"
    write_time_courses(data, studies=1, seed=6)
    report = open_bench().fate.fit(data, out=tmp_path / "fit.html")
    assert report.fit.held_out == ()
    assert "not assessed" in report.headline
    assert (tmp_path / "fit.html").is_file()
    assert {one.verdict for one in report.fit.moved if one.name == "heart_uptake_ml_h"} == {"prior-driven"}
    again = open_bench().fate.simulate("mouse", "1e10particles", posterior=tmp_path / "fit.json")
    assert again.answer.place("liver").grade is Grade.MEASURED_HERE
    assert again.answer.place("heart").grade is Grade.OTHER_PARTICLE


@pytest.mark.parametrize(("khat", "told"), [(0.69, False), (0.71, True), (float("inf"), True), (float("nan"), True)])
def test_a_refit_with_heavy_weights_is_a_caution_that_names_the_study(khat: float, told: bool) -> None:
    held = (HeldOut("Alpha", rows=9, inside=8, khat=0.31), HeldOut("Beta", rows=7, inside=6, khat=khat))
    found = Fit(
        studies={"Alpha": 9, "Beta": 7},
        moved=(),
        held_out=held,
        coverage=(14, 16, 0.62, 0.98),
        effective_count=300.0,
        khat=0.4,
        draws=np.zeros((1, 11)),
        organs=("liver",),
    )
    cautions = [one for one in fit_notices(found) if one.severity is Severity.CAUTION]
    assert [one.code for one in cautions] == ["left-out-khat-too-high"] * told
    assert all("Beta" in one.message and "Alpha" not in one.message for one in cautions)


def test_a_file_that_is_no_posterior_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"columns": ["a"]}', "utf-8")
    with pytest.raises(InputError, match="posterior"):
        read_posterior(wrong)


@pytest.mark.slow
def test_the_truth_of_a_mismatched_simulator_lies_in_the_intervals(tmp_path: Path) -> None:
    """Rung 4 on another simulator: the full flow-limited model makes the data, the closed form fits them.

    Asked of each of eight seeds: the organs that were measured, by their 95 % interval. Binomial: at least 30 of 40.
    """
    inside = total = 0
    for seed in range(8):
        data = tmp_path / f"{seed}.csv"
        write_time_courses(data, studies=4, seed=seed)
        found = fit_studies(read_time_courses(data), seed=seed)
        moved = {one.name: one for one in found.moved}
        truth = {f"{organ}_uptake_ml_h": TRUE_UPTAKE_ML_H[organ] for organ in ORGANS if organ != "blood"}
        truth["fast_frac"] = FAST_FRAC
        for name, value in truth.items():
            _, low, high = moved[name].posterior
            inside += low <= value <= high
            total += 1
    assert total == 40
    assert inside >= 30


def test_noise_of_the_builder_is_what_it_says(tmp_path: Path) -> None:
    write_time_courses(tmp_path / "a.csv", studies=1, seed=3, noise=0.0)
    write_time_courses(tmp_path / "b.csv", studies=1, seed=3, noise=0.0)
    first, second = (read_time_courses(tmp_path / name)["study 1"][0].pct_per_g for name in ("a.csv", "b.csv"))
    assert np.array_equal(first, second)
