"""Rung 3, a live peer: trackpy finds and places the same features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from paracrine.characterization.tracking.settings import TrackingSettings
from paracrine.characterization.tracking.track import track_video
from paracrine.instruments.nta.scene import NtaCamera, NtaScene
from paracrine.instruments.nta_video import simulate_nta_video
from paracrine.payloads.video import Video
from paracrine.readers.video_file import read_video

trackpy = pytest.importorskip("trackpy", reason="extra peers is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")
"""The peer's own deprecation warnings are not ours to fail on."""


def pairs(found_xy: np.ndarray, other_xy: np.ndarray, *, within_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Return rows that are each other's nearest and closer than a limit."""
    there, here = cKDTree(other_xy), cKDTree(found_xy)
    gap, partner = there.query(found_xy)
    _, back = here.query(other_xy)
    mutual = (gap < within_px) & (back[partner] == np.arange(len(found_xy)))
    return np.flatnonzero(mutual), partner[mutual]


def test_latex_spheres_stand_where_trackpy_puts_them(sizing_files: Path) -> None:
    video = read_video(sizing_files / "trackpy-examples" / "bulk_water")
    assert [notice.code for notice in video.notices] == ["grey-from-tint"]
    few = Video.from_frames(video.read(0, 10))
    ours = track_video(few, TrackingSettings(spot_diameter_px=11, dark_spots=True)).tracks
    shares, differences, limits = [], [], []
    for frame in (0, 5, 9):
        image = few.read(frame, frame + 1)[0]
        theirs = trackpy.locate(255 - image, 11, minmass=150)
        mine = ours.frame == frame
        xy = np.column_stack([ours.x_px[mine], ours.y_px[mine]])
        rows, partners = pairs(xy, theirs[["x", "y"]].to_numpy(), within_px=3.0)
        shares.append(rows.size / len(theirs))
        differences.append(xy[rows] - theirs[["x", "y"]].to_numpy()[partners])
        own = np.column_stack([ours.sigma_x_px[mine], ours.sigma_y_px[mine]])[rows]
        limits.append(np.hypot(own, theirs["ep"].to_numpy()[partners, None]))
    difference, limit = np.concatenate(differences), np.concatenate(limits)
    assert min(shares) > 0.6
    assert np.median(np.abs(difference) / limit) < 1.2
    assert np.mean(np.abs(difference) / limit < 4) > 0.75


def test_on_a_virtual_video_centres_agree_and_ours_are_no_worse() -> None:
    trackpy.quiet()
    scene = NtaScene(camera=NtaCamera(height_px=240, width_px=320), frames_count=12)
    made = simulate_nta_video(scene, seed=11)
    truth = made.truth
    ours = track_video(made.video).tracks
    errors, peer_errors, between = [], [], []
    for frame in range(12):
        theirs = trackpy.locate(made.video.read(frame, frame + 1)[0], 9, minmass=85, engine="numba")
        other = theirs[["x", "y"]].to_numpy()
        mine = ours.frame == frame
        xy = np.column_stack([ours.x_px[mine], ours.y_px[mine]])
        real = (truth.frame == frame) & (truth.peak_counts >= 12)
        true_xy = np.column_stack([truth.x_px[real], truth.y_px[real]])
        rows, partners = pairs(xy, other, within_px=2.0)
        between.append(xy[rows] - other[partners])
        for found, to in ((xy, errors), (other, peer_errors)):
            rows, partners = pairs(found, true_xy, within_px=3.0)
            to.append(found[rows] - true_xy[partners])
    root = {name: np.sqrt(np.mean(np.concatenate(e) ** 2)) for name, e in (("ours", errors), ("peer", peer_errors))}
    assert root["ours"] < root["peer"]
    assert np.abs(np.concatenate(between).mean(axis=0)).max() < 0.05
    assert len(np.concatenate(errors)) > len(np.concatenate(peer_errors))
