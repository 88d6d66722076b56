"""Virtual ZetaView: traces counted over positions, printed twice, in a linear and a logarithmic block."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.instruments.dilution import Pipetting, Tube, simulate_dilution
from paracrine.instruments.tracking_noise import NOISE_LAWS, TrackingNoise, draw_estimates_nm, lognormal_ratios
from paracrine.instruments.truth import GridDistribution, Population
from paracrine.instruments.zetaview_header import header_lines
from paracrine.payloads.size_distribution import FloatArray

VERSIONS = ("8.05.16", "8.06.01")
BIN_NM = 5.0
LINEAR_BINS_COUNT = 1200
LOG_BINS_COUNT = 200
LOG_FIRST_NM, LOG_LAST_NM = 4.683, 6025.0
TRACES_PER_PARTICLE_IN_VIEW = 9.8
"""Traces of one acquisition per particle in view, as in an export of vesicles."""
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_TYPED_TEXT = ("Software:", "Experiment:", "Sample:")
_SENTINEL = "\t".join(["-1.000E+0"] * 4 + ["0.000E+0"])


@dataclass(frozen=True)
class ZetaViewSession:
    """One day at one instrument: what all samples of the day share.

    Attributes:
        volume_error_ratio: concentration printed over true concentration.
        concentration_per_particle_in_view_per_ml: the instrument's constant between particles seen per frame and
            concentration; it differs between instruments.
        temperature_c: of the cell, degrees Celsius.
    """

    volume_error_ratio: float = 1.0
    concentration_per_particle_in_view_per_ml: float = 7.5e5
    temperature_c: float = 23.3


@dataclass(frozen=True, eq=False)
class ZetaViewExport:
    """What the instrument would print, and what no instrument knows.

    Attributes:
        sample: name; the video name is made from it.
        version: software version, `8.05.16` or `8.06.01`.
        measured_at: date and time.
        dilution_factor: as typed into the software, which prints it and applies it to nothing.
        session: the instrument on that day.
        aborted: whether the run was broken off: complete header, no particle.
        estimates_nm: shape (traces,), diameters of the traces.
        tube: what was in the measuring cell.
        noise: the law it was measured by.
    """

    sample: str
    version: str
    measured_at: datetime
    dilution_factor: float
    session: ZetaViewSession
    aborted: bool
    estimates_nm: FloatArray
    tube: Tube
    noise: TrackingNoise

    @property
    def expected(self) -> GridDistribution:
        """The histogram without sampling noise, as fractions of all particles in the cell: the measurand."""
        return self.noise.expected(self.tube.content)

    @property
    def traces_count(self) -> int:
        """Number of traces in each block."""
        return int(self.estimates_nm.size)

    @property
    def average_particles(self) -> float:
        """Particles in view."""
        return self.traces_count / TRACES_PER_PARTICLE_IN_VIEW

    @property
    def concentration_per_ml(self) -> float:
        """Concentration of the diluted sample as printed, per cm3."""
        constant = self.session.concentration_per_particle_in_view_per_ml
        return self.average_particles * constant * self.session.volume_error_ratio

    def linear_counts(self) -> FloatArray:
        """Return traces per bin of 5 nm, shape (1200,)."""
        bins = np.clip(self.estimates_nm / BIN_NM, 0, LINEAR_BINS_COUNT - 1).astype(int)
        return np.bincount(bins, minlength=LINEAR_BINS_COUNT).astype(np.float64)

    def log_counts(self) -> FloatArray:
        """Return the same traces per logarithmic class, shape (200,); classes meet at geometric middles."""
        step = math.log(LOG_LAST_NM / LOG_FIRST_NM) / (LOG_BINS_COUNT - 1)
        classes: npt.NDArray[np.int64] = np.rint(np.log(self.estimates_nm / LOG_FIRST_NM) / step).astype(int)
        return np.bincount(np.clip(classes, 0, LOG_BINS_COUNT - 1), minlength=LOG_BINS_COUNT).astype(np.float64)


def simulate_zetaview(
    population: Population,
    *,
    sample: str,
    rng: np.random.Generator,
    dilution_factor: float = 1.0,
    version: str = "8.05.16",
    pipetting: Pipetting | None = None,
    session: ZetaViewSession | None = None,
    noise: TrackingNoise | None = None,
    aborted: bool = False,
    measured_at: datetime = datetime(2026, 5, 6, 14, 3, 9),
) -> ZetaViewExport:
    """Measure a sample with a virtual ZetaView.

    Traces are Poisson with mean proportional to the concentration in the cell; each carries the scatter of its
    length; nothing is smoothed.

    Args:
        population: the undiluted sample.
        sample: name.
        rng: source of all randomness.
        dilution_factor: intended dilution, printed and not applied.
        version: software version, `8.05.16` or `8.06.01`.
        pipetting: how the dilution was made; None for exactly and into a clean diluent.
        session: the instrument that day.
        noise: noise law; None for `unadjusted_tracks`.
        aborted: whether the run was broken off before a trace was complete.
        measured_at: date and time.

    Raises:
        InputError: for an unknown version or a dilution below 1.
    """
    if version not in VERSIONS or dilution_factor < 1:
        raise InputError(
            "a virtual ZetaView needs a known version and a dilution of 1 or more",
            where=sample,
            hint=f"versions: {', '.join(VERSIONS)}",
        )
    session = session or ZetaViewSession()
    law: TrackingNoise = noise or NOISE_LAWS.load("unadjusted_tracks").NOISE
    tube = simulate_dilution(population, dilution_factor, pipetting=pipetting or Pipetting(), rng=rng)
    seen = law.seen(tube.content)
    seen_per_ml = tube.content.concentration_per_ml * seen.total
    in_view = seen_per_ml / session.concentration_per_particle_in_view_per_ml
    ratio = float(law.draw_video_ratios(1, rng)[0])
    traces = 0 if aborted else int(rng.poisson(in_view * ratio * TRACES_PER_PARTICLE_IN_VIEW))
    return ZetaViewExport(
        sample=sample,
        version=version,
        measured_at=measured_at,
        dilution_factor=dilution_factor,
        session=session,
        aborted=aborted,
        estimates_nm=draw_estimates_nm(seen, law, count=traces, rng=rng),
        tube=tube,
        noise=law,
    )


def simulate_zetaview_session(*, rng: np.random.Generator, volume_error_cv_pct: float = 6.0) -> ZetaViewSession:
    """Draw a session whose volume calibration is off by an unknown ratio."""
    ratio = float(lognormal_ratios(1, rng, cv=volume_error_cv_pct / 100)[0])
    return ZetaViewSession(volume_error_ratio=ratio, temperature_c=float(22.5 + rng.uniform(0, 1.5)))


def write_size_text(export: ZetaViewExport, path: Path, *, decimal: str = ".") -> Path:
    """Write the size export of the vendor's software: tab text, Latin-1; CRLF in 8.05, LF in 8.06.

    Args:
        export: what `simulate_zetaview` returned.
        path: file to write; its folder must exist.
        decimal: decimal mark of the computer, `.` or `,`; it changes every number but the version.

    Returns:
        The path.
    """
    medians = [0.0, 0.0, 0.0]
    if export.traces_count:
        counts = export.linear_counts()
        by_number = centre_percentile_nm(counts, 0.5)
        medians = [by_number, by_number, centre_percentile_nm(counts * _centres_nm() ** 3, 0.5)]
    lines = [*header_lines(export, medians), *_table(export)]
    if decimal == ",":
        lines = [_with_comma(line) for line in lines]
    line_end = "\r\n" if export.version.startswith("8.05") else "\n"
    path.write_bytes((line_end.join(lines) + line_end).encode("latin-1"))
    return path


def centre_percentile_nm(contents: FloatArray, frac: float) -> float:
    """Return a percentile by the vendor's rule: cumulative contents placed at bin CENTRES.

    Args:
        contents: shape (1200,), bins of 5 nm.
        frac: fraction of the contents below.
    """
    cumulative = np.cumsum(contents) / contents.sum()
    k = int(np.searchsorted(cumulative, frac))
    below = cumulative[k - 1] if k else 0.0
    return float(_centres_nm()[k] - BIN_NM * (cumulative[k] - frac) / (cumulative[k] - below))


def _centres_nm() -> FloatArray:
    return BIN_NM / 2 + BIN_NM * np.arange(LINEAR_BINS_COUNT, dtype=np.float64)


def _table(export: ZetaViewExport) -> Iterator[str]:
    yield "Size Distribution"
    yield "Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2"
    if not export.aborted:
        yield from _block(export, _centres_nm(), export.linear_counts())
    yield _SENTINEL
    if not export.aborted:
        log_sizes = LOG_FIRST_NM * (LOG_LAST_NM / LOG_FIRST_NM) ** (np.arange(LOG_BINS_COUNT) / (LOG_BINS_COUNT - 1))
        yield from _block(export, log_sizes, export.log_counts())


def _block(export: ZetaViewExport, sizes_nm: FloatArray, counts: FloatArray) -> Iterator[str]:
    per_trace = export.concentration_per_ml / export.traces_count if export.traces_count else 0.0
    columns = (
        sizes_nm,
        counts,
        counts * per_trace,
        counts * math.pi / 6 * sizes_nm**3,
        counts * math.pi / 4 * sizes_nm**2,
    )
    for cells in np.column_stack(columns).tolist():
        yield "\t".join(_exponent(cell) for cell in cells)


def _exponent(value: float) -> str:
    mantissa, power = f"{value:.3e}".split("e")
    return f"{mantissa}E{int(power):+d}"


def _with_comma(line: str) -> str:
    # Software versions and what people typed keep their points.
    return line if line.startswith(_TYPED_TEXT) else _DECIMAL_POINT.sub(",", line)
