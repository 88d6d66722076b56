"""Myriade Videodrop `*-Results.csv`: sections RESULTS, SETTINGS and TRACKING in one text column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Payload, Run, Technique, VendorNumber
from paracrine.core.units import convert, spelling
from paracrine.payloads.events import EventTable
from paracrine.payloads.size_distribution import FloatArray
from paracrine.readers.decoding.decimal import decide_decimal, half_digit
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.decoding.text import is_missing, require_number, to_number
from paracrine.readers.draft import draft_notices
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.single_particles import count_diameters
from paracrine.readers.source import SourceFile

FORMAT = Format(
    name="videodrop",
    title="Videodrop results (CSV)",
    technique=Technique.NTA,
    version="2",
    maturity=Maturity.DRAFT,
    suffixes=(".csv",),
    samples=("none",),
    known_limits="dilution is not read; tracked diameters are counted, the concentration stays the instrument's",
)
_SECTIONS = ("RESULTS", "SETTINGS", "TRACKING")
_TOO_LARGE_UNITS = frozenset({"mm", "m"})
_NOT_OURS = "no sections RESULTS, SETTINGS and TRACKING with a key Concentration"
_VALUE = re.compile(r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(.*)")
_NAMES = {
    "Concentration": ("particle_concentration_per_ml", "1/mL"),
    "Median diameter": ("diameter_d50_nm", "nm"),
    "Mean diameter": ("diameter_mean_nm", "nm"),
    "Modal diameter": ("diameter_mode_nm", "nm"),
    "D10": ("diameter_d10_nm", "nm"),
    "D90": ("diameter_d90_nm", "nm"),
    "Average counted particles": ("particles_per_frame", ""),
    "Number of videos": ("videos_count", ""),
    "Tracked particles": ("tracks_count", ""),
}
_TRACK_COLUMNS = {
    "diameter": "diameter_nm",
    "length": "track_length_frames",
    "jumps": "jumps_count",
    "intensity": "intensity_au",
}


@dataclass(frozen=True, slots=True)
class _Parts:
    fields: dict[str, dict[str, str]]
    header: list[str]
    tracks: list[list[str]]


def sniff(source: SourceFile) -> Sniffed:
    """Say whether the three sections are there."""
    text = source.head_text
    if not all(name in text for name in (*_SECTIONS, "Concentration;")):
        return Sniffed(False, _NOT_OURS)
    found = [name for name in _SECTIONS if re.search(rf"^\W*(?:\w+ )?{name}\W*$", text, re.MULTILINE)]
    if len(found) == len(_SECTIONS) and re.search(r"^\"?Concentration;", text, re.MULTILINE):
        return Sniffed(True, "sections RESULTS, SETTINGS and TRACKING, key Concentration")
    return Sniffed(False, _NOT_OURS)


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read the one measurement.

    Raises:
        InputError: when a section is missing, a number is malformed, the last line does not end, or the tracks are
            not as many as stated.
    """
    if not source.text.endswith("\n"):
        raise InputError("the last line does not end", hint="the file is truncated; export it again")
    parts = _split(source.text)
    results = parts.fields["RESULTS"]
    values = {key: match for key, text in results.items() if key in _NAMES and (match := _VALUE.fullmatch(text))}
    cells = [match[1] for match in values.values()] + [cell for row in parts.tracks for cell in row]
    decimal = decide_decimal(cells, where="all numbers")
    vendor = tuple(_vendor(values, decimal))
    tracks = _tracks(parts, decimal)
    stated = next((number.value for number in vendor if number.name == "tracks_count"), None)
    if stated is None or stated != len(parts.tracks):
        raise InputError(
            f"{len(parts.tracks)} tracks are listed, {'no number' if stated is None else f'{stated:g}'} stated",
            where="TRACKING",
            hint="the file is truncated; export it again",
        )
    return (
        Run(
            source=source.ref(locator="RESULTS and TRACKING", reader=FORMAT.name, reader_version=FORMAT.version),
            name=re.sub(r"-?Results$", "", source.name.rsplit(".", 1)[0]),
            technique=Technique.NTA,
            instrument="Myriade Videodrop",
            settings={f"SETTINGS / {key}": text for key, text in parts.fields["SETTINGS"].items()},
            payloads=_payloads(tracks),
            vendor=vendor,
            maturity=Maturity.DRAFT,
            unread={f"RESULTS / {key}": text for key, text in results.items() if key not in values},
            notices=(*draft_notices(FORMAT), *_judge(tracks, vendor)),
        ),
    )


def _split(text: str) -> _Parts:
    fields: dict[str, dict[str, str]] = {name: {} for name in _SECTIONS}
    section, table = "", list[list[str]]()
    seen: list[str] = []
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.strip().strip('"').split(";")]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        title = next((name for name in _SECTIONS if len(cells) == 1 and name in cells[0].upper().split()), "")
        if title:
            section = title
            seen.append(title)
        elif section == "TRACKING":
            table.append(cells)
        elif not section and cells[0] in _NAMES:
            raise InputError(f"{cells[0]!r} stands before RESULTS", where="RESULTS", hint="lines are out of order")
        elif section and not is_personal(cells[0]):
            if cells[0] in fields[section]:
                raise InputError(f"{cells[0]!r} stands there twice", where=section, hint="export the file again")
            fields[section][cells[0]] = without_folders(" ".join(cells[1:]))
    if not fields["SETTINGS"].keys().isdisjoint(_NAMES):
        raise InputError("results stand among the settings", where="SETTINGS", hint="lines are out of order")
    if sorted(seen) != sorted(_SECTIONS) or not table:
        raise InputError(f"found sections {', '.join(seen) or 'none'}", hint="the file is truncated; export it again")
    return _Parts(fields, table[0], table[1:])


def _vendor(values: dict[str, re.Match[str]], decimal: str) -> Iterator[VendorNumber]:
    for key, match in values.items():
        name, unit = _NAMES[key]
        value = require_number(match[1], decimal=decimal, where=f"RESULTS / {key}")
        scale = 1.0
        if unit:
            if not match[2] or spelling(match[2]) in _TOO_LARGE_UNITS:
                raise InputError(f"{match[0]!r} has no usable unit", where=f"RESULTS / {key}")
            scale = convert(1.0, match[2], unit)
        yield VendorNumber(name, value * scale, unit or "1", f"RESULTS / {key}", half_digit(match[1]) * scale)


def _tracks(parts: _Parts, decimal: str) -> dict[str, FloatArray]:
    """Return the columns of the tracking table; an empty cell is NaN except for the diameter."""
    names = [_TRACK_COLUMNS.get(cell.lower().split(" ")[0], cell.lower()) for cell in parts.header]
    if "diameter_nm" not in names or len(set(names)) < len(names):
        raise InputError("the tracking table has no column diameter, or two of one name", where="TRACKING")
    for index, row in enumerate(parts.tracks):
        if len(row) != len(names):
            raise InputError(f"{len(row)} cells where {len(names)} are expected", where=f"TRACKING row {index + 1}")
    columns = {}
    for position, name in enumerate(names):
        cells = [row[position] for row in parts.tracks]
        numbers = [
            np.nan if is_missing(cell) else to_number(cell, decimal=decimal, where=f"TRACKING / {name} row {row + 1}")
            for row, cell in enumerate(cells)
        ]
        columns[name] = np.array(numbers, dtype=np.float64)
    return columns


def _payloads(tracks: dict[str, FloatArray]) -> tuple[Payload, ...]:
    return EventTable(tracks), count_diameters(tracks["diameter_nm"], kind=DiameterKind.HYDRODYNAMIC)


def _judge(tracks: dict[str, FloatArray], vendor: tuple[VendorNumber, ...]) -> Iterator[Notice]:
    diameters = tracks["diameter_nm"]
    if not diameters.size:
        yield Notice(code="no-particles", message="no particle was tracked", severity=Severity.SERIOUS)
        return
    printed = next((number for number in vendor if number.name == "diameter_d50_nm"), None)
    median = float(np.median(diameters))
    # Which of the usual median rules the instrument follows is not known: only a gross difference counts.
    if printed is not None and abs(printed.value - median) > 0.05 * median:
        yield Notice(
            code="vendor-summary-differs",
            message=f"the file prints a median of {printed.value:g} nm, its tracks give {median:.1f} nm",
            severity=Severity.SERIOUS,
            concerns=printed.source_field,
            action="check the unit of the tracked diameters and the selection of tracks",
        )
