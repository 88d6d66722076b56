"""The virtual NanoSight against the documented layout and rules, read here by hand and not by our reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.instruments.nanosight import NanoSightExport, simulate_nanosight, write_experiment_summary
from paracrine.instruments.truth import Population

EVS = Population((0.8, 0.2), (95.0, 160.0), (1.3, 1.5), concentration_per_ml=9e10)
SECTIONS = [
    "[Experiment Details]",
    "[Conditions]",
    "[Settings]",
    "[Exclusion Regions]",
    "[Results]",
    "[Concentration Warnings]",
    "[Information]",
    "[Data Included]",
    "[Size Data]",
]


def measured(version: str, *, videos: int = 5, **settings: object) -> NanoSightExport:
    rng = np.random.default_rng(20260506)
    return simulate_nanosight(
        EVS, sample="B-007", rng=rng, videos=videos, dilution_factor=400.0, version=version, **settings
    )


def lines_of(export: NanoSightExport, folder: Path, **how: object) -> list[str]:
    path = write_experiment_summary(export, folder / "x-ExperimentSummary.csv", **how)
    return path.read_bytes().decode("cp1252").split("\r\n")


def row(lines: list[str], key: str, *, after: str) -> list[str]:
    start = next(i for i, line in enumerate(lines) if line.startswith(after))
    return next(line for line in lines[start:] if line.split(",")[0] == key).split(",")


@pytest.mark.parametrize(("version", "all_blocks", "line"), [("3.2", False, 86), ("3.4", False, 88), ("3.4", True, 93)])
def test_graph_data_stands_on_the_documented_line(version: str, all_blocks: bool, line: int, tmp_path: Path) -> None:
    """Rung 2: line numbers documented from real exports (86, 88, 93)."""
    lines = lines_of(measured(version), tmp_path, all_blocks=all_blocks)
    assert next(i + 1 for i, text in enumerate(lines) if text.startswith("Graph Data")) == line


@pytest.mark.parametrize("version", ["3.2", "3.4"])
def test_sections_stand_in_the_documented_order(version: str, tmp_path: Path) -> None:
    """Rung 2: section markers of the documented layout."""
    lines = lines_of(measured(version), tmp_path)
    assert [line.rstrip(",").split(",")[0] for line in lines if line.startswith("[")] == SECTIONS


def test_exponents_have_three_digits_in_3_2_and_two_in_3_4(tmp_path: Path) -> None:
    """Rung 2: `7.29e+011` against `7.29e+11`."""
    key = "Dilution factor (concentrations adjusted for this factor)"
    assert row(lines_of(measured("3.2"), tmp_path), key, after="[Results]")[1] == "4.00e+002"
    assert row(lines_of(measured("3.4"), tmp_path), key, after="[Results]")[1] == "4.00e+02"


def test_an_unstated_dilution_is_not_recorded_and_concentrations_are_those_of_the_diluted_sample(
    tmp_path: Path,
) -> None:
    stated, silent = measured("3.4"), measured("3.4", state_dilution=False)
    lines = lines_of(silent, tmp_path)
    key = "Dilution factor (concentrations adjusted for this factor)"
    assert set(row(lines, key, after="[Results]")[1:6]) == {"Not recorded"}
    np.testing.assert_allclose(stated.contents_per_ml, 400.0 * silent.contents_per_ml)


def test_nta_3_4_ends_rows_with_a_comma_and_3_2_quotes_text(tmp_path: Path) -> None:
    """Rung 2: documented; averages in 3.2 end without a comma."""
    new, old = lines_of(measured("3.4"), tmp_path), lines_of(measured("3.2"), tmp_path)
    bare = {"", "[Exclusion Regions]", "[Concentration Warnings]", "[Information]"}
    assert all(line.endswith(",") for line in new if line not in bare)
    assert 'Sample Name,"B-007"' in old
    assert row(old, "Mean", after="[Size Data]")[-1] != ""
    assert "Processed" not in {line.split(",")[0] for line in old}


def test_only_the_file_with_all_blocks_needs_cp1252(tmp_path: Path) -> None:
    """Rung 2: byte 0xB2 in the units breaks UTF-8 in the six-block file alone."""
    plain = write_experiment_summary(measured("3.4"), tmp_path / "plain.csv").read_bytes()
    full = write_experiment_summary(measured("3.4"), tmp_path / "full.csv", all_blocks=True).read_bytes()
    assert plain.isascii()
    with pytest.raises(UnicodeDecodeError):
        full.decode("utf-8")
    assert b"Bin centre (E4 nm\xb2/s)" in full


def test_all_blocks_in_3_2_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"3\.4 only"):
        write_experiment_summary(measured("3.2"), tmp_path / "x.csv", all_blocks=True)


def bins_of(lines: list[str], videos: int, *, header: str = "Bin centre (nm)") -> np.ndarray:
    start = next(i for i, line in enumerate(lines) if line.startswith(header)) + 1
    table = np.array([[float(c) for c in line.split(",")[: videos + 3]] for line in lines[start : start + 1000]])
    assert lines[start + 1000] == ""
    return table


@pytest.mark.parametrize("version", ["3.2", "3.4"])
def test_the_header_follows_from_the_bins_by_the_documented_rules(version: str, tmp_path: Path) -> None:
    """Rung 2: the recovered rules of the format notes, written again here, hold to the printed digit."""
    videos = 4
    lines = lines_of(measured(version, videos=videos), tmp_path)
    table = bins_of(lines, videos)
    centres, bins = table[:, 0], table[:, 1 : videos + 1]
    np.testing.assert_array_equal(centres, np.arange(1000) + 0.5)
    total = bins.sum(axis=0)

    def header(key: str, section: str = "[Size Data]") -> np.ndarray:
        return np.array([float(c) for c in row(lines, key, after=section)[1 : videos + 3]])

    concentration = header("Concentration (Particles / ml)", "[Results]")
    np.testing.assert_allclose(concentration[:videos], total, rtol=0.005)
    np.testing.assert_allclose(concentration[videos], total.mean(), rtol=0.005)
    np.testing.assert_allclose(concentration[videos + 1], total.std(ddof=1) / videos**0.5, rtol=0.005)
    mean = centres @ bins / total
    np.testing.assert_allclose(header("Mean")[:videos], mean, atol=0.0501)
    sd = np.sqrt(((centres[:, None] - mean) ** 2 * bins).sum(axis=0) / total)
    np.testing.assert_allclose(header("SD")[:videos], sd, atol=0.0501)
    np.testing.assert_allclose(header("Mode")[:videos], centres[bins.argmax(axis=0)], atol=0.551)
    shift = {"3.4": 0, "3.2": 1}[version]
    for p in (10, 50, 90):
        printed = header(f"D{p}")
        assert row(lines, str(p), after="Percentile")[1 : videos + 1] == row(lines, f"D{p}", after="[Size Data]")[1:5]
        for video in range(videos):
            cumulative = np.cumsum(bins[:, video]) / total[video]
            k = int(np.argmax(cumulative >= p / 100))
            expected = k + (p / 100 - cumulative[k - 1]) / (cumulative[k] - cumulative[k - 1]) - shift
            assert printed[video] == pytest.approx(expected, abs=0.0501)
        assert printed[videos] == pytest.approx(printed[:videos].mean(), abs=0.0501)
        assert printed[videos + 1] == pytest.approx(printed[:videos].std(ddof=1) / 2, abs=0.0501)


def test_weighted_bins_use_the_lower_edge(tmp_path: Path) -> None:
    """Rung 2: S_i = c_i pi a_i^2 and V_i = c_i pi/6 a_i^3 with the lower edge a_i."""
    lines = lines_of(measured("3.4"), tmp_path, all_blocks=True)
    number = bins_of(lines, 5)[:, 1:6]
    lower = np.arange(1000.0)[:, None]
    for weighting, weight in (("Surface Area", np.pi * lower**2), ("Volume", np.pi / 6 * lower**3)):
        block = lines[next(i for i, line in enumerate(lines) if line.startswith(f"Weighting,{weighting}")) :]
        np.testing.assert_allclose(bins_of(block, 5)[:, 1:6], number * weight, rtol=1e-9, atol=0.51)


def test_diffusion_bins_are_the_stokes_einstein_image_of_the_sizes(tmp_path: Path) -> None:
    """Rung 1: d = kB T / (3 pi eta D) links the medians of the two number blocks."""
    export = measured("3.4")
    lines = lines_of(export, tmp_path, all_blocks=True)
    d50_nm = float(row(lines, "D50", after="[Size Data]")[1])
    d50_e4 = float(row(lines, "D50", after="[Diffusion Coefficient Data]")[1])
    kelvin, viscosity = float(export.temperature_c[0]) + 273.15, float(export.viscosity_mpas[0]) * 1e-3
    diameter_nm = 1.380649e-23 * kelvin / (3 * np.pi * viscosity * d50_e4 * 1e-14) * 1e9
    assert diameter_nm == pytest.approx(d50_nm, rel=0.01)
    axis = bins_of(lines[next(i for i, t in enumerate(lines) if t.startswith("[Diff")) :], 5, header="Bin centre (E4")
    np.testing.assert_array_equal(axis[:, 0], np.arange(1000) * 4 + 2)


def test_valid_tracks_are_fewer_than_completed_tracks_and_print_one_decimal(tmp_path: Path) -> None:
    lines = lines_of(measured("3.4"), tmp_path)
    valid = row(lines, "Valid Tracks", after="[Size Data]")[1:6]
    completed = row(lines, "Completed tracks", after="[Results]")[1:6]
    assert all(float(v) < int(c) and v.endswith(".0") for v, c in zip(valid, completed, strict=True))


@pytest.mark.parametrize("version", ["3.2", "3.4"])
def test_a_video_without_particles_is_all_zeros(version: str, tmp_path: Path) -> None:
    nothing = simulate_nanosight(
        EVS.at_concentration(0.0), sample="empty", rng=np.random.default_rng(1), videos=3, version=version
    )
    lines = lines_of(nothing, tmp_path)
    assert {float(c) for c in row(lines, "D50", after="[Size Data]")[1:4]} == {0.0}
    assert not bins_of(lines, 3)[:, 1:4].any()
    assert "No Data" in row(lines, "Completed Tracks", after="[Concentration Warnings]")
