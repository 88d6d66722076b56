"""Tracks in, sizes and counts out: the whole inference of one video, pure and seeded."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from paracrine.characterization.inference.band import LINKING, LINKING_RELATIVE_ERROR, size_band
from paracrine.characterization.inference.count import LookDepth, count_particles
from paracrine.characterization.inference.diffusion import Steps, measure_steps
from paracrine.characterization.inference.localisation import Localisation, fit_localisation
from paracrine.characterization.inference.particles import group_tracks
from paracrine.characterization.inference.population import (
    FEWEST_TRACKS,
    Population,
    SizeEvidence,
    bootstrap_population,
    fit_population,
    weigh_sizes,
)
from paracrine.characterization.inference.quality import judge_quality, motion_exponent
from paracrine.characterization.inference.result import NtaResult, TrackSizes
from paracrine.characterization.inference.scattering_law import ScatteringLaw
from paracrine.characterization.inference.selection import (
    FEWEST_SPOTS,
    CountedSpots,
    WholePopulation,
    count_spots,
    fit_whole_population,
)
from paracrine.characterization.inference.settings import RecordingSettings
from paracrine.core.notice import Notice, Severity
from paracrine.payloads.tracks import IntArray, Tracks

FEWEST_SPOTS_PER_TRACK = 5
_LAW_DISAGREES = 1.0


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """How a video is analysed.

    Attributes:
        law: how light grows with size; decides the correction for unseen particles.
        depth: depth that is looked into, if anybody knows it.
        saturated_share: share of the spots with clipped pixels.
        fewest_spots: shorter tracks are not analysed.
        resamples: refits for the bands.
        seed: of the resampling.
        threads: used at the same time; the numbers do not depend on it.
    """

    law: ScatteringLaw = field(default_factory=ScatteringLaw)
    depth: LookDepth | None = None
    saturated_share: float = 0.0
    fewest_spots: int = FEWEST_SPOTS_PER_TRACK
    resamples: int = 200
    seed: int = 1
    threads: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Sized:
    """The analysed tracks and what their distributions rest on."""

    steps: Steps
    localisation: Localisation
    sizes: SizeEvidence
    units: IntArray
    systematic: dict[str, float]


def analyse_tracks(tracks: Tracks, settings: RecordingSettings, options: AnalysisOptions | None = None) -> NtaResult:
    """Analyse one tracked video.

    Args:
        tracks: linked spots with their uncertainties and the common motion.
        settings: camera and liquid, each with its origin; they go before what `tracks` carries.
        options: scattering law, depth, resamples, seed.

    Returns:
        Distributions with bands, counts and doubts; what the video cannot support is None, with the reason.

    References:
        doi:10.1103/PhysRevE.82.011917
        doi:10.1103/PhysRevE.85.061916
        doi:10.1103/PhysRevE.89.022726
    """
    chosen = options or AnalysisOptions()
    steps = _steps(tracks, settings, settings.exposure_s, chosen)
    if steps.tracks_count < FEWEST_TRACKS:
        return _without_sizes(tracks, settings, steps, chosen)
    sized = _size_tracks(tracks, settings, steps, chosen)
    spots = count_spots(tracks, steps, pixel_um=settings.pixel_um.value, exposure_s=settings.exposure_s)
    population = bootstrap_population(
        sized.sizes,
        fit_population(sized.sizes),
        seed=chosen.seed,
        resamples=chosen.resamples,
        units=sized.units,
        threads=chosen.threads,
    )
    whole, reason = _whole(sized, population, spots, settings, chosen)
    exponent = motion_exponent(tracks)
    notices = _notices(tracks, settings, steps, spots, exponent, chosen, whole)
    return NtaResult(
        settings=settings,
        tracks=_track_sizes(tracks, sized),
        tracked=size_band(population, sized.systematic),
        tracked_reason="",
        whole=None if whole is None else size_band(whole, sized.systematic),
        whole_reason=reason,
        counts=count_particles(
            tracks, spots.track, sized.units, pixel_um=settings.pixel_um.value, depth=chosen.depth, whole=whole
        ),
        localisation=sized.localisation,
        optics=None if whole is None else whole.optics,
        law=chosen.law,
        drift_um_per_s=_drift_um_per_s(tracks, settings),
        exponent=exponent,
        notices=notices,
    )


def _steps(tracks: Tracks, settings: RecordingSettings, exposure_s: float, options: AnalysisOptions) -> Steps:
    return measure_steps(
        tracks,
        pixel_um=settings.pixel_um.value,
        frame_interval_s=settings.frame_interval_s,
        exposure_s=exposure_s,
        fewest_spots=options.fewest_spots,
        longest_gap_frames=1,
    )


def _size_tracks(tracks: Tracks, settings: RecordingSettings, steps: Steps, options: AnalysisOptions) -> _Sized:
    localisation = fit_localisation(steps)

    def weigh(seen: Steps, scale: float) -> SizeEvidence:
        return weigh_sizes(
            seen,
            noise_scale=scale,
            temperature_c=settings.temperature_c.value,
            viscosity_mpas=settings.viscosity_mpas.value,
            threads=options.threads,
        )

    sizes = weigh(steps, localisation.noise_scale)

    def moved(other: SizeEvidence) -> float:
        """Return what another value of a setting does to the sizes, each track weighed as it is known."""
        ratio = np.log(other.diameter_nm / sizes.diameter_nm)
        return abs(float(np.average(ratio, weights=sizes.relative_error**-2)))

    systematic = {
        "localisation error": moved(weigh(steps, localisation.noise_scale + localisation.standard_error)),
        LINKING: LINKING_RELATIVE_ERROR,
        **settings.size_uncertainty(),
    }
    longer_s = settings.exposure_s * (1 + settings.exposure_ms.relative_standard_uncertainty)
    if longer_s > settings.exposure_s:
        blurred = _steps(tracks, settings, min(longer_s, settings.frame_interval_s), options)
        systematic["exposure_ms"] = moved(weigh(blurred, fit_localisation(blurred).noise_scale))
    units = group_tracks(
        tracks,
        steps,
        diffusion_um2_per_s=settings.diffusion_nm_um2_per_s / sizes.diameter_nm,
        pixel_um=settings.pixel_um.value,
        frame_interval_s=settings.frame_interval_s,
    )
    return _Sized(steps, localisation, sizes, units, systematic)


def _whole(
    sized: _Sized,
    population: Population,
    spots: CountedSpots,
    settings: RecordingSettings,
    options: AnalysisOptions,
) -> tuple[WholePopulation | None, str]:
    if spots.track.size < FEWEST_SPOTS:
        return None, f"{spots.track.size} bright spots do not tell how deep the instrument looks"
    if options.saturated_share > 0.5:
        return None, "most spots are clipped: their brightness is unknown"
    whole = fit_whole_population(
        sized.sizes,
        population,
        spots,
        options.law,
        diffusion_nm_um2_per_s=settings.diffusion_nm_um2_per_s,
        seed=options.seed,
        resamples=options.resamples,
        units=sized.units,
        threads=options.threads,
    )
    return whole, ""


def _track_sizes(tracks: Tracks, sized: _Sized) -> TrackSizes:
    brightest = np.maximum.reduceat(tracks.amplitude_counts, tracks.starts[:-1])[sized.steps.track]
    return TrackSizes(
        track=sized.steps.track,
        particle=sized.units,
        spots_count=sized.steps.spots_count,
        diameter_nm=sized.sizes.diameter_nm,
        relative_error=sized.sizes.relative_error,
        brightness_counts=brightest,
    )


def _notices(
    tracks: Tracks,
    settings: RecordingSettings,
    steps: Steps,
    spots: CountedSpots,
    exponent: float | None,
    options: AnalysisOptions,
    whole: WholePopulation | None,
) -> tuple[Notice, ...]:
    found = list(
        judge_quality(
            tracks,
            settings,
            analysed_spots=steps.spots_count.astype(np.float64),
            exponent=exponent,
            spot_variance_px2=spots.spot_variance_px2,
            faintest_ratio=spots.threshold_ratio,
            saturated_share=options.saturated_share,
        )
    )
    if whole is None:
        return tuple(found)
    if options.law.stated_by == "assumed":
        found.append(
            Notice(
                code="assumed-refractive-index",
                message=f"particles of index {options.law.refractive_index:g} with a spread of "
                f"{options.law.refractive_index_spread:g} are assumed for what was not seen",
                severity=Severity.NOTE,
                action="state the refractive index of the particles and its spread",
            )
        )
    if abs(whole.optics.power_shift) > _LAW_DISAGREES:
        found.append(
            Notice(
                code="brightness-not-as-stated",
                message=f"brightness grows with a power of the size {whole.optics.power_shift:+.1f} away from the law; "
                "the correction for unseen particles is uncertain",
                severity=Severity.SERIOUS,
                concerns="whole",
                action="check refractive index and optics; the particles may be of several kinds",
            )
        )
    return tuple(found)


def _without_sizes(tracks: Tracks, settings: RecordingSettings, steps: Steps, options: AnalysisOptions) -> NtaResult:
    reason = f"{steps.tracks_count} tracks of {options.fewest_spots} spots or more; {FEWEST_TRACKS} are needed"
    nothing = np.zeros(0)
    none = np.zeros(0, dtype=np.int64)
    found = Notice(
        code="too-few-tracks",
        message=f"no size distribution: {reason}",
        severity=Severity.SERIOUS,
        action="record longer, dilute less, or lower the detection threshold",
    )
    units = np.arange(max(tracks.tracks_count, 1))
    return NtaResult(
        settings=settings,
        tracks=TrackSizes(none, none, none, nothing, nothing, nothing),
        tracked=None,
        tracked_reason=reason,
        whole=None,
        whole_reason=reason,
        counts=count_particles(tracks, tracks.track_id, units, pixel_um=settings.pixel_um.value, depth=options.depth),
        localisation=None,
        optics=None,
        law=options.law,
        drift_um_per_s=_drift_um_per_s(tracks, settings),
        exponent=motion_exponent(tracks),
        notices=(found,),
    )


def _drift_um_per_s(tracks: Tracks, settings: RecordingSettings) -> float:
    if tracks.frames_count < 2:
        return 0.0
    moved = math.hypot(
        float(tracks.drift_x_px[-1] - tracks.drift_x_px[0]), float(tracks.drift_y_px[-1] - tracks.drift_y_px[0])
    )
    return moved * settings.pixel_um.value * settings.frames_per_s.value / (tracks.frames_count - 1)
