"""Virtual Zetasizer Nano: intensity-weighted size and zeta potential, as the TXT export prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from paracrine.core.errors import InputError
from paracrine.instruments.tracking_noise import lognormal_ratios
from paracrine.instruments.truth import GridDistribution, Population, smoothing_kernel
from paracrine.payloads.size_distribution import FloatArray
from paracrine.physics.scattering import relative_scatter, scattering_vector_per_nm, sphere_form_factor
from paracrine.physics.viscosity import water_viscosity_mpas

CLASSES_COUNT = 70
FIRST_NM, LAST_NM = 0.4, 1.0e4
WAVELENGTH_NM, ANGLE_DEG, WATER_INDEX = 632.8, 173.0, 1.33
TEMPERATURE_C = 25.0
ZETA_CLASSES_COUNT = 91
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Near the zero of the form factor a division would turn noise into volume.
_LEAST_FORM_FACTOR = 0.1
_SMOLUCHOWSKI_MV_PER_MOBILITY = 12.75


@dataclass(frozen=True)
class DlsTruth:
    """What the method would say without noise: its measurand, not the particles'.

    Attributes:
        z_average_nm: cumulant mean diameter, 1 / <1/d> weighted by scattered intensity.
        polydispersity_index: second cumulant over the squared first.
    """

    z_average_nm: float
    polydispersity_index: float


@dataclass(frozen=True)
class DlsNoise:
    """Run-to-run scatter of a well-behaved sample.

    Attributes:
        z_average_cv: relative, of the Z-average.
        polydispersity_sd: of the index.
        smoothing_log_sd: width the inversion adds to the distribution, in log diameter.
    """

    z_average_cv: float = 0.012
    polydispersity_sd: float = 0.015
    smoothing_log_sd: float = 0.20


@dataclass(frozen=True, eq=False)
class ZetasizerSizeExport:
    """Size records of one sample.

    Attributes:
        sample: name.
        measured_at: date and time of the first record.
        z_average_nm: shape (runs,).
        polydispersity_index: shape (runs,).
        sizes_nm: shape (70,), class sizes.
        intensity_pct: shape (runs, 70); also `volume_pct` and `number_pct`.
        volume_pct: by volume.
        number_pct: by number.
        count_rate_kcps: shape (runs,).
        truth: the answer without noise.
    """

    sample: str
    measured_at: datetime
    z_average_nm: FloatArray
    polydispersity_index: FloatArray
    sizes_nm: FloatArray
    intensity_pct: FloatArray
    volume_pct: FloatArray
    number_pct: FloatArray
    count_rate_kcps: FloatArray
    truth: DlsTruth


@dataclass(frozen=True, eq=False)
class ZetaPotentialExport:
    """Zeta records of one sample.

    Attributes:
        sample: name.
        measured_at: date and time of the first record.
        zeta_potential_mv: shape (runs,), intensity-weighted mean.
        zeta_deviation_mv: shape (runs,).
        zeta_classes_mv: one axis per run; their lengths may differ.
        intensities: counts per class, one array per run.
    """

    sample: str
    measured_at: datetime
    zeta_potential_mv: FloatArray
    zeta_deviation_mv: FloatArray
    zeta_classes_mv: tuple[FloatArray, ...]
    intensities: tuple[FloatArray, ...]


def detection_vector_per_nm() -> float:
    """Return the scattering vector of the backscatter detector, 1/nm."""
    return scattering_vector_per_nm(wavelength_nm=WAVELENGTH_NM, refractive_index=WATER_INDEX, angle_deg=ANGLE_DEG)


def dls_truth(population: Population) -> DlsTruth:
    """Return Z-average and polydispersity index of a population, spheres in the Rayleigh-Gans limit."""
    by_intensity = population.on_grid(lambda d: relative_scatter(d, q_per_nm=detection_vector_per_nm()))
    share = by_intensity.contents / by_intensity.total
    inverse = 1 / np.sqrt(by_intensity.edges_nm[1:] * by_intensity.edges_nm[:-1])
    mean = float(share @ inverse)
    return DlsTruth(1 / mean, float(share @ (inverse - mean) ** 2) / mean**2)


def simulate_zetasizer_size(
    population: Population,
    *,
    sample: str,
    rng: np.random.Generator,
    runs: int = 3,
    noise: DlsNoise | None = None,
    measured_at: datetime = datetime(2026, 5, 6, 15, 20, 31),
) -> ZetasizerSizeExport:
    """Measure sizes by dynamic light scattering.

    Args:
        population: what is in the cuvette; only relative numbers matter.
        sample: name, without tabs.
        rng: source of all randomness.
        runs: records.
        noise: run-to-run scatter; None for the usual.
        measured_at: date and time of the first record.

    Raises:
        InputError: for fewer than one run.
    """
    if runs < 1 or "\t" in sample:
        raise InputError("a virtual Zetasizer needs a run and a name without tabs", where=sample)
    noise = noise or DlsNoise()
    truth = dls_truth(population)
    sizes, edges = _size_classes()
    q = detection_vector_per_nm()
    ratio = lognormal_ratios(runs, rng, cv=noise.z_average_cv)
    polydispersity = np.abs(truth.polydispersity_index + noise.polydispersity_sd * rng.standard_normal(runs))
    scattered = population.on_grid(lambda d: relative_scatter(d, q_per_nm=q))
    intensity = np.array([_inverted(scattered, edges, float(r), noise.smoothing_log_sd, rng) for r in ratio])
    volume = intensity / (sizes**3 * np.maximum(sphere_form_factor(sizes, q_per_nm=q), _LEAST_FORM_FACTOR))
    number = volume / sizes**3
    return ZetasizerSizeExport(
        sample=sample,
        measured_at=measured_at,
        z_average_nm=truth.z_average_nm * ratio,
        polydispersity_index=polydispersity,
        sizes_nm=sizes,
        intensity_pct=intensity,
        volume_pct=100 * volume / volume.sum(axis=1, keepdims=True),
        number_pct=100 * number / number.sum(axis=1, keepdims=True),
        count_rate_kcps=250.0 * lognormal_ratios(runs, rng, cv=0.02),
        truth=truth,
    )


def simulate_zetasizer_zeta(
    mean_mv: float,
    deviation_mv: float,
    *,
    sample: str,
    rng: np.random.Generator,
    classes_counts: Iterable[int] = (ZETA_CLASSES_COUNT,) * 3,
    run_sd_mv: float = 0.8,
    measured_at: datetime = datetime(2026, 5, 6, 16, 5, 47),
) -> ZetaPotentialExport:
    """Measure the zeta potential.

    Args:
        mean_mv: true mean, mV.
        deviation_mv: true width of the distribution, mV.
        sample: name, without tabs.
        rng: source of all randomness.
        classes_counts: classes of each run's arrays; real exports have rows of one class more than the header.
        run_sd_mv: run-to-run standard deviation, mV.
        measured_at: date and time of the first record.
    """
    axes, intensities, means, widths = [], [], [], []
    for count in classes_counts:
        axis = np.linspace(-149.0, 149.0, count)
        centre = mean_mv + run_sd_mv * rng.standard_normal()
        curve = 3e5 * np.exp(-(((axis - centre) / deviation_mv) ** 2) / 2)
        curve = np.where(curve < 1.0, 0.0, curve * lognormal_ratios(count, rng, cv=0.02))
        share = curve / curve.sum()
        axes.append(axis)
        intensities.append(curve)
        means.append(float(share @ axis))
        widths.append(float(np.sqrt(share @ (axis - share @ axis) ** 2)))
    return ZetaPotentialExport(sample, measured_at, np.array(means), np.array(widths), tuple(axes), tuple(intensities))


def write_size_export(export: ZetasizerSizeExport, path: Path) -> Path:
    """Write the records as the Nano software's TXT export: tab, CRLF, Latin-1, one row per record.

    Returns:
        The path.
    """
    numbered = range(1, CLASSES_COUNT + 1)
    header = ["Type", "Sample Name", "Measurement Date and Time", "Record Number", "S/W Version", "Serial Number"]
    header += ["Temperature (°C)", "Viscosity (cP)", "Z-Average (d.nm)", "PdI", "Derived Count Rate (kcps)"]
    header += [f"Sizes[{i}] (d.nm)" for i in numbered]
    for weighting in ("Intensities", "Volumes", "Numbers", "Undersize By Intensity"):
        header += [f"{weighting}[{i}] (Percent)" for i in numbered]
    rows = [header]
    for run in range(export.z_average_nm.size):
        undersize = np.cumsum(export.intensity_pct[run])
        row = [*_record("Size", export.sample, export.measured_at, run)]
        row += [f"{TEMPERATURE_C:.1f}", f"{water_viscosity_mpas(TEMPERATURE_C):.4f}"]
        row += [f"{export.z_average_nm[run]:.1f}", f"{export.polydispersity_index[run]:.3f}"]
        row += [f"{export.count_rate_kcps[run]:.1f}"]
        row += [_four_digits(size) for size in export.sizes_nm.tolist()]
        for percent in (export.intensity_pct[run], export.volume_pct[run], export.number_pct[run], undersize):
            row += [f"{value:.1f}" for value in percent.tolist()]
        rows.append(row)
    return _write_rows(rows, path)


def write_zeta_export(export: ZetaPotentialExport, path: Path) -> Path:
    """Write the records as the Nano software's TXT export; the header counts the classes of the FIRST record only.

    Returns:
        The path.
    """
    numbered = range(1, export.zeta_classes_mv[0].size + 1)
    header = ["Type", "Sample Name", "Measurement Date and Time", "Record Number", "S/W Version", "Serial Number"]
    header += ["Temperature (°C)", "Conductivity (mS/cm)", "Mobility (µmcm/Vs)", "Zeta Deviation (mV)"]
    header += ["Zeta Potential (mV)", *(f"Zeta Potentials[{i}] (mV)" for i in numbered)]
    rows = [[*header, *(f"Intensities[{i}]" for i in numbered)]]
    for run, (axis, counts) in enumerate(zip(export.zeta_classes_mv, export.intensities, strict=True)):
        mean = float(export.zeta_potential_mv[run])
        row = [*_record("Zeta", export.sample, export.measured_at, run), f"{TEMPERATURE_C:.1f}", "0.943"]
        row += [f"{mean / _SMOLUCHOWSKI_MV_PER_MOBILITY:.4f}", _three_digits(float(export.zeta_deviation_mv[run]))]
        row += [_three_digits(mean), *(_three_digits(mv) for mv in axis.tolist())]
        rows.append([*row, *(f"{count:.3f}" for count in counts.tolist())])
    return _write_rows(rows, path)


def _size_classes() -> tuple[FloatArray, FloatArray]:
    step = np.log(LAST_NM / FIRST_NM) / (CLASSES_COUNT - 1)
    at = np.arange(CLASSES_COUNT + 1, dtype=np.float64)
    return FIRST_NM * np.exp(step * at[:-1]), FIRST_NM * np.exp(step * (at - 0.5))


def _inverted(
    scattered: GridDistribution, edges_nm: FloatArray, ratio: float, smoothing_log_sd: float, rng: np.random.Generator
) -> FloatArray:
    """Return percent per class: scattered intensity, shifted with the run, widened by the inversion."""
    width = smoothing_log_sd * float(lognormal_ratios(1, rng, cv=0.1)[0])
    smooth = scattered.blurred(smoothing_kernel(width)).contents
    cumulative = np.concatenate([[0.0], np.cumsum(smooth)]) / smooth.sum()
    share = np.diff(np.interp(edges_nm, scattered.edges_nm * ratio, cumulative))
    return np.asarray(100 * share / share.sum(), dtype=np.float64)


def _record(kind: str, sample: str, first: datetime, run: int) -> list[str]:
    at = first + timedelta(minutes=3 * run)
    # English month names whatever the locale of this computer.
    date = f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S}"
    return [kind, f"{sample} {run + 1}", date, str(run + 1), "8.02", "SIMULATED"]


def _four_digits(value: float) -> str:
    """Print four significant digits as the instrument does: 0.4000, 1.117, 21.04, 1718, 1.000e4."""
    if value >= 9999.5:
        mantissa, power = f"{value:.3e}".split("e")
        return f"{mantissa}e{int(power)}"
    decimals = 3 - int(np.floor(np.log10(value)))
    return f"{value:.{min(decimals, 4)}f}"


def _three_digits(value: float) -> str:
    decimals = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{decimals}f}"


def _write_rows(rows: list[list[str]], path: Path) -> Path:
    text = "".join("\t".join(row) + "\r\n" for row in rows)
    path.write_bytes(text.encode("latin-1"))
    return path
