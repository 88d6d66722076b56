"""Diffusion coefficient of each track: exact likelihood with motion blur, localisation noise and missing frames.

A spot shows the mean position over the exposure plus the localisation error. Steps between successive spots of one
track are therefore Gaussian with a tridiagonal covariance: 2 D dt (g - 2 R) + v_i + v_(i+1) on the diagonal and
2 D dt R - v_(i+1) beside it, with g frames from spot to spot, R = exposure / (6 dt) for a shutter that is open
evenly, and v the variance of the localisation.

References:
    doi:10.1103/PhysRevE.82.011917
    doi:10.1103/PhysRevE.85.061916
    doi:10.1103/PhysRevE.89.022726
    doi:10.1103/PhysRevE.93.042401
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import IntArray, Tracks

_SLOPE, _SLOPE_BESIDE, _NOISE, _NOISE_BESIDE, _STEP = range(5)
_FAINTEST_LOG, _MOST_MISSING = 0.1, 0.3
"""Fainter tracks count as a tenth above the faintest score: that scatters by itself; paths lose no more than this."""
_WIDEST = 1e4
"""Most and least likely coefficients are looked for within this factor of the mean of all tracks."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Steps of all tracks with the parts of their covariance; one track is one sequence.

    Attributes:
        starts: shape (tracks + 1,), first step of each track and the end of the last.
        along_x: shape (5, steps): variance per diffusion coefficient (s), covariance with the step before per
            coefficient (s), the same two of the localisation (um2), and the step (um).
        along_y: the same along y.
        margin_um: shape (2, steps), from the spot before along x and y to the nearest place where no spot is found;
            infinite where nobody says.
        track: shape (tracks,), which track of the source this is; tracks of one spot have no steps and are left out.
        reach_um2: shape (steps,), square of the longest step that would have been linked; infinite where none is
            too long.
        spots_count: shape (tracks,), spots of each track.
    """

    starts: IntArray
    along_x: FloatArray
    along_y: FloatArray
    reach_um2: FloatArray
    margin_um: FloatArray
    track: IntArray
    spots_count: IntArray

    @property
    def tracks_count(self) -> int:
        """Number of tracks with one step at least."""
        return int(self.starts.size - 1)

    @property
    def lengths_count(self) -> IntArray:
        """Steps of each track, shape (tracks,)."""
        return np.diff(self.starts)

    def chosen(self, tracks: npt.NDArray[np.bool_]) -> Steps:
        """Return the tracks where the mask, shape (tracks,), is true."""
        steps = np.repeat(tracks, self.lengths_count)
        lengths = self.lengths_count[tracks]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Steps(
            starts,
            self.along_x[:, steps],
            self.along_y[:, steps],
            self.reach_um2[steps],
            self.margin_um[:, steps],
            self.track[tracks],
            self.spots_count[tracks],
        )


@dataclass(frozen=True, slots=True, eq=False)
class DiffusionFit:
    """Most likely diffusion coefficient of each track.

    Attributes:
        diffusion_um2_per_s: shape (tracks,), um2/s.
        standard_error_um2_per_s: shape (tracks,), from the expected information: the Cramer-Rao bound.
    """

    diffusion_um2_per_s: FloatArray
    standard_error_um2_per_s: FloatArray


def measure_steps(
    tracks: Tracks,
    *,
    pixel_um: float,
    frame_interval_s: float,
    exposure_s: float,
    fewest_spots: int = 3,
    longest_gap_frames: int | None = None,
    pooled: bool = False,
) -> Steps:
    """Measure the steps of all tracks, common motion removed.

    Args:
        tracks: linked spots.
        pixel_um: pixel size in the sample plane, um.
        frame_interval_s: from frame to frame, s.
        exposure_s: shutter time, s, open evenly; not longer than a frame.
        fewest_spots: shorter tracks are left out; 2 or more.
        longest_gap_frames: steps over more frames are left out, 1 leaves out every step over a missing frame; None
            keeps all. Linked videos need 1: of the steps over a gap, linking keeps the shorter ones.
        pooled: True gives every spot the same localisation variance (1 px2 before scaling), False the variance that
            the fit of each spot stated; either is scaled by `fit_localisation`.

    Returns:
        Steps in um with their covariance parts.

    Raises:
        InputError: when the exposure does not fit into the frame interval.
    """
    _require_sense(pixel_um=pixel_um, frame_interval_s=frame_interval_s, exposure_s=exposure_s)
    lengths = tracks.lengths_count
    kept = np.repeat(lengths >= max(2, fewest_spots), lengths)
    chosen = np.flatnonzero(lengths >= max(2, fewest_spots)).astype(np.int64)
    frame, track = tracks.frame[kept], tracks.track_id[kept]
    inside = track[1:] == track[:-1]
    x_px, y_px = tracks.corrected_px()
    gap = np.diff(frame)
    used = inside & (gap <= (gap.max(initial=1) if longest_gap_frames is None else longest_gap_frames))
    follows = np.concatenate([[False], used[:-1]])[used] if used.size else used
    axes = []
    for position_px, sigma_px in ((x_px, tracks.sigma_x_px), (y_px, tracks.sigma_y_px)):
        variance = pixel_um**2 * (np.ones(frame.size) if pooled else sigma_px[kept] ** 2)
        table = np.empty((5, int(used.sum())))
        table[_SLOPE] = 2 * (gap[used] * frame_interval_s - exposure_s / 3)
        table[_SLOPE_BESIDE] = np.where(follows, exposure_s / 3, 0.0)
        table[_NOISE] = (variance[1:] + variance[:-1])[used]
        table[_NOISE_BESIDE] = np.where(follows, -variance[:-1][used], 0.0)
        table[_STEP] = np.diff(position_px[kept])[used] * pixel_um
        axes.append(table)
    reach_px = np.full(used.size, np.inf) if tracks.reach_px is None else tracks.reach_px[kept][1:]
    steps_of = np.bincount(track[:-1][used], minlength=tracks.tracks_count)[chosen]
    moving = steps_of > 0
    starts = np.concatenate([[0], np.cumsum(steps_of[moving])]).astype(np.int64)
    reach_um2 = (pixel_um * reach_px[used]) ** 2
    rows = np.flatnonzero(kept)
    _shorten_paths(axes, tracks, rows[1:][used], exposure_s=exposure_s, pixel_um=pixel_um)
    margin_um = pixel_um * _margins_px(tracks)[:, rows[:-1][used]]
    return Steps(starts, axes[0], axes[1], reach_um2, margin_um, chosen[moving], lengths[chosen][moving])


def _require_sense(*, pixel_um: float, frame_interval_s: float, exposure_s: float) -> None:
    if not (pixel_um > 0 and frame_interval_s > 0 and 0 <= exposure_s <= frame_interval_s * (1 + 1e-9)):
        raise InputError(
            f"pixel {pixel_um} um, frame interval {frame_interval_s} s and exposure {exposure_s} s do not go together",
            hint="all are above 0 and the exposure is not longer than the frame interval",
        )


def _shorten_paths(
    axes: list[FloatArray], tracks: Tracks, rows: IntArray, *, exposure_s: float, pixel_um: float
) -> None:
    """Take from the tables of both axes what paths within exposures lack of free ones; rows: the later spots."""
    if tracks.faintest_ratio is None or exposure_s == 0 or not rows.size:
        return
    square, slope = sum(np.sum(table[_STEP] ** 2) for table in axes), sum(np.sum(table[_SLOPE]) for table in axes)
    path_px2 = float(square / slope) * exposure_s / 3 / pixel_um**2
    missing = _missing_paths(tracks, tracks.faintest_ratio, path_px2)[rows]
    for table in axes:
        # Two thirds of a path's variance at either end of a step.
        table[_SLOPE] -= 4 * exposure_s / 3 * missing
        table[_SLOPE_BESIDE] *= 1 - missing


def _missing_paths(tracks: Tracks, faintest_ratio: float, path_px2: float) -> FloatArray:
    """Return by how much the paths within exposures fall short of free ones where a spot is seen, shape (spots,).

    Long paths dim a spot below what is kept. In a beam of normal profile, particles at every depth alike, the logarithm
    of the scores over the faintest has a mean m of a third of the squared half depth (in widths of the beam). That half
    depth Z falls by d ln S / Z² Z as the score S does, S as (variance of the spot)^(-1/2), and the variance of a
    Brownian path per axis, two axes averaged, scatters by 0.4 times its square: paths are 1 - β / (15 m) of free ones,
    with β the path's share of the spot's variance.

    Args:
        tracks: linked spots.
        faintest_ratio: score below which no spot is kept.
        path_px2: usual variance of a path per axis.
    """
    lengths, firsts = tracks.lengths_count, tracks.starts[:-1]
    above = np.add.reduceat(np.log(tracks.score_ratio / faintest_ratio), firsts) / lengths
    of_spot = path_px2 * lengths / np.add.reduceat(tracks.width_px**2, firsts)
    missing = np.minimum(of_spot / (15 * np.maximum(above, _FAINTEST_LOG)), _MOST_MISSING)
    return np.asarray(missing[tracks.track_id])


def _margins_px(tracks: Tracks) -> FloatArray:
    """Return how far each spot is from the nearest place along x and along y where no spot is found, (2, spots)."""
    if tracks.border_px is None:
        return np.full((2, tracks.spots_count), np.inf)
    margins = []
    for position_px, size_px in zip((tracks.x_px, tracks.y_px), tracks.frame_shape[::-1], strict=True):
        from_edge = np.minimum(position_px + 0.5, size_px - 0.5 - position_px)
        margins.append(np.maximum(from_edge - tracks.border_px, 0.0))
    return np.array(margins)


def log_likelihoods(
    steps: Steps, diffusion_um2_per_s: FloatArray, *, noise_scale: float, threads: int = 2
) -> FloatArray:
    """Return the log-likelihood of every track at every diffusion coefficient, without the constant log(2 pi).

    Each step counts as one that was seen: its density is divided by the chance to lie within the reach of linking, and
    by the chances to end where spots are found.

    Args:
        steps: from `measure_steps`.
        diffusion_um2_per_s: shape (m,), um2/s.
        noise_scale: factor of the localisation variances, from `fit_localisation`.
        threads: tracks are shared among them; the numbers do not depend on it.

    Returns:
        Shape (tracks, m).
    """
    from paracrine.numerics.tridiagonal import add_log_likelihoods, subtract_log_chances, subtract_log_margins

    result = np.zeros((steps.tracks_count, diffusion_um2_per_s.size))
    theta = np.ascontiguousarray(diffusion_um2_per_s, dtype=np.float64)
    shares = np.linspace(0, steps.starts[-1], threads + 1)
    cuts = np.searchsorted(steps.starts, shares[1:-1])
    edges = [0, *cuts.tolist(), steps.tracks_count]

    def work(low: int, high: int) -> None:
        starts, rows = steps.starts[low : high + 1], result[low:high]
        for table, margin in zip((steps.along_x, steps.along_y), steps.margin_um, strict=True):
            add_log_likelihoods(table, starts, noise_scale, theta, rows)
            subtract_log_margins(table, margin, starts, noise_scale, theta, rows)
        subtract_log_chances(steps.along_x, steps.along_y, steps.reach_um2, starts, noise_scale, theta, rows)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))
    return result


def fit_diffusion(steps: Steps, *, noise_scale: float) -> DiffusionFit:
    """Fit the diffusion coefficient of each track by maximum likelihood, localisation variance known.

    Each track by itself, without the reach of linking: a few steps that fill their reach would have no maximum.

    Args:
        steps: from `measure_steps`.
        noise_scale: factor of the localisation variances, from `fit_localisation`.

    Returns:
        Estimates and their standard errors; a track that does not move gets a value close to 0.
    """
    from paracrine.numerics.tridiagonal import fit_each

    begin = covariance_diffusion(steps, noise_scale=noise_scale)
    middle = max(float(np.mean(begin)) if begin.size else 1.0, 1e-12)
    diffusion, information = np.empty(steps.tracks_count), np.empty(steps.tracks_count)
    fit_each(
        steps.along_x,
        steps.along_y,
        steps.starts,
        noise_scale,
        np.maximum(begin, 0.05 * middle),
        middle / _WIDEST,
        middle * _WIDEST,
        diffusion,
        information,
    )
    return DiffusionFit(diffusion, information**-0.5)


def covariance_diffusion(steps: Steps, *, noise_scale: float) -> FloatArray:
    """Return the estimate from each track's mean square step, shape (tracks,), um2/s: unbiased, may be negative.

    References:
        doi:10.1103/PhysRevE.89.022726
    """
    square = steps.along_x[_STEP] ** 2 + steps.along_y[_STEP] ** 2
    noise = noise_scale * (steps.along_x[_NOISE] + steps.along_y[_NOISE])
    firsts = steps.starts[:-1]
    excess = np.add.reduceat(square - noise, firsts) if firsts.size else np.zeros(0)
    slope = np.add.reduceat(2 * steps.along_x[_SLOPE], firsts) if firsts.size else np.ones(0)
    return np.asarray(excess / slope)
