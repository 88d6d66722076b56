from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sizing_builders import save

from paracrine.core.errors import InputError, MissingExtra
from paracrine.core.run import Maturity, Run
from paracrine.payloads.events import EventTable
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.readers.formats import nanosight_particles, nanosight_tracks, spectradyne, videodrop, viewsizer
from paracrine.readers.intake import read_file
from paracrine.testing.samples import write_pulses

SHARED = "Particle ID,Size/nm,Diffusion coefficient/nm^2 s^-1"
INTENSITY, INCLUDED = "Ln(Adjusted intensity)/AU", "Included in distribution?"
PARTICLES = f"""{SHARED},{INTENSITY},Start frame,Tracklength,{INCLUDED}
1,101.5,4236453,6.25,0,31,True
2,1250.0,344000,8.5,4,12,True
3,88.2,4875283,5.75,9,7,False
"""
TRACKS = f"""{SHARED},Frame,X/pixels,Y/pixels,{INTENSITY},{INCLUDED}
1,101.5,4236453,0,12.5,700.25,6.25,True
1,101.5,4236453,1,13.75,701.5,6.5,True
3,88.2,4875283,1,300.0,41.0,5.75,False
"""
VIEWSIZER = """/LowerBinDiameter_[nm]\t CenterBinDiameter_[nm]\t UpperBinDiameter_[nm]\t PSD_corrected_[counts/mL/nm]
0\t 5\t 10\t 0
10\t 12.5\t 15\t 200
15\t 25\t 35\t 3000
"""
VIDEODROP = """RESULTS
Concentration;4,21E+08 particles/mL
Median diameter;90,5 nm
Tracked particles;3
Operator;Jane Doe
SETTINGS
Threshold;3,8
TRACKING
diameter;length;jumps;intensity
80,25;31;2;10,5
90,5;12;;11
1001,75;7;1;12
"""


def only(module: Any, folder: Path, name: str, text: str) -> Run:
    source = save(folder, name, text)
    assert module.sniff(source).claims
    (run,) = module.read(source)
    assert run.maturity is Maturity.DRAFT
    assert "draft-reader" in codes(run)
    return run


def codes(run: Run) -> set[str]:
    return {notice.code for notice in run.notices}


def events(run: Run) -> EventTable:
    return next(payload for payload in run.payloads if isinstance(payload, EventTable))


def distribution(run: Run) -> SizeDistribution:
    return next(payload for payload in run.payloads if isinstance(payload, SizeDistribution))


def test_particle_data_counts_the_included_tracks(tmp_path: Path) -> None:
    run = only(nanosight_particles, tmp_path, "b7 02_ParticleData.csv", PARTICLES)
    assert run.name == "b7 02"
    assert events(run).columns["track_length_frames"].tolist() == [31, 12, 7]
    assert events(run).columns["included"].tolist() == [1, 1, 0]
    counted = distribution(run)
    filled = np.flatnonzero(counted.contents)
    assert counted.total == counted.tracks_count == 2
    assert counted.edges_nm[filled[0]] == 101
    assert counted.edges_nm[filled[1]] <= 1250 < counted.edges_nm[filled[1] + 1]


def test_particle_data_without_header_is_known_by_its_name(tmp_path: Path) -> None:
    rows = "".join(f"{line.rpartition(',')[0]}\n" for line in PARTICLES.splitlines()[1:])
    run = only(nanosight_particles, tmp_path, "b7_ParticleData.csv", rows)
    assert "inclusion-not-stated" in codes(run)
    assert distribution(run).total == 3
    assert not nanosight_particles.sniff(save(tmp_path, "b7.csv", rows)).claims


def test_spots_are_kept_and_each_particle_counted_once(tmp_path: Path) -> None:
    run = only(nanosight_tracks, tmp_path, "b7_AllTracks.csv", TRACKS)
    assert events(run).columns["y_px"].tolist() == [700.25, 701.5, 41]
    assert distribution(run).total == 1


@pytest.mark.parametrize(
    ("module", "text", "old", "new", "said"),
    [
        (nanosight_particles, PARTICLES, "88.2", "-88.2", "negative"),
        (nanosight_particles, PARTICLES, "88.2", "NaN", "missing"),
        (nanosight_particles, PARTICLES, "88.2", "88,2", "cells"),
        (nanosight_particles, PARTICLES, "False", "Fals", "neither True nor False"),
        (nanosight_particles, PARTICLES, "False\n", "False", "does not end"),
        (nanosight_particles, PARTICLES, "3,88.2", "1,88.2", "twice"),
        (nanosight_particles, PARTICLES, "Start frame", "First frame", "'Start frame' is missing"),
        (nanosight_tracks, TRACKS, "1,101.5,4236453,1", "1,101.6,4236453,1", "disagree"),
        (nanosight_tracks, TRACKS, "4236453,1,", "4236453,0,", "twice"),
        (viewsizer, VIEWSIZER, "15\t 25", "16\t 25", "adjoin"),
        (viewsizer, VIEWSIZER, "\t 200\n", "\t -200\n", "negative"),
        (viewsizer, VIEWSIZER, "\t 200\n", "\n", "cells"),
        (viewsizer, VIEWSIZER, "\t 3000\n", "\t 3000", "does not end"),
        (videodrop, VIDEODROP, "1001,75;7;1;12\n", "", "2 tracks are listed, 3 stated"),
        (videodrop, VIDEODROP, "3,8", "3.8", None),
        (videodrop, VIDEODROP, "80,25", "80.25", "decimal comma and with decimal point"),
        (videodrop, VIDEODROP, "90,5 nm", "90,5 furlong", "furlong"),
        (videodrop, VIDEODROP, "90,5 nm", "90,5 m", "no usable unit"),
        (videodrop, VIDEODROP, "Threshold;3,8", "D90;3,8 nm", "among the settings"),
        (videodrop, VIDEODROP, "SETTINGS\n", "", None),
    ],
)
def test_damaged_drafts_are_refused_with_a_reason(
    tmp_path: Path, module: Any, text: str, old: str, new: str, said: str | None
) -> None:
    assert old in text
    source = save(tmp_path, "b7_ParticleData.csv", text.replace(old, new, 1))
    if said is None:
        assert not module.sniff(source).claims or module.read(source)
        return
    with pytest.raises(InputError, match=said):
        module.read(source)


def test_viewsizer_densities_are_multiplied_by_the_width(tmp_path: Path) -> None:
    """Analytic: 200 per nm over 5 nm and 3000 per nm over 20 nm."""
    (tmp_path / "b7 2024.xml").write_text(
        "<Setup><MeasurementStartDateTime>2024-02-03 04:05:06</MeasurementStartDateTime><Gain>20</Gain>"
        "<Operator>Jane</Operator></Setup>"
    )
    run = only(viewsizer, tmp_path, "ConstantBinsTable_b7.dat", VIEWSIZER)
    assert distribution(run).contents.tolist() == [0, 1000, 60000]
    assert distribution(run).edges_nm.tolist() == [0, 10, 15, 35]
    assert (run.name, run.measured_at, run.settings["Gain"]) == ("b7", "2024-02-03T04:05:06", "20")
    assert "Jane" not in str(run.settings)
    assert "density-multiplied" in codes(run)


def test_viewsizer_settings_that_declare_entities_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b7.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><a><Gain>&b;</Gain></a>')
    with pytest.raises(InputError, match="well-formed"):
        viewsizer.read(save(tmp_path, "ConstantBinsTable_b7.dat", VIEWSIZER))


def test_videodrop_with_decimal_commas(tmp_path: Path) -> None:
    run = only(videodrop, tmp_path, "b7-Results.csv", VIDEODROP)
    assert run.name == "b7"
    assert {number.name: number.value for number in run.vendor} == {
        "particle_concentration_per_ml": 4.21e8,
        "diameter_d50_nm": 90.5,
        "tracks_count": 3,
    }
    assert events(run).columns["diameter_nm"].tolist() == [80.25, 90.5, 1001.75]
    assert np.isnan(events(run).columns["jumps_count"][1])
    assert run.settings == {"SETTINGS / Threshold": "3,8"}
    assert "Jane" not in str(run)


def test_videodrop_median_in_another_unit_is_told(tmp_path: Path) -> None:
    text = VIDEODROP.replace("90,5 nm", "45,25 nm")
    assert "vendor-summary-differs" in codes(only(videodrop, tmp_path, "b7-Results.csv", text))


def test_spectradyne_keeps_pulses_and_invents_no_size(tmp_path: Path) -> None:
    runs = read_file(write_pulses(tmp_path / "b7_cc.h5"))
    assert [run.name for run in runs] == ["acquisitions/acquisition 1", "acquisitions/acquisition 2"]
    table = events(runs[0])
    assert table.columns["time_s"] == pytest.approx(table.columns["pk_index"] * 5e-6)
    assert not [payload for payload in runs[0].payloads if isinstance(payload, SizeDistribution)]
    assert "no-size-stored" in codes(runs[0])


def test_spectradyne_without_h5py_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_pulses(tmp_path / "b7_cc.h5")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"paracrine\[hdf5\]"):
        read_file(path)


def test_a_crash_of_the_hdf5_library_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(InputError, match="gave up"):
        read_file(write_pulses(tmp_path / "b7_cc.h5"))


def test_spectradyne_does_not_follow_links_to_other_files(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    write_pulses(tmp_path / "secret.h5")
    with h5py.File(tmp_path / "b7_cc.h5", "w") as file:
        file.create_group("own").create_dataset("pks", data=np.zeros(3, dtype=[("pk_width", "f8"), ("pk_index", "i8")]))
        file["foreign"] = h5py.ExternalLink("secret.h5", "/acquisitions")
    assert [run.name for run in read_file(tmp_path / "b7_cc.h5")] == ["own"]


def test_spectradyne_truncated_is_refused(tmp_path: Path) -> None:
    path = write_pulses(tmp_path / "b7_cc.h5")
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InputError, match="truncated or broken"):
        spectradyne.read(save(tmp_path, "cut.h5", path.read_bytes()))
