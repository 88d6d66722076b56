"""From a laboratory's instrument files to a line fitted to them: certificates in a workspace, donors, measured here.

Rung: 4 for the numbers (own line, own virtual instrument); what is asserted is that nothing on the way is lost.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from paracrine import open_bench
from paracrine.bench.line_measure import predicted_product
from paracrine.instruments.dilution import Pipetting
from paracrine.instruments.nanosight import simulate_nanosight, simulate_session, write_experiment_summary
from paracrine.instruments.truth import Population
from paracrine.production.line import LineResult, run_line

DONORS = ("D-11", "D-12", "D-13")
TRUTH = {"pool_release.rate_per_cell_d": 0.8, "ultracentrifugation.recovery_frac": -0.5}
LINE = "flasks_ultracentrifuge"


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of the laboratory."""
    folder = tmp_path_factory.mktemp("laboratory")
    write_laboratory(folder)
    open_bench().run(folder)
    return folder


def write_laboratory(folder: Path) -> None:
    """Write seven batches of three donors: NanoSight files of product and harvest, and a study that names them."""
    line = open_bench().line.read(open_bench().line.write_example(LINE, folder / "line.toml"))
    rng = np.random.default_rng(20261128)
    donor_effect = dict(zip(DONORS, rng.normal(0, 0.3, len(DONORS)), strict=True))
    session = simulate_session(rng=rng)
    study = ['title = "Seven batches"', 'person = "A. Person"', 'role = "scientist"', "[product]", 'name = "MSC-EV"']
    study += ["[protocol]", 'name = "flasks"']
    samples = []
    for number in range(7):
        batch, donor = f"B-{number + 1:03d}", DONORS[number % len(DONORS)]
        effect = (donor_effect[donor] + rng.normal(0, 0.1)) / np.log(2) * 1.96
        shifts = {name: np.array([z]) for name, z in {**TRUTH, "batch.scatter_ratio": effect}.items()}
        made = run_line(line, draws_count=0, shifts=shifts)
        study += [
            "[[batch]]",
            f'name = "{batch}"',
            f"cells_count = {made.uses['cells'][0] * rng.lognormal(0, 0.1):.4g}",
        ]
        study += [f"product_volume_ml = {made.final.volume_ml[0]:.5g}", f'facts = {{ "culture.donor" = "{donor}" }}']
        for stage, truth in (("final product", predicted_product(made).population), ("harvest", harvested(made))):
            name = f"{batch} {stage}"
            dilution = 10.0 ** round(np.log10(max(truth.concentration_per_ml / 1e8, 1.0)))
            tube = Pipetting(cv_pct=1.5, steps_count=2)
            tracked = simulate_nanosight(
                truth, sample=name, dilution_factor=dilution, pipetting=tube, session=session, rng=rng
            )
            write_experiment_summary(tracked, folder / f"{name}-ExperimentSummary.csv")
            samples += [
                "[[sample]]",
                f'batch = "{batch}"',
                f'name = "{name}"',
                f'stage = "{stage}"',
                'role = "product"',
            ]
            samples += [f"dilution_factor = {dilution:g}", "dilution_steps = 2", "pipetting_cv_pct = 1.5"]
            samples += ["[[sample.file]]", f'path = "{name}-ExperimentSummary.csv"']
    (folder / "study.toml").write_text("\n".join([*study, *samples]) + "\n", encoding="utf-8")


def harvested(made: LineResult) -> Population:
    counted = float(made.outputs()["harvest_as_nta_per_ml"][0])
    return Population((1.0,), (120.0,), (1.4,), counted)


def test_a_workspace_is_fitted_with_its_donors_harvests_and_cells(laboratory: Path) -> None:
    line = open_bench().line
    report = line.fit(laboratory, [laboratory / "line.toml"], draws=200, out=laboratory / "posterior.json")
    found = {(o.batch, o.output) for o in report.fit.observations}
    assert len(found) == 7 * 3
    assert {o.donor for o in report.fit.observations} == set(DONORS)
    assert report.fit.shrinkage["pool_release.rate_per_cell_d"] < 0.6
    _, low, high = report.fit.posterior.ends("pool_release.rate_per_cell_d")
    assert low < TRUTH["pool_release.rate_per_cell_d"] < high
    assert "of 7 batches" in report.headline


def test_absolutes_are_then_measured_here_and_hold_the_truth(laboratory: Path) -> None:
    line = open_bench().line
    line.fit(laboratory, [laboratory / "line.toml"], draws=60, out=laboratory / "posterior.json")
    before = line.run(laboratory / "line.toml", draws=300)
    after = line.run(laboratory / "line.toml", draws=300, fitted=laboratory / "posterior.json")
    assert before.headline.startswith("Prior-driven")
    assert "measured here" in after.headline
    assert after.to_data()["outputs"]["yield_particles"]["grade"] == "measured here"
    shifts = {name: np.array([z]) for name, z in TRUTH.items()}
    truth = run_line(before.result.design, draws_count=0, shifts=shifts).outputs()
    for name in ("yield_as_nta_particles", "harvest_as_nta_per_ml", "cells_at_peak"):
        drawn = after.result.outputs()[name][1:]
        low, high = np.quantile(drawn, (0.025, 0.975))
        assert low < truth[name][0] < high, name
    assert np.ptp(np.log(after.result.outputs()["yield_particles"][1:])) < np.ptp(
        np.log(before.result.outputs()["yield_particles"][1:])
    )


def test_the_same_on_the_command_line(laboratory: Path) -> None:
    arguments = ["line", "fit", str(laboratory), "--line", str(laboratory / "line.toml"), "--draws", "40", "--json"]
    command = [sys.executable, "-c", "from paracrine.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    said = json.loads(done.stdout)
    assert {check["asked"] for check in said["checks"]} >= {"recovery against load", "drift over the order of batches"}
    assert sum(check["limit"] for check in said["checks"]) == pytest.approx(0.05)
