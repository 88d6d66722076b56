"""Metrics of real files, held against what the files print of themselves and against independent recomputation."""

from __future__ import annotations

from pathlib import Path

import pytest
from characterisation_builders import codes, make_request, make_sample, only

from paracrine.characterization.characterise import characterise_batch
from paracrine.characterization.measuring import measure_run
from paracrine.core.measurement import Measurement, State
from paracrine.core.plan import SizeWindow
from paracrine.core.product import Role, Sample
from paracrine.core.run import Run
from paracrine.readers.intake import read_file

NANOSIGHT = {
    "tidyNano/beads.csv": 1.0,
    "tidyNano/beads2.csv": 0.0,
    "Alteromonas_MVs/AD45_F3 2021-11-02 16-09-42-ExperimentSummary.csv": 0.0,
    "Alteromonas_MVs/HOT1A3_F3 2021-11-02 14-09-41-ExperimentSummary.csv": 0.0,
    "Alteromonas_MVs/AD_12h_A_LS 2020-10-27 11-15-54-ExperimentSummary.csv": 0.0,
    "nguyens7-Experiments/NA_GD14_Pexo_-ExperimentSummary.csv": 1.0,
    "nguyens7-Experiments/PBS_LPS_-ExperimentSummary.csv": 1.0,
    "nguyens7-Experiments/tidyNano-ExperimentSummary.csv": 1.0,
}
"""File to what version 3.2 takes off every percentile: its cumulative stands at lower bin edges."""


def characterise(runs: tuple[Run, ...], sample: Sample | None = None) -> tuple[Measurement, ...]:
    return characterise_batch(make_request({sample or make_sample(): runs}))


@pytest.mark.parametrize("file", NANOSIGHT)
def test_metrics_of_every_video_are_those_the_file_prints(sizing_files: Path, file: str) -> None:
    """Rung 3: the instrument's own software, 305 videos; sizes print one decimal, concentration three digits."""
    compared = 0
    for run in read_file(sizing_files / file):
        printed = {number.name: number.value for number in run.vendor}
        ours = {name: answer.value for name, answer in measure_run(run, window=SizeWindow()).items()}
        if ours["diameter_mean_nm"] is None:
            assert ours["particle_concentration_per_ml"] == 0
            continue
        for name in ("diameter_mean_nm", "diameter_sd_nm"):
            assert ours[name] == pytest.approx(printed[name], abs=0.0501), (run.name, name)
        for name in ("diameter_d10_nm", "diameter_d50_nm", "diameter_d90_nm"):
            assert ours[name] - NANOSIGHT[file] == pytest.approx(printed[name], abs=0.0501), (run.name, name)
        assert ours["diameter_mode_nm"] == pytest.approx(printed["diameter_mode_nm"], abs=0.501), run.name
        total = ours["particle_concentration_per_ml"] * (run.dilution_factor or 1.0)
        assert total == pytest.approx(printed["particle_concentration_per_ml"], rel=0.005), run.name
        compared += 1
    assert compared >= 4


def test_bead_standard_measures_its_nominal_diameter(sizing_files: Path) -> None:
    """Rung 2: beads of nominal 100 nm; file average D50 99.8 nm and 6.09e12 +/- 6.67e10 per mL."""
    beads = make_sample("100 nm beads", role=Role.REFERENCE_BEAD, nominal_diameter_nm=100.0, nominal_diameter_u_nm=3.0)
    found = characterise(read_file(sizing_files / "tidyNano/beads2.csv"), beads)
    size = only(found, "diameter_d50_nm").quantity
    assert size is not None
    assert size.value == pytest.approx(99.8, abs=0.05)
    assert size.low < 100.0 < size.high  # type: ignore[operator]
    assert abs(only(found, "bead_size_bias_pct").quantity.value) < 1  # type: ignore[union-attr]
    undiluted = only(found, "particle_concentration_undiluted_per_ml")
    assert undiluted.quantity.value == pytest.approx(6.091e12, rel=1e-3)  # type: ignore[union-attr]
    spread = next(c for c in undiluted.budget.components if c.name == "replicates")  # type: ignore[union-attr]
    assert spread.standard_uncertainty == pytest.approx(6.67e10 / 6.09e12, rel=0.01)


def test_mixed_bead_file_shows_its_scatter_and_settings(sizing_files: Path) -> None:
    """Rung 3: standard error 1.07e8 of 1.47e9 per mL, a scatter of 25 % between the 12 videos."""
    item = only(characterise(read_file(sizing_files / "tidyNano/beads.csv")), "particle_concentration_per_ml")
    assert item.quantity.value == pytest.approx(1.466e9, rel=1e-3)  # type: ignore[union-attr]
    spread = next(c for c in item.budget.components if c.name == "replicates")  # type: ignore[union-attr]
    assert spread.standard_uncertainty * item.quantity.value == pytest.approx(1.07e8, abs=5e5)  # type: ignore[union-attr]
    assert {"wide-scatter", "mixed-settings"} <= codes(item)


def test_one_video_apart_is_pointed_out(sizing_files: Path) -> None:
    """Rung 3: video 4 has 3.36e8 per mL against 1.87e8 to 2.27e8 of the others."""
    file = "Alteromonas_MVs/HOT1A3_F3 2021-11-02 14-09-41-ExperimentSummary.csv"
    item = only(characterise(read_file(sizing_files / file)), "particle_concentration_per_ml")
    assert next(n.message for n in item.notices if n.code == "run-apart").startswith(
        "HOT1A3_F3 2021-11-02 14-13-34 is 1.6"
    )


def test_few_tracks_are_pointed_out(sizing_files: Path) -> None:
    """Rung 3: 638 valid tracks in all."""
    file = "Alteromonas_MVs/AD_12h_A_LS 2020-10-27 11-15-54-ExperimentSummary.csv"
    item = only(characterise(read_file(sizing_files / file)), "diameter_d50_nm")
    assert any(n.code == "few-particles" and n.message.startswith("638 ") for n in item.notices)


def test_empty_videos_are_zero_and_both_averages_are_given(sizing_files: Path) -> None:
    """Rung 3: 3.96e8 over 222 videos, 4.01e8 +/- 1.91e7 and mean 112.95 nm over the 219 with particles."""
    found = characterise(read_file(sizing_files / "nguyens7-Experiments/tidyNano-ExperimentSummary.csv"))
    item = only(found, "particle_concentration_per_ml")
    assert item.quantity.value == pytest.approx(3.96e8, rel=2e-3)  # type: ignore[union-attr]
    without = next(b.quantity for b in item.beside if "without 3 empty runs" in b.label)
    assert without.value == pytest.approx(4.01e8, rel=2e-3)
    assert only(found, "diameter_mean_nm").quantity.value == pytest.approx(112.95, abs=0.05)  # type: ignore[union-attr]


def test_zetaview_run_by_our_percentile_and_its_dilution(sizing_files: Path) -> None:
    """Rung 3: the vendor's D50 99.147 plus half a bin of 5 nm; 8.616e7 per mL, times 5000 = 4.308e11."""
    found = characterise(read_file(sizing_files / "EV-NTA/Sample1_35nm_1-5pool.txt"))
    size = only(found, "diameter_d50_nm")
    assert size.quantity.value == pytest.approx(99.147287 + 2.5, abs=5e-4)  # type: ignore[union-attr]
    assert only(found, "diameter_mean_nm").quantity.value == pytest.approx(111.681, abs=2e-3)  # type: ignore[union-attr]
    assert only(found, "particle_concentration_per_ml").quantity.value == pytest.approx(8.616e7, rel=1e-4)  # type: ignore[union-attr]
    undiluted = only(found, "particle_concentration_undiluted_per_ml")
    assert undiluted.quantity.value == pytest.approx(4.308e11, rel=1e-4)  # type: ignore[union-attr]
    assert {"drift-too-high", "single-run", "dilution-uncertainty-not-stated"} <= codes(undiluted)


def test_light_scattering_states_the_branch(sizing_files: Path) -> None:
    """Rung 3: Z-averages 489.14 and 502.61 nm of the steady-state branch."""
    item = only(characterise(read_file(sizing_files / "zmes-parser/test.zmes")), "z_average_nm")
    assert [r.value for r in item.replicates] == pytest.approx([489.14, 502.61], abs=0.005)
    assert any(text.startswith("taken from: Size Analysis Result") for text in item.provenance.assumptions)


def test_zeta_potentials_are_the_instruments(sizing_files: Path) -> None:
    """Rung 3: 8.10, 8.02, 6.29 and 8.45 mV."""
    item = only(characterise(read_file(sizing_files / "parse-zetasizer/chc_zetaPotential.txt")), "zeta_potential_mv")
    assert [r.value for r in item.replicates] == pytest.approx([8.10, 8.02, 6.29, 8.45])
    assert item.quantity.value == pytest.approx(7.715)  # type: ignore[union-attr]


def test_missing_z_average_is_not_assessed(sizing_files: Path) -> None:
    """Rung 3: this size export has no Z-average column; classes by intensity have means 106.8, 105.0, 102.1 nm."""
    found = characterise(read_file(sizing_files / "parse-zetasizer/mxd_particleSize.txt"))
    missing = [m for m in found if m.attribute == "z_average_nm"]
    assert all(m.state is State.NOT_ASSESSED for m in missing)
    assert not [m for m in found if m.attribute == "particle_concentration_per_ml"]
