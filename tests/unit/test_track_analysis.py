from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tracks_builder import ideal_tracks

from paracrine.characterization.inference.analyse import AnalysisOptions, analyse_tracks
from paracrine.characterization.inference.count import NO_DEPTH, LookDepth, calibrate_depth, count_particles
from paracrine.characterization.inference.diffusion import measure_steps
from paracrine.characterization.inference.estimate import estimate_sizes
from paracrine.characterization.inference.particles import group_tracks
from paracrine.characterization.inference.quality import motion_exponent
from paracrine.characterization.inference.result import NtaResult
from paracrine.characterization.inference.settings import RecordingSettings, Setting, StatedBy, settings_for
from paracrine.characterization.tracking.track import track_video
from paracrine.core.errors import InputError
from paracrine.instruments.nta.scene import NtaCamera, NtaScene
from paracrine.instruments.nta_video import SimulatedVideo, simulate_nta_video
from paracrine.payloads.tracks import Tracks

USER = StatedBy.USER
SETTINGS = RecordingSettings(
    pixel_um=Setting(0.166, USER),
    frames_per_s=Setting(25.0, USER),
    exposure_ms=Setting(20.0, USER),
    temperature_c=Setting(25.0, USER),
    viscosity_mpas=Setting(0.890, USER),
)
QUICK = AnalysisOptions(resamples=40)


@cache
def video() -> SimulatedVideo:
    camera = NtaCamera(height_px=240, width_px=320, bit_depth=10)
    return simulate_nta_video(NtaScene(camera=camera, frames_count=320, concentration_per_ml=2.2e9), seed=11)


@cache
def tracked() -> Tracks:
    return track_video(video().video).tracks


@cache
def analysed() -> NtaResult:
    return analyse_tracks(tracked(), SETTINGS, QUICK)


def free_tracks(count: int = 150, *, steps_count: int = 20) -> Tracks:
    rng = np.random.default_rng(3)
    return ideal_tracks(rng.uniform(80, 160, count), steps_count, rng=rng)


def codes(result: NtaResult) -> set[str]:
    return {notice.code for notice in result.notices}


def test_virtual_video_gives_its_sizes_back() -> None:
    """Analytic: sizes put into the virtual instrument; 8 s of a quarter field know the median to about 3 %."""
    result, population = analysed(), video().truth.population_diameter_nm
    assert result.whole is not None
    assert result.tracked is not None
    assert result.whole.d50.value == pytest.approx(np.median(population), rel=0.08)
    assert result.tracked.d50.low < result.tracked.d50.value < result.tracked.d50.high
    assert 70 < result.whole.lowest_nm < 110
    assert result.whole.shares[result.whole.edges_nm[1:] <= result.whole.lowest_nm].sum() == 0
    assert result.exponent == pytest.approx(1.0, abs=0.1)
    assert result.drift_um_per_s == pytest.approx(math.hypot(0.6, 0.35), abs=0.25)
    assert codes(result) <= {"assumed-refractive-index", "brightness-not-as-stated", "saturated"}


def test_same_seed_gives_the_same_numbers_whatever_the_threads() -> None:
    again = analyse_tracks(tracked(), SETTINGS, replace(QUICK, threads=1))
    assert again.tracked is not None
    assert analysed().tracked is not None
    assert again.tracked.d50 == analysed().tracked.d50
    assert again.whole is not None
    assert analysed().whole is not None
    assert again.whole.d90 == analysed().whole.d90


def test_concentration_needs_a_depth() -> None:
    """Analytic: 300 spots in 10 frames of 100 x 200 px of 0.5 um under 4 um depth are 30 in 2e-8 mL."""
    tracks = free_tracks(30, steps_count=9)
    tracks = replace(tracks, frame_shape=(100, 200))
    units = np.arange(30)
    without = count_particles(tracks, tracks.track_id, units, pixel_um=0.5)
    assert (without.concentration_per_ml, without.reason) == (None, NO_DEPTH)
    assert without.per_frame.value == pytest.approx(30.0)
    found = count_particles(tracks, tracks.track_id, units, pixel_um=0.5, depth=LookDepth(4.0, 0.3))
    assert found.concentration_per_ml is not None
    assert found.budget is not None
    assert found.concentration_per_ml.value == pytest.approx(30 / 2e-8)
    assert found.budget.standard_uncertainty() == pytest.approx(math.hypot(0.3, 0.2, 1 / math.sqrt(30)))


def test_beads_of_known_concentration_give_the_depth_and_the_depth_the_concentration() -> None:
    """Analytic: 30 beads a frame over 5e-3 mm2 at 1.5e9 per mL are seen in 4 um; twice the spots, twice as dense."""
    beads = replace(free_tracks(30, steps_count=9), frame_shape=(100, 200))
    seen = count_particles(beads, beads.track_id, np.arange(30), pixel_um=0.5)
    depth = calibrate_depth(seen, per_ml=1.5e9, relative_standard_uncertainty=0.05, diameter_nm=100.0)
    assert depth.depth_um == pytest.approx(4.0)
    assert depth.relative_standard_uncertainty == pytest.approx(math.hypot(0.05, 1 / math.sqrt(30)), rel=0.02)
    sample = replace(free_tracks(60, steps_count=9), frame_shape=(100, 200))
    found = count_particles(sample, sample.track_id, np.arange(60), pixel_um=0.5, depth=depth)
    assert found.concentration_per_ml is not None
    assert found.concentration_per_ml.value == pytest.approx(3.0e9)
    with pytest.raises(InputError, match="no depth"):
        calibrate_depth(seen, per_ml=0.0, relative_standard_uncertainty=0.05, diameter_nm=100.0)


def test_brighter_beads_are_seen_deeper_and_make_the_sample_denser() -> None:
    """Analytic: polystyrene outshines vesicles, so its depth is larger than that of a vesicle of its size."""
    depths = [LookDepth(4.0, 0.1, 100.0, index) for index in (None, 1.40, 1.59)]
    same, own, bright = (analyse_tracks(tracked(), SETTINGS, replace(QUICK, depth=depth)).counts for depth in depths)
    assert same.concentration_per_ml is not None
    assert own.concentration_per_ml is not None
    assert bright.concentration_per_ml is not None
    assert own.concentration_per_ml.value == pytest.approx(same.concentration_per_ml.value)
    assert 1.1 < bright.concentration_per_ml.value / same.concentration_per_ml.value < 3.0


def test_few_tracks_give_counts_but_no_sizes() -> None:
    result = analyse_tracks(free_tracks(7), SETTINGS)
    assert result.tracked is None
    assert "7 tracks" in result.tracked_reason
    assert result.counts.per_frame.value == pytest.approx(7.0)
    assert codes(result) == {"too-few-tracks"}


def test_assumed_settings_are_named() -> None:
    assumed = replace(SETTINGS, temperature_c=Setting(22.0, StatedBy.ASSUMED))
    result = analyse_tracks(free_tracks(), assumed, QUICK)
    (found,) = (notice for notice in result.notices if notice.code == "assumed-setting")
    assert "temperature_c = 22" in found.message
    assert result.settings.as_text()["temperature_c"] == "22 (assumed)"


def test_uncertain_liquid_widens_the_interval() -> None:
    """Analytic: 10 % of viscosity is 10 % of every diameter."""
    uncertain = replace(SETTINGS, viscosity_mpas=Setting(0.890, USER, relative_standard_uncertainty=0.10))
    result = analyse_tracks(free_tracks(), uncertain, QUICK)
    assert result.tracked is not None
    assert math.log(result.tracked.d50.high / result.tracked.d50.value) > 0.196
    assert result.tracked.budget.standard_uncertainty() > 0.10


def test_an_error_shared_by_all_sizes_widens_the_pointwise_band() -> None:
    """Analytic: beside lost and wrong steps, 10 % of viscosity put the median between 80 and 122 % of itself."""
    uncertain = replace(SETTINGS, viscosity_mpas=Setting(0.890, USER, relative_standard_uncertainty=0.10))
    narrow, wide = (analyse_tracks(free_tracks(), settings, QUICK).tracked for settings in (SETTINGS, uncertain))
    assert narrow is not None
    assert wide is not None
    assert "steps lost or linked wrongly" in {part.name for part in narrow.budget.components}
    middle = math.log(wide.d50.value)
    for band, least, most in ((narrow, 0.03, 0.15), (wide, 0.16, 0.28)):
        upper = np.log(band.edges_nm[1:])
        low = float(np.interp(0.5, band.cumulative_low, upper)) - middle
        high = middle - float(np.interp(0.5, band.cumulative_high, upper))
        assert least < low < most
        assert least < high < most


def test_common_motion_left_in_is_noticed() -> None:
    """Analytic: a drift of one rms step a frame makes the mean square displacement bend upwards."""
    tracks = free_tracks(400)
    assert motion_exponent(tracks) == pytest.approx(1.0, abs=0.1)
    moving = replace(tracks, x_px=tracks.x_px + 3.0 * tracks.frame)
    assert "motion-not-free" in codes(analyse_tracks(moving, SETTINGS, QUICK))
    steady = np.arange(tracks.frames_count) * 6.0
    assert "drift" in codes(
        analyse_tracks(replace(tracks, drift_x_px=steady, x_px=tracks.x_px + steady[tracks.frame]), SETTINGS, QUICK)
    )
    shaken = 2.0 * (-1.0) ** np.arange(tracks.frames_count)
    assert "vibration" in codes(
        analyse_tracks(replace(tracks, drift_y_px=shaken, y_px=tracks.y_px + shaken[tracks.frame]), SETTINGS, QUICK)
    )


def test_dense_dim_saturated_and_blurred_videos_are_noticed() -> None:
    tracks = free_tracks(150, steps_count=6)
    dense = replace(tracks, frame_shape=(60, 80))
    assert "too-dense" in codes(analyse_tracks(dense, SETTINGS, QUICK))
    rng = np.random.default_rng(5)
    dim = replace(tracks, score_ratio=4.6 + rng.exponential(0.8, tracks.spots_count))
    assert {"too-dim", "short-tracks"} <= codes(analyse_tracks(dim, SETTINGS, QUICK))
    assert "saturated" in codes(analyse_tracks(tracks, SETTINGS, replace(QUICK, saturated_share=0.2)))
    wide = replace(tracks, width_px=np.where(rng.random(tracks.spots_count) < 0.2, 1.5, 3.4))
    assert "out-of-focus" in codes(analyse_tracks(wide, SETTINGS, QUICK))


def test_a_particle_that_comes_back_is_drawn_with_its_first_track() -> None:
    tracks = free_tracks(3, steps_count=9)
    later = np.concatenate([np.arange(10), 15 + np.arange(10), np.arange(10)])
    apart = replace(
        tracks,
        frame=later,
        x_px=tracks.x_px + np.repeat([0.0, 2.0, 300.0], 10),
        drift_x_px=np.zeros(25),
        drift_y_px=np.zeros(25),
    )
    steps = measure_steps(apart, pixel_um=0.166, frame_interval_s=0.04, exposure_s=0.02)
    group = group_tracks(apart, steps, diffusion_um2_per_s=np.full(3, 4.0), pixel_um=0.166, frame_interval_s=0.04)
    assert group[0] == group[1]
    assert group[2] != group[0]


def test_settings_come_from_file_or_user_never_from_nowhere() -> None:
    tracks = replace(free_tracks(2), exposure_s=None)
    liquid = {"temperature_c": Setting(25.0, USER), "viscosity_mpas": Setting(0.89, USER)}
    with pytest.raises(InputError, match="exposure_ms"):
        settings_for(tracks, **liquid)
    found = settings_for(tracks, **liquid, exposure_ms=20.0, pixel_um=0.2)
    assert (found.pixel_um.stated_by, found.frames_per_s.stated_by) == (USER, StatedBy.FILE)
    assert found.frames_per_s.value == pytest.approx(25.0)
    with pytest.raises(InputError, match="exposure"):
        settings_for(tracks, **liquid, exposure_ms=50.0)


def test_estimate_without_bands_has_the_numbers_of_the_analysis() -> None:
    estimate, result = estimate_sizes(tracked(), SETTINGS, QUICK), analysed()
    assert result.tracked is not None
    assert estimate.tracked_nm[1] == pytest.approx(result.tracked.d50.value, rel=1e-9)
    assert (estimate.whole_nm is None) == (result.whole is None)
    if estimate.whole_nm is not None and result.whole is not None:
        assert estimate.whole_nm[1] == pytest.approx(result.whole.d50.value, rel=1e-9)
