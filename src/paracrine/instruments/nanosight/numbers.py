"""The vendor's arithmetic: histograms of 1000 bins and the summary its software prints, by version."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paracrine.instruments.nanosight.simulation import NanoSightExport
from paracrine.payloads.size_distribution import FloatArray
from paracrine.physics.stokes_einstein import diffusion_um2_per_s

BINS_COUNT = 1000
SIZE_BIN_NM = 1.0
DIFFUSION_BIN_E4_NM2_PER_S = 4.0
_E4_NM2_PER_UM2 = 100.0


@dataclass(frozen=True)
class Summary:
    """Numbers printed above one histogram, each shape (videos,), in the unit of the bins."""

    mean: FloatArray
    mode: FloatArray
    sd: FloatArray
    percentiles: FloatArray
    """Shape (videos, 101)."""


def size_histogram(export: NanoSightExport, *, weighting: str = "Number") -> FloatArray:
    """Return the printed bins, shape (videos, 1000): per mL, nm2/mL (`Surface Area`) or nm3/mL (`Volume`).

    Weighted bins are the number bins times surface or volume of the sphere of the LOWER edge.
    """
    number = _rebinned(
        export.contents_per_ml, export.edges_nm, np.arange(BINS_COUNT + 1, dtype=np.float64) * SIZE_BIN_NM
    )
    lower_nm = np.arange(BINS_COUNT, dtype=np.float64) * SIZE_BIN_NM
    return np.asarray(np.round(np.round(number) * _particle_weight(lower_nm, weighting)), dtype=float)


def diffusion_histogram(export: NanoSightExport, *, weighting: str = "Number") -> FloatArray:
    """Return the bins of the diffusion coefficient, shape (videos, 1000), 4e4 nm2/s wide.

    Each cell of the size grid goes to the diffusion it stands for at the temperature of its video.
    """
    centres_nm = np.sqrt(export.edges_nm[1:] * export.edges_nm[:-1])
    contents = export.contents_per_ml * _particle_weight(centres_nm, weighting)
    bins = np.arange(BINS_COUNT + 1, dtype=np.float64) * DIFFUSION_BIN_E4_NM2_PER_S
    rows = []
    for row, temperature_c, viscosity in zip(contents, export.temperature_c, export.viscosity_mpas, strict=True):
        diffusion = diffusion_um2_per_s(
            export.edges_nm, temperature_c=float(temperature_c), viscosity_mpas=float(viscosity)
        )
        rows.append(_rebinned(row[None, ::-1], diffusion[::-1] * _E4_NM2_PER_UM2, bins)[0])
    return np.round(np.array(rows))


def summarise(bins: FloatArray, *, width: float, version: str) -> Summary:
    """Return the header of a histogram by the vendor's rules.

    Mean and SD from bin centres (population SD); percentiles with the cumulative at UPPER edges in 3.4 and at
    LOWER edges (one bin less) in 3.2, never beyond the lower edge of the last bin; zeros for an empty video.

    Args:
        bins: shape (videos, 1000).
        width: bin width, in the unit of the axis.
        version: `3.2` or `3.4`.
    """
    centres = (np.arange(bins.shape[1]) + 0.5) * width
    total = bins.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    mean = bins @ centres / safe
    sd = np.sqrt(np.maximum((bins * (centres - mean[:, None]) ** 2).sum(axis=1) / safe, 0.0))
    shift = 0.0 if version == "3.4" else width
    percentiles = np.array([_percentiles(row, width) for row in bins])
    percentiles = np.clip(percentiles - shift, 0.0, (bins.shape[1] - 1) * width)
    modes = np.array([_mode(row, width) for row in bins])
    return Summary(mean, modes, sd, percentiles)


def _percentiles(row: FloatArray, width: float) -> FloatArray:
    if not row.any():
        return np.zeros(101)
    cumulative = np.cumsum(row) / row.sum()
    shares = np.arange(101) / 100
    shares[100] = cumulative[-1]
    k = np.searchsorted(cumulative, shares)
    k[0] = np.flatnonzero(row)[0]
    below = np.where(k > 0, cumulative[k - 1], 0.0)
    return np.asarray(width * (k + (shares - below) / (cumulative[k] - below)), dtype=float)


def _mode(row: FloatArray, width: float) -> float:
    """Return the top of a parabola through the fullest bin and its neighbours."""
    if not row.any():
        return 0.0
    top = int(row.argmax())
    left, right = (row[top - 1] if top else 0.0), (row[top + 1] if top + 1 < row.size else 0.0)
    bend = left - 2 * row[top] + right
    offset = 0.0 if bend == 0 else float(np.clip((left - right) / (2 * bend), -0.49, 0.49))
    return (top + 0.5 + offset) * width


def _particle_weight(diameter_nm: FloatArray, weighting: str) -> FloatArray:
    if weighting == "Surface Area":
        return math.pi * diameter_nm**2
    if weighting == "Volume":
        return math.pi / 6 * diameter_nm**3
    return np.ones_like(diameter_nm)


def _rebinned(contents: FloatArray, edges: FloatArray, bins: FloatArray) -> FloatArray:
    cumulative = np.concatenate([np.zeros((contents.shape[0], 1)), np.cumsum(contents, axis=1)], axis=1)
    at_bins = np.array([np.interp(bins, edges, row) for row in cumulative])
    return np.asarray(np.diff(at_bins, axis=1), dtype=float)
