"""The report sheet of a Stunner: key/value lines, then one wide table whose header must be searched for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paracrine.core.errors import InputError
from paracrine.readers.decoding.sheet import Cell, Sheet, cell_number, cell_text, column_letters
from paracrine.readers.decoding.text import is_missing

_HEADER = re.compile(r"(?P<name>[^(]*?)\s*(?:\((?P<unit>[^)]*)\))?")
_Z_AVERAGE = ("z ave. dia", "z-avg dia.")
_SCALARS = {
    "z ave. dia": ("z_average_nm", "nm", "nm"),
    "z-avg dia.": ("z_average_nm", "nm", "nm"),
    "pdi": ("polydispersity_index", "", "1"),
    "intercept": ("intercept", "", "1"),
    "diffusion coefficient": ("diffusion_coefficient_um2_per_s", "um^2/s", "um2/s"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """Key/value lines above the table, column names, and rows with their number in the sheet."""

    sheet: str
    info: dict[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]

    def text(self, row: tuple[Cell, ...], name: str) -> str:
        """Return a cell by column name, empty when the column is absent or the cell missing."""
        for column, cell in zip(self.columns, row, strict=False):
            if column.lower() == name and not is_missing(cell_text(cell)):
                return cell_text(cell)
        return ""

    def scalars(self, line: int, row: tuple[Cell, ...]) -> dict[str, tuple[float, str, str]]:
        """Return value, unit and column of the quantities we know; missing ones are absent.

        Raises:
            InputError: when a unit is another one, or a cell is no number.
        """
        found: dict[str, tuple[float, str, str]] = {}
        for index, (column, cell) in enumerate(zip(self.columns, row, strict=False)):
            name, unit = split_header(column)
            if name not in _SCALARS:
                continue
            key, expected, ours = _SCALARS[name]
            where = f"{self.sheet.strip()} {column_letters(index)}{line}"
            if unit != expected:
                raise InputError(f"column {column!r} is not in {expected or 'plain numbers'}", where=where)
            value = cell_number(cell, decimal=".", where=where)
            if value is None:
                continue
            if key in found:
                raise InputError(f"two columns for {key}", where=where)
            if value < 0:
                raise InputError(f"a negative {key}", where=where)
            found[key] = (value, ours, f"{where}, {column}")
        return found


def split_header(column: str) -> tuple[str, str]:
    """Split `Z Ave. Dia (nm)` into `z ave. dia` and `nm`."""
    match = _HEADER.fullmatch(column)
    if match is None:
        return column.lower(), ""
    return match["name"].lower(), (match["unit"] or "").replace("µ", "u").replace("μ", "u")


def find_report(sheet: Sheet) -> Report | None:
    """Return the report of a sheet, None when no row names a Z-average and a sample."""
    for index, row in enumerate(sheet.rows):
        columns = [cell_text(cell) for cell in row]
        names = {split_header(column)[0] for column in columns}
        if "sample name" in names and names.intersection(_Z_AVERAGE):
            titled = tuple(name or f"column {column_letters(place)}" for place, name in enumerate(columns))
            rows = tuple(
                (number, cells)
                for number, cells in enumerate(sheet.rows[index + 1 :], start=index + 2)
                if any(cell_text(cell) for cell in cells)
            )
            return Report(sheet.name, _read_info(sheet.rows[:index]), titled, rows)
    return None


def _read_info(rows: tuple[tuple[Cell, ...], ...]) -> dict[str, str]:
    info: dict[str, str] = {}
    last = ""
    for row in rows:
        texts = [cell_text(cell) for cell in row]
        filled = [text for text in texts if text]
        if len(filled) >= 2 and texts[0]:
            last = texts[0]
            info[last] = " ".join(filled[1:])
        elif filled and last and not texts[0]:
            info[last] = f"{info[last]}; {' '.join(filled)}"
    return info
