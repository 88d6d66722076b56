"""The size table of a ZetaView export: linear block, sentinel row, logarithmic block of the same particles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray
from paracrine.readers.decoding.decimal import half_digit
from paracrine.readers.decoding.table import plain_floats
from paracrine.readers.decoding.text import require_number

BINS_COUNT = 1200
BIN_WIDTH_NM = 5.0
LOG_BINS_COUNT = 200
_COLUMNS = ("number", "concentration / cm-3", "volume / nm^3", "area / nm^2")
_TRUNCATED = "the file is truncated; export it again from the instrument"


@dataclass(frozen=True, slots=True)
class Column:
    """Printed values of one column and half of their last digit, both shape (n,)."""

    values: FloatArray
    rounding: FloatArray


@dataclass(frozen=True, slots=True)
class SizeTable:
    """The linear block by column name, and the total of `number` in the logarithmic block.

    `aborted` is true for the table that is a sentinel row alone.
    """

    number: Column
    concentration_per_ml: Column
    volume_nm3: Column | None
    log_total_count: float
    log_rounding_count: float
    aborted: bool


def bin_centres_nm() -> FloatArray:
    """Return the centres of the linear block: 2.5 + 5 i nm; the printed sizes are rounded to four digits."""
    return BIN_WIDTH_NM / 2 + BIN_WIDTH_NM * np.arange(BINS_COUNT, dtype=np.float64)


def bin_edges_nm() -> FloatArray:
    """Return the edges of the linear block, 0 to 6000 nm."""
    return BIN_WIDTH_NM * np.arange(BINS_COUNT + 1, dtype=np.float64)


def is_table_header(row: list[str]) -> bool:
    """Whether a row names the columns of the size table."""
    return bool(row) and row[0][:1] in "sS" and row[0].lower().replace(" ", "").startswith("size/nm")


def read_size_table(rows: list[list[str]], header_index: int, *, decimal: str) -> SizeTable:
    """Read the table whose column names stand in row `header_index`.

    Raises:
        InputError: when a block is incomplete, the sentinel row is missing or the size axis is not the instrument's.
    """
    columns = _column_positions(rows[header_index], header_index + 1)
    body = [(number, row) for number, row in enumerate(rows[header_index + 1 :], start=header_index + 2) if row]
    ends = [index for index, (_, row) in enumerate(body) if _is_sentinel(row, decimal)]
    _require_linear_axis(body[: ends[0] if ends else BINS_COUNT], decimal)
    if not ends:
        raise InputError(f"no sentinel row -1 ends the size table of {len(body)} rows", hint=_TRUNCATED)
    linear, logarithmic = body[: ends[0]], body[ends[0] + 1 :]
    if not linear and not logarithmic:
        return _aborted()
    if len(linear) != BINS_COUNT:
        raise InputError(f"{len(linear)} size bins before the sentinel row, {BINS_COUNT} expected", hint=_TRUNCATED)
    if len(logarithmic) != LOG_BINS_COUNT:
        raise InputError(
            f"{len(logarithmic)} logarithmic bins after the sentinel row, {LOG_BINS_COUNT} expected", hint=_TRUNCATED
        )
    _require_rising_axis(logarithmic, decimal)
    log_number = _column(logarithmic, columns["number"], decimal)
    volume = columns.get("volume / nm^3")
    return SizeTable(
        number=_column(linear, columns["number"], decimal),
        concentration_per_ml=_column(linear, columns["concentration / cm-3"], decimal),
        volume_nm3=None if volume is None else _column(linear, volume, decimal),
        log_total_count=float(log_number.values.sum()),
        log_rounding_count=float(log_number.rounding.sum()),
        aborted=False,
    )


def _column_positions(names: list[str], line: int) -> dict[str, int]:
    known = {name.lower(): index for index, name in enumerate(names)}
    for required in _COLUMNS[:2]:
        if required not in known:
            raise InputError(f"the size table has no column {required!r}", where=f"line {line}")
    return {name: known[name] for name in _COLUMNS if name in known}


def _is_sentinel(row: list[str], decimal: str) -> bool:
    return row[0].startswith("-") and require_number(row[0], decimal=decimal, where="size column") == -1.0


def _aborted() -> SizeTable:
    nothing = Column(np.zeros(BINS_COUNT), np.zeros(BINS_COUNT))
    return SizeTable(nothing, nothing, nothing, 0.0, 0.0, aborted=True)


def _column(body: list[tuple[int, list[str]]], index: int, decimal: str) -> Column:
    for line, row in body:
        if index >= len(row):
            raise InputError(f"the row has {len(row)} of its cells", where=f"line {line}", hint=_TRUNCATED)
    cells = [row[index] for _, row in body]
    values = np.array(_numbers(body, index, decimal))
    if values.min(initial=0.0) < 0:
        line, row = body[int(np.flatnonzero(values < 0)[0])]
        raise InputError(f"negative count {row[index]}", where=f"line {line}")
    rounding = {cell: half_digit(cell) for cell in set(cells)}
    return Column(values, np.where(values != 0, [rounding[cell] for cell in cells], 0.0))


def _numbers(body: list[tuple[int, list[str]]], index: int, decimal: str) -> list[float]:
    """Return one column's numbers: at once where all are plain, else cell by cell."""
    found = plain_floats([row[index] for _, row in body], decimal)
    if found is not None:
        return found
    return [require_number(row[index], decimal=decimal, where=f"line {line}") for line, row in body]


def _require_linear_axis(body: list[tuple[int, list[str]]], decimal: str) -> None:
    sizes = _numbers(body, 0, decimal)
    for (line, row), printed, centre in zip(body, sizes, bin_centres_nm().tolist(), strict=False):
        # Most sizes are printed exactly; only the others need the print's rounding.
        if printed != centre and abs(printed - centre) > half_digit(row[0]) * (1 + 1e-9):
            raise InputError(
                f"size {row[0]} where the instrument has {centre:g} nm",
                where=f"line {line}",
                hint="rows were changed, or a spreadsheet misread the decimal mark; use the original export",
            )


def _require_rising_axis(body: list[tuple[int, list[str]]], decimal: str) -> None:
    last = 0.0
    for (line, row), size in zip(body, _numbers(body, 0, decimal), strict=True):
        if size < last:
            raise InputError(f"size {row[0]} does not rise", where=f"line {line}")
        last = size
