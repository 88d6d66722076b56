"""The two tables NTA writes particle by particle: one row a track, or one row a spot."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.readers.decoding.decimal import decide_decimal
from paracrine.readers.decoding.table import FloatArray
from paracrine.readers.decoding.text import require_number

COLUMNS = {
    "Particle ID": "particle_id",
    "Size/nm": "diameter_nm",
    "Diffusion coefficient/nm^2 s^-1": "diffusion_nm2_per_s",
    "Ln(Adjusted intensity)/AU": "ln_intensity_au",
    "Start frame": "start_frame",
    "Tracklength": "track_length_frames",
    "Frame": "frame",
    "X/pixels": "x_px",
    "Y/pixels": "y_px",
}
INCLUDED = "Included in distribution?"
_TRUE = frozenset({"true", "1", "wahr", "vrai", "vero", "verdadero"})
_FALSE = frozenset({"false", "0", "falsch", "faux", "falso"})


@dataclass(frozen=True, slots=True)
class ParticleTable:
    """Columns by our names; `included` is None when the file does not say."""

    columns: dict[str, FloatArray]
    included: FloatArray | None
    unread: dict[str, str]


def first_cells(text: str) -> list[str]:
    """Return the cells of the first line with text."""
    line = text.lstrip().partition("\n")[0]
    return [cell.strip(' "') for cell in line.split(_delimiter(line))]


def _delimiter(line: str) -> str:
    return ";" if ";" in line else "\t" if "\t" in line else ","


def read_particle_table(text: str, *, expected: tuple[str, ...]) -> ParticleTable:
    """Read the table; a first line of numbers means that the header was left out on export.

    Raises:
        InputError: when a column or cell is missing, a cell is no number or the last line does not end.
    """
    if not text.endswith("\n"):
        raise InputError("the last line does not end", hint="the file is truncated; export it again")
    header = first_cells(text)
    rows = _rows(text, _delimiter(text.lstrip("\n").partition("\n")[0]))
    if header and header[0] == expected[0]:
        rows = rows[1:]
    else:
        header = list(expected[: len(header)])
    while header and not header[-1]:
        header.pop()
    missing = [name for name in expected if name != INCLUDED and name not in header]
    if missing or len(set(header)) < len(header):
        raise InputError(f"column {missing[0]!r} is missing" if missing else "two columns have the same name")
    for index, row in enumerate(rows):
        if len(row) < len(header) or any(row[len(header) :]):
            raise InputError(
                f"{sum(map(bool, row))} cells where {len(header)} are expected",
                where=f"row {index + 1}",
                hint="the file may be truncated or have a comma inside numbers; export it again",
            )
    return _convert(header, rows)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(StringIO(text, newline="\n"), delimiter=delimiter)]
    except csv.Error as error:
        raise InputError(f"cannot be split into cells: {error}", hint="a quotation mark may be missing") from error
    return [row for row in rows if any(row)]


def _convert(header: list[str], rows: list[list[str]]) -> ParticleTable:
    by_name = {name: [row[index] for row in rows] for index, name in enumerate(header)}
    known = {name: cells for name, cells in by_name.items() if name in COLUMNS}
    decimal = decide_decimal((cell for cells in known.values() for cell in cells), where="all numbers")
    columns = {
        COLUMNS[name]: np.array(
            [
                require_number(cell, decimal=decimal, where=f"row {index + 1}, {name}")
                for index, cell in enumerate(cells)
            ],
            dtype=np.float64,
        )
        for name, cells in known.items()
    }
    if any(np.any(columns[name] <= 0) for name in ("diameter_nm", "diffusion_nm2_per_s")):
        raise InputError("a size or diffusion coefficient is zero or negative", hint="export the file again")
    included = (
        np.array([_flag(cell, index) for index, cell in enumerate(by_name[INCLUDED])]) if INCLUDED in header else None
    )
    unread = {
        f"column {name}": "; ".join(dict.fromkeys(cells))[:200]
        for name, cells in by_name.items()
        if name not in COLUMNS and name != INCLUDED
    }
    return ParticleTable(columns, included, unread)


def _flag(cell: str, index: int) -> float:
    word = cell.lower()
    if word not in _TRUE | _FALSE:
        raise InputError(f"{cell!r} is neither True nor False", where=f"row {index + 1}, {INCLUDED}")
    return float(word in _TRUE)


def video_name(file_name: str, ending: str) -> str:
    """Return the video a file belongs to: its name without the vendor's ending."""
    stem = file_name.rsplit(".", 1)[0]
    return stem[: -len(ending)] if stem.lower().endswith(ending.lower()) else stem


def inclusion_notices(table: ParticleTable, chosen_count: int) -> Iterator[Notice]:
    """Yield what must be said about the particles that make up the distribution."""
    if table.included is None:
        yield Notice(
            code="inclusion-not-stated",
            message="the file does not say which tracks the instrument counted: all are counted here",
            action=f"export with the column {INCLUDED!r}",
        )
    if not chosen_count:
        yield Notice(code="no-particles", message="no track is in the distribution", severity=Severity.SERIOUS)
