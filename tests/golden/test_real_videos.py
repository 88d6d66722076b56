"""Real videos through the verb: latex spheres in bright field, one fluorescent particle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paracrine import open_bench
from paracrine.characterization.inference.mean_diffusion import measure_mean_diffusion
from paracrine.characterization.tracking.settings import TrackingSettings
from paracrine.characterization.tracking.track import track_video
from paracrine.core.plan import VideoSettings
from paracrine.physics.stokes_einstein import hydrodynamic_diameter_nm
from paracrine.physics.viscosity import water_viscosity_mpas
from paracrine.readers.video_file import read_video

LATEX = VideoSettings(
    pixel_um=1 / 2.85,
    frames_per_s=24.0,
    exposure_ms=1.0,
    temperature_c=22.0,
    diluent="water",
    assumed=("exposure_ms", "temperature_c"),
    dark_spots=True,
    spot_diameter_px=11.0,
)
"""Scale and rate from the recording's own README; temperature and exposure are stated by nobody."""
TRACKPY_UM2_PER_S, TRACKPY_ERROR = 0.398, 0.009
"""Rung 3, trackpy 0.7 on the same 75 frames: slope of lags 1 to 8, drift taken off, 560 tracks of 25 frames or more;
the error is the scatter of the single tracks' slopes over the root of their number."""


def test_latex_spheres_diffuse_as_trackpy_says_and_are_a_micron_wide(sizing_files: Path) -> None:
    video = read_video(sizing_files / "trackpy-examples" / "bulk_water")
    tracks = track_video(video, TrackingSettings(spot_diameter_px=11, dark_spots=True)).tracks
    found = measure_mean_diffusion(tracks, pixel_um=1 / 2.85, frame_interval_s=1 / 24)
    assert found is not None
    error = (found.standard_error_um2_per_s**2 + TRACKPY_ERROR**2) ** 0.5
    assert found.diffusion_um2_per_s == pytest.approx(TRACKPY_UM2_PER_S, abs=1.96 * error)
    diameter = hydrodynamic_diameter_nm(
        found.diffusion_um2_per_s, temperature_c=22.0, viscosity_mpas=water_viscosity_mpas(22.0)
    )
    assert diameter == pytest.approx(1000.0, rel=0.20)


@pytest.mark.slow
def test_latex_video_through_the_verb_says_what_is_assumed(sizing_files: Path, tmp_path: Path) -> None:
    report = open_bench().nta.track(sizing_files / "trackpy-examples" / "bulk_water", LATEX, out=tmp_path)
    analysis = report.videos[0].analysis
    assert analysis is not None, report.unreadable
    assert analysis.mean_diameter is not None
    assert analysis.mean_diameter.value == pytest.approx(1000.0, rel=0.20)
    assert analysis.whole is None
    assert "bright field" in analysis.whole_reason
    codes = {notice.code for notice in analysis.notices}
    assert {"grey-from-tint", "assumed-setting", "too-dense", "no-concentration"} <= codes
    page = (tmp_path / "bulk_water" / "video.html").read_text("utf-8")
    assert "22" in page
    assert "nobody: assumed" in page


def test_one_fluorescent_particle_has_tracks_and_no_distribution(sizing_files: Path, tmp_path: Path) -> None:
    pytest.importorskip("av", reason="extra video is not installed")
    said = VideoSettings(
        pixel_um=0.042, exposure_ms=20.0, temperature_c=22.0, diluent="water", spot_diameter_px=21.0,
        assumed=("exposure_ms", "temperature_c", "diluent"),
    )  # fmt: skip
    report = open_bench().nta.track(sizing_files / "zaman13-particle-video" / "test1.avi", said, out=tmp_path)
    analysis = report.videos[0].analysis
    assert analysis is not None, report.unreadable
    assert (analysis.frames_count, analysis.width_px, analysis.height_px) == (123, 288, 164)
    assert analysis.tracked is None
    codes = {notice.code for notice in analysis.notices}
    assert {"lossy-video", "grey-from-colour", "too-few-tracks", "frame-rate-from-header"} <= codes
    kept = json.loads((tmp_path / "test1.avi" / "result.json").read_text("utf-8"))
    stated = {line["name"]: line["stated_by"] for line in kept["settings"]}
    assert stated["frames_per_s"] == "file"
    assert stated["viscosity_mpas"] == "assumed"


def test_compressed_video_without_the_extra_names_it(
    sizing_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "av", None)
    said = VideoSettings(pixel_um=0.042, exposure_ms=20.0, temperature_c=22.0, diluent="water")
    report = open_bench().nta.track(sizing_files / "zaman13-particle-video" / "test1.avi", said, out=tmp_path)
    assert "paracrine[video]" in report.unreadable[0][1]
    assert list(tmp_path.iterdir()) == []
