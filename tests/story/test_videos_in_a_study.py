"""Raw videos named in study.toml go the way of every instrument's file to the certificate, tracked once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.bench.outcome import BatchOutcome, RunReport
from paracrine.core.errors import ParacrineError
from paracrine.core.measurement import Measurement, State
from paracrine.store import open_workspace

VIDEO = """
[video]
pixel_um = 0.166
frames_per_s = 25.0
exposure_ms = 20.0
temperature_c = "25±0.5"
diluent = "water"
depth_um = "6..9"
"""
SPEC = """product = "s"
[[limit]]
attribute = "diameter_d50_nm"
low = 60
high = 200
unit = "nm"
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    made = open_bench().nta.simulate(
        folder / "B-1",
        frames_count=80,
        width_px=320,
        height_px=240,
        concentration_per_ml=2.4e9,
        videos_count=2,
        seed=21,
    )
    for path in made.videos:
        for beside in path.parent.glob("*.truth.*"):
            beside.unlink()
    return folder


def run(folder: Path) -> tuple[RunReport, BatchOutcome]:
    report = open_bench(person="T. Tester").run(folder)
    return report, report.batches[0]


def only(batch: BatchOutcome, attribute: str) -> Measurement:
    (found,) = [m for m in batch.measurements if m.attribute == attribute]
    return found


def with_settings(folder: Path, video: str) -> None:
    text = (folder / "study.toml").read_text("utf-8")
    before, _, after = text.partition("[video]")
    rest = after[after.index("\n[[batch]]") :]
    text = before + video.strip() + "\n" + rest
    (folder / "study.toml").write_text(text.replace("# ? dilution_factor = 1000", "dilution_factor = 500"), "utf-8")


def test_init_drafts_videos_and_asks_what_their_files_do_not_state(study: Path) -> None:
    draft = open_bench().init(study, force=True)
    assert draft.files == ("B-1/video_01.avi", "B-1/video_02.avi")
    assert "# the files state frames_per_s = 25" in draft.text
    assert "# ? pixel_um" in draft.text
    assert any("2 raw videos: pixel_um, exposure_ms, temperature_c" in question for question in draft.questions)
    report, _ = run(study)
    assert all("pixel size" in error for _, error in report.unreadable)
    assert len(report.unreadable) == 2


def test_videos_enter_the_certificate_and_nothing_is_tracked_twice(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    shutil.copytree(study, folder, ignore=shutil.ignore_patterns("certificates"))
    open_bench().init(folder, force=True)
    with_settings(folder, VIDEO)
    report, batch = run(folder)
    assert report.unreadable == ()
    assert report.unused_files == ()
    size = only(batch, "diameter_d50_nm")
    assert size.quantity is not None
    assert size.budget is not None
    names = {part.name for part in size.budget.components}
    assert {"temperature_c", "viscosity_mpas", "localisation error"} <= names
    assert len(size.replicates) == 2
    assert only(batch, "particles_per_frame").state is State.MEASURED
    assert only(batch, "whole_population_d50_nm").state is State.MEASURED
    amount = only(batch, "particle_concentration_per_ml")
    undiluted = only(batch, "particle_concentration_undiluted_per_ml")
    assert amount.budget is not None
    assert "depth" in {part.name for part in amount.budget.components}
    assert amount.quantity is not None
    assert undiluted.quantity is not None
    assert undiluted.quantity.value == pytest.approx(500 * amount.quantity.value)
    assert "depth" in {part.name for part in (undiluted.budget or amount.budget).components}
    check_unchanged_work(folder, report)


def check_unchanged_work(folder: Path, first: RunReport) -> None:
    results = sorted((folder / "certificates" / "videos").glob("*/result.json"))
    stamps = [path.stat().st_mtime_ns for path in results]
    assert len(results) == 2
    assert run(folder)[0].unchanged
    (folder / "spec.toml").write_text(SPEC, "utf-8")
    judged, batch = run(folder)
    assert not judged.unchanged
    assert [path.stat().st_mtime_ns for path in results] == stamps
    assert batch.measurements
    with open_workspace(first.workspace, create=False) as workspace:
        kept = [json.loads(entry.text) for entry in workspace.entries("video")]
        assert workspace.verify().ok
    assert {entry["path"] for entry in kept} == {"B-1/video_01.avi", "B-1/video_02.avi"}
    page = (folder / "certificates" / "B-1" / "certificate.html").read_text("utf-8")
    assert "videos/" in page
    assert "25 °C (user)" in page


@pytest.mark.parametrize(
    ("video", "said"),
    [
        ('[video]\npixel_um = "big"', "is no number"),
        ("[video]\npixel = 0.2", "unknown key 'pixel'"),
        ('[video]\ndiluent = "honey"', "no diluent"),
        ("[video]\ndepth_um = 5.0", "no interval"),
    ],
)
def test_wrong_settings_are_refused_with_their_place(study: Path, tmp_path: Path, video: str, said: str) -> None:
    folder = tmp_path / "s"
    shutil.copytree(study, folder, ignore=shutil.ignore_patterns("certificates"))
    open_bench().init(folder, force=True)
    with_settings(folder, video)
    with pytest.raises(ParacrineError, match=said) as refused:
        run(folder)
    assert "study.toml" in refused.value.where
    assert not (folder / "certificates").exists()
