from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from paracrine.characterization.tracking.detect import fit_spot_model, locate_video
from paracrine.characterization.tracking.doubt import find_doubts, tell_pairs
from paracrine.characterization.tracking.drift import no_motion
from paracrine.characterization.tracking.link import link_spots, numbers_of
from paracrine.characterization.tracking.settings import TrackingSettings
from paracrine.characterization.tracking.spots import Spots
from paracrine.instruments.nta.scene import NtaScene
from paracrine.instruments.nta_video import NtaTruth, simulate_nta_video

SETTINGS = TrackingSettings()


def are_pairs(spots: Spots, doubts: np.ndarray, truth: NtaTruth) -> np.ndarray:
    """Tell which doubts are two particles of at least 3 counts: both parts have one of their own within 4 px."""
    both = np.zeros(doubts.shape[0], dtype=bool)
    clear = spots.doubt == 0
    for place, (first, second, _) in enumerate(doubts):
        frame = spots.frame[first]
        rows = np.append(np.flatnonzero(clear & (spots.frame == frame)), [first, second])
        real = np.flatnonzero((truth.frame == frame) & (truth.peak_counts >= 3))
        gap = np.hypot(spots.x_px[rows, None] - truth.x_px[real], spots.y_px[rows, None] - truth.y_px[real])
        i, j = linear_sum_assignment(np.where(gap < 4, gap, 1e3))
        both[place] = np.count_nonzero((gap[i, j] < 4) & (i >= rows.size - 2)) == 2
    return both


def test_most_pairs_are_told_from_long_paths() -> None:
    """Rung 2, simulated truth, a seed that nothing was chosen on; over 100 doubts of each kind."""
    made = simulate_nta_video(NtaScene(frames_count=150), seed=31)
    spots = locate_video(made.video, SETTINGS, model=fit_spot_model(made.video, SETTINGS))
    doubts = find_doubts(spots)
    pairs = are_pairs(spots, doubts, made.truth)
    read = link_spots(spots, SETTINGS, frame_shape=(480, 640)).spots
    kept = set(zip(read.frame.tolist(), read.x_px.tolist(), strict=True))
    one = doubts[:, 2]
    two = np.array([key not in kept for key in zip(spots.frame[one].tolist(), spots.x_px[one].tolist(), strict=True)])
    assert pairs.sum() > 100 < np.count_nonzero(~pairs)
    assert two[pairs].mean() > 0.85
    assert two[~pairs].mean() < 0.03


def test_wide_parts_far_from_each_other_are_rather_two() -> None:
    frame = np.zeros(4, dtype=np.int64)
    ones = np.ones(4)
    given = Spots(
        frame=frame,
        x_px=np.array([100.0, 105.0, 102.5, 300.0]),
        y_px=100 * ones,
        amplitude_counts=30 * ones,
        background_counts=12 * ones,
        variance_xx_px2=np.array([4.0, 4.0, 9.0, 4.0]),
        variance_xy_px2=0 * ones,
        variance_yy_px2=4 * ones,
        sigma_x_px=0.1 * ones,
        sigma_y_px=0.1 * ones,
        score_ratio=20 * ones,
        saturated=np.zeros(4, dtype=bool),
        doubt=np.array([1, 1, -1, 0]),
        evidence=np.array([0.0, 0.0, 60.0, 0.0]),
        noise_counts=np.ones(1),
    )
    prior = numbers_of(link_spots(given, SETTINGS, frame_shape=(480, 640)).prior)

    def is_pair(spots: Spots, *, step_variance_px2: float = 9.0) -> bool:
        from paracrine.characterization.tracking.assignment import FREEDOM, SQUARE

        of_steps = prior.copy()
        of_steps[SQUARE] = step_variance_px2 * of_steps[FREEDOM]
        track = np.array([0, 1, -1, 2])
        doubts = find_doubts(spots)
        return bool(tell_pairs(spots, doubts, track, no_motion(1), of_steps, memory_frames=2)[0])

    wide = replace(
        given, variance_xx_px2=np.array([8.0, 8.0, 9.0, 4.0]), variance_yy_px2=np.array([8.0, 8.0, 4.0, 4.0])
    )
    narrow = replace(given, variance_xx_px2=np.array([2.5, 2.5, 9.0, 4.0]))
    assert is_pair(wide)
    assert not is_pair(narrow)
    assert not is_pair(wide, step_variance_px2=0.2), "no path stretches a spot where steps are short"
