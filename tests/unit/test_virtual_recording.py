"""Virtual recordings as files: other programs read them, our reader gets the same counts back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.instruments.nta.recording import write_raw_avi, write_recording
from paracrine.instruments.nta.scene import NtaCamera, NtaScene
from paracrine.instruments.nta_video import SimulatedVideo, simulate_nta_video
from paracrine.payloads.video import Video
from paracrine.readers.video_file import read_video


def made(bits: int) -> SimulatedVideo:
    camera = NtaCamera(height_px=61, width_px=83, bit_depth=bits, frame_rate_hz=30.0)
    return simulate_nta_video(NtaScene(camera=camera, frames_count=5), seed=3)


@pytest.mark.parametrize(("bits", "ending"), [(8, ".avi"), (12, ".tif")])
def test_the_counts_come_back_with_frame_rate(tmp_path: Path, bits: int, ending: str) -> None:
    one = made(bits)
    path = write_recording(one, tmp_path / "new", name="a")
    assert path.suffix == ending
    back = read_video(path)
    assert np.array_equal(back.read(0, 5), one.video.read(0, 5))
    assert back.frame_rate_hz == pytest.approx(30.0)
    if ending == ".tif":
        assert back.pixel_um == pytest.approx(0.166, rel=1e-4)


def test_another_program_reads_the_same_frames(tmp_path: Path) -> None:
    """Rung 3: FFmpeg through PyAV."""
    av = pytest.importorskip("av", reason="extra video is not installed")
    one = made(8)
    path = write_recording(one, tmp_path, name="a")
    with av.open(str(path)) as file:
        frames = [frame.to_ndarray() for frame in file.decode(video=0)]
        assert float(file.streams.video[0].average_rate) == pytest.approx(30.0)
    assert np.array_equal(np.stack(frames), one.video.read(0, 5))


def test_the_truth_lies_beside_it(tmp_path: Path) -> None:
    one = made(8)
    write_recording(one, tmp_path, name="a")
    stated = json.loads((tmp_path / "a.truth.json").read_text())
    assert stated["simulated"] is True
    assert stated["exposure_ms"] == pytest.approx(20.0)
    assert stated["population_d50_nm"] == pytest.approx(np.median(one.truth.population_diameter_nm))
    rows = list(csv.DictReader((tmp_path / "a.truth.csv").read_text().splitlines()))
    assert len(rows) == one.truth.frame.size
    assert float(rows[-1]["x_px"]) == pytest.approx(one.truth.x_px[-1], rel=1e-4)


def test_deep_counts_are_not_cut_to_8_bits(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="8-bit AVI"):
        write_raw_avi(Video.from_frames(np.zeros((2, 4, 4), dtype=np.uint16), bit_depth=12), tmp_path / "a.avi")
