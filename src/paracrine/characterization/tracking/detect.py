"""Find and locate the spots of a video: learn the spot's shape and the noise, then search chunk by chunk."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from paracrine.characterization.tracking.settings import SpotModel, TrackingSettings
from paracrine.characterization.tracking.spots import Spots, join_spots
from paracrine.core.progress import Progress, Silent
from paracrine.payloads.video import CHUNK_FRAMES, Frames, Video

LEARNING_FRAMES = 8
STILL_FRAMES = 25
CHANGES = 5
_BRIGHT_RATIO = 12.0
_FEWEST_SPOTS = 6
_FLATNESS = 1.0
_STIFFEST = 6.0
_PATH_NOISE = 53.0
"""Found on virtual videos, where stated uncertainties then come within 20 % of errors: noise that paths add to light,
over photon noise and the squared ratio of a path's variance to the spot's. No image shows where on its path a particle
was brightest."""
_MOST_PATH_NOISE = 8.0
"""Stated: paths as long as the spots are wide are not what the noise was found for."""
Still = npt.NDArray[np.float32]


def fit_spot_model(
    video: Video, settings: TrackingSettings, *, still: Still | None = None, threads: int = 2
) -> SpotModel:
    """Learn the usual spot and the photon noise from bright lone spots of a few frames spread over the video.

    Args:
        video: frames of the whole recording.
        settings: diameter to start from, polarity.
        still: from `measure_still_image`, shape (height, width), counts.
        threads: frames searched at the same time; the numbers do not depend on it.

    Returns:
        Shape and noise; the start values where fewer than six bright lone spots are found.
    """
    model = SpotModel(variance_px2=(settings.spot_diameter_px / 4.7) ** 2, stiffness=4.0)
    model = replace(model, noise_variance=_change_noise(video, settings, model, still=still))
    frames = _frames_spread(video, LEARNING_FRAMES)
    for _ in range(2):
        spots = _locate_each(frames, settings, model, top_counts=video.saturation_counts, still=still, threads=threads)
        spots = spots.take(spots.doubt >= 0)
        chosen = _bright_and_alone(spots, reach_px=5 * model.variance_px2**0.5)
        if chosen.size < _FEWEST_SPOTS:
            return model
        variance = 0.5 * (spots.variance_xx_px2 + spots.variance_yy_px2)[chosen]
        usual = float(np.median(variance))
        spread = float(np.median(np.abs(variance / usual - 1))) * 1.4826
        gain, misfit = _photon_noise(
            frames, spots, chosen, settings, model, top_counts=video.saturation_counts, still=still
        )
        model = SpotModel(
            usual,
            float(np.clip(spread**-2 if spread else _STIFFEST, 2.0, _STIFFEST)),
            gain,
            misfit,
            spots_count=chosen.size,
        )
        model = replace(model, noise_variance=_change_noise(video, settings, model, still=still))
    steps_px2 = _step_variance(video, spots, chosen, settings, model, still=still, threads=threads)
    # Spots show mean places, which differ by less than the particle moved from frame to frame.
    path_px2 = steps_px2 / (1 - settings.shutter_frac / 3) * settings.shutter_frac / 6
    path_ratio = path_px2 / model.variance_px2
    return replace(model, light_noise_ratio=1 + min(_PATH_NOISE * path_ratio**2, _MOST_PATH_NOISE))


def measure_still_image(video: Video) -> Still:
    """Measure what never moves: the median over the recording, less its own smooth background and its noise.

    Args:
        video: frames of the whole recording; particles must have moved by more than a spot within a third of it.

    Returns:
        Shape (height, width), counts; 0 where nothing stands out.
    """
    from paracrine.characterization.tracking.filters import block_background, subtract_background

    frames = _frames_spread(video, STILL_FRAMES)
    still = np.median(frames, axis=0).astype(np.float32)
    subtract_background(still, block_background(still, 16))
    noise = 1.4826 * float(np.median(np.abs(still))) + 0.3
    return np.where(np.abs(still) < 5 * noise, np.float32(0), still)


def locate_chunk(
    frames: Frames,
    settings: TrackingSettings,
    model: SpotModel,
    *,
    top_counts: int,
    first_frame: int = 0,
    still: Still | None = None,
) -> Spots:
    """Locate the spots of some frames; each frame depends on itself alone.

    Args:
        frames: shape (frames, height, width), camera counts.
        settings: thresholds, polarity.
        model: shape of spots and noise.
        top_counts: count at which pixels are clipped.
        first_frame: index of the first frame in the video.
        still: counts of what never moves, shape (height, width).

    Returns:
        Spots that reach `settings.faint_ratio`, sorted by frame, brightest first within a frame.
    """
    from paracrine.characterization.tracking.filters import gaussian_taps
    from paracrine.characterization.tracking.frames import locate_frames
    from paracrine.characterization.tracking.shape import PARAMETERS

    rows = np.empty((settings.most_spots_per_frame * frames.shape[0], PARAMETERS))
    counts, noise_counts = np.zeros(frames.shape[0], dtype=np.int64), np.zeros(frames.shape[0])
    count = locate_frames(
        _sixteen_bits(frames),
        _still_or_none(still),
        _camera(settings, top_counts=top_counts),
        gaussian_taps(model.filter_sigma_px / model.binning_px),
        model.binning_px,
        np.array([model.noise_variance, model.light_noise_ratio * model.variance_per_count, model.misfit_ratio]),
        np.array([model.variance_px2, model.stiffness, _FLATNESS]),
        settings.faint_ratio,
        rows,
        counts,
        noise_counts,
    )
    frame = first_frame + np.repeat(np.arange(counts.size), counts)
    return _spots_from_rows(rows[:count], frame=frame, noise_counts=noise_counts)


def locate_video(
    video: Video,
    settings: TrackingSettings,
    *,
    model: SpotModel,
    still: Still | None = None,
    threads: int = 2,
    chunk_frames: int = CHUNK_FRAMES,
    progress: Progress | None = None,
) -> Spots:
    """Locate the spots of a whole video; chunk size and threads never change the numbers.

    Args:
        video: handle; at most `threads` + 2 chunks are in memory at a time.
        settings: thresholds, polarity.
        model: shape of spots and noise, from `fit_spot_model`.
        still: counts of what never moves, from `measure_still_image`.
        threads: chunks searched at the same time.
        chunk_frames: frames in a chunk.
        progress: told of each finished chunk.

    Returns:
        Spots of all frames, sorted by frame.

    Raises:
        InputError: when the frames cannot be read.
    """
    told = progress or Silent()
    told.start("locate", -(-video.frames_count // chunk_frames))

    def work(start: int, frames: Frames) -> Spots:
        return locate_chunk(frames, settings, model, top_counts=video.saturation_counts, first_frame=start, still=still)

    parts = []
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Spots]] = deque()
        for start, frames in video.chunks(chunk_frames=chunk_frames):
            waiting.append(pool.submit(work, start, frames))
            if len(waiting) > threads:
                parts.append(waiting.popleft().result())
                told.advance("locate")
        for future in waiting:
            parts.append(future.result())
            told.advance("locate")
    return join_spots(parts)


def _locate_each(
    frames: Frames, settings: TrackingSettings, model: SpotModel, *, top_counts: int, still: Still | None, threads: int
) -> Spots:
    def work(index: int) -> Spots:
        one = frames[index : index + 1]
        return locate_chunk(one, settings, model, top_counts=top_counts, first_frame=index, still=still)

    with ThreadPoolExecutor(threads) as pool:
        return join_spots(list(pool.map(work, range(frames.shape[0]))))


def _change_noise(video: Video, settings: TrackingSettings, model: SpotModel, *, still: Still | None) -> float:
    """Return the noise variance from changes between successive frames, 0 where frames do not change."""
    from paracrine.characterization.tracking.filters import gaussian_taps
    from paracrine.characterization.tracking.frames import change_noise

    if video.frames_count < 2:
        return 0.0
    taps = gaussian_taps(model.filter_sigma_px / model.binning_px)
    sign = -1.0 if settings.dark_spots else 1.0
    variances = []
    for place in np.unique(np.linspace(0, video.frames_count - 2, CHANGES).round().astype(int)):
        pair = _sixteen_bits(video.read(int(place), int(place) + 2))
        variances.append(
            change_noise(pair[0], pair[1], _still_or_none(still), sign, taps, model.binning_px, model.variance_px2)
        )
    changed = [variance for variance in variances if variance > 0]
    return max(float(np.median(changed)), 1 / 12) if changed else 0.0


def _frames_spread(video: Video, count: int) -> Frames:
    return np.concatenate([video.read(int(place), int(place) + 1) for place in _places_spread(video, count)])


def _places_spread(video: Video, count: int) -> npt.NDArray[np.int64]:
    places = np.linspace(0, video.frames_count - 1, min(count, video.frames_count)).round().astype(np.int64)
    return np.unique(places)


def _sixteen_bits(frames: Frames) -> npt.NDArray[np.uint16]:
    """Return the counts as one number type, so that kernels are compiled once."""
    return np.ascontiguousarray(frames, dtype=np.uint16)


def _camera(settings: TrackingSettings, *, top_counts: int) -> npt.NDArray[np.float64]:
    return np.array([-1.0 if settings.dark_spots else 1.0, float(top_counts)])


def _still_or_none(still: Still | None) -> Still:
    return np.zeros((0, 0), dtype=np.float32) if still is None else still


def _spots_from_rows(
    rows: npt.NDArray[np.float64], *, frame: npt.NDArray[np.int64], noise_counts: npt.NDArray[np.float64]
) -> Spots:
    from paracrine.characterization.tracking import shape

    return Spots(
        frame=frame,
        x_px=rows[:, shape.X].copy(),
        y_px=rows[:, shape.Y].copy(),
        amplitude_counts=rows[:, shape.AMPLITUDE].copy(),
        background_counts=rows[:, shape.BACKGROUND].copy(),
        variance_xx_px2=rows[:, shape.CXX].copy(),
        variance_xy_px2=rows[:, shape.CXY].copy(),
        variance_yy_px2=rows[:, shape.CYY].copy(),
        sigma_x_px=rows[:, shape.SIGMA_X].copy(),
        sigma_y_px=rows[:, shape.SIGMA_Y].copy(),
        score_ratio=rows[:, shape.SCORE].copy(),
        saturated=rows[:, shape.SATURATED] > 0,
        doubt=rows[:, shape.DOUBT].astype(np.int64),
        evidence=rows[:, shape.EVIDENCE].copy(),
        noise_counts=noise_counts,
    )


def _rows_from_spots(spots: Spots) -> npt.NDArray[np.float64]:
    from paracrine.characterization.tracking import shape

    rows = np.zeros((spots.spots_count, shape.PARAMETERS))
    rows[:, shape.X], rows[:, shape.Y], rows[:, shape.AMPLITUDE] = spots.x_px, spots.y_px, spots.amplitude_counts
    rows[:, shape.CXX], rows[:, shape.CXY] = spots.variance_xx_px2, spots.variance_xy_px2
    rows[:, shape.CYY] = spots.variance_yy_px2
    return rows


def _bright_and_alone(spots: Spots, *, reach_px: float) -> npt.NDArray[np.int64]:
    bright = (spots.score_ratio >= _BRIGHT_RATIO) & ~spots.saturated
    alone = []
    for low, high in _frame_ranges(spots):
        x, y = spots.x_px[low:high], spots.y_px[low:high]
        mine = np.flatnonzero(bright[low:high])
        near = (x[mine, None] - x) ** 2 + (y[mine, None] - y) ** 2 <= reach_px**2
        alone.append(low + mine[near.sum(axis=1) == 1])
    return np.concatenate(alone)


def _step_variance(
    video: Video,
    spots: Spots,
    chosen: npt.NDArray[np.int64],
    settings: TrackingSettings,
    model: SpotModel,
    *,
    still: Still | None,
    threads: int,
) -> float:
    """Return the usual variance of a step per axis, px^2: from the chosen spots to the nearest of the next frame."""
    from scipy.spatial import cKDTree

    places = _places_spread(video, LEARNING_FRAMES)
    places = places[places + 1 < video.frames_count]
    if not places.size:
        return 0.0
    frames = np.concatenate([video.read(int(place) + 1, int(place) + 2) for place in places])
    after = _locate_each(frames, settings, model, top_counts=video.saturation_counts, still=still, threads=threads)
    squares = []
    for index, (low, high) in enumerate(_frame_ranges(after)):
        mine = chosen[spots.frame[chosen] == index]
        if high > low and mine.size:
            tree = cKDTree(np.column_stack([after.x_px[low:high], after.y_px[low:high]]))
            squares.append(tree.query(np.column_stack([spots.x_px[mine], spots.y_px[mine]]))[0] ** 2)
    return float(np.median(np.concatenate(squares))) / (2 * math.log(2)) if squares else 0.0


def _photon_noise(
    frames: Frames,
    spots: Spots,
    chosen: npt.NDArray[np.int64],
    settings: TrackingSettings,
    model: SpotModel,
    *,
    top_counts: int,
    still: Still | None,
) -> tuple[float, float]:
    from paracrine.characterization.tracking.frames import gather_scatter

    normal, right = np.zeros((2, 2)), np.zeros(2)
    prior = np.array([model.variance_px2, model.stiffness, _FLATNESS])
    rows = _rows_from_spots(spots)
    for index, (low, high) in enumerate(_frame_ranges(spots)):
        mine = chosen[(chosen >= low) & (chosen < high)] - low
        gather_scatter(
            _sixteen_bits(frames)[index],
            _still_or_none(still),
            model.binning_px,
            _camera(settings, top_counts=top_counts),
            prior,
            rows[low:high],
            mine,
            float(spots.noise_counts[index] ** 2),
            normal,
            right,
        )
    if np.linalg.cond(normal) > 1e12:
        return 0.0, model.misfit_ratio
    gain, misfit = np.linalg.solve(normal, right)
    if misfit < 0:
        gain, misfit = right[0] / normal[0, 0], 0.0
    # Light of one count cannot add more noise than the whole background has.
    most = max(1.0, float(np.median(spots.noise_counts)) ** 2)
    return float(np.clip(gain, 0.0, most)), float(np.clip(misfit, 0.0, 0.05))


def _frame_ranges(spots: Spots) -> Iterator[tuple[int, int]]:
    edges = np.searchsorted(spots.frame, np.arange(spots.frames_count + 1))
    yield from ((int(low), int(high)) for low, high in pairwise(edges))
