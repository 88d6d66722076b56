"""One raw video to its kept analysis: read, track, infer, try other thresholds, draw, write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from paracrine.bench.nta.files import RESULT_NAME, result_files
from paracrine.bench.nta.plausible import contradicting, implausible
from paracrine.bench.outputs import write_outputs
from paracrine.characterization.inference.recording import LOWEST_THRESHOLD, Recording, settle_recording, with_threshold
from paracrine.characterization.inference.result import NtaResult
from paracrine.characterization.inference.video_record import (
    ThresholdAnswer,
    VideoAnalysis,
    band_record,
    describe_video,
    mean_quantities,
    setting_lines,
)
from paracrine.characterization.tracking.track import TrackedVideo, track_video
from paracrine.core.errors import ParacrineError
from paracrine.core.notice import Notice, Severity
from paracrine.core.plan import VideoSettings
from paracrine.core.version import __version__
from paracrine.payloads.video import Video
from paracrine.readers.video_file import read_video

RESAMPLES = 200
SEED = 1
THRESHOLD_FACTORS = (0.9, 1.0, 1.3, 1.7)
"""Detection thresholds tried, over the chosen one."""
_RESAMPLES_OF_OTHERS = 60


@dataclass(frozen=True, slots=True)
class VideoTask:
    """One video to analyse; small and picklable."""

    path: Path
    name: str
    said: VideoSettings
    folder: Path
    """Where its files go."""
    sha256: str
    size_bytes: int
    fingerprint: str
    threads: int = 1
    resamples: int = RESAMPLES


@dataclass(frozen=True, slots=True)
class VideoOutcome:
    """What became of one video: its analysis, or one line that says why there is none."""

    path: Path
    name: str
    folder: Path
    analysis: VideoAnalysis | None
    error: str = ""
    unchanged: bool = False


def analyse_video(task: VideoTask) -> VideoOutcome:
    """Analyse a video and write its files whole; a user's mistake is a line in the outcome and stops nothing."""
    try:
        video = read_video(task.path)
        recording = settle_recording(video, task.said)
        found = track_video(video, recording.tracking, threads=task.threads)
        result = _infer(found, recording, resamples=task.resamples, threads=task.threads)
        analysis = _record(task, video, recording, found, result)
        files = result_files(analysis, video, found, result)
        hashes = write_outputs(task.folder, files)
        analysis = analysis.model_copy(update={"outputs": hashes})
        # The result goes last: without it, what a killed process left counts for nothing.
        write_outputs(task.folder, {RESULT_NAME: (analysis.to_json() + "\n").encode()})
    except ParacrineError as error:
        error.where = error.where or task.path.name
        return VideoOutcome(task.path, task.name, task.folder, None, error=str(error))
    return VideoOutcome(task.path, task.name, task.folder, analysis)


def _infer(found: TrackedVideo, recording: Recording, *, resamples: int, threads: int) -> NtaResult:
    # Loads compiled kernels, which a study without videos never needs.
    from paracrine.characterization.inference.analyse import AnalysisOptions, analyse_tracks

    options = AnalysisOptions(
        law=recording.law,
        depth=recording.depth,
        saturated_share=found.saturated_share,
        resamples=resamples,
        seed=SEED,
        threads=threads,
    )
    if recording.fewest_spots is not None:
        options = replace(options, fewest_spots=recording.fewest_spots)
    result = analyse_tracks(found.tracks, recording.settings, options)
    return _without_correction(result) if recording.tracking.dark_spots else result


def _without_correction(result: NtaResult) -> NtaResult:
    """Dark spots are shadows; the law of scattered light says nothing about them."""
    about_law = ("assumed-refractive-index", "brightness-not-as-stated")
    return replace(
        result,
        whole=None,
        optics=None,
        whole_reason=result.whole_reason or "dark spots on a bright field follow no law of scattered light",
        notices=tuple(notice for notice in result.notices if notice.code not in about_law),
    )


def _record(
    task: VideoTask, video: Video, recording: Recording, found: TrackedVideo, result: NtaResult
) -> VideoAnalysis:
    from paracrine.characterization.inference.analyse import AnalysisOptions
    from paracrine.characterization.inference.mean_diffusion import measure_mean_diffusion

    settings, tracking = setting_lines(recording)
    lengths = found.tracks.lengths_count
    mean = measure_mean_diffusion(
        found.tracks,
        pixel_um=recording.settings.pixel_um.value,
        frame_interval_s=recording.settings.frame_interval_s,
        fewest_spots=recording.fewest_spots or AnalysisOptions().fewest_spots,
    )
    diffusion, diameter = mean_quantities(mean, result)
    counts = result.counts
    return VideoAnalysis(
        **describe_video(video, name=task.name, sha256=task.sha256, size_bytes=task.size_bytes),
        settings=settings,
        tracking=tracking,
        spots_per_frame=found.spots_per_frame,
        tracks_count=found.tracks.tracks_count,
        analysed_tracks_count=int(result.tracks.track.size),
        median_spots_per_track=float(sorted(lengths.tolist())[lengths.size // 2]) if lengths.size else 0.0,
        mean_diffusion=diffusion,
        mean_diameter=diameter,
        tracked=band_record(result.tracked),
        tracked_reason=result.tracked_reason,
        whole=band_record(result.whole),
        whole_reason=result.whole_reason,
        per_frame=counts.per_frame,
        particles_count=counts.particles_count,
        per_image_area_mm2=counts.per_image_area_mm2,
        concentration=counts.concentration_per_ml,
        concentration_basis=counts.basis,
        concentration_reason=counts.reason,
        count_budget=counts.budget,
        drift_um_per_s=result.drift_um_per_s,
        vibration_um=max(found.vibration_px) * recording.settings.pixel_um.value,
        exponent=result.exponent,
        localisation_nm=None if result.localisation is None else 1000 * result.localisation.sigma_um,
        notices=(*_notices(video, recording, found, result), *contradicting(diameter, result.tracked)),
        thresholds=_thresholds(task, video, recording, found, result),
        software_version=__version__,
        fingerprint=task.fingerprint,
    )


def _notices(video: Video, recording: Recording, tracked: TrackedVideo, result: NtaResult) -> tuple[Notice, ...]:
    found = [*video.notices, *recording.notices, *tracked.notices(), *implausible(tracked, result), *result.notices]
    if result.counts.concentration_per_ml is None:
        found.append(
            Notice(
                code="no-concentration",
                message=f"the concentration is not assessed: {result.counts.reason}",
                severity=Severity.NOTE,
                concerns="particle_concentration_per_ml",
            )
        )
    if result.tracked is None:
        found += [_assumed(name, getattr(recording.settings, name).value) for name in recording.settings.assumed]
    return tuple({(notice.code, notice.message): notice for notice in found}.values())


def _assumed(name: str, value: float) -> Notice:
    return Notice(
        code="assumed-setting",
        message=f"{name} = {value:g} is assumed, nobody states it",
        concerns=name,
        action=f"state {name} of this recording",
    )


def _thresholds(
    task: VideoTask, video: Video, recording: Recording, found: TrackedVideo, result: NtaResult
) -> tuple[ThresholdAnswer, ...]:
    """Track and analyse again at other thresholds; without sizes at the chosen one there is nothing to compare."""
    if result.tracked is None:
        return ()
    answers = []
    for factor in THRESHOLD_FACTORS:
        ratio = recording.tracking.threshold_ratio * factor
        if factor == 1.0:
            answers.append(_answer(ratio, found, result, chosen=True))
        elif ratio >= LOWEST_THRESHOLD:
            other = replace(recording, tracking=with_threshold(recording.tracking, ratio))
            again = track_video(video, other.tracking, threads=task.threads)
            sized = _infer(again, other, resamples=min(task.resamples, _RESAMPLES_OF_OTHERS), threads=task.threads)
            answers.append(_answer(ratio, again, sized))
    return tuple(answers)


def _answer(ratio: float, found: TrackedVideo, result: NtaResult, *, chosen: bool = False) -> ThresholdAnswer:
    return ThresholdAnswer(
        threshold_ratio=ratio,
        spots_per_frame=found.spots_per_frame,
        tracks_count=int(result.tracks.track.size),
        tracked_d50=None if result.tracked is None else result.tracked.d50,
        whole_d50=None if result.whole is None else result.whole.d50,
        chosen=chosen,
    )
