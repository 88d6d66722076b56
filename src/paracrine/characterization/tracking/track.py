"""A video to tracks: locate, link, confirm, remove common motion."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from paracrine.characterization.tracking.detect import fit_spot_model, locate_video, measure_still_image
from paracrine.characterization.tracking.ghosts import drop_tracks, find_ghosts
from paracrine.characterization.tracking.link import Linked, LinkPrior, keep_confirmed, link_spots
from paracrine.characterization.tracking.settings import SpotModel, TrackingSettings
from paracrine.core.notice import Notice, Severity
from paracrine.core.progress import Progress
from paracrine.payloads.tracks import Tracks
from paracrine.payloads.video import CHUNK_FRAMES, Video

FEWEST_FOR_DRIFT = 5.0
"""Particles in a frame: with n of them a share of 1/n of each one's own steps goes into the common motion."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackedVideo:
    """Tracks of a video and what was learnt on the way.

    Attributes:
        tracks: all tracks, single spots included.
        model: shape of the spots and photon noise.
        prior: displacement prior of the last linking round.
        vibration_px: root mean square vibration along x and y, 0 where none shows.
        noise_counts: standard deviation of the empty background in a typical frame.
        saturated_share: share of spots whose middle is clipped.
        faint_dropped_count: faint spots that no track confirmed.
        spots_per_frame: mean number of spots in a frame.
        ghosts_count: tracks left out because they repeat every step of a brighter one (reflections).
    """

    tracks: Tracks
    model: SpotModel
    prior: LinkPrior
    vibration_px: tuple[float, float]
    noise_counts: float
    saturated_share: float
    faint_dropped_count: int
    spots_per_frame: float
    ghosts_count: int = 0

    def notices(self) -> tuple[Notice, ...]:
        """Return the doubts that the tracks alone raise."""
        found = []
        if self.ghosts_count:
            found.append(
                Notice(
                    code="reflections",
                    message=f"{self.ghosts_count} tracks repeat every step of a brighter one: reflections, left out",
                    action="check the optics for a reflecting surface",
                )
            )
        if 0 < self.spots_per_frame < FEWEST_FOR_DRIFT:
            found.append(
                Notice(
                    code="drift-from-few",
                    message=f"common motion rests on {self.spots_per_frame:.1f} particles in a frame: part of what is "
                    "taken away as drift is their own diffusion, and sizes come out too large",
                    severity=Severity.CAUTION,
                    action="record more particles at a time, or read the motion with the drift left in",
                )
            )
        return tuple(found)


def track_video(
    video: Video,
    settings: TrackingSettings | None = None,
    *,
    threads: int = 2,
    chunk_frames: int = CHUNK_FRAMES,
    progress: Progress | None = None,
) -> TrackedVideo:
    """Track every particle of a video.

    Args:
        video: handle; its frame rate, exposure and pixel size go to the tracks as they are, None where unknown.
        settings: thresholds, spot diameter, memory; defaults when None.
        threads: chunks searched at the same time.
        chunk_frames: frames in a chunk.
        progress: told of each finished chunk.

    Returns:
        Tracks with an uncertainty per spot and the common motion beside them. No particle is no error.

    Raises:
        InputError: when the frames cannot be read.
    """
    chosen = settings or TrackingSettings()
    still = measure_still_image(video) if chosen.still_removed else None
    model = fit_spot_model(video, chosen, still=still, threads=threads)
    spots = locate_video(
        video, chosen, model=model, still=still, threads=threads, chunk_frames=chunk_frames, progress=progress
    )
    frame_shape = (video.height_px, video.width_px)
    linked = link_spots(spots, chosen, frame_shape=frame_shape)
    kept = keep_confirmed(linked, chosen)
    ghosts = find_ghosts(kept)
    kept = drop_tracks(kept, ghosts)
    return TrackedVideo(
        tracks=replace(_tracks(kept, video), border_px=model.variance_px2**0.5, faintest_ratio=chosen.faint_ratio),
        model=model,
        prior=linked.prior,
        vibration_px=(linked.motion.vibration_x_px, linked.motion.vibration_y_px),
        noise_counts=float(np.median(spots.noise_counts)),
        saturated_share=float(np.mean(kept.spots.saturated)) if kept.spots.spots_count else 0.0,
        faint_dropped_count=spots.spots_count - kept.spots.spots_count,
        spots_per_frame=kept.spots.spots_count / video.frames_count,
        ghosts_count=int(ghosts.size),
    )


def _tracks(linked: Linked, video: Video) -> Tracks:
    order = np.lexsort((linked.spots.frame, linked.track))
    spots = linked.spots.take(order)
    return Tracks(
        track_id=linked.track[order],
        frame=spots.frame,
        x_px=spots.x_px,
        y_px=spots.y_px,
        amplitude_counts=spots.amplitude_counts,
        background_counts=spots.background_counts,
        width_px=spots.width_px,
        sigma_x_px=spots.sigma_x_px,
        sigma_y_px=spots.sigma_y_px,
        score_ratio=spots.score_ratio,
        drift_x_px=linked.motion.x_px,
        drift_y_px=linked.motion.y_px,
        frame_shape=(video.height_px, video.width_px),
        frame_interval_s=None if video.frame_rate_hz is None else 1 / video.frame_rate_hz,
        exposure_s=video.exposure_s,
        pixel_um=video.pixel_um,
        reach_px=linked.reach_px[order],
    )
