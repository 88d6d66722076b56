"""Peak memory of tracking a raw video against its length: `python -P benchmarks/nta_memory.py`.

One virtual recording is written to a file one and several times over; each is tracked in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from paracrine.characterization.tracking.track import track_video
from paracrine.instruments.nta.recording import write_raw_avi
from paracrine.instruments.nta.scene import NtaScene
from paracrine.instruments.nta_video import simulate_nta_video
from paracrine.payloads.video import Frames, Video
from paracrine.readers.video_file import read_video

FRAMES = 250


class Again:
    """The same frames over and over."""

    def __init__(self, source: Video) -> None:
        self.frames = source.read(0, source.frames_count)

    def read(self, start: int, stop: int) -> Frames:
        return self.frames[[index % len(self.frames) for index in range(start, stop)]]


def track_one(path: Path) -> None:
    video = read_video(path)
    began = time.perf_counter()
    found = track_video(video)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{video.frames_count} {path.stat().st_size / 1e6:.0f} {peak_mb:.0f} {found.tracks.spots_count} "
          f"{time.perf_counter() - began:.1f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--video", type=Path)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 8])
    chosen = parser.parse_args()
    if chosen.video:
        track_one(chosen.video)
        return
    made = simulate_nta_video(NtaScene(frames_count=FRAMES), seed=1).video
    print("frames, file MB, peak MB, spots, s")
    with tempfile.TemporaryDirectory() as folder:
        for times in chosen.times:
            path = Path(folder) / f"{times}.avi"
            count = FRAMES * times
            write_raw_avi(Video(Again(made), count, made.height_px, made.width_px, frame_rate_hz=25.0), path)
            command = [sys.executable, "-P", __file__, "--video", str(path)]
            print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
            path.unlink()


if __name__ == "__main__":
    main()
