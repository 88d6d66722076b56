"""Everything an NTA summary says about its videos besides the distributions."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.decoding.text import is_missing, to_number
from paracrine.readers.nanosight.layout import DETAILS, PER_VIDEO, RESULTS, SIZES, Document, Row

_NAMES = "Filename:"
_AGGREGATES = ("Average", "Standard Error")
_VIDEO_NUMBER = re.compile(r"[\s_-]*\d+$")
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
        InputError: when rows hold more cells than there are videos, or name the videos in another order.
    """
    names = _video_names(document)
    shared, columns, unread = _sorted_rows(document)
    keys = tuple(columns)
    settings = [dict(shared) for _ in names]
    for values, target in zip(zip(*columns.values(), strict=True), settings, strict=True):
        target.update(zip(keys, values, strict=True))
    return Fields(
        names=_unique(names),
        settings=settings,
        unread=unread,
        dilution_factors=_dilution_factors(document),
        sample_hints=_sample_hints(document, names),
        measured_at=_measured_at(_detail(document, "Time Captured")),
        notices=tuple(_name_notices(document, names)),
    )


def _sorted_rows(document: Document) -> tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, str]]:
    """Return settings of the whole file, settings by video, and unread fields."""
    shared: dict[str, str] = {}
    columns: dict[str, tuple[str, ...]] = {}
    unread = {f"line without key {index + 1}": _clean(line) for index, line in enumerate(document.loose)}
    for (section, key), row in document.rows.items():
        if is_personal(key):
            continue
        if not row.cells and section in PER_VIDEO:
            continue
        if section in PER_VIDEO or (section, key) == (DETAILS, "Processed"):
            columns[row.name] = tuple(map(_clean, document.per_video(row)))
            shared.update(_aggregates(row, document))
        elif section == DETAILS and key == _NAMES:
            continue
        elif section in (DETAILS, SIZES) or key == "Analysis Method":
            shared[row.name] = _joined(row, document)
        elif section in ("[Data Included]", "[Exclusion Regions]"):
            name = section.strip("[]")
            said = " ".join((row.key, *row.cells))
            shared[name] = f"{shared[name]}; {said}" if name in shared else said
        else:
            unread[row.name] = _joined(row, document)
    for block in document.blocks.values():
        for key, cells in block.rows.items():
            if cells and key not in ("Weighting", "Filename"):
                row = Row(block.place, key, cells)
                columns[row.name] = document.per_video(row)
                shared.update(_aggregates(row, document))
    return {key: value for key, value in shared.items() if value}, columns, unread


def _aggregates(row: Row, document: Document) -> dict[str, str]:
    rest = row.cells[document.videos_count :]
    return {f"{row.name} / {label}": cell for label, cell in zip(_AGGREGATES, rest, strict=False)}


def _joined(row: Row, document: Document) -> str:
    # NTA 3.4 writes free text unquoted, so that a comma in a remark looks like a new cell.
    return _clean(document.delimiter.join(row.cells))


def _clean(cell: str) -> str:
    return without_folders(cell) if "/" in cell or "\\" in cell else cell


def _detail(document: Document, key: str) -> str:
    row = document.rows.get((DETAILS, key))
    return _joined(row, document) if row else ""


def _video_names(document: Document) -> list[str]:
    row = document.rows.get((DETAILS, _NAMES))
    if row is None:
        raise InputError("the row of video names is missing", where=DETAILS, hint="export the file again")
    return _grouped(row.cells, document, row.name)


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
        cells = block.rows.get("Filename", ())
        if cells[-2:] == _AGGREGATES:
            cells = cells[:-2]
        theirs = ["".join(name.split()) for name in _grouped(cells, document, f"{block.label} / Filename")]
        if theirs == ours:
            continue
        if sorted(theirs) == sorted(ours):
            raise InputError(
                "the videos stand in another order than in the experiment details",
                where=block.label,
                hint="columns were moved; export the file again",
            )
        notices.append(
            Notice(
                code="video-names-differ",
                message=f"videos are called {names} in the details and otherwise in the {block.label}; "
                "they are matched by column",
                severity=Severity.CAUTION,
                concerns=block.label,
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
    row = next(
        (
            row
            for (section, key), row in document.rows.items()
            if section == RESULTS and key.startswith("Dilution factor")
        ),
        None,
    )
    if row is None:
        raise InputError("the dilution row is missing", where=RESULTS, hint="export the file again")
    factors = []
    for cell in document.per_video(row):
        factor = to_number(cell, decimal=document.decimal, where=row.name)
        if factor is not None and factor < 1:
            raise InputError(
                f"dilution factor {factor:g} is below 1", where=row.name, hint="correct it in NTA and export again"
            )
        factors.append(factor)
    return factors


def _sample_hints(document: Document, names: list[str]) -> list[str]:
    """Return the sample each video belongs to: stated once, or per experiment in a combined file."""
    said = _detail(document, "Sample Name") or _detail(document, "Sample Description")
    remarks = _detail(document, "Remarks")
    stems = sorted((found.strip() for found in _EXPERIMENT.findall(remarks)), key=len, reverse=True)
    if "combined experiment" not in remarks.lower() or not stems:
        fallback = _detail(document, "Experiment Name").removesuffix(".nano").strip("_ ")
        return [said if said and not is_missing(said) else fallback] * len(names)
    hints = []
    for name in names:
        stem = next((stem for stem in stems if name.startswith(stem)), "") or _VIDEO_NUMBER.sub("", name)
        hints.append(stem.strip("_ "))
    return hints


def _measured_at(text: str) -> str:
    """Return ISO date and time of `16:09:42  02/11/2021` (day first), any other text as it is."""
    try:
        return datetime.strptime(" ".join(text.split()), "%H:%M:%S %d/%m/%Y").isoformat()
    except ValueError:
        return text
