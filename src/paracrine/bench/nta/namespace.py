"""`bench.nta`: the verbs of raw particle videos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from paracrine.core.progress import Executor, Progress, SerialExecutor, Silent

if TYPE_CHECKING:
    from paracrine.bench.nta.depth import DepthReport
    from paracrine.bench.nta.plan import PlanReport
    from paracrine.bench.nta.simulate import SimulationReport
    from paracrine.bench.nta.track import TrackReport
    from paracrine.core.plan import VideoSettings

TRACKED_NAME = "tracked"


class Nta:
    """Verbs over raw videos; results lie in a folder a video."""

    def track(
        self,
        videos: str | Path | Iterable[str | Path],
        settings: VideoSettings | None = None,
        *,
        out: str | Path = TRACKED_NAME,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> TrackReport:
        """Track the particles of raw videos: sizes with bands, counts, a page each; nothing is done twice.

        Args:
            videos: AVI, TIFF stacks, folders of PNG frames; compressed video with the extra `video`.
            settings: what a person states about the recordings; the rest is taken from the files, or refused.
            out: a folder a video goes below.
            executor: many videos at a time.
            progress: told of each finished video.

        Raises:
            InputError: when a setting makes no sense. A video that cannot be read is named in the report.
        """
        from paracrine.bench.nta.track import track_videos
        from paracrine.core.plan import VideoSettings as Settings

        several = [videos] if isinstance(videos, str | Path) else list(videos)
        return track_videos(
            [Path(video) for video in several],
            settings or Settings(),
            out=Path(out),
            executor=executor or SerialExecutor(),
            progress=progress or Silent(),
        )

    def depth(
        self, folder: str | Path, *, per_ml: float | str, bead_nm: float, bead_index: float | None = None
    ) -> DepthReport:
        """Say in what depth beads of known concentration were seen.

        Args:
            folder: what `track` wrote for the bead video.
            per_ml: beads in the instrument, a number or with its 95 % interval.
            bead_nm: their diameter.
            bead_index: their refractive index; None where it is that of the sample.

        Raises:
            InputError: when there is no tracked video, no bead or no concentration.
        """
        from paracrine.bench.nta.depth import depth_of_beads

        return depth_of_beads(Path(folder), per_ml=per_ml, bead_nm=bead_nm, bead_index=bead_index)

    def simulate(
        self,
        out: str | Path = "virtual-nta",
        *,
        d50_nm: float = 120.0,
        gsd_ratio: float = 1.2,
        concentration_per_ml: float = 1.62e9,
        frames_count: int = 749,
        width_px: int = 640,
        height_px: int = 480,
        bit_depth: int = 8,
        videos_count: int = 1,
        seed: int = 1,
        progress: Progress | None = None,
    ) -> SimulationReport:
        """Simulate raw tracking videos of a lognormal population and write them with their truth.

        Raises:
            InputError: when a number makes no sense.
        """
        from paracrine.bench.nta.simulate import simulate_videos

        return simulate_videos(
            Path(out),
            d50_nm=d50_nm,
            gsd_ratio=gsd_ratio,
            concentration_per_ml=concentration_per_ml,
            frames_count=frames_count,
            width_px=width_px,
            height_px=height_px,
            bit_depth=bit_depth,
            videos_count=videos_count,
            seed=seed,
            progress=progress or Silent(),
        )

    def plan(
        self,
        d50_nm: float,
        precision: float | str = "5%",
        *,
        said: Mapping[str, float | str] | None = None,
        gsd_ratio: float = 1.3,
        concentration_per_ml: float | None = None,
        duration_s: float = 30.0,
        frame_px: tuple[int, int] = (640, 480),
        trials: int = 8,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> PlanReport:
        """Plan how many frames and videos at which dilution bring D50 to a wanted precision.

        Args:
            d50_nm: expected median.
            precision: wanted 95 % half width over the median, 0.05 or "5%".
            said: settings of camera and liquid by the names of `VideoSettings`; the rest is assumed and named.
            gsd_ratio: expected geometric standard deviation of the sizes.
            concentration_per_ml: of the sample before dilution.
            duration_s: of a video.
            frame_px: width and height of a frame.
            trials: virtual videos that try the theory.
            executor: many virtual videos at a time.
            progress: told of each of them.

        Raises:
            InputError: when a number makes no sense.
            LimitError: when no number of videos reaches the precision.
        """
        from paracrine.bench.nta.plan import PlanQuestion, plan_nta, read_share
        from paracrine.core.plan import VideoSettings as Settings

        question = PlanQuestion(
            d50_nm=d50_nm,
            precision_ratio=read_share(precision),
            gsd_ratio=gsd_ratio,
            said=Settings.model_validate(dict(said or {})),
            width_px=frame_px[0],
            height_px=frame_px[1],
            duration_s=duration_s,
            concentration_per_ml=concentration_per_ml,
        )
        return plan_nta(question, executor=executor or SerialExecutor(), progress=progress or Silent(), trials=trials)
