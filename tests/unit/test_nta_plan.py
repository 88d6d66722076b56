"""How much to record: laws against closed forms and drawn paths, the plan against virtual videos."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tracks_builder import LIQUID, ideal_tracks

from paracrine import open_bench
from paracrine.characterization.inference.diffusion import fit_diffusion, measure_steps
from paracrine.characterization.inference.planning import (
    PlannedRecording,
    foretell_precision,
    independent_particles,
    stay_chance,
    track_error_ratio,
    videos_needed,
)
from paracrine.core.errors import InputError, LimitError
from paracrine.physics.stokes_einstein import diffusion_um2_per_s

PLANNED = PlannedRecording(
    d50_nm=110.0,
    gsd_ratio=1.3,
    diffusion_um2_per_s=float(diffusion_um2_per_s(110.0, **LIQUID)),
    pixel_um=0.166,
    width_px=320,
    height_px=240,
    depth_um=7.5,
    frames_per_s=25.0,
    exposure_s=0.020,
    sigma_um=0.03,
    spot_width_px=1.9,
)


def test_the_chance_to_stay_is_that_of_drawn_paths() -> None:
    """Analytic beside Monte Carlo: 200 000 free particles begin evenly in a slab of 5 um; binomial error 0.0011."""
    rng = np.random.default_rng(2)
    start = rng.uniform(0, 5.0, 200_000)
    for time_s in (0.05, 0.7, 6.0):
        end = start + np.sqrt(2 * 4.0 * time_s) * rng.standard_normal(start.size)
        drawn = float(np.mean((end >= 0) & (end <= 5.0)))
        found = float(stay_chance(np.array([time_s]), length_um=5.0, diffusion_um2_per_s=4.0)[0])
        assert found == pytest.approx(drawn, abs=0.004)


def test_the_chance_to_stay_ends_as_it_must() -> None:
    """Analytic: 1 at once; L / sqrt(4 pi D t) after long."""
    times = np.array([1e-9, 1e5])
    soon, late = stay_chance(times, length_um=5.0, diffusion_um2_per_s=4.0)
    assert soon == pytest.approx(1.0, abs=1e-4)
    assert late == pytest.approx(5.0 / np.sqrt(4 * np.pi * 4.0 * 1e5), rel=1e-4)


def test_the_bound_of_a_track_is_that_of_the_exact_likelihood() -> None:
    """Rung 1: the expected information that the likelihood of each track states; medians over 400 tracks."""
    tracks = ideal_tracks(np.full(400, 110.0), 18, rng=np.random.default_rng(3))
    steps = measure_steps(tracks, pixel_um=0.166, frame_interval_s=0.04, exposure_s=0.02)
    fit = fit_diffusion(steps, noise_scale=1.0)
    stated = np.median(fit.standard_error_um2_per_s / fit.diffusion_um2_per_s)
    assert track_error_ratio(PLANNED, 18) == pytest.approx(stated, rel=0.03)


def test_particles_that_stay_are_one_and_those_that_leave_are_many() -> None:
    """Analytic limits: a still particle counts once; frames far apart show new particles each time."""
    still = replace(PLANNED, diffusion_um2_per_s=1e-9)
    assert independent_particles(still, per_frame=50.0, duration_s=30.0) == pytest.approx(50.0, rel=0.01)
    long = independent_particles(PLANNED, per_frame=50.0, duration_s=4000.0)
    longer = independent_particles(PLANNED, per_frame=50.0, duration_s=8000.0)
    assert longer / long == pytest.approx(2.0, rel=0.1)


def test_more_videos_help_until_the_settings_decide() -> None:
    """Analytic: half the width needs four times the videos."""
    one = foretell_precision(PLANNED, per_frame=20.0, frames_count=250)
    wide, narrow = (videos_needed(one, half_width_ratio=ratio) for ratio in (0.02, 0.01))
    assert narrow == pytest.approx(4 * wide, abs=4)
    with pytest.raises(LimitError, match="settings alone"):
        videos_needed(one, half_width_ratio=0.05, systematic_ratio=0.026)


def test_the_plan_names_what_it_assumes_and_dilutes_to_what_can_be_tracked() -> None:
    report = open_bench().nta.plan(
        120.0, "4%", said={"temperature_c": "25±0.3", "diluent": "pbs"}, concentration_per_ml=3e11, trials=0
    )
    assert report.dilution_factor == pytest.approx(3e11 / report.concentration_per_ml)
    assert any(line.startswith("pixel_um = 0.166") for line in report.assumptions)
    assert not any(line.startswith("temperature_c") for line in report.assumptions)
    assert "4 %" in report.headline
    assert report.chosen.half_width_pct <= 4.0
    assert json.loads(json.dumps(report.to_data()))["chosen"]["videos_count"] == report.chosen.videos_count


@pytest.mark.parametrize("precision", ["5 percent", "0", "200%", -0.1])
def test_a_precision_is_a_share(precision: str | float) -> None:
    with pytest.raises(InputError, match="no precision"):
        open_bench().nta.plan(120.0, precision, trials=0)


def test_a_sample_that_is_too_thin_is_refused() -> None:
    with pytest.raises(LimitError, match="per mL"):
        open_bench().nta.plan(120.0, concentration_per_ml=1e6, trials=0)


@pytest.mark.slow
def test_theory_promises_no_more_than_virtual_videos_hold() -> None:
    """Rung 4, the tracking's own simulator: 24 videos know their scatter to 15 %; theory may be up to twice as wide."""
    report = open_bench().nta.plan(120.0, said={"temperature_c": 25.0}, gsd_ratio=1.25, trials=24)
    assert report.trial is not None
    assert report.trial.agrees
    assert report.trial.theory_pct < 2 * report.trial.scatter_pct
