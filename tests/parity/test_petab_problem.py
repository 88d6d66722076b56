"""A PEtab problem from time courses; rung 3: the petab library finds nothing to mind, libroadrunner the same values."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from paracrine import open_bench
from paracrine.core.errors import InputError
from paracrine.facts.species import read_species
from paracrine.fate.simulate import Dose, simulate

pytest.importorskip("libsbml", reason="extra sbml is not installed")
HEADER = "study,species,weight_g,label,route,dose,organ,time_h,value,unit"
ROWS = (
    "one,mouse,25,radiolabel,iv,1e10particles,blood,0.5,20.1,%ID/g",
    "one,mouse,25,radiolabel,iv,1e10particles,liver,4,11.7,%ID/g",
    "two,mouse,,dye,iv,3ug,spleen,2,3.3,%ID",
    "two,mouse,,dye,iv,3ug,liver,24,31.5,%ID",
)


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    data = tmp_path / "data.csv"
    data.write_text("\n".join((HEADER, *ROWS)) + "\n", "utf-8")
    written = open_bench().fate.write_petab(data, tmp_path / "petab")
    assert len(written) == 6
    return tmp_path / "petab"


def table(problem: Path, name: str) -> list[dict[str, str]]:
    with (problem / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


@pytest.mark.filterwarnings("ignore")
def test_the_petab_library_finds_nothing_to_mind(problem: Path) -> None:
    petab = pytest.importorskip("petab.v1", reason="extra peers is not installed")
    read = petab.Problem.from_yaml(str(problem / "problem.yaml"))
    assert not petab.lint.lint_problem(read)
    assert {"label_loss_per_h_dye", "label_loss_per_h_radiolabel", "sd_log10"} <= set(read.x_free_ids)


def test_what_is_observed_is_the_share_that_the_model_gives(problem: Path) -> None:
    """The formula of the liver, evaluated on our own amounts, is the share per g that the trajectory gives."""
    measured = table(problem, "measurements.tsv")
    assert [row["simulationConditionId"] for row in measured] == ["arm_1", "arm_1", "arm_2", "arm_2"]
    species = read_species("mouse", weight_g=25.0)
    liver = species.organ("liver")
    assert liver is not None
    assert float(measured[1]["observableParameters"]) == pytest.approx(1e10 * liver.volume_ml)
    assert float(measured[3]["observableParameters"]) == 1.0
    done = simulate("flow_limited_pbpk", species=species, doses=Dose(1e10), times_h=[4.0])
    formula = next(
        row["observableFormula"] for row in table(problem, "observables.tsv") if row["observableId"] == "seen_liver"
    )
    inside = formula.partition("(")[2].partition(")")[0].split(" + ")
    assert sorted(inside) == ["liver_blood", "liver_cells", "liver_remnants"]
    per_g = 100 * sum(done.of(name)[0] for name in inside) / float(measured[1]["observableParameters"])
    assert per_g == pytest.approx(100 * done.organ("liver")[0] / 1e10 / liver.volume_ml)


def test_a_condition_holds_the_body_and_the_dose_of_its_arm(problem: Path) -> None:
    first, second = table(problem, "conditions.tsv")
    assert float(first["blood"]) == 1e10
    assert float(second["blood"]) == 1.0
    assert float(first["weight_g"]) == 25.0
    assert second["label_loss_per_h"] == "label_loss_per_h_dye"
    assert float(first["kidney_flow_ml_h"]) != float(second["kidney_flow_ml_h"])


@pytest.mark.filterwarnings("ignore")
def test_libroadrunner_starts_a_condition_as_the_tables_say(problem: Path) -> None:
    roadrunner = pytest.importorskip("roadrunner", reason="extra peers is not installed")
    runner = roadrunner.RoadRunner(str(problem / "model.xml"))
    first = table(problem, "conditions.tsv")[0]
    known = set(runner.model.getGlobalParameterIds())
    values = {name: float(first[name]) for name in known & first.keys() if name != "label_loss_per_h"}
    for name, value in values.items():
        runner[name] = value
    runner.model.setFloatingSpeciesAmounts(
        [runner.model.getFloatingSpeciesIds().index("blood")], [float(first["blood"])]
    )
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-10, 1e-12
    runner.timeCourseSelections = ["liver_cells"]
    found = float(np.array(runner.simulate(0, 4, 2))[-1, 0])
    body = read_species("mouse", weight_g=25.0)
    ours = simulate(
        "flow_limited_pbpk", species=body, doses=Dose(1e10), times_h=[4.0], parameters={"blood_breakdown_per_h": 0.0}
    )
    assert found == pytest.approx(ours.of("liver_cells")[0], rel=1e-5)


def test_a_value_that_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(f"{HEADER}\none,mouse,25,radiolabel,iv,1e10particles,liver,4,101,%ID\n", "utf-8")
    with pytest.raises(InputError, match="more than was given"):
        open_bench().fate.write_petab(data, tmp_path / "petab")
    assert not (tmp_path / "petab").exists()


def test_a_model_goes_out_and_comes_in_through_the_verbs(tmp_path: Path) -> None:
    bench = open_bench()
    place = bench.fate.write_sbml(
        "mouse", "1e10particles", tmp_path / "m.xml", route="infusion", duration_h=2.0, parts=["lesion"]
    )
    report = bench.fate.read_sbml(place, until_h=6.0, points_count=4)
    assert report.times_h == (0.0, 2.0, 4.0, 6.0)
    assert sum(report.amounts[1]) == pytest.approx(1e10, rel=1e-9)
    assert "lesion_cells" in report.network.system.states
    with pytest.raises(InputError, match="cannot be read"):
        bench.fate.read_sbml(tmp_path / "none.xml")
