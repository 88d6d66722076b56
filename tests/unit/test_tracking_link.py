from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from paracrine.characterization.tracking.assignment import assign, best_pairs, link_frames, measure_reaches
from paracrine.characterization.tracking.doubt import find_doubts
from paracrine.characterization.tracking.drift import measure_common_motion
from paracrine.characterization.tracking.link import (
    LEAST_FREEDOM,
    MOST_FREEDOM,
    Linked,
    keep_confirmed,
    learn_freedom,
    link_spots,
)
from paracrine.characterization.tracking.settings import TrackingSettings
from paracrine.characterization.tracking.spots import Spots

SETTINGS = TrackingSettings()
SHAPE = (400, 500)


def spots_of(frame: np.ndarray, x: np.ndarray, y: np.ndarray, *, height: np.ndarray | None = None) -> Spots:
    order = np.argsort(frame, kind="stable")
    one = np.ones(frame.size)
    light = 40 * one if height is None else height
    return Spots(
        frame=frame[order].astype(np.int64),
        x_px=x[order],
        y_px=y[order],
        amplitude_counts=light[order],
        background_counts=12 * one,
        variance_xx_px2=3 * one,
        variance_xy_px2=0 * one,
        variance_yy_px2=3 * one,
        sigma_x_px=0.2 * one,
        sigma_y_px=0.2 * one,
        score_ratio=8 * one,
        saturated=np.zeros(frame.size, dtype=bool),
        doubt=np.zeros(frame.size, dtype=np.int64),
        evidence=np.zeros(frame.size),
        noise_counts=np.full(int(frame.max()) + 1, 4.0),
    )


def walks(particles: int, frames: int, *, step_px: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return frame, x and y of walkers on a lattice, shape (particles, frames)."""
    rng = np.random.default_rng(seed)
    start = rng.random((particles, 1, 2)) * (SHAPE[1] - 60, SHAPE[0] - 60) + 30
    path = start + np.cumsum(step_px * rng.standard_normal((particles, frames, 2)), axis=1)
    frame = np.tile(np.arange(frames), (particles, 1))
    return frame, path[..., 0], path[..., 1]


@pytest.mark.parametrize("seed", range(20))
def test_assignment_has_the_total_of_the_hungarian_method(seed: int) -> None:
    """Rung 3, scipy: the same total, and no pair without evidence."""
    rng = np.random.default_rng(seed)
    gain = np.where(rng.random((rng.integers(1, 9), rng.integers(1, 9))) < 0.6, rng.normal(1, 3, 1), 0.0)
    gain = gain * rng.random(gain.shape)
    chosen = np.empty(gain.shape[0], dtype=np.int64)
    best_pairs(gain, chosen)
    made = chosen[chosen >= 0]
    assert len(set(made)) == made.size
    assert np.all(gain[chosen >= 0, made] > 0)
    rows, columns = linear_sum_assignment(-np.maximum(gain, 0))
    assert gain[chosen >= 0, made].sum() == pytest.approx(np.maximum(gain, 0)[rows, columns].sum())


def test_pieces_together_have_the_total_of_the_whole() -> None:
    """Rung 3, scipy: sparse pairs fall into pieces, solved one by one."""
    rng = np.random.default_rng(3)
    gain = np.where(rng.random((40, 45)) < 0.05, rng.random((40, 45)) * 5, 0.0)
    track, spot = (place.astype(np.int64) for place in np.nonzero(gain))
    partner = np.empty(40, dtype=np.int64)
    assign(track, spot, gain[track, spot], track.size, 40, 45, partner)
    paired = np.flatnonzero(partner >= 0)
    rows, columns = linear_sum_assignment(-gain)
    assert gain[paired, partner[paired]].sum() == pytest.approx(gain[rows, columns].sum())


def test_walkers_keep_their_tracks_and_the_step_variance_is_learnt() -> None:
    frame, x, y = walks(30, 60, step_px=2.5, seed=1)
    linked = link_spots(spots_of(frame.ravel(), x.ravel(), y.ravel()), SETTINGS, frame_shape=SHAPE)
    truth = np.repeat(np.arange(30), 60)[np.argsort(frame.ravel(), kind="stable")]
    kept = sum(np.bincount(truth[linked.track == track]).max() for track in np.unique(linked.track))
    assert kept / truth.size > 0.9
    assert linked.prior.step_variance_px2 == pytest.approx(2.5**2, rel=0.1)


def test_a_particle_unseen_for_two_frames_stays_one_track() -> None:
    frame, x, y = walks(12, 40, step_px=1.5, seed=2)
    seen = np.ones_like(frame, dtype=bool)
    seen[4, 15:17] = False
    seen[7, 20:24] = False
    linked = link_spots(spots_of(frame[seen], x[seen], y[seen]), SETTINGS, frame_shape=SHAPE)
    assert linked.track.max() + 1 == 13


def test_at_a_crossing_brightness_tells_the_particles_apart() -> None:
    """Two paths meet half way between two frames; places alone would swap or not by chance."""
    frame, x, y = walks(14, 30, step_px=2.0, seed=5)
    x[0], y[0] = 200 + 4 * (np.arange(30) - 14.5), 200 + 0.3 * np.arange(30)
    x[1], y[1] = 200 - 4 * (np.arange(30) - 14.5), 206 - 0.3 * np.arange(30)
    height = np.full(frame.shape, 40.0)
    height[0], height[1] = 200.0, 15.0
    spots = spots_of(frame.ravel(), x.ravel(), y.ravel(), height=height.ravel())
    linked = link_spots(spots, SETTINGS, frame_shape=SHAPE)
    for light in (200.0, 15.0):
        assert len(set(linked.track[spots.amplitude_counts == light])) == 1


def test_a_step_within_its_reach_is_linked_and_a_longer_one_is_not() -> None:
    """Rung 1: the reach is tried out, a little shorter and a little longer, along any direction, over a gap, dimmer."""
    prior = np.array([np.log(2e-5), np.log(0.93), np.log(0.05), 4.0, 4.0 * 7.0, 0.4])
    frame, still = np.array([0, 1, 2, 3, 5]), np.zeros(6)
    x, y = np.array([50.0, 53.0, 51.0, 52.0, 0.0]), np.array([60.0, 58.0, 61.0, 60.0, 0.0])
    height = np.log([40.0, 44.0, 39.0, 41.0, 28.0])
    starts = np.searchsorted(frame, np.arange(7)).astype(np.int64)

    def end_at(length: float, angle: float) -> tuple[np.ndarray, float]:
        x[4], y[4] = x[3] + length * np.cos(angle), y[3] + length * np.sin(angle)
        track, reach = np.empty(5, dtype=np.int64), np.empty(5)
        link_frames(starts, x, y, height, still, still, prior, 2, track)
        measure_reaches(np.zeros(5, dtype=np.int64), frame, x, y, height, prior, reach)
        assert np.isinf(reach[0])
        return track, float(reach[4])

    _, reach = end_at(1.0, 0.0)
    assert 3 < reach < 40
    for angle in (0.3, 2.0, 4.5):
        assert end_at(0.999 * reach, angle)[0].tolist() == [0, 0, 0, 0, 0]
        assert end_at(1.001 * reach, angle)[0].tolist() == [0, 0, 0, 0, 1]
        assert end_at(1.001 * reach, angle)[1] == pytest.approx(reach)


def test_freedom_is_learnt_from_how_unlike_the_tracks_are() -> None:
    """Rung 1: step variances drawn from the inverse gamma itself; equal ones give the stated limit."""
    rng = np.random.default_rng(11)
    count = rng.integers(1, 60, 4000)
    for true in (3.6, 5.0):
        variance = true * 9.0 / rng.gamma(true, size=count.size)
        square = variance * 2 * rng.gamma(count)
        assert learn_freedom(count, square, variance_px2=9.0) == pytest.approx(true, rel=0.05)
    assert learn_freedom(count, 9.0 * 2 * rng.gamma(count), variance_px2=9.0) == MOST_FREEDOM
    unlike = np.where(rng.random(count.size) < 0.2, 400.0, 9.0)
    assert learn_freedom(count, unlike * 2 * rng.gamma(count), variance_px2=9.0) == LEAST_FREEDOM


def test_without_steps_nothing_is_learnt_of_the_freedom() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert learn_freedom(none, np.zeros(0), variance_px2=9.0) == LEAST_FREEDOM


def test_drift_is_found_and_taken_out_of_the_links() -> None:
    frame, x, y = walks(40, 120, step_px=1.2, seed=6)
    moved = spots_of(frame.ravel(), (x + 0.8 * frame).ravel(), (y - 0.3 * frame).ravel())
    motion = link_spots(moved, SETTINGS, frame_shape=SHAPE).motion
    # Mean of 40 walkers over 119 steps: 1.2 / sqrt(40 * 119) = 0.017 px a frame.
    assert motion.x_px[-1] / 119 == pytest.approx(0.8, abs=0.07)
    assert motion.y_px[-1] / 119 == pytest.approx(-0.3, abs=0.07)
    assert motion.vibration_x_px == 0.0


def test_vibration_is_seen_and_removed_only_where_it_stands_out() -> None:
    rng = np.random.default_rng(7)
    shake = 1.5 * rng.standard_normal(150)
    frame = np.tile(np.arange(1, 150), 50)
    dx, dy = rng.standard_normal((2, frame.size))
    dx = dx + np.diff(shake)[frame - 1]
    motion = measure_common_motion(frame=frame, dx_px=dx, dy_px=dy, weight=np.ones(frame.size), frames_count=150)
    assert motion.vibration_x_px == pytest.approx(1.5 * np.sqrt(2), rel=0.25)
    assert motion.vibration_y_px == 0.0
    left = np.diff(motion.x_px) - np.diff(shake)
    assert np.std(left) < 0.2


def test_faint_spots_stay_where_their_track_confirms_them() -> None:
    track = np.array([0, 0, 1, 2, 2, 2, 3])
    spots = spots_of(np.array([0, 1, 0, 0, 1, 2, 2]), np.arange(7.0), np.arange(7.0))
    score = np.array([9.0, 4.7, 4.8, 4.7, 4.7, 5.0, 5.3])
    order = np.argsort([0, 1, 0, 0, 1, 2, 2], kind="stable")
    given = Linked(
        Spots(
            **{name: getattr(spots, name) for name in Spots.__slots__ if name != "score_ratio"},
            score_ratio=score[order],
        ),
        track[order],
        link_spots(spots, SETTINGS, frame_shape=SHAPE).motion,
        link_spots(spots, SETTINGS, frame_shape=SHAPE).prior,
        np.arange(1.0, 8.0)[order],
    )
    kept = keep_confirmed(given, SETTINGS)
    assert sorted(kept.spots.score_ratio) == [4.7, 5.3, 9.0]
    assert sorted(kept.reach_px) == [1.0, 2.0, 7.0]
    assert set(kept.track) == {0, 1}


def with_doubts(others: int = 30) -> Spots:
    """Return walkers of step 2 px, and in frame 5 two stretched spots: where two walkers pass, and of a lone one."""
    frame, x, y = walks(others, 11, step_px=2.0, seed=5)
    x[:3] = np.array([100.0, 105.0, 300.0])[:, None] + 0.7 * (np.arange(11) - 5)
    y[:3] = np.array([100.0, 102.0, 200.0])[:, None] - 0.9 * (np.arange(11) - 5)
    doubt = np.zeros(frame.shape, dtype=np.int64)
    doubt[:2, 5], doubt[2, 5] = 1, -2
    one_x, one_y = [102.5, 298.0, 302.0], [101.0, 199.5, 200.5]
    rows = [np.concatenate([a.ravel(), b]) for a, b in ((frame, [5, 5, 5]), (x, one_x), (y, one_y))]
    made = spots_of(*rows)
    order = np.argsort(rows[0], kind="stable")
    doubts = np.concatenate([doubt.ravel(), [-1, 2, 2]])[order]
    return replace(made, doubt=doubts, evidence=np.where(doubts < 0, 40.0, 0.0))


def test_a_stretched_spot_is_two_where_two_tracks_meet_and_one_where_one_goes_on() -> None:
    linked = link_spots(with_doubts(), SETTINGS, frame_shape=SHAPE)
    read = set(linked.spots.x_px[(linked.spots.frame == 5)].tolist())
    assert {100.0, 105.0, 300.0} <= read
    assert not {102.5, 298.0, 302.0} & read
    assert linked.spots.spots_count == linked.track.size == 330


def test_a_reading_whose_rival_did_not_last_is_no_doubt() -> None:
    given = with_doubts()
    left = given.take((given.doubt != 2) & (given.x_px != 102.5))
    assert find_doubts(left).shape == (0, 3)
    assert link_spots(left, SETTINGS, frame_shape=SHAPE).spots.spots_count == left.spots_count
