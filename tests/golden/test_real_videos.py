"""Real videos through the verb: latex spheres in bright field, one fluorescent particle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from paracrine import open_bench
from paracrine.characterization.inference.diffusion import fit_diffusion, measure_steps
from paracrine.characterization.inference.localisation import fit_localisation
from paracrine.characterization.inference.mean_diffusion import measure_mean_diffusion
from paracrine.characterization.tracking.settings import TrackingSettings
from paracrine.characterization.tracking.track import track_video
from paracrine.core.plan import VideoSettings
from paracrine.payloads.tracks import Tracks
from paracrine.physics.stokes_einstein import hydrodynamic_diameter_nm
from paracrine.physics.viscosity import water_viscosity_mpas
from paracrine.readers.video_file import read_video

LATEX = VideoSettings(
    pixel_um=1 / 2.85,
    frames_per_s=24.0,
    exposure_ms="0..41.6",
    temperature_c=22.0,
    diluent="water",
    assumed=("exposure_ms", "temperature_c"),
    dark_spots=True,
    spot_diameter_px=11.0,
)
"""Scale and rate from the recording's own README; temperature and exposure are stated by nobody:
all exposures that fit into a frame are allowed for."""
TRACKPY_UM2_PER_S, TRACKPY_ERROR = 0.396, 0.008
"""Rung 3, trackpy 0.7 on the same 75 frames (diameter 11, minmass 150, search range 5, memory 3): slope of the ensemble
mean square displacement, lags 1 to 8, drift taken off, 437 tracks of 25 spots or more; error over resampled tracks."""
_LAGS = 8


def ensemble_slope_um2_per_s(tracks: Tracks, *, fewest_spots: int, pixel_um: float, interval_s: float) -> float:
    """Return a quarter of the slope of the mean square displacement over lags 1 to 8, all displacements alike."""
    row_of = {(int(t), int(f)): row for row, (t, f) in enumerate(zip(tracks.track_id, tracks.frame, strict=True))}
    long_enough = np.flatnonzero((tracks.lengths_count >= fewest_spots)[tracks.track_id])
    x, y = (place * pixel_um for place in tracks.corrected_px())
    squares = []
    for lag in range(1, _LAGS + 1):
        later = [row_of.get((int(tracks.track_id[row]), int(tracks.frame[row]) + lag), -1) for row in long_enough]
        here, there = long_enough[np.array(later) >= 0], np.array([row for row in later if row >= 0])
        squares.append(float(np.mean((x[there] - x[here]) ** 2 + (y[there] - y[here]) ** 2)))
    return float(np.polyfit(np.arange(1, _LAGS + 1) * interval_s, squares, 1)[0] / 4)


def test_latex_spheres_diffuse_as_trackpy_says_and_are_a_micron_wide(sizing_files: Path) -> None:
    """Slope over eight lags, its error as large as the peer's; a micron by what is printed, the mean of all steps."""
    video = read_video(sizing_files / "trackpy-examples" / "bulk_water")
    tracks = track_video(video, TrackingSettings(spot_diameter_px=11, dark_spots=True)).tracks
    slope = ensemble_slope_um2_per_s(tracks, fewest_spots=25, pixel_um=1 / 2.85, interval_s=1 / 24)
    assert slope == pytest.approx(TRACKPY_UM2_PER_S, abs=1.96 * 2**0.5 * TRACKPY_ERROR)
    found = measure_mean_diffusion(tracks, pixel_um=1 / 2.85, frame_interval_s=1 / 24)
    assert found is not None
    viscosity = water_viscosity_mpas(22.0)
    diameter = hydrodynamic_diameter_nm(found.diffusion_um2_per_s, temperature_c=22.0, viscosity_mpas=viscosity)
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
    assert analysis.headline_is_mean
    assert "which stands for" in report.headline_of(report.videos[0])
    assert analysis.tracked is not None
    assert "exposure_ms" in {part.name for part in analysis.tracked.budget.components}


def test_the_mean_of_all_latex_steps_does_not_rest_on_the_exposure(sizing_files: Path) -> None:
    """Analytic: blur cancels between squares and products; the likelihood of the tracks moves, by less than 15 %."""
    video = read_video(sizing_files / "trackpy-examples" / "bulk_water")
    tracks = track_video(video, TrackingSettings(spot_diameter_px=11, dark_spots=True)).tracks
    medians = []
    for share in (0.0, 0.5, 1.0):
        steps = measure_steps(
            tracks, pixel_um=1 / 2.85, frame_interval_s=1 / 24, exposure_s=share / 24, fewest_spots=5,
            longest_gap_frames=1,
        )  # fmt: skip
        fit = fit_diffusion(steps, noise_scale=fit_localisation(steps).noise_scale)
        medians.append(float(np.average(fit.diffusion_um2_per_s, weights=steps.lengths_count)))
    assert max(medians) / min(medians) < 1.15


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


@pytest.mark.parametrize("diameter_px", [15.0, 21.0, 30.0])
def test_a_clipped_core_is_one_spot_whatever_the_diameter(sizing_files: Path, diameter_px: float) -> None:
    """The recording shows one particle, its core clipped and smeared by the coder, and a reflection (left out)."""
    pytest.importorskip("av", reason="extra video is not installed")
    video = read_video(sizing_files / "zaman13-particle-video" / "test1.avi")
    tracked = track_video(video, TrackingSettings(spot_diameter_px=diameter_px))
    assert tracked.tracks.lengths_count.max() == video.frames_count
    assert tracked.tracks.spots_count <= 1.05 * video.frames_count
    assert tracked.saturated_share > 0.9


def test_compressed_video_without_the_extra_names_it(
    sizing_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "av", None)
    said = VideoSettings(pixel_um=0.042, exposure_ms=20.0, temperature_c=22.0, diluent="water")
    report = open_bench().nta.track(sizing_files / "zaman13-particle-video" / "test1.avi", said, out=tmp_path)
    assert "paracrine[video]" in report.unreadable[0][1]
    assert list(tmp_path.iterdir()) == []
