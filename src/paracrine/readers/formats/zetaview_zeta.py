"""ZetaView zeta-potential profile over the cell (`*_prof_*.txt`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Payload, Run, Technique, VendorNumber
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.trace import Trace
from paracrine.readers.decoding.decimal import decide_decimal, half_digit
from paracrine.readers.decoding.personal import base_name
from paracrine.readers.decoding.text import decode, require_number
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.source import SourceFile
from paracrine.readers.zetaview.header import Field, Header, is_zetaview, read_header, split_rows
from paracrine.readers.zetaview.quality import judge_cell

FORMAT = Format(
    name="zetaview_zeta",
    title="ZetaView zeta-potential profile (text export)",
    technique=Technique.ELS,
    version="1",
    maturity=Maturity.CANDIDATE,
    suffixes=(".txt",),
    samples=("none",),
    known_limits="built from a description of the layout; please send a sample",
)
POSITIONS_COUNT = 11
_COLUMNS = ("position", "positive v", "negative v", "average", "parabola fit", "zp")
_PROFILE = re.compile(r"^\"?ZP Profile", re.IGNORECASE | re.MULTILINE)
_ZETA_KEY = re.compile(r"zeta potential\s*/\s*mv", re.IGNORECASE)


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is a ZetaView zeta profile."""
    text = source.head_text
    if not is_zetaview(text[:8000].replace("\x00", "")):
        return Sniffed(False, "does not open with 'Original File:' and a ZetaView serial number")
    text = text.replace("\x00", "")
    if _PROFILE.search(text) or _ZETA_KEY.search(text):
        return Sniffed(True, "ZetaView header and a ZP profile")
    return Sniffed(False, "a ZetaView file without a ZP profile")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read the one run of the file; NUL bytes after micro signs are left out.

    Raises:
        InputError: when the profile is truncated or holds no numbers.
    """
    text = decode(source.data, where=source.name).replace("\x00", "")
    if not text.endswith("\n"):
        raise InputError("the last line does not end", hint="the file is truncated; export it again")
    rows = split_rows(text)
    start = next((index for index, row in enumerate(rows) if _is_column_row(row)), None)
    if start is None:
        raise InputError("no ZP profile table", hint="the file is truncated; export it again")
    header = read_header(rows[:start])
    body = [(number, row) for number, row in enumerate(rows[start + 1 :], start=start + 2) if row]
    cells = (*header.number_cells(), *(cell for _, row in body for cell in row))
    decimal = decide_decimal(cells, where=source.name)
    profile = _read_profile(body, decimal)
    return (_make_run(source, header, profile, decimal),)


def _is_column_row(row: list[str]) -> bool:
    names = [cell.lower() for cell in row]
    return len(names) >= len(_COLUMNS) and names[0] == "position" and "zp" in " ".join(names)


def _read_profile(body: list[tuple[int, list[str]]], decimal: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if len(body) != POSITIONS_COUNT:
        raise InputError(
            f"{len(body)} positions in the ZP profile, {POSITIONS_COUNT} expected",
            hint="the file is truncated; export it again",
        )
    profile = np.zeros((POSITIONS_COUNT, len(_COLUMNS)))
    for place, (line, row) in enumerate(body):
        if len(row) < len(_COLUMNS):
            raise InputError(f"the row has {len(row)} of {len(_COLUMNS)} cells", where=f"line {line}")
        for column in range(len(_COLUMNS)):
            profile[place, column] = require_number(row[column], decimal=decimal, where=f"line {line}")
    if np.any(np.diff(profile[:, 0]) <= 0):
        raise InputError("positions do not rise", where=f"line {body[0][0]}")
    return profile


def _zeta_field(header: Header) -> Field | None:
    return next((field for field in header.fields if _ZETA_KEY.match(field.key)), None)


def _make_run(
    source: SourceFile, header: Header, profile: np.ndarray[tuple[int, ...], np.dtype[np.float64]], decimal: str
) -> Run:
    has_value = np.any(profile[:, 1:] != 0, axis=1)
    field = _zeta_field(header)
    zeta = header.number(field.key, decimal=decimal) if field else None
    vendor: tuple[VendorNumber, ...] = ()
    payloads: list[Payload] = []
    if field is not None and zeta is not None and np.any(has_value):
        place = f"line {field.line}, {field.path}"
        vendor = (VendorNumber("zeta_potential_mv", zeta, "mV", place, half_digit(field.value.split()[0])),)
        payloads.append(Scalars({"zeta_potential_mv": zeta}, {"zeta_potential_mv": "mV"}, origin="Results"))
    values = np.where(has_value, profile[:, 5], np.nan)
    payloads.append(Trace("zeta profile", profile[:, 0], "1", values, "mV"))
    settings, unread = header.kept()
    return Run(
        source=source.ref(locator="ZP Profile", reader=FORMAT.name, reader_version=FORMAT.version),
        name=base_name(header.text("Original File")).rsplit(".", 1)[0] or header.text("Experiment"),
        technique=Technique.ELS,
        instrument=f"Particle Metrix ZetaView {header.text('ZetaView S/N')}".strip(),
        software=header.text("Software"),
        measured_at="T".join(part for part in (header.text("Date"), header.text("Time")) if part),
        settings=settings,
        payloads=tuple(payloads),
        vendor=vendor,
        sample_hint=header.text("Sample"),
        maturity=Maturity.CANDIDATE,
        unread=unread,
        notices=tuple(_judge(header, int(has_value.sum()), zeta)),
    )


def _judge(header: Header, filled_count: int, zeta: float | None) -> Iterator[Notice]:
    if filled_count == 0 or zeta is None:
        yield Notice(
            code="no-zeta-potential",
            message="the run gave no zeta potential: no position of the profile has a value",
            severity=Severity.SERIOUS,
            action="measure again",
        )
    elif filled_count < POSITIONS_COUNT:
        yield Notice(
            code="positions-without-value",
            message=f"{POSITIONS_COUNT - filled_count} of {POSITIONS_COUNT} positions have no value",
            action="look at the profile before using the zeta potential",
        )
    yield from judge_cell(header)
