"""Virtual NanoSight: particles counted in a field, tracked for a while, printed as a smoothed histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.instruments.dilution import Pipetting, Tube, simulate_dilution
from paracrine.instruments.tracking_noise import NOISE_LAWS, TrackingNoise, draw_estimates_nm, lognormal_ratios
from paracrine.instruments.truth import GridDistribution, Population, log_grid_nm, smoothing_kernel
from paracrine.payloads.size_distribution import FloatArray
from paracrine.physics.viscosity import water_viscosity_mpas

VALID_TRACKS_PER_PARTICLE_FRAME = 0.034
"""Tracks long enough to be sized, per particle in view and frame: as in exports of bead standards."""
_SHORT_TRACKS_PER_VALID = 1.5
_CENTRES_PER_PARTICLE = 0.93
VERSIONS = ("3.2", "3.4")


@dataclass(frozen=True)
class NanoSightSession:
    """One day at one instrument: what all samples of the day share.

    Attributes:
        volume_error_ratio: concentration printed over true concentration, from the calibration of the field volume.
        field_volume_ml: liquid in view, mL.
        frames_count: frames analysed per video.
        temperature_c: of the sample, degrees Celsius.
    """

    volume_error_ratio: float = 1.0
    field_volume_ml: float = 1.9e-7
    frames_count: int = 1498
    temperature_c: float = 22.6

    @property
    def tracked_volume_ml(self) -> float:
        """Volume that holds, on average, one particle per valid track of a video."""
        return VALID_TRACKS_PER_PARTICLE_FRAME * self.frames_count * self.field_volume_ml


def simulate_session(*, rng: np.random.Generator, volume_error_cv_pct: float = 4.0) -> NanoSightSession:
    """Draw a session whose volume calibration is off by an unknown ratio."""
    ratio = lognormal_ratios(1, rng, cv=volume_error_cv_pct / 100)[0]
    return NanoSightSession(volume_error_ratio=float(ratio), temperature_c=float(22.0 + rng.uniform(0, 1.5)))


@dataclass(frozen=True, eq=False)
class NanoSightExport:
    """What the instrument would print, and what no instrument knows.

    Attributes:
        sample: name of the sample; file and video names are made from it.
        version: software version, `3.2` or `3.4`.
        measured_at: start of the first video.
        stated_dilution_factor: factor the concentrations are multiplied by; None prints `Not recorded`.
        session: the instrument on that day.
        tube: what was in the measuring cell.
        noise: the law it was measured by.
        temperature_c: shape (videos,).
        valid_tracks: shape (videos,), tracks behind each histogram.
        completed_tracks: shape (videos,), all tracks.
        drift_pixels_per_frame: shape (videos, 2).
        edges_nm: shape (cells + 1,), logarithmic grid.
        contents_per_ml: shape (videos, cells), particles per mL in each cell, dilution applied where stated.
    """

    sample: str
    version: str
    measured_at: datetime
    stated_dilution_factor: float | None
    session: NanoSightSession
    tube: Tube
    noise: TrackingNoise
    temperature_c: FloatArray
    valid_tracks: npt.NDArray[np.int64]
    completed_tracks: npt.NDArray[np.int64]
    drift_pixels_per_frame: FloatArray
    edges_nm: FloatArray
    contents_per_ml: FloatArray

    @property
    def expected(self) -> GridDistribution:
        """The histogram without sampling noise, as fractions of all particles in the cell: the measurand."""
        return self.noise.expected(self.tube.content)

    @property
    def video_names(self) -> tuple[str, ...]:
        """Names of the videos, in order."""
        return tuple(f"{self.sample}_{number:02d}" for number in range(self.valid_tracks.size))

    @property
    def particles_per_frame(self) -> FloatArray:
        """Particles in view, shape (videos,)."""
        return self.valid_tracks / (VALID_TRACKS_PER_PARTICLE_FRAME * self.session.frames_count)

    @property
    def centres_per_frame(self) -> FloatArray:
        """Located centres per frame, shape (videos,)."""
        return self.particles_per_frame * _CENTRES_PER_PARTICLE

    @property
    def viscosity_mpas(self) -> FloatArray:
        """Viscosity of water at the temperature of each video, shape (videos,)."""
        return np.array([water_viscosity_mpas(t) for t in self.temperature_c.tolist()])


def simulate_nanosight(
    population: Population,
    *,
    sample: str,
    rng: np.random.Generator,
    videos: int = 5,
    dilution_factor: float = 1.0,
    state_dilution: bool = True,
    version: str = "3.4",
    pipetting: Pipetting | None = None,
    session: NanoSightSession | None = None,
    noise: TrackingNoise | None = None,
    measured_at: datetime = datetime(2026, 5, 6, 10, 12, 40),
) -> NanoSightExport:
    """Measure a sample with a virtual NanoSight.

    Counted tracks are Poisson with mean concentration x volume tracked; each track's diameter carries the scatter of
    a finite track; the printed histogram is smoothed. All of that is the `noise` law's (default `poisson_field`).

    Args:
        population: the undiluted sample.
        sample: name, without commas or quotes.
        rng: source of all randomness.
        videos: videos captured, at least 2.
        dilution_factor: intended dilution before the measurement.
        state_dilution: whether it was typed into the software, which then multiplies by it.
        version: software version whose layout and rules are used, `3.2` or `3.4`.
        pipetting: how the dilution was made; None for exactly and into a clean diluent.
        session: the instrument that day; None for one without volume error.
        noise: noise law; None for the plain one.
        measured_at: start of the first video.

    Raises:
        InputError: for an unknown version, fewer than 2 videos, a dilution below 1 or a name that breaks the file.
    """
    _require_usable(sample, version, videos, dilution_factor)
    session = session or NanoSightSession()
    law: TrackingNoise = noise or NOISE_LAWS.load("poisson_field").NOISE
    tube = simulate_dilution(population, dilution_factor, pipetting=pipetting or Pipetting(), rng=rng)
    seen = law.seen(tube.content)
    in_volume = tube.content.concentration_per_ml * seen.total * session.tracked_volume_ml
    valid = rng.poisson(in_volume * law.draw_video_ratios(videos, rng))
    edges_nm, track_counts = _smoothed_histograms(seen, law, valid, rng)
    scale = session.volume_error_ratio / session.tracked_volume_ml * (dilution_factor if state_dilution else 1.0)
    return NanoSightExport(
        sample=sample,
        version=version,
        measured_at=measured_at,
        stated_dilution_factor=dilution_factor if state_dilution else None,
        session=session,
        tube=tube,
        noise=law,
        temperature_c=session.temperature_c + np.cumsum(rng.normal(0.005, 0.01, size=videos)),
        valid_tracks=valid,
        completed_tracks=valid + rng.poisson(_SHORT_TRACKS_PER_VALID * valid),
        drift_pixels_per_frame=rng.normal([-3.8, 0.2], 0.2, size=(videos, 2)),
        edges_nm=edges_nm,
        contents_per_ml=track_counts * scale,
    )


def _require_usable(sample: str, version: str, videos: int, dilution_factor: float) -> None:
    if version not in VERSIONS or videos < 2 or dilution_factor < 1 or set(sample) & set(',"\r\n'):
        raise InputError(
            "a virtual NanoSight needs a known version, 2 or more videos, a dilution of 1 or more and a plain name",
            where=sample,
            hint=f"versions: {', '.join(VERSIONS)}",
        )


def _smoothed_histograms(
    seen: GridDistribution, law: TrackingNoise, valid: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw the seen particles, scatter and smooth them; return edges and track counts, shape (videos, cells)."""
    estimates = draw_estimates_nm(seen, law, count=int(valid.sum()), rng=rng)
    edges_nm = log_grid_nm(2.0, 5000.0)
    step = math.log(edges_nm[1] / edges_nm[0])
    kernel = smoothing_kernel(law.smoothing_log_sd)
    cells = np.clip(((np.log(estimates / edges_nm[0])) / step).astype(int), 0, edges_nm.size - 2)
    video = np.repeat(np.arange(valid.size), valid)
    raw = np.zeros((valid.size, edges_nm.size - 1))
    np.add.at(raw, (video, cells), 1.0)
    smooth = np.array([np.convolve(row, kernel, mode="same") for row in raw])
    return edges_nm, smooth
