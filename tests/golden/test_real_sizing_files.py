"""NanoSight exports of real instruments against what their headers print; no file is claimed by two readers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from paracrine.core.run import Maturity, Run
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.payloads.trace import Trace
from paracrine.readers.intake import FORMATS, ask_readers, read_file
from paracrine.readers.source import SourceFile
from paracrine.testing import check_reader

# file -> videos, empty videos, dilution stated, averages of the file: mean, D50 (nm), concentration (1/mL).
NANOSIGHT = {
    "tidyNano/beads.csv": (12, (), None, 100.5, 96.4, 1.47e9),
    "tidyNano/beads2.csv": (5, (), 1e4, 101.5, 99.8, 6.09e12),
    "Alteromonas_MVs/AD45_F3 2021-11-02 16-09-42-ExperimentSummary.csv": (5, (), None, 185.1, 161.6, 2.02e8),
    "Alteromonas_MVs/HOT1A3_F3 2021-11-02 14-09-41-ExperimentSummary.csv": (5, (), None, 175.3, 171.6, 2.34e8),
    "Alteromonas_MVs/AD_12h_A_LS 2020-10-27 11-15-54-ExperimentSummary.csv": (4, (), None, 128.7, 114.1, 4.13e7),
    "nguyens7-Experiments/NA_GD14_Pexo_-ExperimentSummary.csv": (5, (), 1e3, 139.1, 116.3, 6.13e11),
    "nguyens7-Experiments/PBS_LPS_-ExperimentSummary.csv": (50, (), None, 123.5, 112.9, 1.18e9),
    "nguyens7-Experiments/tidyNano-ExperimentSummary.csv": (222, (145, 146, 147), None, 112.95, 100.69, 4.01e8),
}
# Files of the collection that no reader claims: no instrument, no sizing, or a layout without a reader.
NOBODY = re.compile(r"(LICENSE|README|INDEX\.csv|SHA256SUMS|\.gwy$|\.png$|\.avi$)")
SIZES = ("diameter_mean_nm", "diameter_sd_nm", "diameter_d10_nm", "diameter_d50_nm", "diameter_d90_nm")


@pytest.fixture(scope="module")
def exports(sizing_files: Path) -> dict[str, tuple[Run, ...]]:
    return {name: read_file(sizing_files / name) for name in NANOSIGHT}


def numbers(run: Run) -> tuple[dict[str, float], dict[str, float]]:
    return ({item.name: item.value for item in run.vendor}, {item.name: item.value for item in run.rederived})


def distribution(run: Run) -> SizeDistribution:
    return next(payload for payload in run.payloads if isinstance(payload, SizeDistribution))


def test_every_replicate_gives_the_numbers_its_header_prints(exports: dict[str, tuple[Run, ...]]) -> None:
    """Rung 2: mean, SD, D10, D50, D90 within the print of 0.05 nm, mode within half a bin, bins sum within 0.5 %."""
    compared = 0
    for name, runs in exports.items():
        for run in runs:
            if distribution(run).is_empty:
                continue
            printed, ours = numbers(run)
            for key in SIZES:
                # The print is rounded to 0.1 nm, the bins to whole particles.
                assert ours[key] == pytest.approx(printed[key], abs=0.0501), (name, run.name, key)
            assert ours["diameter_mode_nm"] == pytest.approx(printed["diameter_mode_nm"], abs=0.5 + 1e-9)
            total = distribution(run).total
            assert total == pytest.approx(printed["particle_concentration_per_ml"], rel=0.005), (name, run.name)
            compared += 1
    assert compared == 305


def test_averages_over_videos_are_those_of_the_file(exports: dict[str, tuple[Run, ...]]) -> None:
    """Rung 2: the file's own averages; for the file with empty videos, its averages without them."""
    for name, (videos, empties, _, mean_nm, d50_nm, per_ml) in NANOSIGHT.items():
        runs = exports[name]
        assert len(runs) == len({run.name for run in runs}) == videos
        assert tuple(k for k, run in enumerate(runs, 1) if distribution(run).is_empty) == empties
        full = [numbers(run)[0] for run in runs if not distribution(run).is_empty]
        assert np.mean([n["diameter_mean_nm"] for n in full]) == pytest.approx(mean_nm, abs=0.1)
        assert np.mean([n["diameter_d50_nm"] for n in full]) == pytest.approx(d50_nm, abs=0.1)
        totals = [distribution(run).total for run in runs if not distribution(run).is_empty]
        assert np.mean(totals) == pytest.approx(per_ml, rel=0.005)


def test_dilution_is_taken_from_the_file_alone(exports: dict[str, tuple[Run, ...]]) -> None:
    for name, (_, _, dilution, *_) in NANOSIGHT.items():
        assert {run.dilution_factor for run in exports[name]} == {dilution}


def test_no_real_file_contradicts_itself(exports: dict[str, tuple[Run, ...]]) -> None:
    """Rung 2: the rederived summary, the percentile rows and the averages of all bins agree with the print."""
    for name, runs in exports.items():
        said = {notice.message for run in runs for notice in run.notices if notice.code == "vendor-summary-differs"}
        assert not said, name
        assert {run.maturity for run in runs} == {Maturity.TESTED}


def test_empty_videos_are_zero_and_the_files_averages_count_them(exports: dict[str, tuple[Run, ...]]) -> None:
    runs = exports["nguyens7-Experiments/tidyNano-ExperimentSummary.csv"]
    for run in runs[144:147]:
        assert run.name.startswith("23_500_1_")
        assert "no-particles" in {notice.code for notice in run.notices}
        assert not [number for number in run.vendor if number.unit == "nm"]
    (message,) = {n.message for run in runs for n in run.notices if n.code == "averages-count-empty-videos"}
    assert "mean 111.4 nm, without them 112.95 nm" in message
    assert "D50 99.3 nm, without them 100.69 nm" in message
    assert "concentration 3.96e+08 per mL, without them 4.01e+08 per mL" in message


@pytest.mark.parametrize(
    ("name", "video", "codes"),
    [
        ("AD45_F3", 0, {"noise", "vibration", "concentration-validity", "dilution-not-stated"}),
        ("AD_12h_A", 1, {"not-calibrated", "not-assessed-by-instrument", "mixed-settings", "low-concentration"}),
        ("beads.csv", 3, {"mixed-settings", "combined-experiment", "dilution-not-stated"}),
        ("PBS_LPS_", 49, {"combined-experiment", "dilution-not-stated"}),
    ],
)
def test_the_files_own_flags_are_shown(
    exports: dict[str, tuple[Run, ...]], name: str, video: int, codes: set[str]
) -> None:
    runs = next(runs for key, runs in exports.items() if name in key)
    assert codes <= {notice.code for notice in runs[video].notices}


def test_surface_and_volume_follow_from_the_number_bins(exports: dict[str, tuple[Run, ...]]) -> None:
    """Rung 2: contents at the lower edge, pi a^2 and pi a^3 / 6."""
    runs = next(runs for key, runs in exports.items() if "AD45_F3" in key)
    for run in runs:
        number, area, volume = (p.contents for p in run.payloads if isinstance(p, SizeDistribution))
        lower_nm = np.arange(1000.0)
        strong = number > 1e4
        assert area[strong] == pytest.approx((number * np.pi * lower_nm**2)[strong], rel=2e-4)
        assert volume[strong] == pytest.approx((number * np.pi / 6 * lower_nm**3)[strong], rel=2e-4)
        assert [p.axis[0] for p in run.payloads if isinstance(p, Trace)] == [2e4] * 3
    printed, ours = numbers(runs[0])
    assert (printed["diameter_mean_nm [area]"], printed["diameter_d50_nm [area]"]) == (468.2, 302.8)
    assert (printed["diameter_mean_nm [volume]"], printed["diameter_mode_nm [volume]"]) == (671.2, 956.2)
    for name, value in printed.items():
        if "mode" not in name and name.startswith("diameter"):
            assert ours[name] == pytest.approx(value, abs=0.0501), name


def test_nobody_is_named(exports: dict[str, tuple[Run, ...]]) -> None:
    """The operators of these files, and folders of users."""
    for runs in exports.values():
        for run in runs:
            said = " ".join((*run.settings.values(), *run.unread.values()))
            assert not re.search(r"\b(Eddie|jenH|SN)\b|\\", said)


def real_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_real_file_has_one_reader_or_is_known_to_have_none(sizing_files: Path) -> None:
    wrong = []
    for path in real_files(sizing_files):
        claims = [answer.reader for answer in ask_readers(SourceFile(path)) if answer.sniffed.claims]
        expected = 0 if NOBODY.search(path.relative_to(sizing_files).as_posix()) else 1
        if len(claims) != expected:
            wrong.append(f"{path.name}: {claims}")
    assert not wrong


def test_samples_named_by_readers_are_there_and_theirs(sizing_files: Path) -> None:
    for module in FORMATS:
        for sample in module.FORMAT.samples:
            if sample != "none":
                assert module.sniff(SourceFile(sizing_files / sample)).claims, (module.FORMAT.name, sample)


@pytest.mark.parametrize("sample", ["tidyNano/beads2.csv", "nguyens7-Experiments/NA_GD14_Pexo_-ExperimentSummary.csv"])
def test_the_nanosight_reader_keeps_the_contract_on_real_files(sizing_files: Path, sample: str) -> None:
    check_reader(FORMATS.load("nanosight_summary"), [sizing_files / sample])


@pytest.mark.slow
def test_every_reader_keeps_the_contract_on_its_real_files(sizing_files: Path) -> None:
    for module in FORMATS:
        samples = [sizing_files / sample for sample in module.FORMAT.samples if sample != "none"]
        if samples:
            check_reader(module, samples)
