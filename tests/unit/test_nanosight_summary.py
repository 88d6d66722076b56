from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from nanosight_builder import EMPTY, FLAT, NARROW, Video, build, resave, save

from paracrine.core.notice import Severity
from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity, Run
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.payloads.trace import Trace
from paracrine.readers.formats import nanosight_summary

ALL = ("Number", "Surface Area", "Volume")


def read(folder: Path, text: str, **how: str) -> tuple[Run, ...]:
    return nanosight_summary.read(save(folder, text, **how))


def codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def printed(run: Run) -> dict[str, float]:
    return {number.name: number.value for number in run.vendor}


def ours(run: Run) -> dict[str, float]:
    return {number.name: number.value for number in run.rederived}


def number_bins(run: Run) -> SizeDistribution:
    payload = run.payloads[0]
    assert isinstance(payload, SizeDistribution)
    return payload


def test_every_video_is_a_run_with_its_own_column(tmp_path: Path) -> None:
    cold = dataclasses.replace(NARROW, changes={"Temperature/C": "18.500"})
    first, second = read(tmp_path, build(FLAT, cold))
    assert [first.name, second.name] == ["run_00", "run_01"]
    assert second.source.locator == "video column 2"
    assert (first.settings["Conditions / Temperature/C"], second.settings["Conditions / Temperature/C"]) == (
        "21.298",
        "18.500",
    )
    assert number_bins(first).contents[150] == 4e6
    assert number_bins(second).contents[90:94].tolist() == [3e7, 7e7, 5e7, 0]
    assert number_bins(second).tracks_count == 655
    assert number_bins(first).edges_nm[[0, -1]].tolist() == [0, 1000]


def test_what_the_file_says_about_itself(tmp_path: Path) -> None:
    run = read(tmp_path, build(FLAT, NARROW))[0]
    assert run.software == "NTA 3.4 Build 3.4.003"
    assert run.measured_at == "2021-11-02T16:09:42"
    assert run.sample_hint == "batch 7"
    assert run.instrument == "NanoSight (sCMOS, Blue488)"
    assert run.maturity is Maturity.TESTED
    assert run.unread == {}


@pytest.mark.parametrize(("version", "d50_nm"), [("3.4", 150.0), ("3.2", 149.0)])
def test_percentiles_follow_the_edges_of_the_version(tmp_path: Path, version: str, d50_nm: float) -> None:
    """Analytic: 100 equal bins from 100 to 200 nm have their median at 150 nm, one bin lower in NTA 3.2."""
    run = read(tmp_path, build(FLAT, NARROW, version=version))[0]
    assert printed(run)["diameter_d50_nm"] == d50_nm
    assert ours(run)["diameter_d50_nm"] == pytest.approx(d50_nm, abs=1e-9)
    assert ours(run)["diameter_mean_nm"] == pytest.approx(150, abs=1e-9)
    assert ours(run)["diameter_sd_nm"] == pytest.approx(np.sqrt((100**2 - 1) / 12), abs=1e-9)
    assert ours(run)["particle_concentration_per_ml"] == 4e8
    assert "vendor-summary-differs" not in codes(run)


def test_an_unknown_version_takes_the_convention_that_fits(tmp_path: Path) -> None:
    text = build(FLAT, NARROW, version="3.2").replace("NTA 3.2 Dev Build 3.2.16", "NTA 3.9 Build 1")
    run = read(tmp_path, text)[0]
    assert ours(run)["diameter_d50_nm"] == pytest.approx(149, abs=1e-9)
    assert run.maturity is Maturity.DRAFT
    assert "draft-reader" in codes(run)


def test_weightings_and_diffusion_are_payloads_of_their_own(tmp_path: Path) -> None:
    """Analytic: surface and volume at the lower edge, diffusion printed in 1e4 nm2/s."""
    run = read(tmp_path, build(FLAT, NARROW, weightings=ALL, diffusion=True))[1]
    sizes = [payload for payload in run.payloads if isinstance(payload, SizeDistribution)]
    traces = [payload for payload in run.payloads if isinstance(payload, Trace)]
    assert [size.contents_unit for size in sizes] == ["1/mL", "nm2/mL", "nm3/mL"]
    assert [size.measurand.weighting.value for size in sizes if size.measurand.weighting] == [
        "number",
        "area",
        "volume",
    ]
    assert sizes[1].contents[91] == pytest.approx(7e7 * np.pi * 91**2, abs=1)
    assert sizes[2].contents[92] == pytest.approx(5e7 * np.pi / 6 * 92**3, abs=1)
    assert len(traces) == 3
    assert traces[0].axis[[0, 1, -1]].tolist() == [2e4, 6e4, 3998e4]
    assert traces[0].axis_unit == "nm2/s"
    assert printed(run)["diameter_d50_nm [volume]"] == pytest.approx(ours(run)["diameter_d50_nm [volume]"], abs=0.05)
    assert printed(run)["diffusion_d50_nm2_per_s [area]"] == pytest.approx(
        ours(run)["diffusion_d50_nm2_per_s [area]"], abs=500
    )
    assert "vendor-summary-differs" not in codes(run)


def test_an_empty_video_is_valid_zero_and_flagged(tmp_path: Path) -> None:
    full, _, empty = read(tmp_path, build(FLAT, NARROW, EMPTY))
    assert number_bins(empty).is_empty
    assert printed(empty) == ours(empty) == {"particle_concentration_per_ml": 0.0}
    assert {"no-particles", "few-tracks"} <= codes(empty)
    assert "no frame was analysed" in " ".join(notice.message for notice in empty.notices)
    counted = next(notice for notice in full.notices if notice.code == "averages-count-empty-videos")
    assert "mean 80.5 nm, without them 120.80 nm" in counted.message
    assert "concentration 1.83e+08 per mL, without them 2.75e+08" in counted.message


def test_a_file_of_empty_videos_only_is_read(tmp_path: Path) -> None:
    (run,) = read(tmp_path, build(EMPTY))
    assert number_bins(run).total == 0
    assert "vendor-summary-differs" not in codes(run)


def test_dilution_in_the_file_means_that_the_instrument_multiplied(tmp_path: Path) -> None:
    diluted = dataclasses.replace(NARROW, dilution="1.00e+04")
    without, stated = read(tmp_path, build(FLAT, diluted))
    assert (stated.dilution_factor, stated.dilution_by) == (1e4, DilutionBy.INSTRUMENT)
    assert (without.dilution_factor, without.dilution_by) == (None, DilutionBy.UNKNOWN)
    assert "dilution-not-stated" in codes(without)
    assert "dilution-not-stated" not in codes(stated)


@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", ","), (";", "."), ("\t", ",")])
@pytest.mark.parametrize("version", ["3.2", "3.4"])
def test_a_spreadsheet_re_save_gives_the_same_numbers(
    tmp_path: Path, version: str, delimiter: str, decimal: str
) -> None:
    diluted = dataclasses.replace(NARROW, dilution="2.50e+02")
    text = build(diluted, FLAT, version=version)
    before, after = read(tmp_path, text)[0], read(tmp_path, resave(text, delimiter=delimiter, decimal=decimal))[0]
    assert printed(before) == printed(after)
    assert ours(before) == ours(after)
    assert after.dilution_factor == 250
    assert "vendor-summary-differs" not in codes(after)
    assert after.maturity is (Maturity.TESTED if (delimiter, decimal) == (",", ".") else Maturity.CANDIDATE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(tmp_path: Path, encoding: str, line_end: str) -> None:
    text = build(FLAT, NARROW, weightings=("Number", "Volume"), sample="Prüfling µ")
    run = read(tmp_path, text, encoding=encoding, line_end=line_end)[1]
    assert ours(run)["diameter_d50_nm"] == pytest.approx(91 + 45 / 70, abs=1e-9)
    assert run.sample_hint == "Prüfling µ"


def test_fields_in_quotes_may_hold_commas(tmp_path: Path) -> None:
    run = read(tmp_path, build(FLAT, remarks="new cell, cleaned twice", version="3.2"))[0]
    assert run.settings["Experiment Details / Remarks"] == "new cell, cleaned twice"


def test_names_with_commas_are_put_together_again(tmp_path: Path) -> None:
    first = dataclasses.replace(FLAT, name="EV, day 3 00")
    second = dataclasses.replace(NARROW, name="EV, day 3 01")
    assert [run.name for run in read(tmp_path, build(first, second))] == ["EV,day 3 00", "EV,day 3 01"]


def test_exclusion_regions_are_kept_as_text(tmp_path: Path) -> None:
    text = build(FLAT, NARROW).replace("No Exclusion Regions Used", "Region,0,0,80,1024\nRegion,0,0,80,1024")
    run = read(tmp_path, text)[0]
    assert run.settings["Exclusion Regions"] == "Region 0 0 80 1024; Region 0 0 80 1024"


def test_different_dilutions_in_one_file_are_told(tmp_path: Path) -> None:
    runs = read(tmp_path, build(dataclasses.replace(FLAT, dilution="5.00e+02"), NARROW))
    assert [run.dilution_factor for run in runs] == [500, None]
    assert "5.00e+02 (1), Not recorded (1)" in " ".join(notice.message for notice in runs[1].notices)


def test_repeated_video_names_get_their_column(tmp_path: Path) -> None:
    runs = read(tmp_path, build(FLAT, dataclasses.replace(NARROW, name="run_00")))
    assert [run.name for run in runs] == ["run_00 (column 1)", "run_00 (column 2)"]


def test_a_combined_experiment_names_the_sample_of_each_video(tmp_path: Path) -> None:
    videos = [dataclasses.replace(FLAT, name="PBS_3_00"), dataclasses.replace(NARROW, name="LPS_1_00")]
    runs = read(tmp_path, build(*videos, remarks="Created from combined experiments: PBS_3_.nano, LPS_1_.nano"))
    assert [run.sample_hint for run in runs] == ["PBS_3", "LPS_1"]
    assert "combined-experiment" in codes(runs[0])


def test_people_and_folders_are_left_out(tmp_path: Path) -> None:
    runs = read(tmp_path, build(FLAT, NARROW))
    said = json.dumps([[dict(run.settings), dict(run.unread)] for run in runs])
    assert "run_.nano" in said
    assert "Jane" not in said
    assert "jdoe" not in said


@pytest.mark.parametrize(
    ("key", "cell", "code", "severity"),
    [
        ("Validity of concentration measurement", "Unreliable", "concentration-validity", Severity.SERIOUS),
        ("Validity of concentration measurement", "Not Calibrated", "not-calibrated", Severity.SERIOUS),
        ("Noise level", "High noise", "noise", Severity.SERIOUS),
        ("Vibration detected", "Minor vibration", "vibration", Severity.NOTE),
        ("Vibration detected", "Something new", "vibration", Severity.CAUTION),
        ("Completed Tracks", "<200", "few-tracks", Severity.CAUTION),
        ("Errors (1)", "Frames dropped", "instrument-error", Severity.CAUTION),
    ],
)
def test_the_instruments_own_flags_reach_their_video(
    tmp_path: Path, key: str, cell: str, code: str, severity: Severity
) -> None:
    flagged, plain = read(tmp_path, build(dataclasses.replace(FLAT, changes={key: cell}), NARROW))
    notice = next(notice for notice in flagged.notices if notice.code == code)
    assert notice.severity is severity
    assert cell in notice.message
    assert code not in codes(plain)


def test_different_capture_settings_are_told(tmp_path: Path) -> None:
    brighter = dataclasses.replace(NARROW, changes={"Camera Level": "10"})
    runs = read(tmp_path, build(FLAT, brighter))
    notice = next(notice for notice in runs[0].notices if notice.code == "mixed-settings")
    assert "Camera Level 14 (1), 10 (1)" in notice.message
    assert "Temperature" not in notice.message


def test_a_population_at_the_upper_end_is_told(tmp_path: Path) -> None:
    cut = Video("run_00", {100: 9_000_000, 999: 1_000_000})
    runs = read(tmp_path, build(cut, NARROW))
    assert "population-cut" in codes(runs[0])
    assert "population-cut" not in codes(runs[1])


def test_a_printed_number_the_bins_do_not_give_is_told(tmp_path: Path) -> None:
    text = build(FLAT, NARROW).replace("D50,150.0,", "D50,160.0,")
    first, second = read(tmp_path, text)
    assert "the file prints 160 as D50, its bins give 150.00" in {notice.message for notice in first.notices}
    assert printed(first)["diameter_d50_nm"] == 160
    assert not [notice for notice in second.notices if "D50, its bins" in notice.message]


def test_an_edited_bin_is_found_by_its_average(tmp_path: Path) -> None:
    text = build(FLAT, NARROW)
    run = read(tmp_path, text.replace("150.5,4000000,0,2000000,", "150.5,4000900,0,2000000,"))[0]
    assert any("print an average" in notice.message and "150.5" in notice.message for notice in run.notices)


def test_a_single_analysis_summary_is_a_draft(tmp_path: Path) -> None:
    (run,) = read(tmp_path, build(FLAT, title="NTA Single Analysis Summary File"))
    assert run.maturity is Maturity.DRAFT
    assert ours(run)["diameter_mean_nm"] == pytest.approx(150)


def test_version_3_3_is_a_candidate(tmp_path: Path) -> None:
    assert read(tmp_path, build(FLAT, version="3.3"))[0].maturity is Maturity.CANDIDATE


def test_a_table_trimmed_by_hand_is_refused_in_plain_words(tmp_path: Path) -> None:
    answer = nanosight_summary.sniff(save(tmp_path, "particle_size,Sample1\n0.5,0\n1.5,3\n", name="beads.csv"))
    assert not answer.claims
    assert "trimmed by hand" in answer.why
