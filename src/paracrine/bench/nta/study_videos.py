"""Raw videos as files of a study: drafted, tracked once, handed on as runs like any instrument's file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from paracrine.bench.intake import FileReading
from paracrine.bench.nta.analyse import VideoOutcome
from paracrine.bench.nta.files import PAGE_NAME
from paracrine.bench.nta.track import Job, analyse_all
from paracrine.bench.outputs import folder_name
from paracrine.characterization.inference.recording import NEEDED, require_sense
from paracrine.characterization.inference.video_record import INSTRUMENT, READER, READER_VERSION, run_of
from paracrine.core.errors import InputError, ParacrineError
from paracrine.core.plan import StudyPlan, VideoSettings
from paracrine.core.progress import Executor, Progress
from paracrine.core.provenance import SourceRef
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.video import Video
from paracrine.readers.video_file import is_video, read_video

VIDEOS_NAME = "videos"
STATED = "stated by the file"


def settings_of(plan: StudyPlan, path: str) -> VideoSettings:
    """Return what the study says about a video: its own settings over those of all videos."""
    own = next((use.video for use in plan.files if use.path == path and use.video is not None), None)
    return (own or VideoSettings()).over(plan.video)


def require_video_settings(plan: StudyPlan, where: str) -> None:
    """Refuse settings that make no sense, or that differ for one and the same video.

    Raises:
        InputError: naming the file.
    """
    said = {use.path: use.video for use in plan.files if use.video is not None}
    for use in plan.files:
        if use.video is not None and use.video != said[use.path]:
            raise InputError(f"{use.path} has two different settings", where=where, hint="one video, one recording")
    for path in said or ([""] if plan.video else []):
        try:
            require_sense(settings_of(plan, path))
        except ParacrineError as error:
            error.where = f"{where}: video settings{f' of {path}' if path else ''}"
            raise


def track_study_videos(
    folder: Path, plan: StudyPlan, paths: Sequence[str], *, out: Path, executor: Executor, progress: Progress
) -> dict[str, VideoOutcome]:
    """Analyse the raw videos of a study, each in a folder of its own below `out`; none twice."""
    jobs: list[Job] = [
        (folder / path, PurePosixPath(path).stem, settings_of(plan, path), out / VIDEOS_NAME / folder_name(path))
        for path in paths
    ]
    if not jobs:
        return {}
    return dict(zip(paths, analyse_all(jobs, executor=executor, progress=progress), strict=True))


def video_reading(path: str, outcome: VideoOutcome) -> FileReading:
    """Return an analysed video as a file that was read, or why it could not be."""
    analysis = outcome.analysis
    if analysis is None:
        return FileReading(path, "", 0, error=outcome.error)
    run = run_of(analysis, path=path)
    page = f"{VIDEOS_NAME}/{outcome.folder.name}/{PAGE_NAME}"
    with_page = {**run.settings, "recording / page with frames and tracks": page}
    return FileReading(path, analysis.sha256, analysis.size_bytes, runs=(_with_settings(run, with_page),))


def _with_settings(run: Run, settings: dict[str, str]) -> Run:
    from dataclasses import replace

    return replace(run, settings=settings)


def find_videos(folder: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Return which of the paths are raw videos."""
    return tuple(path for path in paths if is_video(folder / path))


def look_into_video(folder: Path, path: str) -> FileReading:
    """Return a video as a file without results: what it states of itself, and nothing tracked."""
    try:
        video = read_video(folder / path)
    except ParacrineError as error:
        return FileReading(path, "", 0, error=str(error))
    run = Run(
        source=SourceRef(name=path, sha256="", reader=READER, reader_version=READER_VERSION),
        name=PurePosixPath(path).stem,
        technique=Technique.NTA,
        instrument=INSTRUMENT,
        settings={name: f"{value:g}" for name, value in stated_by(video).items()},
        maturity=Maturity.CANDIDATE,
        notices=video.notices,
    )
    return FileReading(path, "", 0, runs=(run,))


def stated_by(video: Video) -> dict[str, float]:
    """Return the settings that a video's file states."""
    found = {
        "pixel_um": video.pixel_um,
        "frames_per_s": video.frame_rate_hz,
        "exposure_ms": None if video.exposure_s is None else 1000 * video.exposure_s,
    }
    return {name: value for name, value in found.items() if value is not None}


def draft_lines(videos: Sequence[Run]) -> list[str]:
    """Return the lines of study.toml that all videos share: what the files state, and what a person must say."""
    lines = ["", "[video]  # settings of all raw videos; [sample.file.video] below a file overrides them"]
    examples = {"pixel_um": "0.166", "frames_per_s": "25", "exposure_ms": "20", "temperature_c": '"25±0.5"'}
    for name in NEEDED:
        values = {run.settings[name] for run in videos if name in run.settings}
        if values:
            lines.append(
                f"# the file{'s state' if len(videos) > 1 else ' states'} {name} = {', '.join(sorted(values))}"
            )
        if len(values) != 1 or not all(name in run.settings for run in videos):
            lines.append(f"# ? {name} = {examples[name]}")
    lines.append('# ? diluent = "pbs"  # or viscosity_mpas = 0.91')
    lines.append('# ? depth_um = "5±1"  # without it: particles per frame, no concentration')
    lines.append('# assumed = ["exposure_ms"]  # settings above that nobody measured')
    return lines
