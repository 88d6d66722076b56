"""Everything an NTA summary says about its videos besides the distributions."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.decoding.text import is_missing, to_number
from paracrine.readers.nanosight.layout import DETAILS, EXCLUSION, INCLUDED, RESULTS, SIZES, VIDEO_NAMES, Document, Row

_AGGREGATES = ("Average", "Standard Error")
_VIDEO_NUMBER = re.compile(r"[\s_-]*\d+$")
_CAPTURED = re.compile(r"([01]\d:[0-5]\d:[0-5]\d|2[0-3]:[0-5]\d:[0-5]\d)\s+(\d\d)/(\d\d)/(\d{4})")
_EXPERIMENT = re.compile(r"([^,:]+?)\.nano\b")


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields by video; lists have one item a video."""

    names: list[str]
    settings: list[dict[str, str]]
    unread: dict[str, str]
    dilution_factors: list[float | None]
    sample_hints: list[str]
    measured_at: str
    notices: tuple[Notice, ...]


def read_fields(document: Document) -> Fields:
    """Sort the keyed rows: what each video was, how it was taken, and what nobody reads.

    Raises:
        InputError: when a row is missing or malformed, or two rows name the videos in different order.
    """
    row = document.rows.get((DETAILS, VIDEO_NAMES))
    if row is None:
        raise InputError("the row of video names is missing", where=DETAILS, hint="export the file again")
    names = _grouped(row.cells, document, DETAILS)
    shared, unread = _file_fields(document)
    return Fields(
        names=_unique(names),
        settings=_settings(document, shared),
        unread=unread,
        dilution_factors=_dilution_factors(document),
        sample_hints=_sample_hints(document, names),
        measured_at=_measured_at(_detail(document, "Time Captured")),
        notices=tuple(_name_notices(document, names)),
    )


def _file_fields(document: Document) -> tuple[dict[str, str], dict[str, str]]:
    """Return settings of the whole file and unread fields."""
    shared: dict[str, str] = {}
    unread = {f"line without key {index + 1}": _clean(line) for index, line in enumerate(document.loose)}
    for (section, key), row in document.rows.items():
        if key == VIDEO_NAMES or is_personal(key):
            continue
        if section in (INCLUDED, EXCLUSION):
            name, said = section[1:-1], " ".join((row.key, *row.cells))
            shared[name] = f"{shared[name]}; {said}" if name in shared else said
        else:
            known = section in (DETAILS, SIZES) or key == "Analysis Method"
            (shared if known else unread)[f"{section[1:-1]} / {key}"] = _joined(row, document)
    return shared, unread


def _settings(document: Document, shared: dict[str, str]) -> list[dict[str, str]]:
    """Return the settings of each video: those of the file, then the cell of the video in every row."""
    rows = list(document.video_rows.values())
    for block in document.blocks.values():
        rows += block.video_rows.values()
    for row in rows:
        shared |= {f"{row.name} / {what}": cell for what, cell in zip(_AGGREGATES, row.aggregates, strict=False)}
    shared = {key: cell for key, cell in shared.items() if cell}
    rows = [row for row in rows if any(row.cells)]
    keys = [row.name for row in rows]
    columns = zip(*(map(_clean, row.cells) if document.may_hold_paths else row.cells for row in rows), strict=True)
    return [{**shared, **dict(zip(keys, column, strict=True))} for column in columns]


def _joined(row: Row, document: Document) -> str:
    # NTA 3.4 writes free text unquoted, so that a comma in a remark looks like a new cell.
    return _clean(document.delimiter.join(row.cells))


def _clean(cell: str) -> str:
    return without_folders(cell) if "/" in cell or "\\" in cell else cell


def _detail(document: Document, key: str) -> str:
    row = document.rows.get((DETAILS, key))
    return _joined(row, document) if row else ""


def _grouped(cells: tuple[str, ...], document: Document, where: str) -> list[str]:
    """Return one name a video; names with commas inside fill several cells each."""
    each, left_over = divmod(len(cells), document.videos_count)
    if left_over or not each:
        raise InputError(f"{len(cells)} names for {document.videos_count} videos", where=where)
    groups = (cells[start : start + each] for start in range(0, len(cells), each))
    return [_clean(document.delimiter.join(group)) for group in groups]


def _name_notices(document: Document, names: list[str]) -> list[Notice]:
    ours = ["".join(name.split()) for name in names]
    notices = []
    for block in document.blocks.values():
        cells = block.names[:-2] if block.names[-2:] == _AGGREGATES else block.names
        theirs = ["".join(name.split()) for name in _grouped(cells, document, block.place)]
        if theirs == ours:
            continue
        if sorted(theirs) == sorted(ours):
            raise InputError(
                "the videos stand in another order than in the experiment details",
                where=block.place,
                hint="columns were moved; export the file again",
            )
        differing = next(pair for pair in zip(names, theirs, strict=True) if "".join(pair[0].split()) != pair[1])
        notices.append(
            Notice(
                code="video-names-differ",
                message=f"a video is called {differing[0]!r} in the details and {differing[1]!r} above the table; "
                "videos are matched by column",
                severity=Severity.CAUTION,
                concerns=block.place,
            )
        )
    return notices


def _unique(names: list[str]) -> list[str]:
    counts = Counter(names)
    return [
        name if name and counts[name] == 1 else f"{name} (column {index})".strip()
        for index, name in enumerate(names, start=1)
    ]


def _dilution_factors(document: Document) -> list[float | None]:
    rows = (
        row
        for (section, key), row in document.video_rows.items()
        if (section, key[:15]) == (RESULTS, "Dilution factor")
    )
    row = next(rows, None)
    if row is None:
        raise InputError("the row of dilution factors is missing", where=RESULTS, hint="export the file again")
    factors = [to_number(cell, decimal=document.decimal, where=row.name) for cell in row.cells]
    for factor in factors:
        if factor is not None and factor < 1:
            raise InputError(f"dilution factor {factor:g} is below 1", where=row.name, hint="correct it in NTA")
    return factors


def _sample_hints(document: Document, names: list[str]) -> list[str]:
    """Return the sample each video belongs to: stated once, or per experiment in a combined file."""
    remarks = _detail(document, "Remarks")
    stems = sorted((found.strip() for found in _EXPERIMENT.findall(remarks)), key=len, reverse=True)
    if "combined experiment" in remarks.lower() and stems:
        by_name = (next((stem for stem in stems if name.startswith(stem)), "") for name in names)
        return [(stem or _VIDEO_NUMBER.sub("", name)).strip("_ ") for name, stem in zip(names, by_name, strict=True)]
    said = _detail(document, "Sample Name") or _detail(document, "Sample Description")
    experiment = _detail(document, "Experiment Name").removesuffix(".nano").strip("_ ")
    return [experiment if is_missing(said) else said] * len(names)


def _measured_at(text: str) -> str:
    """Return ISO date and time of `16:09:42  02/11/2021` (day first), any other text as it is."""
    found = _CAPTURED.fullmatch(text)
    if found is None:
        return text
    day, month, year = map(int, found.group(2, 3, 4))
    try:
        return f"{date(year, month, day).isoformat()}T{found[1]}"
    except ValueError:
        return text
