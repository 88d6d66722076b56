"""Each doubt about a video is said of the video that has it, and of no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paracrine.characterization.inference.analyse import AnalysisOptions, analyse_tracks
from paracrine.characterization.inference.settings import RecordingSettings, Setting, StatedBy
from paracrine.characterization.tracking.track import track_video
from paracrine.instruments.nta.scene import NtaCamera, NtaScene
from paracrine.instruments.nta.sizes import LognormalSizes
from paracrine.instruments.nta_video import simulate_nta_video

CLEAN = NtaScene(camera=NtaCamera(height_px=240, width_px=320, bit_depth=12), frames_count=110)
SETTINGS = RecordingSettings(*(Setting(value, StatedBy.USER) for value in (0.166, 25.0, 20.0, 25.0, 0.890)))
DOUBTS = {
    "too-dense", "too-dim", "drift", "vibration", "too-few-tracks", "short-tracks", "saturated", "out-of-focus",
}  # fmt: skip
FOLLOWS = {"too-few-tracks", "short-tracks"}
"""What is too dim to be seen has few and short tracks."""
VIDEOS = {
    "none": CLEAN,
    "too-dense": replace(CLEAN, concentration_per_ml=7e9),
    "too-dim": replace(CLEAN, brightness_counts=10.0, concentration_per_ml=3.2e9, sizes=LognormalSizes(120.0, 1.03)),
    "drift": replace(CLEAN, motion=replace(CLEAN.motion, drift_x_um_per_s=22.0)),
    "vibration": replace(CLEAN, motion=replace(CLEAN.motion, vibration_um=0.5)),
    "too-few-tracks": replace(CLEAN, concentration_per_ml=2e8),
    "short-tracks": replace(CLEAN, optics=replace(CLEAN.optics, beam_sigma_um=0.4), concentration_per_ml=6e9),
    "saturated": replace(CLEAN, camera=replace(CLEAN.camera, bit_depth=8), brightness_counts=300.0),
    "out-of-focus": replace(CLEAN, optics=replace(CLEAN.optics, focus_depth_um=0.5), brightness_counts=400.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("doubt", VIDEOS)
def test_a_doubt_is_said_of_the_video_that_has_it(doubt: str) -> None:
    tracked = track_video(simulate_nta_video(VIDEOS[doubt], seed=4).video)
    options = AnalysisOptions(resamples=20, saturated_share=tracked.saturated_share)
    said = {notice.code for notice in analyse_tracks(tracked.tracks, SETTINGS, options).notices} & DOUBTS
    assert said - (FOLLOWS if doubt == "too-dim" else set()) == {doubt} - {"none"}
