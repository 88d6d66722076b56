from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from paracrine.core.errors import InputError
from paracrine.payloads.tracks import Tracks
from paracrine.payloads.video import Video


def tracks(**changes: Any) -> Tracks:
    columns: dict[str, Any] = {
        name: np.arange(1.0, 6.0)
        for name in (
            "x_px",
            "y_px",
            "amplitude_counts",
            "background_counts",
            "width_px",
            "sigma_x_px",
            "sigma_y_px",
            "score_ratio",
        )
    }
    columns |= {
        "track_id": np.array([0, 0, 0, 1, 1]),
        "frame": np.array([0, 1, 3, 2, 3]),
        "drift_x_px": np.array([0.0, 0.5, 1.0, 1.5]),
        "drift_y_px": np.array([0.0, -0.25, -0.5, -0.75]),
        "frame_shape": (30, 40),
    }
    return Tracks(**(columns | changes))


def test_tracks_know_their_rows_and_lengths() -> None:
    made = tracks()
    assert made.tracks_count == 2
    assert made.starts.tolist() == [0, 3, 5]
    assert made.lengths_count.tolist() == [3, 2]


def test_corrected_positions_lose_the_common_motion_of_their_frame() -> None:
    x, y = tracks().corrected_px()
    assert x.tolist() == [1.0, 1.5, 1.5, 3.0, 3.5]
    assert y.tolist() == [1.0, 2.25, 3.75, 4.5, 5.75]


@pytest.mark.parametrize(
    "changes",
    [
        {"track_id": np.array([0, 0, 1, 0, 1])},
        {"frame": np.array([0, 0, 3, 2, 3])},
        {"frame": np.array([0, 1, 4, 2, 3])},
        {"sigma_x_px": np.array([1.0, 1.0, 0.0, 1.0, 1.0])},
        {"x_px": np.array([1.0, np.nan, 1.0, 1.0, 1.0])},
        {"y_px": np.arange(4.0)},
        {"pixel_um": 0.0},
        {"reach_px": np.array([np.inf, 9.0, 0.0, np.inf, 8.0])},
        {"reach_px": np.array([np.inf, 9.0])},
    ],
)
def test_tracks_that_do_not_hold_together_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        tracks(**changes)


def test_chunks_cover_every_frame_once() -> None:
    frames = np.arange(7 * 2 * 3, dtype=np.uint8).reshape(7, 2, 3)
    video = Video.from_frames(frames, frame_rate_hz=25.0)
    chunks = list(video.chunks(chunk_frames=3))
    assert [start for start, _ in chunks] == [0, 3, 6]
    assert np.array_equal(np.concatenate([part for _, part in chunks]), frames)
    assert video.duration_s == pytest.approx(7 / 25)


def test_a_stack_that_is_no_camera_video_is_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        Video.from_frames(np.zeros((4, 5), dtype=np.uint8))
    with pytest.raises(InputError, match="uint8 or uint16"):
        Video.from_frames(np.zeros((4, 5, 6)))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="holds nothing"):
        Video.from_frames(np.zeros((0, 5, 6), dtype=np.uint8))
