"""Sampling statistics of the virtual NanoSight, over fixed seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paracrine.instruments.dilution import Pipetting, simulate_dilution
from paracrine.instruments.nanosight import NanoSightExport, NanoSightSession, simulate_nanosight, simulate_session
from paracrine.instruments.tracking_noise import NOISE_LAWS, TrackingNoise, finite_track_log_errors, track_lengths
from paracrine.instruments.truth import Population

EVS = Population.lognormal(105.0, 1.35, concentration_per_ml=6e10)
LAWS = NOISE_LAWS.names()


def law(name: str) -> TrackingNoise:
    found = NOISE_LAWS.load(name).NOISE
    assert isinstance(found, TrackingNoise)
    return found


def measured(seed: int, **settings: object) -> NanoSightExport:
    return simulate_nanosight(EVS, sample="s", rng=np.random.default_rng(seed), dilution_factor=300.0, **settings)


def mean_and_variance(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.var(ddof=1))


def steady() -> TrackingNoise:
    """The plain law without differences between videos, so that counts are Poisson and nothing else."""
    return replace(law("poisson_field"), draw_video_ratios=lambda videos, rng: np.ones(videos))


def test_every_law_is_named_as_its_file() -> None:
    assert {"poisson_field", "oversmoothed", "dim_cutoff", "gamma_videos"} <= set(LAWS)
    assert all(law(name).name == name for name in LAWS)


def test_valid_tracks_are_poisson_with_the_mean_of_the_tracked_volume() -> None:
    """Rung 1: mean = c V; variance equals mean, within five standard errors over 2000 videos."""
    session = NanoSightSession(frames_count=60)
    counts = np.concatenate(
        [measured(seed, videos=100, session=session, noise=steady()).valid_tracks for seed in range(20)]
    )
    expected = 6e10 / 300 * session.tracked_volume_ml
    mean, variance = mean_and_variance(counts)
    assert mean == pytest.approx(expected, abs=5 * np.sqrt(expected / counts.size))
    assert variance / mean == pytest.approx(1.0, abs=5 * np.sqrt(2 / counts.size))


@pytest.mark.parametrize(("name", "cv"), [("poisson_field", 0.04), ("gamma_videos", 0.25)])
def test_videos_differ_by_the_stated_variation(name: str, cv: float) -> None:
    """Rung 1: ratios have mean 1 and the stated coefficient of variation."""
    ratios = law(name).draw_video_ratios(40_000, np.random.default_rng(11))
    mean, variance = mean_and_variance(ratios)
    assert mean == pytest.approx(1.0, abs=5 * cv / np.sqrt(ratios.size))
    assert variance**0.5 == pytest.approx(cv, rel=0.05)


def test_the_printed_concentration_is_true_on_average_and_multiplied_by_the_session_error() -> None:
    """Rung 1: the mean over 120 samples is c times the ratio of the session, within five standard errors."""
    session = NanoSightSession(volume_error_ratio=1.08, frames_count=200)
    totals = [measured(seed, session=session).contents_per_ml.sum(axis=1).mean() for seed in range(120)]
    mean, variance = mean_and_variance(np.array(totals))
    assert mean == pytest.approx(6e10 * 1.08, abs=5 * (variance / 120) ** 0.5)
    assert variance**0.5 / mean < 0.05


def test_pipetting_moves_all_videos_of_a_sample_together() -> None:
    """Rung 1: the stated CV times the root of the steps; a thinner tube holds fewer particles."""
    hand = Pipetting(cv_pct=2.0, steps_count=3)
    errors = np.array([measured(seed, pipetting=hand, videos=2).tube.error_ratio for seed in range(200)])
    assert errors.std(ddof=1) == pytest.approx(0.02 * 3**0.5, rel=0.2)
    too_thin = measured(1, pipetting=Pipetting(error_ratio=1.25), noise=steady())
    right = measured(1, pipetting=Pipetting(error_ratio=1.0), noise=steady())
    assert too_thin.tube.error_ratio == 1.25
    assert too_thin.valid_tracks.sum() / right.valid_tracks.sum() == pytest.approx(1 / 1.25, rel=0.1)


def test_an_undiluted_sample_has_no_pipetting_error() -> None:
    hand = Pipetting(cv_pct=5.0, steps_count=2)
    tube = simulate_dilution(EVS, 1.0, pipetting=hand, rng=np.random.default_rng(1))
    assert (tube.error_ratio, tube.content.concentration_per_ml) == (1.0, 6e10)


def test_sessions_share_a_volume_error_of_the_stated_size() -> None:
    ratios = np.array(
        [simulate_session(rng=np.random.default_rng(s), volume_error_cv_pct=5.0).volume_error_ratio for s in range(600)]
    )
    assert ratios.mean() == pytest.approx(1.0, abs=0.01)
    assert ratios.std(ddof=1) == pytest.approx(0.05, rel=0.12)


def test_track_scatter_is_that_of_a_gamma_distributed_displacement() -> None:
    """Rung 1: n steps in two dimensions give a diffusion coefficient of relative variance 1/n."""
    rng = np.random.default_rng(2)
    errors = finite_track_log_errors(np.full(200_000, 25.0), rng, kept_frac=1.0)
    assert np.exp(-errors).mean() == pytest.approx(1.0, abs=5 * 0.2 / np.sqrt(200_000))
    assert np.exp(-errors).var() == pytest.approx(1 / 25, rel=0.03)
    lengths = track_lengths(200_000, rng, shortest=10, mean=32)
    assert lengths.min() == 10
    assert lengths.mean() == pytest.approx(32, rel=0.01)


@pytest.mark.parametrize("name", LAWS)
def test_an_endless_measurement_prints_the_expected_distribution(name: str) -> None:
    """The measurand of each law is what many tracks converge to (150 000 tracks, 0.5 %)."""
    export = measured(7, videos=40, session=NanoSightSession(frames_count=4000), noise=law(name))
    sizes = export.contents_per_ml.sum(axis=0)
    cumulative = np.concatenate([[0.0], np.cumsum(sizes)]) / sizes.sum()
    for frac in (0.1, 0.5, 0.9):
        printed = float(np.interp(frac, cumulative, export.edges_nm))
        assert printed == pytest.approx(export.expected.diameter_at_frac(frac), rel=0.006)


def test_laws_broaden_in_the_stated_order() -> None:
    widths = {}
    for name in ("poisson_field", "unadjusted_tracks", "oversmoothed"):
        expected = law(name).expected(EVS)
        widths[name] = expected.diameter_at_frac(0.9) / expected.diameter_at_frac(0.1)
    assert EVS.diameter_at_frac(0.9) / EVS.diameter_at_frac(0.1) < widths["poisson_field"]
    assert widths["poisson_field"] < widths["unadjusted_tracks"] < widths["oversmoothed"]


def test_dim_particles_are_lost_and_the_median_rises() -> None:
    """Half of the particles of 60 nm are seen; the rest of the law is the plain one."""
    dim, plain = law("dim_cutoff"), law("poisson_field")
    assert float(dim.seen_frac(np.array(60.0))) == pytest.approx(0.5)
    assert float(dim.seen_frac(np.array(150.0))) > 0.999
    assert dim.expected(EVS).total < plain.expected(EVS).total
    assert dim.expected(EVS).diameter_at_frac(0.5) > plain.expected(EVS).diameter_at_frac(0.5)
    counts = [measured(s, noise=dim, videos=20).valid_tracks.sum() for s in range(20)]
    expected = 6e10 / 300 * NanoSightSession().tracked_volume_ml * 20 * dim.expected(EVS).total
    assert np.mean(counts) == pytest.approx(expected, rel=0.02)
