"""What an analysed video leaves in its folder, for people and for programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO

import numpy as np

from paracrine.characterization.inference.result import NtaResult
from paracrine.characterization.inference.video_record import BandRecord, VideoAnalysis
from paracrine.characterization.tracking.track import TrackedVideo
from paracrine.figures.video_frame import DrawnPath, FrameSample
from paracrine.payloads.tracks import Tracks
from paracrine.payloads.video import Video
from paracrine.report.video_page import VideoPageContent, video_html

RESULT_NAME = "result.json"
PAGE_NAME = "video.html"
_SAMPLES = (0.125, 0.375, 0.625, 0.875)
"""Where in the recording frames are drawn."""
_TAIL_FRAMES = 25
_PER_SPOT = (
    "track_id", "frame", "x_px", "y_px", "amplitude_counts", "background_counts", "width_px", "sigma_x_px",
    "sigma_y_px", "score_ratio",
)  # fmt: skip
_DECIMALS = {"track_id": 0, "frame": 0}


def result_files(analysis: VideoAnalysis, video: Video, found: TrackedVideo, result: NtaResult) -> dict[str, bytes]:
    """Return the files of one video by name, apart from the result itself."""
    tracks = found.tracks
    page = VideoPageContent(
        analysis=analysis,
        frames=tuple(_samples(analysis, video, found, result)),
        track=result.tracks.track,
        diameter_nm=result.tracks.diameter_nm,
        relative_error=result.tracks.relative_error,
        brightness_counts=result.tracks.brightness_counts,
        spots_count=result.tracks.spots_count,
        time_s=np.arange(tracks.frames_count) / result.settings.frames_per_s.value,
        drift_x_um=tracks.drift_x_px * result.settings.pixel_um.value,
        drift_y_um=tracks.drift_y_px * result.settings.pixel_um.value,
    )
    return {
        PAGE_NAME: video_html(page).encode(),
        "tracks.csv": _tracks_csv(tracks),
        "tracks.npz": _tracks_npz(tracks),
        "particles.csv": _particles_csv(result),
        "sizes.csv": _sizes_csv(analysis),
    }


def _tracks_npz(tracks: Tracks) -> bytes:
    out = BytesIO()
    kept = (*_PER_SPOT, "drift_x_px", "drift_y_px", *(() if tracks.reach_px is None else ("reach_px",)))
    limits = {name: getattr(tracks, name) for name in ("border_px", "faintest_ratio")}
    columns = {name: getattr(tracks, name) for name in kept} | {n: v for n, v in limits.items() if v is not None}
    np.savez_compressed(out, **columns)
    return out.getvalue()


def _tracks_csv(tracks: Tracks) -> bytes:
    columns = [getattr(tracks, name) for name in _PER_SPOT]
    out = BytesIO()
    np.savetxt(
        out,
        np.column_stack(columns) if tracks.spots_count else np.zeros((0, len(columns))),
        fmt=["%d", "%d", *["%.5g"] * (len(columns) - 2)],
        delimiter=",",
        header=",".join(_PER_SPOT),
        comments="",
    )
    return out.getvalue()


def _particles_csv(result: NtaResult) -> bytes:
    sizes = result.tracks
    head = ("track_id", "particle", "spots", "diameter_nm", "relative_error", "brightness_counts")
    rows = zip(
        sizes.track.tolist(),
        sizes.particle.tolist(),
        sizes.spots_count.tolist(),
        *([f"{value:.5g}" for value in column] for column in _floats(result)),
        strict=True,
    )
    return _csv(head, rows)


def _floats(result: NtaResult) -> Iterator[Sequence[float]]:
    sizes = result.tracks
    yield from (sizes.diameter_nm.tolist(), sizes.relative_error.tolist(), sizes.brightness_counts.tolist())


def _sizes_csv(analysis: VideoAnalysis) -> bytes:
    """One row a bin and population; nothing below the detection limit."""
    head = ("population", "low_nm", "high_nm", "share", "share_low_95", "share_high_95")
    return _csv(head, [*_band_rows("tracked", analysis.tracked), *_band_rows("whole", analysis.whole)])


def _band_rows(name: str, band: BandRecord | None) -> Iterator[tuple[object, ...]]:
    if band is None:
        return
    edges = band.edges_nm
    for low, high, *shares in zip(edges, edges[1:], band.shares, band.low_shares, band.high_shares, strict=False):
        if low >= band.lowest_nm:
            yield (name, f"{low:.5g}", f"{high:.5g}", *(f"{share:.5g}" for share in shares))


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode()


def _samples(analysis: VideoAnalysis, video: Video, found: TrackedVideo, result: NtaResult) -> Iterator[FrameSample]:
    tracks, sizes = found.tracks, result.tracks
    texts = {
        int(track): f"track {track}: {nm:.3g} nm ± {100 * error:.2g} %, {spots} spots"
        for track, nm, error, spots in zip(
            sizes.track, sizes.diameter_nm, sizes.relative_error, sizes.spots_count, strict=True
        )
    }
    width = float(np.median(tracks.width_px)) if tracks.spots_count else 3.0
    for frame in sorted({int(part * video.frames_count) for part in _SAMPLES}):
        rows = np.flatnonzero(tracks.frame == frame)
        yield FrameSample(
            frame=frame,
            time_s=frame / result.settings.frames_per_s.value,
            pixels=video.read(frame, frame + 1)[0],
            radius_px=max(3 * width, 4.0),
            paths=tuple(_path(tracks, int(row), texts) for row in rows),
        )


def _path(tracks: Tracks, row: int, texts: dict[int, str]) -> DrawnPath:
    track = int(tracks.track_id[row])
    first = max(0, row - _TAIL_FRAMES)
    rows = np.arange(first, row + 1)
    rows = rows[tracks.track_id[rows] == track]
    text = texts.get(track, f"track {track}: too short for a size")
    return DrawnPath(tracks.x_px[rows], tracks.y_px[rows], text, track in texts)
