"""Sections, keyed rows and distributions of an NTA summary file, addressed by name and never by line number."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from paracrine.core.errors import InputError
from paracrine.readers.nanosight.tables import Block, Histogram, VideoRow, read_histogram, spread

SIGNATURES = ("NTA Experiment Summary File", "NTA Single Analysis Summary File")
DETAILS, CONDITIONS, SETTINGS = "[Experiment Details]", "[Conditions]", "[Settings]"
RESULTS, WARNINGS, INFORMATION = "[Results]", "[Concentration Warnings]", "[Information]"
INCLUDED, SIZES, DIFFUSION = "[Data Included]", "[Size Data]", "[Diffusion Coefficient Data]"
EXCLUSION = "[Exclusion Regions]"
VIDEO_NAMES = "Filename:"
_BY_VIDEO = (CONDITIONS, SETTINGS, RESULTS, WARNINGS, INFORMATION)
_REQUIRED = (DETAILS, *_BY_VIDEO, INCLUDED)
_TABLE_HEAD = "Bin centre ("
_AXIS_CELL = re.compile(r'"?Bin centre \([^)\n]*\)"?([,;\t])')
_LISTED = re.compile(r"(size|diffusion) distribution - (number|surface area|volume) weighting(.*)", re.IGNORECASE)
_VERSION = re.compile(r"\bNTA (\d+\.\d+)")
_WEIGHTINGS = {"number": "number", "surface area": "area", "volume": "volume"}


class Row(NamedTuple):
    """A keyed row outside the tables that is not one value a video: cells behind the key, padding removed."""

    section: str
    key: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole summary file.

    Attributes:
        rows: rows of the whole file by (section, key).
        video_rows: rows with one value a video by (section, key).
        blocks: distributions by (domain, weighting).
        loose: lines without a key.
        may_hold_paths: whether any cell can be a file path.
    """

    title: str
    created_with: str
    decimal: str
    delimiter: str
    videos_count: int
    rows: dict[tuple[str, str], Row]
    video_rows: dict[tuple[str, str], VideoRow]
    blocks: dict[tuple[str, str], Block]
    loose: tuple[str, ...]
    may_hold_paths: bool

    @property
    def software_version(self) -> str:
        """Major and minor version of NTA such as `3.4`, empty when the file does not say."""
        match = _VERSION.search(self.created_with)
        return match[1] if match else ""


def read_document(text: str) -> Document:
    """Take a summary file apart.

    Raises:
        InputError: when a section, a table row or a listed distribution is missing, or two parts contradict.
    """
    starts = _table_starts(text)
    if not starts:
        raise InputError(
            "no size distribution table", where=SIZES, hint="the file is truncated; export the experiment summary again"
        )
    delimiter = _delimiter(text, starts[0])
    collected = _Collected(rows={}, loose=[], may_hold_paths=False)
    head = _cells(text[: starts[0]], delimiter, collected)
    pending = _collect(head[2:], "", collected)
    blocks: dict[tuple[str, str], Block] = {}
    decimal = ""
    for start, end in pairwise([*starts, len(text)]):
        domain, weighting = _label(pending)
        if (domain, weighting) in blocks:
            raise InputError("the distribution stands in the file twice", where=f"{domain} by {weighting}")
        histogram = read_histogram(
            text[start:end], delimiter=delimiter, decimal=decimal, domain=domain, weighting=weighting
        )
        decimal = decimal or histogram.decimal
        blocks[domain, weighting] = _block(pending, histogram, domain, weighting)
        pending = _collect(_cells(histogram.rest, delimiter, collected), pending.section, collected)
    if pending.rows:
        raise InputError("summary rows without their table", where=pending.section, hint="the file is truncated")
    _require_complete(collected.rows, blocks)
    videos_count = next(iter(blocks.values())).videos_count
    video_rows = {
        place: spread(f"{row.section[1:-1]} / {row.key}", row.key, row.cells, videos_count)
        for place, row in collected.rows.items()
        if _is_by_video(row)
    }
    return Document(
        title=head[0][0].strip(),
        created_with=head[1][0].strip() if len(head) > 1 else "",
        decimal=decimal,
        delimiter=delimiter,
        videos_count=videos_count,
        rows={place: row for place, row in collected.rows.items() if place not in video_rows},
        video_rows=video_rows,
        blocks=blocks,
        loose=tuple(collected.loose),
        may_hold_paths=collected.may_hold_paths,
    )


def _is_by_video(row: Row) -> bool:
    return row.section in _BY_VIDEO or (row.section == DETAILS and row.key == "Processed")


def _table_starts(text: str) -> list[int]:
    """Return where the lines begin that head a table."""
    starts = []
    found = text.find(_TABLE_HEAD)
    while found >= 0:
        line = found - 1 if text[found - 1 : found] == '"' else found
        if text[line - 1 : line] == "\n":
            starts.append(line)
        found = text.find(_TABLE_HEAD, found + 1)
    return starts


def _delimiter(text: str, start: int) -> str:
    found = _AXIS_CELL.match(text, start)
    if found is None:
        raise InputError("the table has no column but its axis", where=SIZES, hint="comma, semicolon or tab expected")
    return found[1]


@dataclass(slots=True)
class _Collected:
    rows: dict[tuple[str, str], Row]
    loose: list[str]
    may_hold_paths: bool


@dataclass(slots=True)
class _Pending:
    """Rows of a data section since its last table: the summary of the table that follows."""

    section: str
    rows: dict[str, tuple[str, ...]]


def _cells(text: str, delimiter: str, collected: _Collected) -> list[list[str]]:
    collected.may_hold_paths |= "\\" in text or ":/" in text or f"{delimiter}/" in text or '"/' in text
    if '"' not in text:
        return [line.rstrip(delimiter).split(delimiter) for line in text.split("\n")]
    try:
        return [row or [""] for row in csv.reader(StringIO(text, newline="\n"), delimiter=delimiter)]
    except csv.Error as error:
        raise InputError(f"cannot be split into cells: {error}", hint="a quotation mark may be missing") from error


def _collect(lines: list[list[str]], section: str, collected: _Collected) -> _Pending:
    block: dict[str, tuple[str, ...]] = {}
    rows, in_block = collected.rows, section in (SIZES, DIFFUSION)
    for cells in lines:
        key, *rest = map(str.strip, cells)
        while rest and not rest[-1]:
            rest.pop()
        if not key:
            if rest:
                collected.loose.append(" ".join(rest))
        elif key[0] == "[" and key[-1] == "]":
            section, in_block = key, key in (SIZES, DIFFUSION)
        elif in_block and key != "Analysis Method":
            _add_to_block(key, tuple(rest), block, section)
        elif section == EXCLUSION:
            # Regions may repeat each other; nothing is read from them.
            rows[section, f"{key} ({len(rows)})" if (section, key) in rows else key] = Row(section, key, tuple(rest))
        elif (section, key) in rows:
            raise InputError(f"{key!r} stands there twice", where=section, hint="export the file again")
        else:
            rows[section, key] = Row(section, key, tuple(rest))
    return _Pending(section, block)


def _add_to_block(key: str, cells: tuple[str, ...], block: dict[str, tuple[str, ...]], section: str) -> None:
    if not block and key != "Weighting":
        raise InputError(f"{key!r} stands before any weighting", where=section, hint="lines are out of order")
    if key in block:
        raise InputError(f"{key!r} stands there twice", where=section, hint="export the file again")
    block[key] = cells


def _label(pending: _Pending) -> tuple[str, str]:
    """Return domain and weighting of the table that follows."""
    domain = {SIZES: "size", DIFFUSION: "diffusion"}.get(pending.section)
    said = " ".join(pending.rows.get("Weighting", ()))
    weighting = _WEIGHTINGS.get(said.lower())
    if domain is None or weighting is None:
        raise InputError(f"a table follows weighting {said!r}", where=pending.section or "top of the file")
    return domain, weighting


def _block(pending: _Pending, histogram: Histogram, domain: str, weighting: str) -> Block:
    videos = histogram.videos_count
    block = Block(
        domain=domain,
        weighting=weighting,
        names=pending.rows.get("Filename", ()),
        video_rows={},
        axis=histogram.values[:, 0].copy(),
        contents=np.ascontiguousarray(histogram.values[:, 1 : videos + 1].T),
        averages=histogram.values[:, videos + 1] if histogram.values.shape[1] > videos + 1 else None,
        percentiles=histogram.percentiles,
    )
    for key, cells in pending.rows.items():
        if key not in ("Weighting", "Filename", "Graph Data"):
            block.video_rows[key] = spread(f"{block.place} / {key}", key, cells, block.videos_count)
    return block


def _require_complete(rows: dict[tuple[str, str], Row], blocks: dict[tuple[str, str], Block]) -> None:
    sections = {section for section, _ in rows}
    missing = [name for name in _REQUIRED if name not in sections]
    if missing:
        raise InputError(f"section {missing[0]} is missing or empty", hint="the file is incomplete; export it again")
    widths = {block.videos_count for block in blocks.values()}
    if len(widths) > 1:
        raise InputError(f"the distributions hold different numbers of videos: {sorted(widths)}")
    listed = set()
    for section, key in rows:
        match = _LISTED.fullmatch(key) if section == INCLUDED else None
        if match is None:
            continue
        domain, weighting = match[1].lower(), _WEIGHTINGS[match[2].lower()]
        listed.add((domain, weighting))
        block = blocks.get((domain, weighting))
        if block is None or (block.percentiles is None and "with percentiles" in match[3].lower()):
            what = "table" if block is None else "percentile table"
            raise InputError(
                f"the {what} of the {domain} distribution by {weighting} is listed but not there",
                where=INCLUDED,
                hint="the file is truncated; export it again",
            )
    for domain, weighting in blocks:
        if (domain, weighting) not in listed:
            raise InputError(f"a {domain} distribution by {weighting} is there but not listed", where=INCLUDED)
