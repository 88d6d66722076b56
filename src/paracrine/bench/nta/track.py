"""The verb `track`: raw videos to sizes and counts, each video once."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from paracrine.bench.nta.analyse import RESAMPLES, VideoOutcome, VideoTask, analyse_video
from paracrine.bench.nta.content import hash_video, video_fingerprint
from paracrine.bench.nta.files import PAGE_NAME, RESULT_NAME
from paracrine.bench.outputs import folder_name, outputs_are_intact
from paracrine.characterization.inference.recording import require_sense
from paracrine.characterization.inference.video_record import VideoAnalysis
from paracrine.core.errors import InputError, ParacrineError, RecordError
from paracrine.core.plan import VideoSettings
from paracrine.core.progress import Executor, Progress, SerialExecutor, stage
from paracrine.report.video_page import video_headline


@dataclass(frozen=True, slots=True)
class TrackReport:
    """What `track` did."""

    out: Path
    videos: tuple[VideoOutcome, ...]

    @property
    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """(video, why) for those without an analysis."""
        return tuple((str(video.path), video.error) for video in self.videos if video.analysis is None)

    @property
    def unchanged_count(self) -> int:
        """Videos that were not analysed again."""
        return sum(video.unchanged for video in self.videos)

    def headline_of(self, video: VideoOutcome) -> str:
        """Return the one sentence about a video."""
        return video_headline(video.analysis) if video.analysis else f"{video.name}: {video.error}"

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values; arrays of distributions stay in each video's result.json."""
        return {
            "out": str(self.out),
            "unchanged": self.unchanged_count,
            "unreadable": [{"video": path, "error": error} for path, error in self.unreadable],
            "videos": [_data(video, self.headline_of(video)) for video in self.videos if video.analysis],
        }

    def _repr_html_(self) -> str:
        lines = []
        for video in self.videos:
            page = video.folder / PAGE_NAME
            link = f' <a href="{escape(page.resolve().as_uri())}">page</a>' if video.analysis else ""
            lines.append(f"<li>{escape(self.headline_of(video))}{link}</li>")
        return f"<ul>{''.join(lines)}</ul>"


def _data(video: VideoOutcome, headline: str) -> dict[str, Any]:
    analysis = video.analysis
    assert analysis is not None
    data = analysis.to_data()
    for name in ("tracked", "whole"):
        band = data[name]
        if band:
            data[name] = {key: band[key] for key in ("d10", "d50", "d90", "deviation", "lowest_nm")}
    return {"headline": headline, "folder": str(video.folder), "unchanged": video.unchanged, **data}


def track_videos(
    videos: Sequence[Path],
    said: VideoSettings,
    *,
    out: Path,
    executor: Executor,
    progress: Progress,
    resamples: int = RESAMPLES,
) -> TrackReport:
    """Analyse raw videos; one that was analysed with the same settings and code is not analysed again.

    A video that cannot be read or lacks a setting is named in the report and stops no other.

    Raises:
        InputError: when no video is given or a setting makes no sense.
    """
    if not videos:
        raise InputError("no video was given")
    require_sense(said)
    names = video_names(videos)
    jobs = [(path, name, said, out / folder_name(name)) for path, name in zip(videos, names, strict=True)]
    return TrackReport(out, analyse_all(jobs, executor=executor, progress=progress, resamples=resamples))


Job = tuple[Path, str, VideoSettings, Path]
"""Video, its name, its settings, the folder for its files."""


def analyse_all(
    jobs: Sequence[Job], *, executor: Executor, progress: Progress, resamples: int = RESAMPLES
) -> tuple[VideoOutcome, ...]:
    """Return the outcome of each job in its order; only what changed since it was last analysed is analysed."""
    found: dict[int, VideoOutcome] = {}
    tasks: dict[int, VideoTask] = {}
    with stage(progress, "looking for finished videos", len(jobs)) as done:
        for index, (path, name, said, folder) in enumerate(jobs):
            try:
                sha256, size_bytes = hash_video(path)
            except ParacrineError as error:
                found[index] = VideoOutcome(path, name, folder, None, error=str(error))
            else:
                fingerprint = video_fingerprint(sha256, said, resamples=resamples)
                before = find_finished(folder, fingerprint)
                if before is not None:
                    found[index] = VideoOutcome(path, name, folder, before, unchanged=True)
                else:
                    tasks[index] = VideoTask(
                        path.resolve(),
                        name,
                        said,
                        folder.resolve(),
                        sha256,
                        size_bytes,
                        fingerprint,
                        resamples=resamples,
                    )
            done()
    # One video alone has all cores; several share them, one each.
    if len(tasks) == 1 or isinstance(executor, SerialExecutor):
        tasks = {index: _with_threads(task) for index, task in tasks.items()}
    with stage(progress, "tracking videos", len(tasks)) as done:
        made = executor.map(analyse_video, tasks.values(), on_done=done)
        found |= dict(zip(tasks, made, strict=True))
    return tuple(found[index] for index in range(len(jobs)))


def _with_threads(task: VideoTask) -> VideoTask:
    return VideoTask(
        task.path,
        task.name,
        task.said,
        task.folder,
        task.sha256,
        task.size_bytes,
        task.fingerprint,
        threads=os.cpu_count() or 1,
        resamples=task.resamples,
    )


def find_finished(folder: Path, fingerprint: str) -> VideoAnalysis | None:
    """Return the analysis that lies in a folder, None where it is another one, or its files are not as written."""
    try:
        data = json.loads((folder / RESULT_NAME).read_text("utf-8"))
        before = VideoAnalysis.from_data(data)
    except (OSError, ValueError, AttributeError, TypeError, RecordError):
        return None
    if before.fingerprint != fingerprint or not outputs_are_intact(folder, before.outputs):
        return None
    return before


def video_names(videos: Sequence[Path]) -> list[str]:
    """Return a name for each video: its own, with the folders above it where two are the same."""
    resolved = [path.resolve() for path in videos]
    if len(set(resolved)) < len(resolved):
        twice = next(str(path) for path, count in Counter(resolved).items() if count > 1)
        raise InputError("the video is named twice", where=twice)
    for depth in range(1, max(len(path.parts) for path in resolved)):
        names = [" ".join(path.parts[-depth:]) for path in resolved]
        if len(set(names)) == len(names):
            break
    return names
