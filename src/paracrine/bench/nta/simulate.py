"""The verb `simulate-nta`: raw videos of a known population, the truth beside each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paracrine.core.errors import InputError
from paracrine.core.plan import VideoSettings
from paracrine.core.progress import Progress, stage
from paracrine.instruments.nta.recording import truth_data, write_recording
from paracrine.instruments.nta.scene import NtaScene
from paracrine.instruments.nta.sizes import LognormalSizes
from paracrine.instruments.nta_video import simulate_nta_video

BIT_DEPTHS = (8, 10, 12, 14, 16)


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """Videos that were written and what is in them."""

    videos: tuple[Path, ...]
    truths: tuple[dict[str, Any], ...]

    @property
    def settings(self) -> VideoSettings:
        """What a person would state about these videos."""
        truth = self.truths[0]
        names = ("pixel_um", "frames_per_s", "exposure_ms", "temperature_c", "viscosity_mpas")
        return VideoSettings.model_validate({name: float(truth[name]) for name in names})

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"videos": [str(video) for video in self.videos], "truth": list(self.truths)}


def simulate_videos(
    out: Path,
    *,
    d50_nm: float,
    gsd_ratio: float,
    concentration_per_ml: float,
    frames_count: int,
    width_px: int,
    height_px: int,
    bit_depth: int,
    videos_count: int,
    seed: int,
    progress: Progress,
) -> SimulationReport:
    """Simulate recordings of a lognormal population and write them with their truth.

    Raises:
        InputError: when a number makes no sense.
    """
    if not d50_nm > 0 or not gsd_ratio >= 1 or not concentration_per_ml >= 0:
        raise InputError(f"no population has D50 {d50_nm} nm, spread {gsd_ratio}, {concentration_per_ml} per mL")
    if bit_depth not in BIT_DEPTHS:
        raise InputError(f"no camera of {bit_depth} bits", hint=f"one of {', '.join(map(str, BIT_DEPTHS))}")
    if min(frames_count, width_px, height_px, videos_count) < 1:
        raise InputError("frames, pixels and videos are 1 or more")
    usual = NtaScene()
    scene = replace(
        usual,
        sizes=LognormalSizes(d50_nm, gsd_ratio),
        concentration_per_ml=concentration_per_ml,
        frames_count=frames_count,
        camera=replace(usual.camera, width_px=width_px, height_px=height_px, bit_depth=bit_depth),
    )
    videos, truths = [], []
    with stage(progress, "simulating videos", videos_count) as done:
        for number in range(1, videos_count + 1):
            made = simulate_nta_video(scene, seed=seed + number - 1)
            videos.append(write_recording(made, out, name=f"video_{number:02d}"))
            truths.append(truth_data(made))
            done()
    return SimulationReport(tuple(videos), tuple(truths))
