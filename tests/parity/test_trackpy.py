"""Rung 3, a live peer: trackpy finds and places the same features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from paracrine.characterization.inference.mean_diffusion import measure_mean_diffusion
from paracrine.characterization.tracking.settings import TrackingSettings
from paracrine.characterization.tracking.track import track_video
from paracrine.instruments.nta.scene import NtaCamera, NtaScene
from paracrine.instruments.nta_video import simulate_nta_video
from paracrine.payloads.tracks import Tracks
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
    tracked = track_video(few, TrackingSettings(spot_diameter_px=11, dark_spots=True))
    ours = tracked.tracks
    usual_px = tracked.model.variance_px2**0.5
    shares, differences, limits, sharp = [], [], [], []
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
        sharp.append(ours.width_px[mine][rows] < 1.07 * usual_px)
    in_focus = np.concatenate(sharp)
    ratio = np.abs(np.concatenate(differences)) / np.concatenate(limits)
    assert min(shares) > 0.9
    # Normal errors of the stated size: 95.4 % within two, half within 0.67 of them.
    assert in_focus.mean() > 0.5
    assert np.mean(ratio[in_focus] < 2) > 0.93
    assert np.median(ratio[in_focus]) < 0.67
    # Spheres out of focus are rings, to which neither a Gaussian nor a centre of mass belongs.
    assert 1.0 < np.median(ratio[~in_focus]) < 4.0


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


PIXEL_UM, INTERVAL_S = 1 / 2.85, 1 / 24


def as_tracks(columns: dict[str, np.ndarray], like: Tracks) -> Tracks:
    """Return places of particles in frames as tracks without drift."""
    order = np.lexsort((columns["frame"], columns["particle"]))
    ones = np.ones(order.size)
    still = np.zeros(like.frames_count)
    return Tracks(
        track_id=np.unique(columns["particle"][order], return_inverse=True)[1].astype(np.int64),
        frame=columns["frame"][order].astype(np.int64),
        x_px=columns["x"][order].astype(float),
        y_px=columns["y"][order].astype(float),
        amplitude_counts=ones,
        background_counts=ones,
        width_px=ones,
        sigma_x_px=ones,
        sigma_y_px=ones,
        score_ratio=ones,
        drift_x_px=still,
        drift_y_px=still,
        frame_shape=like.frame_shape,
    )


@pytest.mark.slow
def test_on_the_same_spots_latex_spheres_diffuse_as_trackpy_says(sizing_files: Path) -> None:
    """One estimand, one set of spots, two linkings: the covariance-based mean over all steps of tracks of 5 or more."""
    trackpy.quiet()
    video = read_video(sizing_files / "trackpy-examples" / "bulk_water")
    ours = track_video(video, TrackingSettings(spot_diameter_px=11, dark_spots=True)).tracks
    found = trackpy.batch(255 - video.read(0, video.frames_count), 11, minmass=150, engine="numba", processes=1)
    linked = trackpy.link(found, 5, memory=3)
    moving = trackpy.subtract_drift(linked.copy(), trackpy.compute_drift(trackpy.filter_stubs(linked, 5)))
    theirs = as_tracks({name: moving[name].to_numpy() for name in ("frame", "particle", "x", "y")}, ours)
    near = np.zeros(ours.spots_count, dtype=bool)
    for frame in range(ours.frames_count):
        rows = np.flatnonzero(ours.frame == frame)
        there = cKDTree(found.loc[found["frame"] == frame, ["x", "y"]].to_numpy())
        near[rows] = there.query(np.column_stack([ours.x_px[rows], ours.y_px[rows]]))[0] < 3.0
    x, y = ours.corrected_px()
    shared = as_tracks({"frame": ours.frame[near], "particle": ours.track_id[near], "x": x[near], "y": y[near]}, ours)
    mine, peer = (
        measure_mean_diffusion(tracks, pixel_um=1 / 2.85, frame_interval_s=1 / 24) for tracks in (shared, theirs)
    )
    assert mine is not None
    assert peer is not None
    error = np.hypot(mine.standard_error_um2_per_s, peer.standard_error_um2_per_s)
    assert abs(mine.diffusion_um2_per_s - peer.diffusion_um2_per_s) < 1.96 * error
