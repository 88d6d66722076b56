"""Numbers an NTA summary prints for each video, and the same numbers from the bins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.run import VendorNumber
from paracrine.readers.decoding.decimal import half_digit
from paracrine.readers.decoding.table import FloatArray, plain_floats
from paracrine.readers.decoding.text import to_number
from paracrine.readers.nanosight.conventions import Rederived, rederive
from paracrine.readers.nanosight.layout import RESULTS, Document
from paracrine.readers.nanosight.tables import LEVELS_PCT, SIZE_KEYS, Block, VideoRow

DIFFUSION_SCALE = 1e4
"""Printed diffusion coefficients are in 1e4 nm2/s."""
_CONCENTRATION = "Concentration (Particles / ml)"
_LEVELS_FRAC = np.array(LEVELS_PCT) / 100
_SIZE_ROUNDING = 0.05
_CONCENTRATION_DIGITS = 3
_SHIFT_BINS = {"3.2": 1.0, "3.4": 0.0}


class Printed(NamedTuple):
    """One printed row; `values` and `roundings` have one item a video, NaN where nothing is printed."""

    place: str
    values: list[float]
    roundings: list[float]
    average: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class BlockNumbers:
    """A distribution with its printed and its recomputed summary.

    Attributes:
        printed: rows by key.
        ours: the recomputed rows by the same keys, each shape (videos,), in printed units; without percentiles
            when they follow neither known convention.
        total: sum of the bins of each video.
        lower_edges: whether the percentiles place the cumulative at lower edges (NTA 3.2); None when unknown.
    """

    block: Block
    printed: dict[str, Printed]
    ours: dict[str, FloatArray]
    total: FloatArray
    lower_edges: bool | None

    @property
    def is_number_weighted_size(self) -> bool:
        """Whether this is the distribution whose bins sum to the concentration."""
        return self.block.domain == "size" and self.block.weighting == "number"


def read_concentration(document: Document) -> Printed:
    """Read the concentration row; three significant digits are printed.

    Raises:
        InputError: when the row is missing or a printed number is malformed.
    """
    row = document.video_rows.get((RESULTS, _CONCENTRATION))
    if row is None:
        raise InputError("the concentration row is missing", where=RESULTS, hint="export the file again")
    return _read_row(row, document, significant=_CONCENTRATION_DIGITS)


def read_blocks(document: Document) -> list[BlockNumbers]:
    """Read and recompute the summary of every distribution.

    Raises:
        InputError: when a printed number is missing in the whole or malformed.
    """
    return [_read_block(block, document) for block in document.blocks.values()]


def _read_block(block: Block, document: Document) -> BlockNumbers:
    missing = [key for key in (*SIZE_KEYS, "Valid Tracks") if key not in block.video_rows]
    if missing:
        raise InputError(f"the row {missing[0]!r} is missing", where=block.place, hint="export the file again")
    printed = {key: _read_row(block.video_rows[key], document) for key in (*SIZE_KEYS, "Valid Tracks")}
    found = rederive(block.contents, centres=block.axis, levels_frac=_LEVELS_FRAC)
    ours = {"Mean": found.mean, "Mode": found.mode, "SD": found.sd}
    shift = _percentile_shift(block, printed, found, document.software_version)
    if shift is not None:
        # A percentile inside the last bin is printed as its lower edge.
        shifted = np.minimum(found.percentiles - shift, block.axis[-1] - block.step / 2)
        ours |= {"D10": shifted[0], "D50": shifted[1], "D90": shifted[2]}
    return BlockNumbers(block, printed, ours, found.total, None if shift is None else shift > 0)


def _percentile_shift(block: Block, printed: dict[str, Printed], found: Rederived, version: str) -> float | None:
    """Return what the vendor's percentiles lie below upper-edge ones: by version, for others as the file shows."""
    if version in _SHIFT_BINS:
        return _SHIFT_BINS[version] * block.step
    differences = found.percentiles - np.array([printed[key].values for key in ("D10", "D50", "D90")])
    differences = differences[np.isfinite(differences)]
    if not differences.size:
        return 0.0
    middle = float(np.median(differences))
    return next((shift for shift in (0.0, block.step) if abs(middle - shift) < block.step / 4), None)


def _read_row(row: VideoRow, document: Document, *, significant: int = 0) -> Printed:
    cells = row.cells
    values = plain_floats(cells, document.decimal)
    if values is None or min(values) < 0:
        values = [_number(cell, row, document) for cell in cells]
    if significant:
        roundings = [_rounding_of(value, cell, significant) for value, cell in zip(values, cells, strict=True)]
    else:
        roundings = [
            half_digit(cell) if len(cell.partition(document.decimal)[2]) > 1 else _SIZE_ROUNDING for cell in cells
        ]
    rest = [_number(cell, row, document) for cell in row.aggregates]
    average, standard_error = (*(None if math.isnan(value) else value for value in rest), None, None)[:2]
    return Printed(row.name, values, roundings, average, standard_error)


def _number(cell: str, row: VideoRow, document: Document) -> float:
    value = to_number(cell, decimal=document.decimal, where=row.name)
    if value is not None and value < 0:
        raise InputError(f"{cell} is negative", where=row.name, hint="export the file again")
    return math.nan if value is None else value


def _rounding_of(value: float, cell: str, significant: int) -> float:
    """Return the rounding of a number printed with some significant digits, perhaps saved again as an integer."""
    if not value > 0:
        return 0.0
    mantissa = cell.lower().partition("e")[0].strip("+-").replace(".", "").replace(",", "").strip("0")
    if len(mantissa) > significant:
        return half_digit(cell)
    return float(0.5 * 10.0 ** (math.floor(math.log10(value)) - significant + 1))


def number_names(block: Block) -> tuple[dict[str, str], str, float]:
    """Return our names of a block's printed numbers, their unit, and the scale from printed units."""
    suffix = "" if block.weighting == "number" else f" [{block.weighting}]"
    if block.domain == "size":
        return {key: f"diameter_{key.lower()}_nm{suffix}" for key in SIZE_KEYS}, "nm", 1.0
    return {key: f"diffusion_{key.lower()}_nm2_per_s{suffix}" for key in SIZE_KEYS}, "nm2/s", DIFFUSION_SCALE


def vendor_numbers(numbers: list[BlockNumbers], concentration: Printed) -> list[list[VendorNumber]]:
    """Return what the file prints, one list a video; sizes of an empty video are no sizes and stay in the settings."""
    place = concentration.place
    result = [
        [] if math.isnan(value) else [VendorNumber("particle_concentration_per_ml", value, "1/mL", place, rounding)]
        for value, rounding in zip(concentration.values, concentration.roundings, strict=True)
    ]
    for item in numbers:
        names, unit, scale = number_names(item.block)
        filled = np.flatnonzero(item.total > 0).tolist()
        for key in SIZE_KEYS:
            row = item.printed[key]
            for video in filled:
                value = row.values[video]
                if not math.isnan(value):
                    rounding = row.roundings[video] * scale
                    result[video].append(VendorNumber(names[key], value * scale, unit, row.place, rounding))
    return result


def rederived_numbers(numbers: list[BlockNumbers], videos_count: int) -> list[list[VendorNumber]]:
    """Return the same numbers from the bins, by the vendor's convention."""
    result: list[list[VendorNumber]] = [[] for _ in range(videos_count)]
    for item in numbers:
        if item.is_number_weighted_size:
            for video, total in enumerate(item.total.tolist()):
                result[video].append(VendorNumber("particle_concentration_per_ml", total, "1/mL", "sum of the bins"))
        names, unit, scale = number_names(item.block)
        filled = np.flatnonzero(item.total > 0).tolist()
        for key, row in item.ours.items():
            how = _convention(key, item)
            rounding = item.block.step / 2 * scale if key == "Mode" else 0.0
            scaled = (row * scale).tolist()
            for video in filled:
                result[video].append(VendorNumber(names[key], scaled[video], unit, how, rounding))
    return result


def _convention(key: str, item: BlockNumbers) -> str:
    if key == "Mode":
        return "centre of the fullest bin"
    if key in ("Mean", "SD"):
        return "moments at bin centres"
    return f"cumulative at {'lower' if item.lower_edges else 'upper'} bin edges, linear"
