"""Particle tracking against trackpy 0.7: speed alternately in one run, accuracy over seeds.

Run with `python -P benchmarks/nta.py [--seeds 20] [--repeats 3]`; needs the extra `peers`, and -P because numba
would take the script coverage.py beside this one for the package of that name. Frames lie in memory, kernels
are warm, ours uses 2 threads, trackpy its numba engine and 2 processes, diameter 9, search range 16, its least mass
tuned on the first 12 frames.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tifffile
from scipy.linalg import block_diag
from scipy.optimize import linear_sum_assignment

from paracrine.characterization.inference.estimate import SizeEstimate, estimate_sizes
from paracrine.characterization.inference.settings import RecordingSettings, Setting, StatedBy
from paracrine.characterization.tracking.track import track_video
from paracrine.instruments.nta.scene import NtaScene
from paracrine.instruments.nta_video import NtaTruth, SimulatedVideo, simulate_nta_video
from paracrine.physics.stokes_einstein import diffusion_um2_per_s
from paracrine.readers.video_file import read_video

DIAMETER_PX, SEARCH_PX = 9, 16
MATCH_PX = 4.0
NEAR_MATCHES_PX = (2.0, 1.5)
"""The same with only the matches nearer than that: at 1.5 px the peer's recall is the one that the floors stand beside
(0.958 and 0.705)."""
MARGIN_PX = 8.0
FAINTEST_REAL_COUNTS = 3.0
"""A detection on a particle at least so bright is right; on a fainter one or on nothing it is wrong."""
LONE_PX = 10.0
BRIGHTNESS = (("recall >= 12", 12.0, np.inf), ("recall 8-12", 8.0, 12.0))
SETTINGS = RecordingSettings(*(Setting(value, StatedBy.USER) for value in (0.166, 25.0, 20.0, 25.0, 0.890)))
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """Detections of one program: frame, place and track of each."""

    frame: Ints
    x_px: Floats
    y_px: Floats
    track: Ints


def match(found: Found, truth: NtaTruth, frames_count: int) -> Ints:
    """Return the truth row of each detection, -1 for none: nearest pairs of each frame within 4 px."""
    result = np.full(found.frame.size, -1)
    real = np.flatnonzero(truth.peak_counts >= FAINTEST_REAL_COUNTS)
    rows_of = np.searchsorted(truth.frame[real], np.arange(frames_count + 1))
    order = np.argsort(found.frame, kind="stable")
    found_of = np.searchsorted(found.frame[order], np.arange(frames_count + 1))
    for frame in range(frames_count):
        mine, rows = order[found_of[frame] : found_of[frame + 1]], real[rows_of[frame] : rows_of[frame + 1]]
        gap = np.hypot(found.x_px[mine][:, None] - truth.x_px[rows], found.y_px[mine][:, None] - truth.y_px[rows])
        i, j = linear_sum_assignment(np.where(gap < MATCH_PX, gap, 1e3))
        near = gap[i, j] < MATCH_PX
        result[mine[i[near]]] = rows[j[near]]
    return result


def score(found: Found, made: SimulatedVideo) -> dict[str, float]:
    """Return precision, recall by brightness, localisation error over the bound and share of correct links."""
    truth, camera = made.truth, made.scene.camera
    rows = match(found, truth, made.scene.frames_count)
    hit = np.zeros(truth.frame.size, dtype=bool)
    hit[rows[rows >= 0]] = True
    inside = _inside(truth.x_px, truth.y_px, camera.height_px, camera.width_px)
    kept = _inside(found.x_px, found.y_px, camera.height_px, camera.width_px)
    scores = {"precision": float(np.mean(rows[kept] >= 0))}
    for name, low, high in BRIGHTNESS:
        scores[name] = float(np.mean(hit[inside & (truth.peak_counts >= low) & (truth.peak_counts < high)]))
    scores["visible per frame"] = float(np.sum(inside & (truth.peak_counts >= 12))) / made.scene.frames_count
    gap_px = np.where(rows >= 0, np.hypot(found.x_px - truth.x_px[rows], found.y_px - truth.y_px[rows]), np.inf)
    near_px = NEAR_MATCHES_PX[-1]
    hit[:] = False
    hit[rows[gap_px < near_px]] = True
    for name, low, high in BRIGHTNESS:
        chosen = inside & (truth.peak_counts >= low) & (truth.peak_counts < high)
        scores[f"{name}, matches within {near_px:g} px"] = float(np.mean(hit[chosen]))
    scores |= _localisation(found, rows, made)
    scores |= _links(found, rows, truth)
    return scores


def _inside(x: Floats, y: Floats, height: int, width: int) -> npt.NDArray[np.bool_]:
    high_x, high_y = width - 1 - MARGIN_PX, height - 1 - MARGIN_PX
    return (x >= MARGIN_PX) & (x <= high_x) & (y >= MARGIN_PX) & (y <= high_y)


def _localisation(found: Found, rows: Ints, made: SimulatedVideo) -> dict[str, float]:
    truth = made.truth
    peak = truth.peak_counts[np.maximum(rows, 0)]
    chosen = np.flatnonzero((rows >= 0) & (peak >= 27) & (peak < 33))
    squares, bounds, alone = np.empty(chosen.size), np.empty((chosen.size, 2)), np.empty(chosen.size, dtype=bool)
    for place, at in enumerate(chosen):
        row = rows[at]
        first, last = np.searchsorted(truth.frame, [truth.frame[row], truth.frame[row] + 1])
        gap = np.hypot(truth.x_px[first:last] - truth.x_px[row], truth.y_px[first:last] - truth.y_px[row])
        near = first + np.flatnonzero((gap < LONE_PX) & (truth.peak_counts[first:last] >= FAINTEST_REAL_COUNTS))
        near = near[near != row]
        squares[place] = ((found.x_px[at] - truth.x_px[row]) ** 2 + (found.y_px[at] - truth.y_px[row]) ** 2) / 2
        bounds[place] = bounds_px(made, row, near)
        alone[place] = near.size == 0
    known, unknown = (bounds**2).T
    near = {
        f"RMSE / bound, all, matches within {near_px:g} px": float(
            np.sqrt(squares[squares < near_px**2 / 2].mean() / known[squares < near_px**2 / 2].mean())
        )
        for near_px in NEAR_MATCHES_PX
    }
    return near | {
        "RMSE / bound, lone": float(np.sqrt(squares[alone].mean() / known[alone].mean())),
        "RMSE / bound, all": float(np.sqrt(squares.mean() / known.mean())),
        "RMSE / bound of an image, lone": float(np.sqrt(squares[alone].mean() / unknown[alone].mean())),
        "RMSE / bound of an image, all": float(np.sqrt(squares.mean() / unknown.mean())),
        "bound, px": float(np.sqrt(known[alone].mean())),
    }


def bounds_px(made: SimulatedVideo, row: int, neighbours: Ints) -> tuple[float, float]:
    """Return bounds of a spot's mean place per axis: path and light along it known, and known only as Brownian.

    Unknown are x, y, height and width of the spot and of each neighbour, and the background; noise is photon, read
    and rounding noise. Without the path, every place within the exposure is unknown; the steps between them, normal
    with the variance of the particle's true diffusion, add their information to the image's (hybrid bound). Motion
    along the line of sight changes the light meanwhile: its centre, which is all that an image shows, then lies off
    the mean place. Nobody sees the sign of that; its variance is added.
    """
    truth, camera, half, substeps = made.truth, made.scene.camera, 14, made.scene.substeps_count
    offsets = np.arange(-half, half + 1)
    x = (offsets[None, :] + np.rint(truth.x_px[row]) + 0 * offsets[:, None]).ravel()
    y = (offsets[:, None] + np.rint(truth.y_px[row]) + 0 * offsets[None, :]).ravel()
    mean = np.full(x.size, camera.background_counts)
    slopes, stiffness = [np.ones((1, x.size))], [np.zeros((1, 1))]
    differences = np.diff(np.eye(substeps), axis=0)
    for spot in (row, *neighbours):
        dx, dy = x[:, None] - truth.path_x_px[spot], y[:, None] - truth.path_y_px[spot]
        width, peak = truth.spot_sigma_px[spot], truth.peak_counts[spot]
        shape = np.exp(-0.5 * (dx**2 + dy**2) / width**2) / substeps
        mean += peak * shape.sum(axis=1)
        widening = peak * (shape * (dx**2 + dy**2)).sum(axis=1) / width**3
        slopes += [peak * (shape * d).T / width**2 for d in (dx, dy)] + [np.array([shape.sum(axis=1), widening])]
        precision = differences.T @ differences / _substep_variance_px2(made, spot)
        stiffness += [precision, precision, np.zeros((2, 2))]
    variance = mean / camera.electrons_per_count + camera.read_noise_counts**2 + 1 / 12
    design = np.concatenate(slopes)
    image = (design / variance) @ design.T
    sizes = [block.shape[0] for block in stiffness]
    together = np.zeros((sum(sizes), len(sizes) + 1 + len(neighbours)))
    column = 0
    for start, size in zip(np.cumsum([0, *sizes[:-1]]), sizes, strict=True):
        # Places move as one where the path's shape is known; height and width are two unknowns of their own.
        width_of_block = 2 if size == 2 else 1
        together[start : start + size, column : column + width_of_block] = np.eye(2) if size == 2 else 1.0
        column += width_of_block
    known = np.linalg.inv(together.T @ image @ together)
    unknown = np.linalg.inv(image + block_diag(*stiffness))
    mean_place = np.repeat(1 / substeps, substeps)
    along, down = (unknown[at : at + substeps, at : at + substeps] for at in (1, 1 + substeps))
    free = 0.5 * (mean_place @ along @ mean_place + mean_place @ down @ mean_place)
    return float(np.sqrt(0.5 * (known[1, 1] + known[2, 2]))), float(np.sqrt(free + _light_variance_px2(made, row)))


def _light_variance_px2(made: SimulatedVideo, row: int) -> float:
    """Return the variance of the light's centre around the mean place, per axis: two independent walks, multiplied."""
    if made.scene.light_steps_count == 1:
        return 0.0
    substeps, optics = made.scene.substeps_count, made.scene.optics
    centred = np.eye(substeps) - 1 / substeps
    walk = centred @ np.minimum.outer(np.arange(substeps), np.arange(substeps)) @ centred
    variance_px2 = _substep_variance_px2(made, row)
    slope_per_px = made.truth.z_um[row] / optics.beam_sigma_um**2 * optics.pixel_um
    return float((slope_per_px * variance_px2) ** 2 * np.trace(walk @ walk) / substeps**2)


def _substep_variance_px2(made: SimulatedVideo, row: int) -> float:
    scene = made.scene
    diffusion = diffusion_um2_per_s(
        float(made.truth.diameter_nm[row]), temperature_c=scene.temperature_c, viscosity_mpas=scene.viscosity_mpas
    )
    return float(2 * diffusion * scene.camera.exposure_s / scene.substeps_count / scene.optics.pixel_um**2)


def _links(found: Found, rows: Ints, truth: NtaTruth) -> dict[str, float]:
    particle = np.where(rows >= 0, truth.particle_id[np.maximum(rows, 0)], -1)
    order = np.lexsort((found.frame, found.track))
    same = found.track[order][1:] == found.track[order][:-1]
    before, after = order[:-1][same], order[1:][same]
    follower = np.full(found.frame.size, -1)
    follower[before] = after
    real = np.flatnonzero(particle >= 0)
    by_particle = real[np.lexsort((found.frame[real], particle[real]))]
    first, second = by_particle[:-1], by_particle[1:]
    due = (particle[first] == particle[second]) & (found.frame[second] == found.frame[first] + 1)
    joined = (particle[before] >= 0) & (particle[after] >= 0)
    return {
        "correct next-frame links": float(np.mean(follower[first[due]] == second[due])),
        "links between two particles": float(np.mean(particle[before][joined] != particle[after][joined])),
    }


def ours(made: SimulatedVideo) -> Found:
    tracks = track_video(made.video, threads=2).tracks
    return Found(tracks.frame, tracks.x_px, tracks.y_px, tracks.track_id)


def peer(made: SimulatedVideo, *, least_mass: float, processes: int = 2) -> Found:
    import trackpy

    frames = made.video.read(0, made.video.frames_count)
    table = trackpy.batch(frames, DIAMETER_PX, minmass=least_mass, engine="numba", processes=processes)
    linked = trackpy.link(table, SEARCH_PX)
    x, y = linked["x"].to_numpy(), linked["y"].to_numpy()
    return Found(linked["frame"].to_numpy(), x, y, linked["particle"].to_numpy())


def tune_peer(made: SimulatedVideo) -> float:
    """Return the least mass of highest recall at a precision of 0.995 on the first 12 frames."""
    few = replace(made, scene=replace(made.scene, frames_count=12))
    frames = made.video.read(0, 12)
    few = replace(few, video=type(made.video).from_frames(frames))
    best, most = 120.0, 0.0
    for least_mass in range(70, 125, 5):
        scores = score(peer(few, least_mass=least_mass, processes=1), few)
        if scores["precision"] >= 0.995 and scores["recall >= 12"] + scores["recall 8-12"] > most:
            best, most = float(least_mass), scores["recall >= 12"] + scores["recall 8-12"]
    return best


def point_estimate(path: Path) -> SizeEstimate:
    return estimate_sizes(track_video(read_video(path), threads=2).tracks, SETTINGS)


def clock_both(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor time of this process, s."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def clock(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def line(name: str, value: float, floor: float, goal: float, *, at_most: bool = False, note: str = "") -> None:
    def reached(limit: float) -> bool:
        return value <= limit if at_most else value >= limit

    verdict = "goal" if reached(goal) else "floor" if reached(floor) else "MISSED"
    print(f"{name:<44}{value:>9.4g}   floor {floor:<7g}goal {goal:<7g}{verdict:<7}{note}")


def compare_speed(made: SimulatedVideo, *, least_mass: float, repeats: int) -> None:
    ours(made)
    mine, theirs = [], []
    for _ in range(repeats):
        mine.append(clock(lambda: ours(made)))
        theirs.append(clock(lambda: peer(made, least_mass=least_mass)))
    note = f"ours {min(mine):.2f} s, trackpy {min(theirs):.2f} s, best of {repeats}"
    line("locate + link, times trackpy", min(theirs) / min(mine), 12, 20, note=note)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.tif"
        tifffile.imwrite(path, made.video.read(0, made.video.frames_count))
        read_s = min(clock(lambda: [None for _ in read_video(path).chunks()]) for _ in range(repeats))
        runs = [clock_both(lambda: point_estimate(path)) for _ in range(repeats)]
    duration_s = made.scene.frames_count / made.scene.camera.frame_rate_hz
    wall_s, processor_s = (min(times) for times in zip(*runs, strict=True))
    note = f"{wall_s:.2f} s for {duration_s:.0f} s, decoding {read_s:.2f} s; load {os.getloadavg()[0]:.1f}"
    line("TIFF to point estimate, times real time", duration_s / wall_s, 20, 40, note=note)
    print(f"{'its processor time, both threads together':<44}{processor_s:>9.3g} s")


def compare_accuracy(scene: NtaScene, *, seeds: int, least_mass: float, peer_seeds: int, shown: str = "") -> None:
    """Print the medians of all seeds; of the names that start with `shown` alone where given."""
    mine, theirs = [], []
    for seed in range(seeds):
        made = simulate_nta_video(scene, seed=seed)
        mine.append(score(ours(made), made))
        if seed < peer_seeds:
            theirs.append(score(peer(made, least_mass=least_mass), made))
    limits = {
        "precision": (0.995, 0.995, False),
        "recall >= 12": (0.975, 0.98, False),
        "recall 8-12": (0.82, 0.85, False),
        "RMSE / bound, all, matches within 2 px": (1.2, 1.1, True),
        "RMSE / bound, all, matches within 1.5 px": (1.2, 1.1, True),
        "RMSE / bound, lone": (1.2, 1.1, True),
        "RMSE / bound, all": (1.2, 1.1, True),
        "RMSE / bound of an image, lone": (1.2, 1.1, True),
        "RMSE / bound of an image, all": (1.2, 1.1, True),
    }
    for name in (name for name in mine[0] if name.startswith(shown)):
        values = np.array([scores[name] for scores in mine])
        other = f"trackpy {np.median([scores[name] for scores in theirs]):.4g}" if theirs else ""
        note = f"seeds {values.min():.4g} to {values.max():.4g}; {other}"
        if name in limits:
            floor, goal, at_most = limits[name]
            line(name, float(np.median(values)), floor, goal, at_most=at_most, note=note)
        else:
            print(f"{name:<44}{np.median(values):>9.4g}   {note}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--peer-seeds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--frames", type=int, default=749)
    chosen = parser.parse_args()
    import trackpy

    trackpy.quiet()
    scene = NtaScene(frames_count=chosen.frames)
    made = simulate_nta_video(scene, seed=0)
    least_mass = tune_peer(made)
    print(f"{chosen.frames} frames of 640x480; trackpy {trackpy.__version__}, least mass {least_mass:g}")
    compare_speed(made, least_mass=least_mass, repeats=chosen.repeats)
    compare_accuracy(scene, seeds=chosen.seeds, least_mass=least_mass, peer_seeds=chosen.peer_seeds)
    print("light constant within each exposure: a spot has one height and one width, as the bound says")
    constant = replace(scene, light_steps_count=1)
    compare_accuracy(constant, seeds=chosen.seeds, least_mass=least_mass, peer_seeds=chosen.peer_seeds, shown="RMSE")


if __name__ == "__main__":
    main()
