"""Doubts about a tracked video, in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from paracrine.characterization.inference.settings import RecordingSettings
from paracrine.core.notice import Notice, Severity
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import Tracks

FEWEST_TRACKS = 100
SHORTEST_MEDIAN_SPOTS = 8
EXPONENT_RANGE = (0.9, 1.1)
_CROWDED = 0.3
_LAGS = 4
_FEWEST_DISPLACEMENTS = 200
_ADVICE_LONGER = "record longer, or several videos"


def step_rms_px(tracks: Tracks) -> float:
    """Return the root mean square step per axis from frame to frame, common motion removed; 0 without steps."""
    x_px, y_px = tracks.corrected_px()
    next_frame = (np.diff(tracks.track_id) == 0) & (np.diff(tracks.frame) == 1)
    if not next_frame.any():
        return 0.0
    square = np.diff(x_px)[next_frame] ** 2 + np.diff(y_px)[next_frame] ** 2
    return math.sqrt(float(np.mean(square)) / 2)


def motion_exponent(tracks: Tracks) -> float | None:
    """Return the power of time with which the mean square displacement grows over 4 frames; 1 is free diffusion.

    Localisation error and motion blur add a constant; it is taken from the straight line through the lags, so that
    only a bend shows. None where fewer than 200 displacements over 4 frames exist.
    """
    x_px, y_px = tracks.corrected_px()
    row = np.arange(max(tracks.spots_count - _LAGS, 0))
    row = row[
        (tracks.track_id[row + _LAGS] == tracks.track_id[row])
        & (tracks.frame[row + _LAGS] - tracks.frame[row] == _LAGS)
    ]
    if row.size < _FEWEST_DISPLACEMENTS:
        return None
    # The same starting spots for every lag, or longer lags would come from longer tracks and bigger particles.
    squares = [
        float(np.mean((x_px[row + lag] - x_px[row]) ** 2 + (y_px[row + lag] - y_px[row]) ** 2))
        for lag in range(1, _LAGS + 1)
    ]
    # A constant c + slope t bends for a power p: fit t^p + c by its ratio of successive differences.
    early, late = squares[1] - squares[0], squares[3] - squares[2]
    if not (early > 0 and late > 0):
        return None
    powers = np.linspace(0.3, 2.0, 1701)
    expected = (4**powers - 3**powers) / (2**powers - 1)
    return float(np.interp(late / early, expected, powers))


def judge_quality(
    tracks: Tracks,
    settings: RecordingSettings,
    *,
    analysed_spots: FloatArray,
    exponent: float | None,
    spot_variance_px2: float,
    faintest_ratio: float,
    saturated_share: float,
) -> tuple[Notice, ...]:
    """Return what a reader of the sizes must know about the video.

    Args:
        tracks: linked spots.
        settings: of the recording.
        analysed_spots: shape (tracks,), spots of each analysed track.
        exponent: from `motion_exponent`.
        spot_variance_px2: of a spot at rest in focus.
        faintest_ratio: score of the faintest spots.
        saturated_share: share of the spots with clipped pixels.
    """
    return (
        *_about_settings(settings),
        *_about_crowding(tracks),
        *_about_tracks(tracks, analysed_spots),
        *_about_motion(tracks, settings, exponent),
        *_about_light(
            tracks,
            spot_variance_px2=spot_variance_px2,
            faintest_ratio=faintest_ratio,
            saturated_share=saturated_share,
        ),
    )


def _about_settings(settings: RecordingSettings) -> Iterator[Notice]:
    for name in settings.assumed:
        value = getattr(settings, name).value
        yield Notice(
            code="assumed-setting",
            message=f"{name} = {value:g} is assumed, nobody states it, and every size rests on it",
            concerns=name,
            action=f"state {name} of this recording",
        )


def _about_crowding(tracks: Tracks) -> Iterator[Notice]:
    height, width = tracks.frame_shape
    density = tracks.spots_count / max(tracks.frames_count, 1) / (height * width)
    near = density * math.pi * (2 * step_rms_px(tracks) + 2 * float(np.median(tracks.width_px))) ** 2
    if near > _CROWDED:
        yield Notice(
            code="too-dense",
            message=f"{100 * min(near, 1):.0f} % of the spots have another within reach, tracks may be mixed up",
            severity=Severity.SERIOUS if near > 2 * _CROWDED else Severity.CAUTION,
            action="dilute further",
        )


def _about_tracks(tracks: Tracks, analysed_spots: FloatArray) -> Iterator[Notice]:
    if analysed_spots.size < FEWEST_TRACKS:
        yield Notice(
            code="too-few-tracks",
            message=f"{analysed_spots.size} tracks; sizes from fewer than {FEWEST_TRACKS} say little",
            action=_ADVICE_LONGER,
        )
    if analysed_spots.size and np.median(analysed_spots) < SHORTEST_MEDIAN_SPOTS:
        yield Notice(
            code="short-tracks",
            message=f"half of the tracks have {np.median(analysed_spots):.0f} spots or fewer, each size is uncertain",
            action="use a higher frame rate or a deeper focus",
        )


def _about_motion(tracks: Tracks, settings: RecordingSettings, exponent: float | None) -> Iterator[Notice]:
    rms = step_rms_px(tracks)
    if tracks.frames_count > 2 and rms > 0:
        move = np.stack([np.diff(tracks.drift_x_px), np.diff(tracks.drift_y_px)])
        drift = float(np.hypot(*move.mean(axis=1)))
        jitter = float(np.sqrt(np.mean((move - move.mean(axis=1, keepdims=True)) ** 2)))
        speed_um_per_s = drift * settings.pixel_um.value * settings.frames_per_s.value
        if drift > rms:
            yield Notice(
                code="drift",
                message=f"all particles drift by {speed_um_per_s:.2g} um/s, more than they diffuse in a frame",
                action="wait until the flow has stopped; drift is removed, but particles leave the field sooner",
            )
        if jitter > 0.25 * rms:
            yield Notice(
                code="vibration",
                message=f"all particles jump together by {jitter:.2g} px from frame to frame, a step is {rms:.2g} px",
                action="stop pumps and fans near the instrument; the common part is removed",
            )
    if exponent is not None and not EXPONENT_RANGE[0] <= exponent <= EXPONENT_RANGE[1]:
        yield Notice(
            code="motion-not-free",
            message=f"displacements grow with the power {exponent:.2f} of time; free diffusion has 1",
            severity=Severity.SERIOUS,
            action="check drift, particles stuck to the glass, the pixel size and the frame rate",
        )


def _about_light(
    tracks: Tracks, *, spot_variance_px2: float, faintest_ratio: float, saturated_share: float
) -> Iterator[Notice]:
    if np.median(tracks.score_ratio) < 1.5 * faintest_ratio:
        yield Notice(
            code="too-dim",
            message="half of the spots barely stand out of the noise; small particles are missing",
            action="raise laser power, exposure or gain",
        )
    if saturated_share > 0.02:
        yield Notice(
            code="saturated",
            message=f"{100 * saturated_share:.0f} % of the spots are clipped: place and brightness are less certain",
            action="lower the gain or record with more bits",
        )
    if float(np.median(tracks.width_px)) ** 2 > 3 * spot_variance_px2:
        yield Notice(
            code="out-of-focus",
            message="most spots are far wider than the sharpest ones",
            action="focus on the middle of the beam",
        )
