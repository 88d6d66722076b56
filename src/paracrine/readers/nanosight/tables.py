"""The histogram and percentile tables of an NTA summary file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paracrine.core.errors import InputError
from paracrine.readers.decoding.table import FloatArray, read_table

BINS_COUNT = 1000
LEVELS_PCT = (10, 50, 90)
SIZE_KEYS = ("Mean", "Mode", "SD", "D10", "D50", "D90")
AVERAGED = frozenset({"Concentration (Particles / ml)", "Particles per frame", "Centres per frame", *SIZE_KEYS})
"""Rows with average and standard error behind the videos."""
_PERCENTILE_ROWS_COUNT = 101
_AXES = {"size": ("Bin centre (nm)", 0.5, 1.0), "diffusion": ("Bin centre (E4 nm", 2.0, 4.0)}
_SECTIONS = {"size": "Size Data", "diffusion": "Diffusion Coefficient Data"}
_BLOCKS = {"number": "Number", "area": "Surface Area", "volume": "Volume"}
_CONTENTS = {"number": "concentration (particles", "area": "surface area conc", "volume": "volume conc"}


class VideoRow(NamedTuple):
    """A row with one cell a video, empty cells kept; average and standard error behind them."""

    name: str
    """Section, block and key, as settings name the row."""
    cells: tuple[str, ...]
    aggregates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """A table as read, and the lines behind it until the next one."""

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
        names: cells of the Filename row.
        video_rows: summary rows above the table (Mean, Mode, ... Valid Tracks) by key.
        axis: bin centres, shape (1000,), in printed units.
        contents: bins, shape (videos, 1000).
        averages: printed average of each bin over the videos, shape (1000,); None when not printed.
        percentiles: shape (3, videos), the rows 10, 50 and 90 of the table behind; None when the file has none.
    """

    domain: str
    weighting: str
    names: tuple[str, ...]
    video_rows: dict[str, VideoRow]
    axis: FloatArray
    contents: FloatArray
    averages: FloatArray | None
    percentiles: FloatArray | None

    @property
    def videos_count(self) -> int:
        """Number of video columns."""
        return int(self.contents.shape[0])

    @property
    def step(self) -> float:
        """Width of a bin, in units of the axis."""
        return _AXES[self.domain][2]

    @property
    def place(self) -> str:
        """Section and block as settings name them."""
        return f"{_SECTIONS[self.domain]} / {_BLOCKS[self.weighting]}"


def spread(name: str, key: str, cells: tuple[str, ...], videos_count: int) -> VideoRow:
    """Return one cell a video, all empty where the row says nothing.

    Raises:
        InputError: when the row has more or fewer cells than videos (average and standard error may stand behind).
    """
    filled = len(cells)
    if filled == videos_count:
        return VideoRow(name, cells, ())
    fits = filled in (0, videos_count)
    if key in AVERAGED:
        fits = fits or filled == videos_count + 2 or filled == videos_count + 1 == 2
    if not fits and not (key.startswith("Errors") and filled < videos_count):
        raise InputError(
            f"{filled} values for {videos_count} videos",
            where=name,
            hint="a value is missing or a comma stands inside a number; export the file again",
        )
    if filled < videos_count:
        return VideoRow(name, (*cells, *[""] * (videos_count - filled)), ())
    return VideoRow(name, cells[:videos_count], cells[videos_count:])


def read_histogram(text: str, *, delimiter: str, decimal: str, domain: str, weighting: str) -> Histogram:
    """Read a histogram of 1000 rows and the percentiles behind it; `decimal` empty decides it from the axis.

    Raises:
        InputError: when rows are missing, the axis is not the documented one, or a bin is no valid number.
    """
    where = f"{_SECTIONS[domain]} / {_BLOCKS[weighting]}"
    head, _, body = text.partition("\n")
    videos, aggregates = _columns(_split(head, delimiter), domain, weighting, where)
    block, rest = _before_percentiles(body, delimiter)
    _require_rows(block, BINS_COUNT, where=where)
    decimal = decimal or ("," if "," in _split(block[: block.find("\n")], delimiter)[0] else ".")
    values = read_table(block, delimiter=delimiter, decimal=decimal, columns=1 + videos + aggregates, where=where)
    _require_axis(values[:, 0], domain, where)
    if not (values.min() >= 0 and values.max() < np.inf):
        raise InputError("a bin holds a negative count or no finite number", where=where)
    percentiles, rest = _percentiles(rest, delimiter=delimiter, decimal=decimal, videos=videos, where=where)
    return Histogram(values=values, videos_count=videos, percentiles=percentiles, decimal=decimal, rest=rest)


def _before_percentiles(text: str, delimiter: str) -> tuple[str, str]:
    """Split before the padding lines in front of the percentile table, or before the first padding line."""
    behind = text.find("\nPercentile")
    if behind < 0:
        return _until_blank(text, delimiter)
    end = text.find("\n", len(text[:behind].rstrip(f'\n{delimiter}" ')))
    return text[:end], text[end:]


def _until_blank(text: str, delimiter: str) -> tuple[str, str]:
    """Split before the first line without a first cell."""
    ends = [end for end in (text.find("\n\n"), text.find(f"\n{delimiter}"), text.find('\n""')) if end >= 0]
    end = min(ends, default=len(text.rstrip("\n")))
    return text[:end], text[end:]


def _require_rows(block: str, expected: int, *, where: str) -> None:
    found = block.count("\n") + 1 if block.strip() else 0
    if found != expected:
        raise InputError(
            f"{found} rows where {expected} are expected",
            where=where,
            hint="the file is truncated or edited; export it again",
        )


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [""])


def _columns(header: list[str], domain: str, weighting: str, where: str) -> tuple[int, int]:
    """Return the number of videos and of aggregate columns (0 or 2)."""
    labels = [cell.strip() for cell in header]
    while labels and not labels[-1]:
        labels.pop()
    if not labels or not labels[0].startswith(_AXES[domain][0]):
        raise InputError(f"the axis is called {labels[0] if labels else ''!r}", where=where, hint="unknown unit")
    videos = sum(label.lower().startswith(_CONTENTS[weighting]) for label in labels[1:])
    aggregates = labels[1 + videos :]
    expected = not aggregates or (
        len(aggregates) == 2 and aggregates[0].endswith("average") and aggregates[1] == "Standard Error"
    )
    if not videos or not expected or len(set(labels[1 : 1 + videos])) > 1:
        raise InputError(f"columns are called {labels[1:4]}", where=where, hint=f"expected {_CONTENTS[weighting]} ...")
    return videos, len(aggregates)


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


def _percentiles(text: str, *, delimiter: str, decimal: str, videos: int, where: str) -> tuple[FloatArray | None, str]:
    text = text.lstrip(f'\n{delimiter}" ')
    if not text.startswith("Percentile"):
        return None, text
    block, rest = _until_blank(text.partition("\n")[2], delimiter)
    where = f"{where}, percentiles"
    _require_rows(block, _PERCENTILE_ROWS_COUNT, where=where)
    lines = block.split("\n")
    # The last row tells whether the table was cut; the rows not read repeat what the histogram says.
    levels = (*LEVELS_PCT, 100)
    chosen = "\n".join(lines[level] for level in levels)
    values = read_table(chosen, delimiter=delimiter, decimal=decimal, columns=1 + videos, where=where)
    if values[:, 0].tolist() != list(levels):
        raise InputError("rows do not run from 0 to 100", where=where, hint="rows are missing or out of order")
    return values[:-1, 1:], rest
