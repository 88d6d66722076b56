"""Sections, keyed rows and distributions of an NTA summary file, addressed by name and never by line number."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO

from paracrine.core.errors import InputError
from paracrine.readers.nanosight.tables import Block, Table, read_table

SIGNATURES = ("NTA Experiment Summary File", "NTA Single Analysis Summary File")
DETAILS, RESULTS, SIZES, DIFFUSION = (
    "[Experiment Details]",
    "[Results]",
    "[Size Data]",
    "[Diffusion Coefficient Data]",
)
PER_VIDEO = ("[Conditions]", "[Settings]", RESULTS, "[Concentration Warnings]", "[Information]")
AVERAGED = frozenset(
    {"Concentration (Particles / ml)", "Particles per frame", "Centres per frame"}
    | {"Mean", "Mode", "SD", "D10", "D50", "D90"}
)
"""Rows with average and standard error behind the videos."""
_REQUIRED = (DETAILS, *PER_VIDEO, "[Data Included]")
_TABLE_START = re.compile(r'^"?Bin centre \([^)\n]*\)"?(.)', re.MULTILINE)
_LISTED = re.compile(r"(size|diffusion) distribution - (number|surface area|volume) weighting(.*)", re.IGNORECASE)
_VERSION = re.compile(r"\bNTA (\d+\.\d+)")
_WEIGHTINGS = {"number": "number", "surface area": "area", "volume": "volume"}


@dataclass(frozen=True, slots=True)
class Row:
    """One keyed row; cells behind the key, padding removed."""

    section: str
    key: str
    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        """Section and key as settings name them."""
        return f"{self.section.strip('[]')} / {self.key}"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole summary file; `rows` maps (section, key) to the row, `blocks` maps (domain, weighting)."""

    title: str
    created_with: str
    decimal: str
    delimiter: str
    videos_count: int
    rows: dict[tuple[str, str], Row]
    blocks: dict[tuple[str, str], Block]
    loose: tuple[str, ...]
    """Lines that belong to no known place."""

    @property
    def software_version(self) -> str:
        """Major and minor version of NTA such as `3.4`, empty when the file does not say."""
        match = _VERSION.search(self.created_with)
        return match[1] if match else ""

    def per_video(self, row: Row) -> tuple[str, ...]:
        """Return the cell of each video.

        Raises:
            InputError: when the number of cells does not fit the number of videos.
        """
        return spread(row, self.videos_count, aggregates=row.key in AVERAGED)


def spread(row: Row, videos_count: int, *, aggregates: bool = False) -> tuple[str, ...]:
    """Return one cell a video, all empty where the row says nothing.

    Raises:
        InputError: when the row has more or fewer cells than videos (average and standard error may stand behind).
    """
    filled = len(row.cells)
    allowed = {0, videos_count}
    if aggregates:
        allowed |= {videos_count + 2, videos_count + (1 if videos_count == 1 else 2)}
    if filled not in allowed and not (row.key.startswith("Errors") and filled < videos_count):
        raise InputError(
            f"{filled} values for {videos_count} videos",
            where=row.name,
            hint="a value is missing or a comma stands inside a number; export the file again",
        )
    return (*row.cells[:videos_count], *[""] * (videos_count - filled))


def read_document(text: str) -> Document:
    """Take a summary file apart.

    Raises:
        InputError: when a section, a table row or a listed distribution is missing, or two parts contradict.
    """
    matches = list(_TABLE_START.finditer(text))
    if not matches:
        raise InputError(
            "no size distribution table", where=SIZES, hint="the file is truncated; export the experiment summary again"
        )
    delimiter = matches[0].group(1)
    if delimiter not in ",;\t":
        raise InputError(f"cells are separated by {delimiter!r}", where=SIZES, hint="expected comma, semicolon or tab")
    head = _cells(text[: matches[0].start()], delimiter)
    collected = _Collected(rows={}, loose=[])
    pending = _collect(head[2:], "", collected)
    blocks: dict[tuple[str, str], Block] = {}
    decimal = ""
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        segment = text[match.start() : following.start() if following else None]
        table = read_table(segment.split("\n"), delimiter=delimiter, decimal=decimal, block=_label(pending))
        decimal = decimal or table.decimal
        block = _block(pending, table)
        if (block.domain, block.weighting) in blocks:
            raise InputError("the distribution stands in the file twice", where=block.label)
        blocks[block.domain, block.weighting] = block
        pending = _collect(_cells(table.rest, delimiter), pending.section, collected)
    if pending.rows:
        raise InputError("summary rows without their table", where=pending.section, hint="the file is truncated")
    document = Document(
        title=head[0][0].strip(),
        created_with=head[1][0].strip() if len(head) > 1 and head[1] else "",
        decimal=decimal,
        delimiter=delimiter,
        videos_count=next(iter(blocks.values())).videos_count,
        rows=collected.rows,
        blocks=blocks,
        loose=tuple(collected.loose),
    )
    _require_complete(document)
    return document


@dataclass(slots=True)
class _Collected:
    rows: dict[tuple[str, str], Row]
    loose: list[str]


@dataclass(slots=True)
class _Pending:
    """Rows of a data section since its last table: the summary of the table that follows."""

    section: str
    rows: dict[str, Row]


def _cells(text: str, delimiter: str) -> list[list[str]]:
    if '"' not in text:
        return [line.split(delimiter) for line in text.split("\n")]
    try:
        return list(csv.reader(StringIO(text, newline="\n"), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(f"cannot be split into cells: {error}", hint="a quotation mark may be missing") from error


def _collect(lines: list[list[str]], section: str, collected: _Collected) -> _Pending:
    pending = _Pending(section, {})
    for cells in lines:
        key = cells[0].strip() if cells else ""
        filled = len(cells)
        while filled > 1 and not cells[filled - 1].strip():
            filled -= 1
        if not key:
            if filled > 1:
                collected.loose.append(" ".join(cell.strip() for cell in cells[1:filled]))
            continue
        if key.startswith("[") and key.endswith("]"):
            pending.section = key
            continue
        row = Row(pending.section, key, tuple(cell.strip() for cell in cells[1:filled]))
        in_data = pending.section in (SIZES, DIFFUSION) and key != "Analysis Method"
        if in_data and not pending.rows and key != "Weighting":
            raise InputError(f"{key!r} stands before any weighting", where=pending.section, hint="lines out of order")
        _add(row, pending.rows if in_data else None, collected)
    return pending


def _add(row: Row, block_rows: dict[str, Row] | None, collected: _Collected) -> None:
    taken = row.key in block_rows if block_rows is not None else (row.section, row.key) in collected.rows
    if taken:
        raise InputError("stands in the file twice", where=row.name, hint="export the file again")
    if block_rows is not None:
        block_rows[row.key] = row
    else:
        collected.rows[row.section, row.key] = row


def _label(pending: _Pending) -> tuple[str, str]:
    """Return domain and weighting of the table that follows."""
    domain = {SIZES: "size", DIFFUSION: "diffusion"}.get(pending.section)
    row = pending.rows.get("Weighting")
    weighting = _WEIGHTINGS.get(row.cells[0].lower()) if row and row.cells else None
    if domain is None or weighting is None:
        said = " ".join(row.cells) if row else "nothing"
        raise InputError(f"a table follows weighting {said!r}", where=pending.section or "top of the file")
    return domain, weighting


def _block(pending: _Pending, table: Table) -> Block:
    domain, weighting = _label(pending)
    return Block(
        domain=domain,
        weighting=weighting,
        rows={key: row.cells for key, row in pending.rows.items()},
        values=table.values,
        videos_count=table.videos_count,
        percentiles=table.percentiles,
    )


def _require_complete(document: Document) -> None:
    sections = {section for section, _ in document.rows}
    missing = [name for name in _REQUIRED if name not in sections]
    if missing:
        raise InputError(f"section {missing[0]} is missing or empty", hint="the file is incomplete; export it again")
    widths = {block.videos_count for block in document.blocks.values()}
    if len(widths) > 1:
        raise InputError(f"the distributions hold different numbers of videos: {sorted(widths)}")
    listed: dict[tuple[str, str], bool] = {}
    for section, key in document.rows:
        match = _LISTED.fullmatch(key) if section == "[Data Included]" else None
        if match:
            listed[match[1].lower(), _WEIGHTINGS[match[2].lower()]] = "with percentiles" in match[3].lower()
    for (domain, weighting), with_percentiles in listed.items():
        block = document.blocks.get((domain, weighting))
        if block is None or (with_percentiles and block.percentiles is None):
            what = "distribution" if block is None else "percentile table"
            raise InputError(
                f"the {what} of {domain} by {weighting} is listed but not there",
                where="[Data Included]",
                hint="the file is truncated; export it again",
            )
    unlisted = set(document.blocks) - set(listed)
    if unlisted:
        domain, weighting = sorted(unlisted)[0]
        raise InputError(f"a {domain} distribution by {weighting} is there but not listed", where="[Data Included]")
