"""The 11-position table of ZetaView: one row a position, then mean and spread over the used ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.payloads.size_distribution import FloatArray
from paracrine.readers.decoding.decimal import decide_decimal, half_digit
from paracrine.readers.decoding.text import require_number

POSITIONS_COUNT = 11
NO_TRACE_X50_NM = 5997.5
_HINT = "the file is truncated or changed; export it again"
_KEYS = {
    "position": "position",
    "mean int.": "mean_intensity",
    "av. no of particles": "particles_per_frame",
    "conc. (p./ml)": "concentration_per_ml",
    "orig. conc. (p./cm^3)": "original_concentration_per_ml",
    "no. of traces": "traces_count",
    "x50 (nm)": "diameter_d50_nm",
    "peak (nm)": "peak_nm",
    "span": "span_ratio",
    "drift (um/s)": "drift_um_per_s",
}
NEEDED = ("position", "concentration_per_ml", "original_concentration_per_ml", "traces_count", "diameter_d50_nm")


@dataclass(frozen=True, slots=True)
class PositionTable:
    """Columns by our names, shape (11,); printed mean, SD and relative SD with their rounding."""

    columns: dict[str, FloatArray]
    used: tuple[bool, ...]
    removal: tuple[str, ...]
    mean: dict[str, tuple[float, float]]
    deviation: dict[str, tuple[float, float]]


def column_key(name: str) -> str:
    """Return our name of a column, the lower-case text of the file when we have none."""
    text = name.lower().replace("µ", "u").replace("μ", "u").replace("ø", "").replace("ř", "")
    text = re.sub(r"\s+", " ", text).strip()
    return _KEYS.get(text, text)


def is_header(row: list[str]) -> bool:
    """Whether a row names the columns of the table."""
    return len(row) > 3 and [cell.lower() for cell in row[:3]] == ["use", "position", "mean int."]


def read_positions(rows: list[list[str]], *, where: str) -> PositionTable:
    """Read the table.

    Raises:
        InputError: when a position, a summary row or a needed column is missing.
    """
    start = next((index for index, row in enumerate(rows) if is_header(row)), None)
    if start is None:
        raise InputError("no row of column names", where=where)
    keys = [column_key(name) for name in rows[start]]
    for key in NEEDED:
        if key not in keys:
            raise InputError(f"no column for {key}", where=where, hint=_HINT)
    body = [(number, row) for number, row in enumerate(rows[start + 1 :], start=start + 2) if any(row)]
    data = [(line, row) for line, row in body if not _label(row)]
    summary = {label: (line, row) for line, row in body if (label := _label(row))}
    if len(data) != POSITIONS_COUNT:
        raise InputError(f"{len(data)} positions, {POSITIONS_COUNT} expected", where=where, hint=_HINT)
    for label in ("mean", "st.dev.", "rel.st.dev."):
        if label not in summary:
            raise InputError(f"no row {label!r} ends the table", where=where, hint=_HINT)
    decimal = decide_decimal((cell for _, row in body for cell in row), where=where)
    numeric = [index for index, key in enumerate(keys) if key in _KEYS.values()]
    return PositionTable(
        columns={keys[index]: _column(data, index, keys[index], decimal) for index in numeric},
        used=tuple(row[0].lower() == "x" for _, row in data),
        removal=tuple(_cell(row, keys.index("removal")) if "removal" in keys else "" for _, row in data),
        mean=_summary_row(summary["mean"], keys, numeric, decimal),
        deviation=_summary_row(summary["st.dev."], keys, numeric, decimal),
    )


def _label(row: list[str]) -> str:
    text = "".join(row[:2]).lower().replace(" ", "").rstrip(":")
    return text if text in ("mean", "st.dev.", "rel.st.dev.") else ""


def _cell(row: list[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def _column(data: list[tuple[int, list[str]]], index: int, key: str, decimal: str) -> FloatArray:
    values = np.array([require_number(_cell(row, index), decimal=decimal, where=f"line {line}") for line, row in data])
    if np.any(values < 0) and key != "drift_um_per_s":
        raise InputError(f"a negative value of {key}")
    return values


def _summary_row(
    place: tuple[int, list[str]], keys: list[str], numeric: list[int], decimal: str
) -> dict[str, tuple[float, float]]:
    line, row = place
    found: dict[str, tuple[float, float]] = {}
    for index in numeric:
        cell = _cell(row, index)
        if keys[index] != "position" and cell:
            found[keys[index]] = (require_number(cell, decimal=decimal, where=f"line {line}"), half_digit(cell))
    return found
