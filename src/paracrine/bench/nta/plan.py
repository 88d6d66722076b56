"""The verb `plan nta`: how many frames and videos at which dilution, from theory, tried on virtual videos."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from paracrine.characterization.inference.planning import (
    CROWDED_SHARE,
    PlannedRecording,
    Precision,
    foretell_precision,
    videos_needed,
)
from paracrine.characterization.inference.recording import Recording, settle_recording
from paracrine.core.errors import InputError, LimitError
from paracrine.core.plan import VideoSettings
from paracrine.core.progress import Executor, Progress, stage
from paracrine.instruments.nta.scene import NtaScene
from paracrine.instruments.nta.sizes import LognormalSizes
from paracrine.payloads.video import Video

DURATIONS_S = (10.0, 30.0, 60.0, 90.0)
TRIALS = 8
_NORMAL_975 = 1.959964
_USUAL = VideoSettings(
    pixel_um=0.166, frames_per_s=25.0, exposure_ms=20.0, temperature_c=25.0, diluent="water", depth_um="7.5±1.5"
)
_TRIAL_FRAMES, _TRIAL_WIDTH_PX, _TRIAL_HEIGHT_PX = 200, 320, 240


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """What is asked.

    Attributes:
        d50_nm: expected median.
        precision_ratio: wanted 95 % half width over the median.
        gsd_ratio: expected geometric standard deviation of the sizes.
        said: camera and liquid as far as known; the virtual instrument's are assumed for the rest.
        width_px, height_px: of a frame.
        duration_s: of a video.
        sigma_um: localisation error.
        spot_width_px: root mean square width of a spot.
        concentration_per_ml: of the sample before dilution; None where nobody knows.
    """

    d50_nm: float
    precision_ratio: float
    gsd_ratio: float = 1.3
    said: VideoSettings = field(default_factory=VideoSettings)
    width_px: int = 640
    height_px: int = 480
    duration_s: float = 30.0
    sigma_um: float = 0.04
    spot_width_px: float = 1.9
    concentration_per_ml: float | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One choice of the length of a video."""

    duration_s: float
    frames_count: int
    videos_count: int
    particles_count: float
    half_width_pct: float
    count_half_width_pct: float


@dataclass(frozen=True, slots=True)
class Trial:
    """Scatter of the median between virtual videos of a quarter field, beside what theory says of them."""

    videos_count: int
    scatter_pct: float
    low_pct: float
    high_pct: float
    theory_pct: float

    @property
    def agrees(self) -> bool:
        """Whether theory does not promise more than the virtual videos hold."""
        return self.theory_pct >= self.low_pct


@dataclass(frozen=True, slots=True)
class PlanReport:
    """How much to record, and what that rests on."""

    question: PlanQuestion
    chosen: PlanRow
    rows: tuple[PlanRow, ...]
    per_frame: float
    concentration_per_ml: float
    dilution_factor: float | None
    systematic_pct: float
    assumptions: tuple[str, ...]
    trial: Trial | None
    untried: str = ""
    """Why there is no trial although one was wanted."""

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        row, question = self.chosen, self.question
        videos = "1 video" if row.videos_count == 1 else f"{row.videos_count} videos of fresh sample"
        diluted = f", dilute 1 : {self.dilution_factor:.3g}" if self.dilution_factor else ""
        return (
            f"For a D50 of {question.d50_nm:g} nm to ± {100 * question.precision_ratio:g} % (95 %): {videos}, "
            f"{row.frames_count} frames ({row.duration_s:g} s) each, at {self.per_frame:.0f} particles per frame, "
            f"that is {self.concentration_per_ml:.2g} per mL in the instrument{diluted}."
        )

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        names = PlanRow.__slots__
        return {
            "headline": self.headline,
            "chosen": {name: getattr(self.chosen, name) for name in names},
            "choices": [{name: getattr(row, name) for name in names} for row in self.rows],
            "particles_per_frame": self.per_frame,
            "concentration_per_ml": self.concentration_per_ml,
            "dilution_factor": self.dilution_factor,
            "systematic_pct": self.systematic_pct,
            "assumptions": list(self.assumptions),
            "untried": self.untried,
            "trial": None
            if self.trial is None
            else {name: getattr(self.trial, name) for name in (*Trial.__slots__, "agrees")},
        }


def read_share(said: float | str) -> float:
    """Return `5%` or `0.05` as 0.05.

    Raises:
        InputError: when it is no share between 0 and 1.
    """
    text = str(said).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 < share < 1:
        raise InputError(f"{said!r} is no precision", hint="write 5% or 0.05")
    return share


def plan_nta(
    question: PlanQuestion, *, executor: Executor, progress: Progress, trials: int = TRIALS, seed: int = 1
) -> PlanReport:
    """Plan a measurement and try the theory on virtual videos.

    Raises:
        InputError: when a number makes no sense.
        LimitError: when the wanted precision is beyond what the settings allow.
    """
    said = _with_usual(question.said)
    recording = settle_recording(_blank(), said)
    planned = _planned(question, recording)
    per_frame = planned.most_per_frame
    systematic = math.sqrt(sum(part**2 for part in recording.settings.size_uncertainty().values()))
    rows = tuple(
        _row(planned, per_frame, duration, question.precision_ratio, systematic)
        for duration in sorted({*DURATIONS_S, question.duration_s})
    )
    concentration = per_frame / planned.view_ml
    sample = question.concentration_per_ml
    if sample is not None and sample < concentration:
        raise LimitError(
            f"the sample has {sample:.2g} particles per mL, {concentration:.2g} are wanted in the instrument",
            hint="concentrate it, or plan for fewer per frame with more videos",
        )
    trial, untried = None, ""
    if trials:
        try:
            trial = _try(planned, recording, trials=trials, seed=seed, executor=executor, progress=progress)
        except LimitError as error:
            untried = str(error)
    return PlanReport(
        question=question,
        chosen=next(row for row in rows if row.duration_s == question.duration_s),
        rows=rows,
        per_frame=per_frame,
        concentration_per_ml=concentration,
        dilution_factor=None if sample is None else sample / concentration,
        systematic_pct=100 * _NORMAL_975 * systematic,
        assumptions=tuple(_assumptions(question, planned, recording)),
        trial=trial,
        untried=untried,
    )


def _with_usual(said: VideoSettings) -> VideoSettings:
    """Fill what nobody states with the virtual instrument's; a stated viscosity goes before the usual diluent."""
    usual = _USUAL
    if said.viscosity_mpas is not None:
        usual = VideoSettings(**{**usual.model_dump(exclude_unset=True), "diluent": ""})
    return said.over(usual)


def _blank() -> Video:
    return Video.from_frames(np.zeros((1, 8, 8), dtype=np.uint8))


def _planned(question: PlanQuestion, recording: Recording) -> PlannedRecording:
    settings, depth = recording.settings, recording.depth
    assert depth is not None
    return PlannedRecording(
        d50_nm=question.d50_nm,
        gsd_ratio=question.gsd_ratio,
        diffusion_um2_per_s=settings.diffusion_nm_um2_per_s / question.d50_nm,
        pixel_um=settings.pixel_um.value,
        width_px=question.width_px,
        height_px=question.height_px,
        depth_um=depth.depth_um,
        frames_per_s=settings.frames_per_s.value,
        exposure_s=settings.exposure_s,
        sigma_um=question.sigma_um,
        spot_width_px=question.spot_width_px,
    )


def _row(
    planned: PlannedRecording, per_frame: float, duration_s: float, precision_ratio: float, systematic: float
) -> PlanRow:
    frames = round(duration_s * planned.frames_per_s)
    one = foretell_precision(planned, per_frame=per_frame, frames_count=frames)
    videos = videos_needed(one, half_width_ratio=precision_ratio, systematic_ratio=systematic)
    reached = math.sqrt(one.d50_error_ratio**2 / videos + systematic**2)
    return PlanRow(
        duration_s=duration_s,
        frames_count=frames,
        videos_count=videos,
        particles_count=videos * one.particles_count,
        half_width_pct=100 * _NORMAL_975 * reached,
        count_half_width_pct=100 * _NORMAL_975 * one.count_error_ratio / math.sqrt(videos),
    )


def _assumptions(question: PlanQuestion, planned: PlannedRecording, recording: Recording) -> Iterator[str]:
    said = question.said.model_dump(exclude_unset=True)
    for name, value in _USUAL.model_dump(exclude_unset=True).items():
        liquid = name == "diluent" and "viscosity_mpas" in said
        if name not in said and not liquid:
            yield f"{name} = {value}: nobody states it, the virtual instrument's is assumed"
    yield from (notice.message for notice in recording.notices if notice.code == "diluent-viscosity-assumed")
    yield f"sizes are lognormal with a geometric standard deviation of {question.gsd_ratio:g}"
    yield f"localisation error {1000 * question.sigma_um:g} nm, spots {question.spot_width_px:g} px wide"
    yield f"{100 * CROWDED_SHARE:g} % of the spots have another within reach of two steps and two widths"
    yield f"every particle is seen in the whole depth; a mean track has {planned.mean_track_spots:.0f} spots"
    yield "particles in view follow Smoluchowski's law of return (doi:10.1103/RevModPhys.15.1); drift would help"
    yield "tracks reach the Cramér-Rao bound (doi:10.1103/PhysRevE.85.061916); the median costs π/2 over a mean"


@dataclass(frozen=True, slots=True)
class _TrialTask:
    scene: NtaScene
    recording: Recording
    seed: int


def _try(
    planned: PlannedRecording,
    recording: Recording,
    *,
    trials: int,
    seed: int,
    executor: Executor,
    progress: Progress,
) -> Trial:
    from scipy.stats import chi2

    scene = _trial_scene(planned, recording)
    tasks = [_TrialTask(scene, recording, seed + number) for number in range(trials)]
    with stage(progress, "virtual videos", trials) as done:
        found = list(executor.map(_trial, tasks, on_done=done))
    logs, per_frame = np.log([d50 for d50, _ in found]), float(np.mean([count for _, count in found]))
    quarter = replace(planned, width_px=_TRIAL_WIDTH_PX, height_px=_TRIAL_HEIGHT_PX)
    theory: Precision = foretell_precision(quarter, per_frame=per_frame, frames_count=_TRIAL_FRAMES)
    scatter, freedom = float(np.std(logs, ddof=1)), trials - 1
    low, high = (scatter * math.sqrt(freedom / chi2.ppf(chance, freedom)) for chance in (0.975, 0.025))
    return Trial(trials, 100 * scatter, 100 * low, 100 * high, 100 * theory.d50_error_ratio)


def _trial_scene(planned: PlannedRecording, recording: Recording) -> NtaScene:
    usual, settings = NtaScene(), recording.settings
    camera = replace(
        usual.camera,
        width_px=_TRIAL_WIDTH_PX,
        height_px=_TRIAL_HEIGHT_PX,
        frame_rate_hz=planned.frames_per_s,
        exposure_s=planned.exposure_s,
        bit_depth=12,
    )
    return replace(
        usual,
        sizes=LognormalSizes(planned.d50_nm, planned.gsd_ratio),
        concentration_per_ml=planned.most_per_frame / planned.view_ml,
        frames_count=_TRIAL_FRAMES,
        temperature_c=settings.temperature_c.value,
        viscosity_mpas=settings.viscosity_mpas.value,
        reference_diameter_nm=planned.d50_nm,
        optics=replace(usual.optics, pixel_um=planned.pixel_um, beam_sigma_um=planned.depth_um / 4),
        camera=camera,
    )


def _trial(task: _TrialTask) -> tuple[float, float]:
    """Return the median size of the tracked particles and the particles per frame of one virtual video."""
    from paracrine.characterization.inference.diffusion import measure_steps
    from paracrine.characterization.inference.localisation import fit_localisation
    from paracrine.characterization.inference.population import fit_population, weigh_sizes
    from paracrine.characterization.tracking.settings import TrackingSettings
    from paracrine.characterization.tracking.track import track_video
    from paracrine.instruments.nta_video import simulate_nta_video

    settings = task.recording.settings
    video = simulate_nta_video(task.scene, seed=task.seed).video
    tracked = track_video(video, TrackingSettings(shutter_frac=task.recording.tracking.shutter_frac))
    steps = measure_steps(
        tracked.tracks,
        pixel_um=settings.pixel_um.value,
        frame_interval_s=settings.frame_interval_s,
        exposure_s=settings.exposure_s,
        fewest_spots=5,
        longest_gap_frames=1,
    )
    sizes = weigh_sizes(
        steps,
        noise_scale=fit_localisation(steps).noise_scale,
        temperature_c=settings.temperature_c.value,
        viscosity_mpas=settings.viscosity_mpas.value,
    )
    return float(fit_population(sizes).percentiles_nm()[1]), tracked.spots_per_frame
