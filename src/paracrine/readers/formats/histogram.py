"""Any size histogram with two columns and explicit units, or three with both bin edges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import Measurand
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution
from paracrine.readers.decoding.decimal import decide_decimal, half_digit
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.decoding.sheet import Cell, Sheet, cell_number, cell_text, split_text
from paracrine.readers.decoding.text import decode
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.histogram.columns import (
    WRITE,
    ContentColumn,
    SizeColumn,
    looks_like_content,
    looks_like_size,
    read_content_header,
    read_size_header,
)
from paracrine.readers.histogram.edges import edges_from_both, edges_from_centres, edges_from_one_side
from paracrine.readers.source import SourceFile

FORMAT = Format(
    name="histogram",
    title="generic size histogram (size and count columns with units)",
    technique=Technique.HISTOGRAM,
    version="2",
    maturity=Maturity.CANDIDATE,
    suffixes=(".csv", ".txt", ".tsv", ".xlsx"),
    samples=("none",),
    known_limits="one histogram per table; sizes without the word lower, upper or centre are taken as bin centres",
    generic=True,
    open_ended=True,
)
_REMARK = re.compile(r"#\s*(?P<key>[^:=]+)[:=]\s*(?P<value>.*)")
_HIGHEST_HEADER = 40


@dataclass(frozen=True, slots=True)
class _Table:
    sheet: str
    line: int
    """Row of the header, counted from 1."""
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    remarks: dict[str, str]

    @property
    def place(self) -> str:
        return f"{self.sheet} row {self.line}".strip()


def sniff(source: SourceFile) -> Sniffed:
    """Say whether the file is a table of sizes and contents and nothing else."""
    head = "\n".join(source.head_text.split("\n", _HIGHEST_HEADER)[:_HIGHEST_HEADER])
    sheets = source.sheets if source.zip_listing else _text_sheets(head)
    first = next((table for sheet in sheets if (table := _find_table(sheet))), None)
    if first is None:
        return Sniffed(False, f"no two-column table of sizes and counts ({WRITE})")
    if first.header[0].lower() == "particle_size":
        return Sniffed(False, f"a table trimmed by hand, not an instrument file; for a histogram {WRITE}")
    return Sniffed(True, f"columns {' and '.join(first.header)}")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read the histogram of the file, or of each sheet.

    Raises:
        InputError: when a unit is missing, sizes do not rise or a content is no number.
    """
    if source.zip_listing:
        sheets = source.sheets
    else:
        text = decode(source.data, where=source.name)
        if not text.endswith("\n"):
            raise InputError("the last line does not end", hint="the file may be truncated; end it with a new line")
        sheets = _text_sheets(text)
    tables = [table for sheet in sheets if (table := _find_table(sheet))]
    return tuple(_make_run(source, table) for table in tables)


def _text_sheets(text: str) -> tuple[Sheet, ...]:
    lines = text.split("\n", _HIGHEST_HEADER)[:_HIGHEST_HEADER]
    header = next((line for line in lines if line.strip() and not line.lstrip('" ').startswith("#")), "")
    delimiter = next((mark for mark in ("\t", ";", ",") if mark in header), "")
    return (Sheet("", split_text(text, delimiter)),) if delimiter else ()


def _find_table(sheet: Sheet) -> _Table | None:
    """Return the table when the first row that is no remark names one or two size columns and one content column."""
    remarks: dict[str, str] = {}
    for index, row in enumerate(sheet.rows[:_HIGHEST_HEADER]):
        texts = [cell_text(cell) for cell in row]
        if not any(texts):
            continue
        if texts[0].startswith("#"):
            match = _REMARK.fullmatch(", ".join(text for text in texts if text))
            if match and not is_personal(match["key"]):
                remarks[f"Remark / {match['key'].strip()}"] = without_folders(match["value"].strip())
            continue
        header = tuple(_without_empty_end(texts))
        sizes = header[:-1]
        is_table = len(header) in (2, 3) and all(looks_like_size(name) for name in sizes)
        if not is_table or not looks_like_content(header[-1]) or looks_like_size(header[-1]):
            return None
        rows = tuple(
            (number, cells)
            for number, cells in enumerate(sheet.rows[index + 1 :], start=index + 2)
            if any(cell_text(cell) for cell in cells)
        )
        return _Table(sheet.name, index + 1, header, rows, remarks)
    return None


def _without_empty_end(texts: list[str]) -> list[str]:
    end = len(texts)
    while end and not texts[end - 1]:
        end -= 1
    return texts[:end]


def _make_run(source: SourceFile, table: _Table) -> Run:
    sizes = [read_size_header(name) for name in table.header[:-1]]
    content = read_content_header(table.header[-1])
    columns = _read_columns(table)
    edges, follows = _edges(table, sizes, columns)
    values = columns[-1][0] * content.factor
    counts = values if content.unit == "particles" else None
    if counts is not None and np.any(np.abs(counts - np.round(counts)) > 1e-6):
        raise InputError("counts are not whole", where=table.place, hint="write `particles/mL` or `number (%)`")
    distribution = SizeDistribution(
        edges_nm=edges,
        contents=values,
        contents_unit=content.unit,
        measurand=Measurand(diameter=sizes[0].kind, weighting=content.weighting),
        tracks_count=None if counts is None else float(counts.sum()),
        tracks_per_bin=counts,
    )
    sample = table.remarks.get("Remark / sample", "")
    return Run(
        source=source.ref(locator=table.place, reader=FORMAT.name, reader_version=FORMAT.version),
        name=table.sheet or sample or source.path.stem,
        technique=Technique.HISTOGRAM,
        instrument=table.remarks.get("Remark / instrument", "not stated"),
        settings={**table.remarks, "Header": " | ".join(table.header)},
        payloads=(distribution,),
        sample_hint=sample,
        maturity=Maturity.CANDIDATE,
        notices=tuple(_judge(sizes, content, distribution, follows)),
    )


def _read_columns(table: _Table) -> list[tuple[FloatArray, FloatArray]]:
    """Return values and print rounding of each column, both shape (rows,)."""
    width = len(table.header)
    texts = [cell for _, row in table.rows for cell in row if isinstance(cell, str)]
    decimal = decide_decimal(texts, where=table.place, thousands_possible=True)
    values = np.zeros((len(table.rows), width))
    rounding = np.zeros_like(values)
    for place, (line, row) in enumerate(table.rows):
        where = f"{table.sheet} row {line}".strip()
        cells = _without_empty_end([cell_text(cell) for cell in row])
        if len(cells) != width:
            raise InputError(f"{len(cells)} cells, {width} expected", where=where, hint="the file may be truncated")
        for column in range(width):
            number = cell_number(row[column], decimal=decimal, where=where)
            if number is None:
                raise InputError(f"no number under {table.header[column]!r}", where=where, hint="an empty bin is 0")
            values[place, column] = number
            rounding[place, column] = half_digit(cell_text(row[column]))
    if np.any(values < 0):
        line = table.rows[int(np.argmax((values < 0).any(axis=1)))][0]
        raise InputError("a negative size or content", where=f"{table.sheet} row {line}".strip())
    return [(values[:, column], rounding[:, column]) for column in range(width)]


def _edges(
    table: _Table, sizes: list[SizeColumn], columns: list[tuple[FloatArray, FloatArray]]
) -> tuple[FloatArray, bool]:
    scaled = [
        (values * size.factor, rounding * size.factor)
        for size, (values, rounding) in zip(sizes, columns[:-1], strict=True)
    ]
    if not table.rows:
        raise InputError("no row under the header", where=table.place)
    if len(sizes) == 2:
        if [size.side for size in sizes] != ["lower", "upper"]:
            raise InputError("two size columns that are not lower and upper edge", where=table.place, hint=WRITE)
        return edges_from_both(scaled[0][0], scaled[1][0], np.maximum(scaled[0][1], scaled[1][1])), True
    values, rounding = scaled[0]
    if sizes[0].side in ("lower", "upper"):
        return edges_from_one_side(sizes[0].side, values, rounding), True
    return edges_from_centres(values, rounding)


def _judge(
    sizes: list[SizeColumn], content: ContentColumn, distribution: SizeDistribution, follows: bool
) -> Iterator[Notice]:
    if len(sizes) == 1 and not sizes[0].side:
        yield Notice(
            code="sizes-taken-as-centres",
            message="the header does not say whether sizes are bin centres or edges; they are taken as centres",
            action="write `lower`, `upper` or `centre` in the header",
        )
    if not follows:
        yield Notice(
            code="edges-halfway",
            message="bins are neither equally wide nor of equal ratio; edges are taken halfway between centres",
            action="give lower and upper edges",
        )
    if any(size.is_radius for size in sizes):
        yield Notice(code="radius-doubled", message="radii are doubled to diameters", severity=Severity.NOTE)
    if content.unit == "%" and not distribution.is_empty and abs(distribution.total - 100) > 0.5:
        yield Notice(
            code="classes-do-not-sum-to-100",
            message=f"the percentages sum to {distribution.total:.1f}",
            severity=Severity.SERIOUS,
            action="export again with all bins",
        )
    if distribution.is_empty:
        yield Notice(code="no-particles", message="the histogram holds no particle", severity=Severity.SERIOUS)
    if content.unit == "1/mL":
        yield Notice(
            code="dilution-not-stated",
            message="the file states no dilution factor",
            action="give dilution_factor of the sample in study.toml",
        )
