"""Link spots to tracks under a stated displacement prior, learnt from the video itself; remove common motion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.characterization.tracking.doubt import find_doubts, rows_read, tell_pairs
from paracrine.characterization.tracking.drift import CommonMotion, measure_common_motion, no_motion
from paracrine.characterization.tracking.settings import TrackingSettings
from paracrine.characterization.tracking.spots import Spots
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray

SEEN_PROBABILITY = 0.93
"""Stated: a particle in view is found again in the next frame."""
MISSED_PROBABILITY = 0.05
"""Stated: a particle in view is missed for one more frame."""
FREEDOM = 3.0
"""Shape of the inverse-gamma prior of the step variance before it is learnt: sizes differ, one step says little."""
LEAST_FREEDOM, MOST_FREEDOM = FREEDOM, 6.0
"""Stated limits of what is learnt. Less than 3 would let the wrong links of one round teach the next to make more; 6
says that step variances differ by half their mean: tracks more alike than that are not believed."""
NARROWEST_LIGHT = 0.3
"""Stated: heights of one particle differ by at least so much in their logarithm, as it leaves and enters focus."""
_ROUNDS, _FEWEST_ROUNDS, _FEW_CHANGES = 4, 3, 0.01
"""The last rounds are left out where the round before changed the reading of no more than this share of the doubts."""


@dataclass(frozen=True, slots=True)
class LinkPrior:
    """What is expected of a particle from frame to frame.

    Attributes:
        step_variance_px2: typical variance of a step per axis, px^2.
        births_per_px2: new spots per px^2 and frame.
        light_spread: spread of the logarithm of the height from frame to frame.
        freedom: shape of the inverse-gamma distribution of the step variance.
    """

    step_variance_px2: float
    births_per_px2: float
    light_spread: float = 0.5
    freedom: float = FREEDOM


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Spots with the track of each, shape (spots,), and what was learnt on the way.

    Attributes:
        spots: one reading of each.
        track: shape (spots,).
        motion: common motion.
        prior: of the last round.
        reach_px: shape (spots,), how far from the spot before this one would still have been taken; infinite at the
            first spot of a track.
    """

    spots: Spots
    track: IntArray
    motion: CommonMotion
    prior: LinkPrior
    reach_px: FloatArray

    def take(self, rows: IntArray) -> Linked:
        """Return the chosen rows, tracks counted anew."""
        _, track = np.unique(self.track[rows], return_inverse=True)
        return Linked(self.spots.take(rows), track.astype(np.int64), self.motion, self.prior, self.reach_px[rows])


def link_spots(spots: Spots, settings: TrackingSettings, *, frame_shape: tuple[int, int]) -> Linked:
    """Link all spots of a video.

    Rounds of linking, each with the prior, the common motion and the readings of stretched spots learnt from the round
    before; the first expects steps of a tenth of the distance between particles and reads every stretched spot as two:
    what was one then loses its second track, while two that were close for long are not lost as one.

    Args:
        spots: sorted by frame.
        settings: memory.
        frame_shape: height and width, px.

    Returns:
        Spots with one reading of each, and a track each; tracks count from 0 in order of their first spot.
    """
    area_px2 = float(frame_shape[0] * frame_shape[1])
    density = max(spots.spots_count / max(spots.frames_count, 1), 1.0) / area_px2
    prior = LinkPrior(step_variance_px2=0.01 / density, births_per_px2=0.2 * density, freedom=1.5)
    motion = no_motion(spots.frames_count)
    doubts = find_doubts(spots)
    two, changed = np.ones(doubts.shape[0], dtype=bool), doubts.shape[0]
    rows = rows_read(spots, doubts, two)
    track = _link_once(spots.take(rows), prior, motion, memory_frames=0)
    for turn in range(_ROUNDS):
        if turn >= _FEWEST_ROUNDS and changed <= _FEW_CHANGES * doubts.shape[0]:
            break
        now = spots.take(rows)
        steps = _successive_steps(now, track)
        if steps.from_row.size < 3:
            break
        motion = _motion_of(now, steps, track)
        prior = _learn_prior(now, steps, motion, track, area_px2=area_px2)
        if doubts.size:
            of_all = np.full(spots.spots_count, -1)
            of_all[rows] = track
            before = two
            two = tell_pairs(spots, doubts, of_all, motion, numbers_of(prior), memory_frames=settings.memory_frames)
            changed = int(np.count_nonzero(two != before))
            rows = rows_read(spots, doubts, two)
        track = _link_once(spots.take(rows), prior, motion, memory_frames=settings.memory_frames)
    read = spots.take(rows)
    return Linked(read, track, motion, prior, _reaches_px(read, track, motion, prior))


def keep_confirmed(linked: Linked, settings: TrackingSettings) -> Linked:
    """Keep spots that stand out alone, and faint ones that a track confirms.

    A track stays when one of its spots reaches the threshold, or when the squared responses of all its spots add up
    to what three spots at the threshold have.

    Args:
        linked: all spots that reach the faint threshold.
        settings: both thresholds, memory.

    Returns:
        The rows that stay, tracks counted anew.
    """
    if not linked.spots.spots_count:
        return linked
    score = linked.spots.score_ratio
    strength = np.bincount(linked.track, weights=score**2)
    strongest = np.zeros(strength.size)
    np.maximum.at(strongest, linked.track, score)
    enough = (strongest >= settings.threshold_ratio) | (strength >= 3 * settings.threshold_ratio**2)
    return linked.take(np.flatnonzero(enough[linked.track]))


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Rows of the two spots of each step of one track between successive frames."""

    from_row: IntArray
    to_row: IntArray


def numbers_of(prior: LinkPrior) -> FloatArray:
    """Return the prior as the numbers that `link_frames` takes."""
    return np.array(
        [
            math.log(prior.births_per_px2),
            math.log(SEEN_PROBABILITY),
            math.log(MISSED_PROBABILITY),
            prior.freedom,
            prior.freedom * prior.step_variance_px2,
            prior.light_spread,
        ]
    )


def _link_once(spots: Spots, prior: LinkPrior, motion: CommonMotion, *, memory_frames: int) -> IntArray:
    from paracrine.characterization.tracking.assignment import link_frames

    track = np.empty(spots.spots_count, dtype=np.int64)
    link_frames(
        np.searchsorted(spots.frame, np.arange(spots.frames_count + 1)).astype(np.int64),
        spots.x_px,
        spots.y_px,
        np.log(spots.amplitude_counts),
        motion.x_px,
        motion.y_px,
        numbers_of(prior),
        memory_frames,
        track,
    )
    return track


def _reaches_px(spots: Spots, track: IntArray, motion: CommonMotion, prior: LinkPrior) -> FloatArray:
    from paracrine.characterization.tracking.assignment import measure_reaches

    reach = np.empty(spots.spots_count)
    measure_reaches(
        track,
        spots.frame,
        spots.x_px - motion.x_px[spots.frame],
        spots.y_px - motion.y_px[spots.frame],
        np.log(spots.amplitude_counts),
        numbers_of(prior),
        reach,
    )
    return reach


def _successive_steps(spots: Spots, track: IntArray) -> _Steps:
    order = np.lexsort((spots.frame, track))
    same = (np.diff(track[order]) == 0) & (np.diff(spots.frame[order]) == 1)
    return _Steps(order[:-1][same], order[1:][same])


def _motion_of(spots: Spots, steps: _Steps, track: IntArray) -> CommonMotion:
    dx = spots.x_px[steps.to_row] - spots.x_px[steps.from_row]
    dy = spots.y_px[steps.to_row] - spots.y_px[steps.from_row]
    mine = track[steps.to_row]
    overall = float(np.median(dx**2 + dy**2)) / (2 * math.log(2))
    squares = np.bincount(mine, weights=dx**2 + dy**2) + 2 * FREEDOM * overall
    variance = squares / (2 * (np.bincount(mine) + FREEDOM)) + 1e-6
    return measure_common_motion(
        frame=spots.frame[steps.to_row],
        dx_px=dx,
        dy_px=dy,
        weight=1 / variance[mine],
        frames_count=spots.frames_count,
    )


def _learn_prior(spots: Spots, steps: _Steps, motion: CommonMotion, track: IntArray, *, area_px2: float) -> LinkPrior:
    here, there = steps.to_row, steps.from_row
    drift_x, drift_y = (np.diff(m, prepend=m[:1])[spots.frame[here]] for m in (motion.x_px, motion.y_px))
    square = (spots.x_px[here] - spots.x_px[there] - drift_x) ** 2
    square = square + (spots.y_px[here] - spots.y_px[there] - drift_y) ** 2
    change = np.log(spots.amplitude_counts[here] / spots.amplitude_counts[there])
    variance = max(float(np.median(square)) / (2 * math.log(2)), 1e-3)
    tracks_count, steps_count = int(track.max()) + 1, np.bincount(track[here])
    squares: FloatArray = np.bincount(track[here], weights=square).astype(np.float64)
    return LinkPrior(
        step_variance_px2=variance,
        births_per_px2=max(tracks_count, 1) / (spots.frames_count * area_px2),
        light_spread=float(np.clip(1.4826 * np.median(np.abs(change)), NARROWEST_LIGHT, 1.0)),
        freedom=learn_freedom(steps_count, squares, variance_px2=variance),
    )


def learn_freedom(steps_count: IntArray, square_px2: FloatArray, *, variance_px2: float) -> float:
    """Return the most likely shape of the inverse gamma behind the step variances of all tracks, within its limits.

    With n two-dimensional steps and the sum S of their squares, a track has the likelihood (S / 2 gives the scale)
    Γ(a + n) / Γ(a) · b^a / (b + S / 2)^(a + n), with b = a times the typical variance.

    Args:
        steps_count: shape (tracks,), n; tracks without steps say nothing.
        square_px2: shape (tracks,), S.
        variance_px2: typical step variance per axis.
    """
    from scipy.special import gammaln

    most = int(steps_count.max(initial=0))
    half = 0.5 * square_px2
    best, freedom = -math.inf, FREEDOM
    for tried in np.geomspace(LEAST_FREEDOM, MOST_FREEDOM, 9):
        scale = tried * variance_px2
        chances = gammaln(tried + np.arange(most + 1)) - gammaln(tried)
        logs = chances[steps_count] - tried * np.log1p(half / scale) - steps_count * np.log(scale + half)
        if (total := float(logs.sum())) > best:
            best, freedom = total, float(tried)
    return freedom
