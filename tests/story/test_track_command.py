"""`paracrine track`: a raw video becomes sizes, once; what cannot be read is one line and exit code 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from paracrine import open_bench
from paracrine.bench.nta.simulate import SimulationReport
from paracrine.core.plan import VideoSettings
from paracrine.instruments.nta.recording import write_raw_avi
from paracrine.payloads.video import Video

SETTINGS = ("--pixel-um", "0.166", "--fps", "25", "--exposure-ms", "20", "--temperature-c", "25±0.2",
            "--viscosity-mpas", "0.89")  # fmt: skip
SAID = VideoSettings(pixel_um=0.166, frames_per_s=25.0, exposure_ms=20.0, temperature_c=25.0, viscosity_mpas=0.89)


def paracrine(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from paracrine.cli import main; main()", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=cwd, check=False)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    """A quarter field of 6 s, dense enough for a hundred tracks."""
    return open_bench().nta.simulate(
        tmp_path_factory.mktemp("nta"),
        frames_count=110,
        width_px=320,
        height_px=240,
        concentration_per_ml=2.4e9,
        bit_depth=8,
        seed=5,
    )


def test_a_video_becomes_sizes_files_and_a_page_once(recorded: SimulationReport, tmp_path: Path) -> None:
    video, truth = recorded.videos[0], recorded.truths[0]
    first = paracrine("track", video, *SETTINGS, "--depth-um", "6..9", "--out", "t", "--json", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    (found,) = json.loads(first.stdout)["videos"]
    folder = tmp_path / "t" / "video_01.avi"
    assert {path.name for path in folder.iterdir()} == {
        "video.html", "result.json", "sizes.csv", "particles.csv", "tracks.csv", "tracks.npz"
    }  # fmt: skip
    assert found["whole"]["d50"]["low"] * 0.97 < truth["population_d50_nm"] < found["whole"]["d50"]["high"] * 1.03
    assert found["concentration"]["low"] < truth["concentration_per_ml"] < 2 * found["concentration"]["high"]
    assert [row["chosen"] for row in found["thresholds"]].count(True) == 1
    assert {line["name"]: line["stated_by"] for line in found["settings"]}["temperature_c"] == "user"
    with np.load(folder / "tracks.npz") as kept:
        assert kept["x_px"].size == (folder / "tracks.csv").read_text().count("\n") - 1
    again = paracrine("track", video, *SETTINGS, "--depth-um", "6..9", "--out", "t", cwd=tmp_path)
    assert "was not done again" in again.stdout
    warmer = paracrine("track", video, *SETTINGS[:-4], "--temperature-c", "30", "--diluent", "water", "--out", "t",
                       "--json", cwd=tmp_path)  # fmt: skip
    data = json.loads(warmer.stdout)
    assert data["unchanged"] == 0
    assert data["videos"][0]["tracked"]["d50"]["value"] > 1.05 * found["tracked"]["d50"]["value"]
    assert data["videos"][0]["concentration"] is None
    page = (folder / "video.html").read_text("utf-8")
    assert "not assessed" in page
    assert "http://" not in page.split("<script", 1)[0].replace("http://www.w3.org", "")


def test_damage_to_a_file_of_the_result_is_noticed(tmp_path: Path) -> None:
    bench, video = open_bench(), tmp_path / "noise.tif"
    tifffile.imwrite(video, frames("noise"))
    first = bench.nta.track(video, SAID, out=tmp_path / "t")
    assert first.unchanged_count == 0
    assert bench.nta.track(video, SAID, out=tmp_path / "t").unchanged_count == 1
    (first.videos[0].folder / "sizes.csv").write_text("changed\n")
    assert bench.nta.track(video, SAID, out=tmp_path / "t").unchanged_count == 0


def _cut(source: Path, target: Path, *, frames: int) -> Path:
    from paracrine.readers.video_file import read_video

    whole = read_video(source)
    write_raw_avi(Video.from_frames(whole.read(0, frames), frame_rate_hz=25.0), target)
    return target


def test_a_missing_setting_is_named_and_nothing_is_written(recorded: SimulationReport, tmp_path: Path) -> None:
    done = paracrine("track", recorded.videos[0], "--pixel-um", "0.166", cwd=tmp_path)
    assert done.returncode == 2
    assert "exposure_ms" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--temperature-c", "hot"), "is no number"),
        (("--depth-um", "5"), "no interval"),
        (("--diluent", "honey"), "no diluent"),
        (("--assumed", "colour"), "cannot be marked"),
        (("--threshold", "1"), "finds noise"),
        (("--exposure-ms", "100"), "does not fit"),
        (("--executor", "dask"), "which cluster"),
        (("--executor", "moon"), "no executors entry"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(
    recorded: SimulationReport, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    given = SETTINGS if "--diluent" not in options else SETTINGS[:-2]
    done = paracrine("track", recorded.videos[0], *given, *options, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_one_sentence_and_json(tmp_path: Path) -> None:
    shown = paracrine("plan", "nta", "--d50", "120", "--precision", "4%", "--trials", "0", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("For a D50 of 120 nm to ± 4 %")
    assert "is assumed" in shown.stdout
    data = json.loads(
        paracrine("plan", "nta", "--d50", "120", "--precision", "4%", "--trials", "0", "--json", cwd=tmp_path).stdout
    )
    assert data["chosen"]["videos_count"] >= 1
    beyond = paracrine("plan", "nta", "--d50", "120", "--precision", "1%", "--temperature-c", "25±1", cwd=tmp_path)
    assert beyond.returncode == 2
    assert "settings alone" in beyond.stderr


def frames(kind: str) -> np.ndarray:
    rng = np.random.default_rng(2)
    grey = rng.poisson(20, (12, 64, 96)).astype(np.uint8)
    if kind == "colour":
        return np.stack([grey, np.roll(grey, 20, axis=2) * 4, grey // 2], axis=-1)
    if kind == "rgba":
        return np.stack([grey, grey, grey, np.full_like(grey, 255)], axis=-1)
    return {
        "noise": grey,
        "saturated": np.full_like(grey, 255),
        "two": grey[:2],
        "deep": grey.astype(np.uint16) * 100,
    }[kind]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("noise", "too-few-tracks"), ("saturated", "too-few-tracks"), ("two", "too-few-tracks"),
     ("deep", "too-few-tracks"), ("rgba", "grey-from-colour")],
)  # fmt: skip
def test_a_video_without_sizes_says_why(tmp_path: Path, kind: str, code: str) -> None:
    tifffile.imwrite(tmp_path / f"{kind}.tif", frames(kind), photometric="rgb" if kind == "rgba" else "minisblack")
    report = open_bench().nta.track(tmp_path / f"{kind}.tif", SAID, out=tmp_path / "t")
    analysis = report.videos[0].analysis
    assert analysis is not None, report.videos[0].error
    assert analysis.tracked is None
    assert code in {notice.code for notice in analysis.notices}
    assert "no size distribution" in report.headline_of(report.videos[0])


def test_what_is_no_video_stops_no_other(recorded: SimulationReport, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "colour.tif", frames("colour"), photometric="rgb")
    (tmp_path / "empty.avi").write_bytes(b"")
    (tmp_path / "broken.avi").write_bytes(recorded.videos[0].read_bytes()[:200])
    (tmp_path / "text.avi").write_text("no video at all")
    good = tmp_path / "good.tif"
    tifffile.imwrite(good, frames("noise"))
    bad = [tmp_path / name for name in ("colour.tif", "empty.avi", "broken.avi", "text.avi", "absent.avi")]
    report = open_bench().nta.track([*bad[:2], good, *bad[2:]], SAID, out=tmp_path / "t")
    assert [Path(path).name for path, _ in report.unreadable] == [path.name for path in bad]
    assert "true-colour" in report.unreadable[0][1]
    assert report.videos[2].analysis is not None
    assert {path.name for path in (tmp_path / "t").iterdir()} == {"good.tif"}


def test_a_wrong_pixel_size_is_told_by_spots_no_lens_can_make(recorded: SimulationReport, tmp_path: Path) -> None:
    """Analytic: sizes go with the inverse square of the pixel; spots of 1.5 px are 0.025 um wide at 0.0166 um."""
    short, few = _cut(recorded.videos[0], tmp_path / "a.avi", frames=40), {"fewest_spots": 35}
    found = []
    for pixel_um in (0.166, 0.0166):
        said = SAID.model_copy(update={"pixel_um": pixel_um, **few})
        analysis = open_bench().nta.track(short, said, out=tmp_path / f"t{pixel_um}").videos[0].analysis
        assert analysis is not None
        assert analysis.mean_diameter is not None
        codes = {notice.code for notice in analysis.notices}
        found.append((analysis.mean_diameter.value, "pixel-size-implausible" in codes))
    (right_nm, right_told), (wrong_nm, wrong_told) = found
    assert wrong_nm == pytest.approx(100 * right_nm, rel=1e-6)
    assert (right_told, wrong_told) == (False, True)
