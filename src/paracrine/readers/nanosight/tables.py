"""The histogram and percentile tables of an NTA summary file."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.readers.decoding.table import FloatArray, read_counts, read_numbers

BINS_COUNT = 1000
PERCENTILES_COUNT = 101
_AXES = {"size": ("Bin centre (nm)", 0.5, 1.0), "diffusion": ("Bin centre (E4 nm", 2.0, 4.0)}
_SECTIONS = {"size": "Size Data", "diffusion": "Diffusion Coefficient Data"}
_BLOCKS = {"number": "Number", "area": "Surface Area", "volume": "Volume"}
_CONTENTS = {
    "number": "Concentration (particles",
    "area": "Surface area conc",
    "volume": "Volume conc",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table and what stands behind it until the next one."""

    values: FloatArray
    videos_count: int
    percentiles: FloatArray | None
    decimal: str
    rest: str


@dataclass(frozen=True, slots=True)
class Block:
    """One distribution of all videos.

    Attributes:
        domain: `size` or `diffusion`.
        weighting: `number`, `area` or `volume`.
        rows: summary rows above the table (Mean, Mode, ... Valid Tracks): cells by key.
        values: shape (1000, 1 + videos [+ 2]): axis, one column a video, average and standard error.
        percentiles: shape (101, videos), rows 0 to 100; None when the file has none.
    """

    domain: str
    weighting: str
    rows: dict[str, tuple[str, ...]]
    values: FloatArray
    videos_count: int
    percentiles: FloatArray | None

    @property
    def contents(self) -> FloatArray:
        """Bins of the videos, shape (1000, videos)."""
        return self.values[:, 1 : 1 + self.videos_count]

    @property
    def step(self) -> float:
        """Width of a bin, in units of the axis."""
        return float(self.values[1, 0] - self.values[0, 0])

    @property
    def place(self) -> str:
        """Section and block as settings name them."""
        return f"{_SECTIONS[self.domain]} / {_BLOCKS[self.weighting]}"

    @property
    def label(self) -> str:
        """Name for messages."""
        return f"{self.domain} distribution by {self.weighting}"


def read_table(lines: list[str], *, delimiter: str, decimal: str, block: tuple[str, str]) -> Table:
    """Read a histogram of 1000 rows and the percentiles behind it; `decimal` empty decides it from the axis.

    Raises:
        InputError: when rows are missing, the axis is not the documented one, or a bin is no valid number.
    """
    domain, weighting = block
    where = f"{domain} distribution by {weighting}"
    videos, aggregates = _columns(_split(lines[0], delimiter), domain, weighting, where)
    body = lines[1 : BINS_COUNT + 1]
    padding = f'{delimiter} "'
    filled = next((i for i, line in enumerate(body) if not line.strip(padding)), len(body))
    after = lines[BINS_COUNT + 1] if len(lines) > BINS_COUNT + 1 else ""
    if filled < BINS_COUNT or after.strip(padding):
        raise InputError(
            f"the table does not end after {BINS_COUNT} rows but after {filled if filled < BINS_COUNT else 'more'}",
            where=where,
            hint="the file is truncated or edited; export it again",
        )
    decimal = decimal or _decimal(_split(body[0], delimiter)[0])
    values = read_counts(body, delimiter=delimiter, decimal=decimal, columns=videos + aggregates, where=where)
    _require_axis(values[:, 0], domain, where)
    if not np.all(np.isfinite(values)) or np.any(values < 0):
        raise InputError("a bin holds a negative count or no finite number", where=where)
    percentiles, rest = _percentiles(
        lines[BINS_COUNT + 1 :], delimiter=delimiter, decimal=decimal, videos=videos, where=where
    )
    return Table(values=values, videos_count=videos, percentiles=percentiles, decimal=decimal, rest="\n".join(rest))


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [""])


def _columns(header: list[str], domain: str, weighting: str, where: str) -> tuple[int, int]:
    """Return the number of videos and of aggregate columns (0 or 2)."""
    labels = [cell.strip() for cell in header]
    while labels and not labels[-1]:
        labels.pop()
    if not labels or not labels[0].startswith(_AXES[domain][0]):
        raise InputError(f"the axis is called {labels[0] if labels else ''!r}", where=where, hint="unknown unit")
    videos = sum(label.lower().startswith(_CONTENTS[weighting].lower()) for label in labels[1:])
    aggregates = labels[1 + videos :]
    expected = not aggregates or (
        len(aggregates) == 2 and aggregates[0].endswith("average") and aggregates[1] == "Standard Error"
    )
    if not videos or not expected or len(set(labels[1 : 1 + videos])) > 1:
        raise InputError(f"columns are called {labels[1:4]}", where=where, hint=f"expected {_CONTENTS[weighting]} ...")
    return videos, len(aggregates)


def _decimal(axis_cell: str) -> str:
    return "," if "," in axis_cell else "."


def _require_axis(axis: FloatArray, domain: str, where: str) -> None:
    _, first, step = _AXES[domain]
    wrong = np.flatnonzero(axis != first + step * np.arange(BINS_COUNT))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"row {row + 1} stands at {axis[row]:g} instead of {first + step * row:g}",
            where=where,
            hint="rows are missing, doubled or out of order",
        )


def _percentiles(
    lines: list[str], *, delimiter: str, decimal: str, videos: int, where: str
) -> tuple[FloatArray | None, list[str]]:
    padding = f'{delimiter} "'
    start = next((i for i, line in enumerate(lines) if line.strip(padding)), len(lines))
    if start == len(lines) or not lines[start].lstrip('"').startswith("Percentile"):
        return None, lines[start:]
    body = lines[start + 1 : start + 1 + PERCENTILES_COUNT]
    filled = next((i for i, line in enumerate(body) if not line.strip(padding)), len(body))
    if filled < PERCENTILES_COUNT:
        raise InputError(
            f"the percentile table ends after {filled} of {PERCENTILES_COUNT} rows",
            where=where,
            hint="the file is truncated; export it again",
        )
    values = read_numbers(body, delimiter=delimiter, decimal=decimal, columns=videos, where=f"{where}, percentiles")
    if not np.array_equal(values[:, 0], np.arange(PERCENTILES_COUNT)):
        raise InputError("percentiles do not run from 0 to 100", where=where, hint="rows are out of order")
    return values[:, 1:], lines[start + 1 + PERCENTILES_COUNT :]
