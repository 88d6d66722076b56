"""Numbers an NTA summary prints for each video, and the same numbers from the bins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paracrine.core.run import VendorNumber
from paracrine.readers.decoding.decimal import half_digit
from paracrine.readers.decoding.table import FloatArray
from paracrine.readers.decoding.text import to_number
from paracrine.readers.nanosight.conventions import Rederived, rederive
from paracrine.readers.nanosight.layout import RESULTS, Document, Row
from paracrine.readers.nanosight.tables import Block

CONCENTRATION = "Concentration (Particles / ml)"
SIZE_KEYS = ("Mean", "Mode", "SD", "D10", "D50", "D90")
_LEVELS_FRAC = np.array([0.1, 0.5, 0.9])
_SIZE_ROUNDING = 0.05
_SHIFT_BINS = {"3.2": 1.0, "3.4": 0.0}
DIFFUSION_SCALE = 1e4
"""Printed diffusion coefficients are in 1e4 nm2/s."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed row: value and rounding of each video (None where missing), average and standard error."""

    key: str
    place: str
    values: tuple[float | None, ...]
    roundings: tuple[float, ...]
    average: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class BlockNumbers:
    """A distribution with its printed and its recomputed summary."""

    block: Block
    printed: dict[str, Printed]
    ours: Rederived
    shift: float | None
    """What the vendor's percentiles lie below upper-edge interpolation; None when neither convention fits."""

    def rederived(self, key: str) -> FloatArray | None:
        """Return the recomputed row of a printed key, shape (videos,), in printed units."""
        if key in ("Mean", "Mode", "SD"):
            return {"Mean": self.ours.mean, "Mode": self.ours.mode, "SD": self.ours.sd}[key]
        if self.shift is None:
            return None
        shifted = self.ours.percentiles[("D10", "D50", "D90").index(key)] - self.shift
        # A percentile inside the last bin is printed as its lower edge.
        return np.minimum(shifted, self.block.values[-1, 0] - self.block.step / 2)


def read_row(row: Row, document: Document, *, minimum_rounding: float = 0.0, significant: int = 0) -> Printed:
    """Read one row of printed numbers with its average and standard error.

    Raises:
        InputError: when a cell is no number or more cells are filled than there are columns.
    """
    count = document.videos_count
    cells = document.per_video(row)
    numbers = tuple(to_number(cell, decimal=document.decimal, where=row.name) for cell in cells)
    roundings = tuple(
        max(half_digit(cell), minimum_rounding) if not significant else _rounding_of(number, cell, significant)
        for cell, number in zip(cells, numbers, strict=True)
    )
    rest = [to_number(cell, decimal=document.decimal, where=row.name) for cell in row.cells[count:]]
    average, standard_error = (*rest, None, None)[:2]
    return Printed(row.key, row.name, numbers, roundings, average, standard_error)


def _rounding_of(number: float | None, cell: str, significant: int) -> float:
    """Return the rounding of a number printed with some significant digits and perhaps saved again as an integer."""
    if not number:
        return 0.0
    by_digits = 0.5 * 10.0 ** (math.floor(math.log10(abs(number))) - significant + 1)
    mantissa = cell.lower().partition("e")[0].strip("+-").replace(".", "").replace(",", "").strip("0")
    return by_digits if len(mantissa) <= significant else half_digit(cell)


def read_blocks(document: Document) -> list[BlockNumbers]:
    """Read and recompute the summary of every distribution.

    Raises:
        InputError: when a printed number is malformed.
    """
    result = []
    for block in document.blocks.values():
        printed = {
            key: read_row(Row(block.place, key, block.rows[key]), document, minimum_rounding=_SIZE_ROUNDING)
            for key in (*SIZE_KEYS, "Valid Tracks")
            if key in block.rows
        }
        ours = rederive(block.contents, centres=block.values[:, 0], levels_frac=_LEVELS_FRAC)
        shift = _percentile_shift(block, printed, ours, document.software_version)
        result.append(BlockNumbers(block, printed, ours, shift))
    return result


def _percentile_shift(block: Block, printed: dict[str, Printed], ours: Rederived, version: str) -> float | None:
    """Return what the vendor's percentiles lie below upper-edge ones: by version, for others as the file shows."""
    step = block.step
    if version in _SHIFT_BINS:
        return _SHIFT_BINS[version] * step
    differences = [
        ours.percentiles[level, video] - value
        for level, key in enumerate(("D10", "D50", "D90"))
        if key in printed
        for video, value in enumerate(printed[key].values)
        if value is not None and ours.total[video] > 0
    ]
    if not differences:
        return 0.0
    middle = float(np.median(differences))
    return next((shift for shift in (0.0, step) if abs(middle - shift) < step / 4), None)


def read_concentration(document: Document) -> Printed | None:
    """Read the concentration row; three significant digits are printed.

    Raises:
        InputError: when a printed number is malformed.
    """
    row = document.rows.get((RESULTS, CONCENTRATION))
    return None if row is None else read_row(row, document, significant=3)


def number_name(block: Block, key: str) -> tuple[str, str]:
    """Return our name and unit of a printed number of a block."""
    stem, unit = ("diameter", "nm") if block.domain == "size" else ("diffusion", "nm2_per_s")
    suffix = "" if block.weighting == "number" else f" [{block.weighting}]"
    return f"{stem}_{key.lower()}_{unit}{suffix}", "nm" if block.domain == "size" else "nm2/s"


def vendor_numbers(numbers: list[BlockNumbers], concentration: Printed | None, video: int) -> Iterator[VendorNumber]:
    """Yield what the file prints for one video; sizes of an empty video are no sizes and stay in the settings."""
    if concentration is not None and (value := concentration.values[video]) is not None:
        rounding = concentration.roundings[video]
        yield VendorNumber("particle_concentration_per_ml", value, "1/mL", concentration.place, rounding)
    for item in numbers:
        if item.ours.total[video] <= 0:
            continue
        scale = 1.0 if item.block.domain == "size" else DIFFUSION_SCALE
        for key in SIZE_KEYS:
            row = item.printed.get(key)
            value = row.values[video] if row else None
            if row is not None and value is not None:
                name, unit = number_name(item.block, key)
                yield VendorNumber(name, value * scale, unit, row.place, row.roundings[video] * scale)


def rederived_numbers(numbers: list[BlockNumbers], concentration: Printed | None, video: int) -> Iterator[VendorNumber]:
    """Yield the same numbers from the bins, by the vendor's convention."""
    for item in numbers:
        total = float(item.ours.total[video])
        if (item.block.domain, item.block.weighting) == ("size", "number") and concentration is not None:
            yield VendorNumber("particle_concentration_per_ml", total, "1/mL", "sum of the bins")
        if total <= 0:
            continue
        scale = 1.0 if item.block.domain == "size" else DIFFUSION_SCALE
        for key in SIZE_KEYS:
            row = item.rederived(key)
            if row is not None and key in item.printed:
                name, unit = number_name(item.block, key)
                rounding = item.block.step / 2 * scale if key == "Mode" else 0.0
                yield VendorNumber(name, float(row[video]) * scale, unit, _convention(key, item), rounding)


def _convention(key: str, item: BlockNumbers) -> str:
    if key in ("Mean", "SD"):
        return "moments at bin centres"
    if key == "Mode":
        return "centre of the fullest bin"
    return f"cumulative at {'lower' if item.shift else 'upper'} bin edges, linear"
