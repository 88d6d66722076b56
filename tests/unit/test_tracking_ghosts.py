from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paracrine.characterization.tracking.drift import no_motion
from paracrine.characterization.tracking.ghosts import drop_tracks, find_ghosts
from paracrine.characterization.tracking.link import Linked, LinkPrior
from paracrine.characterization.tracking.spots import Spots
from paracrine.characterization.tracking.track import track_video
from paracrine.readers.video_file import read_video

FRAMES = 60


def paths(*, ghost_light: float, noise_px: float) -> Linked:
    """Link two walkers and a third that follows the first at a constant distance."""
    rng = np.random.default_rng(5)
    walk = 100 + np.cumsum(rng.standard_normal((2, FRAMES, 2)), axis=1)
    follower = walk[0] + (31.0, 17.0) + noise_px * rng.standard_normal((FRAMES, 2))
    x, y = np.concatenate([*walk, follower]).T
    frame, track = np.tile(np.arange(FRAMES), 3), np.repeat(np.arange(3), FRAMES)
    order = np.argsort(frame, kind="stable")
    one = np.ones(frame.size)
    light = np.repeat([200.0, 150.0, ghost_light], FRAMES)
    spots = Spots(
        frame=frame[order],
        x_px=x[order],
        y_px=y[order],
        amplitude_counts=light[order],
        background_counts=12 * one,
        variance_xx_px2=3 * one,
        variance_xy_px2=0 * one,
        variance_yy_px2=3 * one,
        sigma_x_px=0.1 * one,
        sigma_y_px=0.1 * one,
        score_ratio=9 * one,
        saturated=np.zeros(frame.size, dtype=bool),
        doubt=np.zeros(frame.size, dtype=np.int64),
        evidence=np.zeros(frame.size),
        noise_counts=np.full(FRAMES, 4.0),
    )
    return Linked(spots, track[order], no_motion(FRAMES), LinkPrior(1.0, 1e-5), np.full(order.size, 9.0))


def test_a_dimmer_spot_that_takes_every_step_of_another_is_its_ghost() -> None:
    linked = paths(ghost_light=30.0, noise_px=0.2)
    assert find_ghosts(linked).tolist() == [2]
    kept = drop_tracks(linked, find_ghosts(linked))
    assert kept.spots.spots_count == 2 * FRAMES
    assert set(kept.track) == {0, 1}


def test_particles_of_like_brightness_or_with_steps_of_their_own_are_no_ghosts() -> None:
    assert not find_ghosts(paths(ghost_light=180.0, noise_px=0.2)).size
    assert not find_ghosts(paths(ghost_light=30.0, noise_px=1.5)).size


def test_the_one_particle_video_gives_one_track(sizing_files: Path) -> None:
    """The file also shows a reflection of the particle, 36 px right and 26 px below, in all 123 frames."""
    pytest.importorskip("av", reason="extra video is not installed")
    found = track_video(read_video(sizing_files / "zaman13-particle-video" / "test1.avi"))
    lengths = found.tracks.lengths_count
    assert np.sum(lengths >= 10) == 1
    assert lengths.max() == 123
    assert found.ghosts_count == 1
    assert {notice.code for notice in found.notices()} == {"reflections", "drift-from-few"}
