"""Compiled assignment of spots to tracks: the best total of one frame, found piece by piece."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.characterization.tracking.filters import rising_order
from paracrine.numerics.kernel import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BIRTH_LOG, SEEN_LOG, MISSED_LOG, FREEDOM, SQUARE, LIGHT_SD = range(6)
"""Prior of linking, see `link_frames`."""
_FORBIDDEN = 1e9
_MOST_PAIRS = 200_000


@kernel
def best_pairs(gain: Floats, chosen: Ints) -> None:
    """Write for each row its column in the assignment of highest total gain, -1 where none is better.

    Shortest augmenting paths (Hungarian method) over the columns and one private way out for each row.

    Args:
        gain: shape (rows, columns); pairs with a gain of 0 or less are never made.
        chosen: result, shape (rows,).
    """
    rows, columns = gain.shape
    width = columns + rows
    row_price, column_price = np.zeros(rows + 1), np.zeros(width + 1)
    owner, way = np.zeros(width + 1, dtype=np.int64), np.zeros(width + 1, dtype=np.int64)
    least, used = np.empty(width + 1), np.empty(width + 1, dtype=np.bool_)
    for row in range(1, rows + 1):
        owner[0] = row
        here = 0
        least[:] = _FORBIDDEN * 10
        used[:] = False
        while True:
            used[here] = True
            mine, delta, best = owner[here], _FORBIDDEN * 10, 0
            for column in range(1, width + 1):
                if used[column]:
                    continue
                if column <= columns:
                    value = gain[mine - 1, column - 1]
                    cost = -value if value > 0 else _FORBIDDEN
                else:
                    cost = 0.0 if column - columns == mine else _FORBIDDEN
                reduced = cost - row_price[mine] - column_price[column]
                if reduced < least[column]:
                    least[column], way[column] = reduced, here
                if least[column] < delta:
                    delta, best = least[column], column
            for column in range(width + 1):
                if used[column]:
                    row_price[owner[column]] += delta
                    column_price[column] -= delta
                else:
                    least[column] -= delta
            here = best
            if owner[here] == 0:
                break
        while here:
            owner[here] = owner[way[here]]
            here = way[here]
    chosen[:] = -1
    for column in range(1, columns + 1):
        if owner[column]:
            chosen[owner[column] - 1] = column - 1


@kernel
def assign(track_of: Ints, spot_of: Ints, gains: Floats, edges: int, tracks: int, spots: int, partner: Ints) -> None:
    """Write each track's spot, -1 for none, so that the total gain is highest.

    Args:
        track_of: shape (edges,), track of each possible pair.
        spot_of: shape (edges,), spot of each possible pair.
        gains: shape (edges,), log evidence for the pair, above 0.
        edges: number of possible pairs.
        tracks: number of tracks.
        spots: number of spots.
        partner: result, shape (tracks,).
    """
    partner[:tracks] = -1
    parent = np.arange(tracks + spots)
    for edge in range(edges):
        a, b = _root(parent, track_of[edge]), _root(parent, tracks + spot_of[edge])
        parent[max(a, b)] = min(a, b)
    piece = np.empty(edges)
    for edge in range(edges):
        piece[edge] = _root(parent, track_of[edge])
    order = rising_order(piece)
    row_of, column_of = np.full(tracks, -1), np.full(spots, -1)
    start = 0
    while start < edges:
        stop = start
        while stop < edges and piece[order[stop]] == piece[order[start]]:
            stop += 1
        _assign_piece(order[start:stop], track_of, spot_of, gains, row_of, column_of, partner)
        start = stop


@kernel
def _root(parent: Ints, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def _assign_piece(
    members: Ints, track_of: Ints, spot_of: Ints, gains: Floats, row_of: Ints, column_of: Ints, partner: Ints
) -> None:
    if members.size == 1:
        partner[track_of[members[0]]] = spot_of[members[0]]
        return
    rows = columns = 0
    tracks, spots = np.empty(members.size, dtype=np.int64), np.empty(members.size, dtype=np.int64)
    for edge in members:
        if row_of[track_of[edge]] < 0:
            row_of[track_of[edge]] = rows
            tracks[rows] = track_of[edge]
            rows += 1
        if column_of[spot_of[edge]] < 0:
            column_of[spot_of[edge]] = columns
            spots[columns] = spot_of[edge]
            columns += 1
    gain = np.zeros((rows, columns))
    for edge in members:
        gain[row_of[track_of[edge]], column_of[spot_of[edge]]] = gains[edge]
    chosen = np.empty(rows, dtype=np.int64)
    best_pairs(gain, chosen)
    for row in range(rows):
        if chosen[row] >= 0:
            partner[tracks[row]] = spots[chosen[row]]


@kernel
def pair_gain(dx: float, dy: float, frames: int, freedom: float, square: float, light: float, prior: Floats) -> float:
    """Return the log evidence that a spot continues a track over that it is a new particle.

    The variance of a step per axis and frame has an inverse-gamma distribution, so that the displacement after k
    frames has a bivariate Student distribution: narrow for a track whose steps are known, wide for a new one.

    Args:
        dx: displacement along x, common motion removed, px.
        dy: displacement along y, px.
        frames: frames from the track's last spot.
        freedom: shape of the inverse gamma.
        square: scale of the inverse gamma, px^2.
        light: log ratio of the heights.
        prior: see `link_frames`.
    """
    spread = 2 * square * frames
    far = math.log1p((dx * dx + dy * dy) / spread)
    step = math.log(freedom / (math.pi * spread)) - (freedom + 1) * far
    width = prior[LIGHT_SD] * math.sqrt(frames)
    # The height of a new particle is spread over some two units of its logarithm.
    brightness = -0.5 * min((light / width) ** 2, 12.0) - math.log(width / 0.8)
    return float(step + brightness + prior[SEEN_LOG] + (frames - 1) * prior[MISSED_LOG] - prior[BIRTH_LOG])


@kernel
def _drop_lost(active: Ints, alive: int, seen: Ints, oldest: int) -> int:
    """Keep the active tracks that were seen in frame `oldest` or later, in order; return how many."""
    kept = 0
    for i in range(alive):
        if seen[active[i]] >= oldest:
            active[kept] = active[i]
            kept += 1
    return kept


@kernel
def link_frames(
    starts: Ints,
    x_px: Floats,
    y_px: Floats,
    log_height: Floats,
    shift_x_px: Floats,
    shift_y_px: Floats,
    prior: Floats,
    memory_frames: int,
    track_of_spot: Ints,
) -> int:
    """Link the spots of successive frames to tracks.

    Args:
        starts: shape (frames + 1,), first spot of each frame.
        x_px: shape (spots,), column.
        y_px: shape (spots,), row.
        log_height: shape (spots,), logarithm of the height.
        shift_x_px: shape (frames,), common motion up to each frame.
        shift_y_px: shape (frames,), the same along y.
        prior: log density of new spots (per px^2 and frame), log probability to be seen again, log probability to be
            missed for a frame, shape and scale (px^2) of the inverse gamma of the step variance, spread of the log
            height from frame to frame.
        memory_frames: frames a particle may go unseen.
        track_of_spot: result, shape (spots,).

    Returns:
        Number of tracks.
    """
    spots = x_px.size
    last, seen, known = np.empty(spots, dtype=np.int64), np.empty(spots, dtype=np.int64), np.empty((spots, 2))
    active, partner, alive, tracks = np.empty(spots, dtype=np.int64), np.empty(max(spots, 1), dtype=np.int64), 0, 0
    pair_track, pair_spot = np.empty(_MOST_PAIRS, dtype=np.int64), np.empty(_MOST_PAIRS, dtype=np.int64)
    gains, path = np.empty(_MOST_PAIRS), np.empty((spots, 2))
    path[:, 0], path[:, 1] = x_px, y_px
    for frame in range(starts.size - 1):
        first, stop = starts[frame], starts[frame + 1]
        path[first:stop, 0] -= shift_x_px[frame]
        path[first:stop, 1] -= shift_y_px[frame]
        kept = _drop_lost(active, alive, seen, frame - memory_frames - 1)
        pairs = _collect_pairs(
            frame, first, stop, path, log_height, active[:kept], last, seen, known, prior, pair_track, pair_spot, gains
        )
        assign(pair_track, pair_spot, gains, pairs, kept, stop - first, partner)
        track_of_spot[first:stop] = -1
        for i in range(kept):
            if partner[i] >= 0:
                track, spot = active[i], first + partner[i]
                square = (path[spot, 0] - path[last[track], 0]) ** 2 + (path[spot, 1] - path[last[track], 1]) ** 2
                known[track, 0] += 1
                known[track, 1] += square / (2 * (frame - seen[track]))
                last[track], seen[track], track_of_spot[spot] = spot, frame, track
        alive = kept
        for spot in range(first, stop):
            if track_of_spot[spot] < 0:
                last[tracks], seen[tracks], track_of_spot[spot] = spot, frame, tracks
                known[tracks, 0], known[tracks, 1] = prior[FREEDOM], prior[SQUARE]
                active[alive] = tracks
                alive, tracks = alive + 1, tracks + 1
    return tracks


@kernel
def _collect_pairs(
    frame: int,
    first: int,
    stop: int,
    path: Floats,
    log_height: Floats,
    active: Ints,
    last: Ints,
    seen: Ints,
    known: Floats,
    prior: Floats,
    pair_track: Ints,
    pair_spot: Ints,
    gains: Floats,
) -> int:
    pairs = 0
    xs, ys, squares = path[first:stop, 0].copy(), path[first:stop, 1].copy(), np.empty(stop - first)
    for i in range(active.size):
        track = active[i]
        frames = frame - seen[track]
        x, y = path[last[track], 0], path[last[track], 1]
        reach = widest(frames, known[track, 0], known[track, 1], prior)
        # All distances first: a loop without a branch takes four at once.
        for k in range(xs.size):
            squares[k] = (xs[k] - x) * (xs[k] - x) + (ys[k] - y) * (ys[k] - y)
        for spot in range(first, stop):
            if squares[spot - first] < reach and pairs < gains.size:
                dx, dy = path[spot, 0] - x, path[spot, 1] - y
                light = log_height[spot] - log_height[last[track]]
                gain = pair_gain(dx, dy, frames, known[track, 0], known[track, 1], light, prior)
                if gain > 0:
                    pair_track[pairs], pair_spot[pairs], gains[pairs] = i, spot - first, gain
                    pairs += 1
    return pairs


@kernel
def widest(frames: int, freedom: float, square: float, prior: Floats) -> float:
    """Return the squared displacement beyond which no pair has evidence for it, px^2."""
    return _reach_square(frames, freedom, square, 0.0, prior)


@kernel
def _reach_square(frames: int, freedom: float, square: float, light: float, prior: Floats) -> float:
    """Return the squared displacement at which the evidence of `pair_gain` ends, px^2; 0 where it has none."""
    nearest = pair_gain(0.0, 0.0, frames, freedom, square, light, prior)
    if nearest <= 0:
        return 0.0
    return float(2 * square * frames * math.expm1(nearest / (freedom + 1)))


@kernel
def measure_reaches(
    track_of_spot: Ints, frame: Ints, x_px: Floats, y_px: Floats, log_height: Floats, prior: Floats, reach_px: Floats
) -> None:
    """Write how far from the spot before it each spot could have lain and still have had evidence for its track.

    Args:
        track_of_spot: shape (spots,), from `link_frames`.
        frame: shape (spots,), not falling.
        x_px: shape (spots,), column, common motion removed.
        y_px: shape (spots,), row, likewise.
        log_height: shape (spots,), logarithm of the height.
        prior: see `link_frames`.
        reach_px: result, shape (spots,); infinite for the first spot of a track.
    """
    tracks = 0
    for spot in range(track_of_spot.size):
        tracks = max(tracks, track_of_spot[spot] + 1)
    last, known = np.full(tracks, -1), np.empty((tracks, 2))
    for spot in range(track_of_spot.size):
        track = track_of_spot[spot]
        before = last[track]
        if before < 0:
            known[track, 0], known[track, 1] = prior[FREEDOM], prior[SQUARE]
            reach_px[spot] = np.inf
        else:
            frames, light = frame[spot] - frame[before], log_height[spot] - log_height[before]
            reach_px[spot] = math.sqrt(_reach_square(frames, known[track, 0], known[track, 1], light, prior))
            square = (x_px[spot] - x_px[before]) ** 2 + (y_px[spot] - y_px[before]) ** 2
            known[track, 0] += 1
            known[track, 1] += square / (2 * frames)
        last[track] = spot
