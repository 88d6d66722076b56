"""Workbook of correlograms copied from ZS XPLORER: pairs of columns, one pair a measurement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.trace import Trace
from paracrine.readers.decoding.decimal import decide_decimal
from paracrine.readers.decoding.sheet import Cell, Sheet, cell_number, cell_text, column_letters
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.scattering.quality import judge_intercept
from paracrine.readers.source import SourceFile

FORMAT = Format(
    name="correlogram_xlsx",
    title="Correlograms copied from ZS XPLORER (XLSX)",
    technique=Technique.DLS,
    version="1",
    maturity=Maturity.CANDIDATE,
    suffixes=(".xlsx",),
    samples=("dsapalidis-DLS/DLS_Correlograms_from_Zetasizer_Input.xlsx",),
    references=("workbook of dsapalidis/DLS-Data-Modeling-Empa-CXA (MIT)",),
    known_limits="a workbook made by hand; no size is computed from the curves",
)
_TIME = re.compile(r"Time \((?P<unit>[^)]+)\) - (?P<sample>.+?)(?: \[(?P<branch>[^\]]*)\])?")
_CORRELATION = re.compile(r"Correlation Coefficient \(g.?-1\) - (?P<sample>.+?)(?: \[(?P<branch>[^\]]*)\])?")
_UNITS = {"µs": 1.0, "μs": 1.0, "us": 1.0, "ms": 1e3, "s": 1e6}


@dataclass(frozen=True, slots=True)
class _Pair:
    sheet: Sheet
    column: int
    unit: str
    sample: str
    branch: str


def sniff(source: SourceFile) -> Sniffed:
    """Say whether a sheet begins with a pair of correlogram columns."""
    if any(_opens_with_pair(sheet) for sheet in source.sheets):
        return Sniffed(True, "column pairs `Time` and `Correlation Coefficient (g2-1)`")
    return Sniffed(False, "no column pairs `Time` and `Correlation Coefficient (g2-1)`")


def _opens_with_pair(sheet: Sheet) -> bool:
    header = [cell_text(cell) for cell in sheet.rows[0][:2]] if sheet.rows else []
    return len(header) == 2 and bool(_TIME.fullmatch(header[0]) and _CORRELATION.fullmatch(header[1]))


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read every pair of every sheet; repeats carry the same header and are told apart by position.

    Raises:
        InputError: when a pair is incomplete, an axis does not rise or a cell is no number.
    """
    return tuple(run for sheet in source.sheets if _opens_with_pair(sheet) for run in _read_sheet(source, sheet))


def _read_sheet(source: SourceFile, sheet: Sheet) -> Iterator[Run]:
    texts = (cell for row in sheet.rows[1:] for cell in row if isinstance(cell, str))
    decimal = decide_decimal(texts, where=sheet.name)
    seen: Counter[str] = Counter()
    for pair in _pairs(sheet):
        seen[pair.sample] += 1
        trace = _read_trace(pair, decimal)
        yield Run(
            source=source.ref(
                locator=f"{sheet.name}!{column_letters(pair.column)}:{column_letters(pair.column + 1)}",
                reader=FORMAT.name,
                reader_version=FORMAT.version,
            ),
            name=f"{sheet.name}, {pair.sample} repeat {seen[pair.sample]}",
            technique=Technique.DLS,
            instrument="Malvern Zetasizer",
            software="ZS XPLORER",
            settings={"Header / branch": pair.branch} if pair.branch else {},
            payloads=(trace,),
            sample_hint=pair.sample,
            maturity=Maturity.CANDIDATE,
            notices=tuple(judge_intercept(float(trace.values[0]))),
        )


def _pairs(sheet: Sheet) -> Iterator[_Pair]:
    header = [cell_text(cell) for cell in sheet.rows[0]]
    while header and not header[-1]:
        header.pop()
    for column in range(0, len(header), 2):
        time = _TIME.fullmatch(header[column])
        correlation = _CORRELATION.fullmatch(header[column + 1]) if column + 1 < len(header) else None
        where = f"{sheet.name}!{column_letters(column)}1"
        if time is None or correlation is None or time["sample"] != correlation["sample"]:
            raise InputError("the columns are no pair of time and correlation of one sample", where=where)
        if time["unit"] not in _UNITS:
            raise InputError(f"time in {time['unit']!r}", where=where, hint="µs, ms or s")
        yield _Pair(sheet, column, time["unit"], time["sample"], time["branch"] or "")


def _read_trace(pair: _Pair, decimal: str) -> Trace:
    times: list[float] = []
    values: list[float] = []
    ended = 0
    for line, row in enumerate(pair.sheet.rows[1:], start=2):
        numbers = [_number(row, pair.column + side, decimal, pair.sheet.name, line) for side in (0, 1)]
        if numbers == [None, None]:
            ended = ended or line
            continue
        if ended or numbers[0] is None or numbers[1] is None:
            place = f"{pair.sheet.name}!{column_letters(pair.column)}{ended or line}"
            raise InputError("a gap in the correlogram", where=place, hint="copy the whole curve again")
        times.append(numbers[0] * _UNITS[pair.unit])
        values.append(numbers[1])
    axis = np.array(times)
    if axis.size < 2 or np.any(np.diff(axis) <= 0):
        raise InputError(
            f"{axis.size} lag times, or they do not rise", where=f"{pair.sheet.name}!{column_letters(pair.column)}"
        )
    return Trace("correlogram", axis, "us", np.array(values), "1")


def _number(row: tuple[Cell, ...], column: int, decimal: str, sheet: str, line: int) -> float | None:
    if column >= len(row):
        return None
    return cell_number(row[column], decimal=decimal, where=f"{sheet}!{column_letters(column)}{line}")
