"""Real ZetaView and Zetasizer files against the truth stated in the collection's index (rung: published file)."""

from __future__ import annotations

from pathlib import Path

import pytest

from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity, Run
from paracrine.payloads.scalars import Scalars
from paracrine.readers.intake import read_file


def test_decimal_comma_zetaview_gives_the_header_medians_to_the_printed_digit(sizing_files: Path) -> None:
    (run,) = read_file(sizing_files / "EV-NTA" / "Sample1_35nm_1-5pool.txt")
    ours = {number.name: number.value for number in run.rederived}
    assert abs(ours["diameter_d50_nm"] - 99.147287) <= 5e-7
    assert abs(ours["diameter_d50_concentration_nm"] - 99.147287) <= 5e-7
    assert abs(ours["diameter_d50_volume_nm"] - 164.222031) <= 5e-7
    assert ours["tracks_count"] == 2235
    assert run.maturity is Maturity.TESTED


def test_zetaview_concentration_is_multiplied_by_the_dilution_once(sizing_files: Path) -> None:
    (run,) = read_file(sizing_files / "EV-NTA" / "Sample1_35nm_1-5pool.txt")
    (sizes,) = run.payloads
    assert sizes.total == pytest.approx(8.616e7, rel=5e-5)
    assert run.dilution_by is DilutionBy.PARACRINE
    assert sizes.total * run.dilution_factor == pytest.approx(4.308e11, rel=5e-5)
    assert float(sizes.tracks_per_bin.sum()) == 2235


def test_zetaview_flags_are_shown_and_people_are_not(sizing_files: Path) -> None:
    (run,) = read_file(sizing_files / "EV-NTA" / "Sample1_35nm_1-5pool.txt")
    codes = {notice.code for notice in run.notices}
    assert codes == {"drift-too-high", "drift-never-checked", "particles-per-frame"}
    assert "Aoife" not in str(run)
    assert "Operator" not in str(run)


def _scalars(run: Run) -> dict[str, float]:
    return {
        name: value
        for payload in run.payloads
        if isinstance(payload, Scalars)
        for name, value in payload.values.items()
    }


def test_zeta_rows_longer_than_the_header_are_read_right(sizing_files: Path) -> None:
    runs = read_file(sizing_files / "parse-zetasizer" / "chc_zetaPotential.txt")
    means = [number.value for run in runs for number in run.rederived if number.name == "zeta_potential_mv"]
    assert [round(mean, 2) for mean in means] == [8.11, 8.01, 6.28, 8.45]
    assert [_scalars(run)["zeta_potential_mv"] for run in runs] == [8.10, 8.02, 6.29, 8.45]
    assert [_scalars(run)["electrophoretic_mobility_um_cm_per_vs"] for run in runs] == [0.6353, 0.6284, 0.4928, 0.6627]
    assert [_scalars(run)["conductivity_ms_per_cm"] for run in runs] == [0.0966, 0.0970, 0.0977, 0.0980]
    assert [run.settings["Record / Quality Factor"] for run in runs] == ["1.85", "2.00", "1.61", "1.97"]
    assert [run.payloads[1].axis.size for run in runs] == [91, 92, 92, 92]


def test_nano_size_classes_give_the_stated_means(sizing_files: Path) -> None:
    runs = read_file(sizing_files / "parse-zetasizer" / "mxd_particleSize.txt")
    means = [[round(number.value, 1) for number in run.rederived] for run in runs]
    assert means == [[106.8, 96.0, 82.3], [105.0, 92.6, 78.3], [102.1, 90.5, 77.2]]
    for run in runs:
        for sizes in run.payloads:
            assert sizes.contents.size == 70
            assert 99.9 <= round(sizes.total, 6) <= 100.1
        assert "z_average_nm" not in _scalars(run)
        assert run.notices == ()


def test_nano_zeta_scalars(sizing_files: Path) -> None:
    (run,) = read_file(sizing_files / "parse-zetasizer" / "mxd_zetaPotential.txt")
    assert _scalars(run) == {
        "zeta_potential_mv": -16.8,
        "zeta_deviation_mv": 5.71,
        "electrophoretic_mobility_um_cm_per_vs": -1.317,
        "conductivity_ms_per_cm": 0.943,
        "count_rate_kcps": 22.0,
    }
    assert run.payloads[1].values_unit == "counts"


def test_empty_zetasizer_columns_are_missing_and_paths_are_dropped(sizing_files: Path) -> None:
    runs = read_file(sizing_files / "parse-zetasizer" / "mxd_zetaPotential_full.txt")
    assert len(runs) == 3
    for run in runs:
        assert _scalars(run) == {}
        assert "Users" not in str(run)
        assert "DLS_Malvern" not in str(run)


def test_zmes_states_its_branch_and_shows_the_other(sizing_files: Path) -> None:
    first, second = read_file(sizing_files / "zmes-parser" / "test.zmes")
    assert _scalars(first)["z_average_nm"] == pytest.approx(489.14, abs=0.005)
    assert _scalars(first)["polydispersity_index"] == pytest.approx(0.264, abs=0.0005)
    assert _scalars(first)["intercept"] == pytest.approx(0.931, abs=0.0005)
    assert _scalars(first)["diffusion_coefficient_um2_per_s"] == pytest.approx(0.38489, abs=5e-6)
    assert _scalars(second)["z_average_nm"] == pytest.approx(502.61, abs=0.005)
    assert _scalars(second)["polydispersity_index"] == pytest.approx(0.431, abs=0.0005)
    beside = {number.name: number.value for number in second.vendor}
    assert beside["z_average_nm_all_runs"] == pytest.approx(522.89, abs=0.005)
    assert beside["polydispersity_index_all_runs"] == pytest.approx(0.488, abs=0.0005)
    assert [notice.code for notice in first.notices] == []
    assert [notice.code for notice in second.notices] == ["analysis-branches-differ"]
    assert {payload.origin for run in (first, second) for payload in run.payloads if isinstance(payload, Scalars)} == {
        "Size Analysis Result (steady-state runs)"
    }


def test_zmes_arrays_and_closure(sizing_files: Path) -> None:
    for run in read_file(sizing_files / "zmes-parser" / "test.zmes"):
        _, *distributions, trace = run.payloads
        assert [sizes.total for sizes in distributions] == pytest.approx([100, 100, 100])
        assert [sizes.contents.size for sizes in distributions] == [70, 70, 70]
        assert (trace.axis.size, trace.axis[0], trace.axis[-1]) == (490, 0.0875, pytest.approx(2.147e8, rel=1e-3))
        assert run.rederived[0].value == pytest.approx(_scalars(run)["z_average_nm"], rel=1e-5)
        assert "gbf" not in str(run)


@pytest.mark.parametrize(
    ("number", "values"),
    [
        ("01", {"reference_H1": (15.4, 0.12)}),
        ("02", {"sample_B1": (12.5, 0.08), "sample_C1": (18.7, 0.15), "sample_D1": (25.4, 0.22)}),
        ("03", {"Sample2": (242.6, 0.36), "Sample3": (438.0, 0.32), "Sample4": (132.6, 0.3)}),
    ],
)
def test_stunner_reports(sizing_files: Path, number: str, values: dict[str, tuple[float, float]]) -> None:
    runs = read_file(sizing_files / "allotropy-Stunner" / f"Unchained_Labs_Stunner_example{number}.xlsx")
    by_name = {run.name: run for run in runs}
    for name, (z_average, index) in values.items():
        assert _scalars(by_name[name])["z_average_nm"] == z_average
        assert _scalars(by_name[name])["polydispersity_index"] == index
    if number == "01":
        assert len(runs) == 20
        rejected = by_name["sample_F4"]
        assert rejected.payloads == ()
        assert rejected.vendor[0].value == 143572.81
        assert "rejected-by-instrument" in {notice.code for notice in rejected.notices}
        assert "admin" not in str(runs)
    if number == "03":
        flagged = {run.name for run in runs for notice in run.notices if notice.code == "intercept-below-tenth"}
        assert flagged == {"Sample2", "Sample3"}


def test_correlograms_by_position_with_both_flags(sizing_files: Path) -> None:
    runs = read_file(sizing_files / "dsapalidis-DLS" / "DLS_Correlograms_from_Zetasizer_Input.xlsx")
    assert len(runs) == 4 * 18
    assert len({run.name for run in runs}) == len(runs)
    starts = [float(run.payloads[0].values[0]) for run in runs]
    assert (round(min(starts), 3), round(max(starts), 1)) == (0.027, 4.7)
    for run, start in zip(runs, starts, strict=True):
        trace = run.payloads[0]
        assert (trace.axis.size, trace.axis[0]) == (490, 0.0875)
        expected = {"intercept-above-one"} if start > 1 else {"intercept-below-tenth"} if start < 0.1 else set()
        assert {notice.code for notice in run.notices} == expected
