"""Stunner report (Unchained Labs), one row a well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Run, Technique, VendorNumber
from paracrine.payloads.scalars import Scalars
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.decoding.sheet import Cell, cell_text
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.scattering.quality import judge_intercept
from paracrine.readers.source import SourceFile
from paracrine.readers.stunner.report import Report, find_report, split_header

FORMAT = Format(
    name="stunner_xlsx",
    title="Stunner report (XLSX)",
    technique=Technique.DLS,
    version="1",
    maturity=Maturity.TESTED,
    maturity_by_version=(
        ("8.2", Maturity.TESTED),
        ("9.1", Maturity.CANDIDATE),
        ("without version", Maturity.CANDIDATE),
    ),
    suffixes=(".xlsx",),
    samples=(
        "allotropy-Stunner/Unchained_Labs_Stunner_example01.xlsx",
        "allotropy-Stunner/Unchained_Labs_Stunner_example02.xlsx",
        "allotropy-Stunner/Unchained_Labs_Stunner_example03.xlsx",
    ),
    references=("sample files of Benchling-Open-Source/allotropy (MIT)",),
    known_limits="peaks are kept unread; the 9.1 example and the one without version look invented by their authors",
)
HIGHEST_Z_AVERAGE_NM = 10_000.0
_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: (\d{2}:\d{2}:\d{2}))?")
_SETTINGS = (
    "sample group", "analyte", "buffer", "concentration", "plate id", "plate position", "temperature",
    "viscosity at t", "ri at t", "acquisition time", "number of acquisitions", "number of acquisitions used",
    "application",
)  # fmt: skip


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is a Stunner report."""
    if any(_is_report(report) for sheet in source.sheets if (report := find_report(sheet))):
        return Sniffed(True, "a sheet `Report` with a Z-average column")
    return Sniffed(False, "no sheet `Report` with columns of sample name and Z-average")


def _is_report(report: Report) -> bool:
    return report.sheet.strip().lower() == "report"


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read every well.

    Raises:
        InputError: when a unit is another one or a cell is no number.
    """
    reports = [report for sheet in source.sheets if (report := find_report(sheet)) and _is_report(report)]
    if len(reports) != 1:
        raise InputError(f"{len(reports)} report sheets, one expected")
    report = reports[0]
    if not report.rows:
        raise InputError("the table has no row", where=report.sheet.strip())
    names = Counter(report.text(row, "sample name") for _, row in report.rows)
    return tuple(_make_run(source, report, line, row, names) for line, row in report.rows)


def _make_run(source: SourceFile, report: Report, line: int, row: tuple[Cell, ...], names: Counter[str]) -> Run:
    scalars = report.scalars(line, row)
    sample = report.text(row, "sample name")
    well = report.text(row, "plate position") or f"row {line}"
    rejected = _why_rejected(report, row, scalars)
    payloads: tuple[Scalars, ...] = ()
    if scalars and not rejected:
        values = {name: value for name, (value, _, _) in scalars.items()}
        payloads = (Scalars(values, {name: unit for name, (_, unit, _) in scalars.items()}, origin=f"row {line}"),)
    settings, unread = _fields(report, row)
    return Run(
        source=source.ref(
            locator=f"{report.sheet.strip()} row {line}", reader=FORMAT.name, reader_version=FORMAT.version
        ),
        name=sample if sample and names[sample] == 1 else f"{sample} {well}".strip(),
        technique=Technique.DLS,
        instrument=f"Unchained Labs Stunner {report.info.get('Instrument', '')}".strip(),
        software=report.info.get("Software version", ""),
        measured_at=_iso(report.info.get("Date", "") or report.text(row, "date")),
        settings=settings,
        payloads=payloads,
        vendor=tuple(VendorNumber(name, value, unit, place) for name, (value, unit, place) in scalars.items()),
        sample_hint=sample,
        maturity=Maturity.TESTED if report.info.get("Software version", "").startswith("8.2") else Maturity.CANDIDATE,
        unread=unread,
        notices=tuple(_judge(scalars, rejected)),
    )


def _why_rejected(report: Report, row: tuple[Cell, ...], scalars: dict[str, tuple[float, str, str]]) -> str:
    z_average = scalars.get("z_average_nm", (0.0, "", ""))[0]
    if report.text(row, "sample group").lower() == "error":
        return "the well is in the group `error`"
    if z_average > HIGHEST_Z_AVERAGE_NM:
        return f"a Z-average of {z_average:g} nm is beyond the method"
    return ""


def _fields(report: Report, row: tuple[Cell, ...]) -> tuple[dict[str, str], dict[str, str]]:
    settings = {f"Info / {key}": without_folders(value) for key, value in report.info.items() if not is_personal(key)}
    unread: dict[str, str] = {}
    for column, cell in zip(report.columns, row, strict=False):
        text = cell_text(cell)
        if text and not is_personal(column):
            target = settings if split_header(column)[0] in _SETTINGS else unread
            target[f"Table / {column}"] = without_folders(text)
    return settings, unread


def _iso(text: str) -> str:
    """Return `23/05/2025 11:10:10` as ISO, any other text unchanged."""
    match = _DATE.fullmatch(text)
    if match is None:
        return text
    day, month, year, time = match.groups()
    return f"{year}-{month}-{day}" + (f"T{time}" if time else "")


def _judge(scalars: dict[str, tuple[float, str, str]], rejected: str) -> Iterator[Notice]:
    if rejected:
        yield Notice(
            code="rejected-by-instrument",
            message=f"{rejected}; its numbers are shown and not used",
            severity=Severity.SERIOUS,
            action="measure the well again",
        )
    if not scalars:
        yield Notice(
            code="no-result-columns",
            message="the well has no result",
            severity=Severity.NOTE,
            action="none for a blank",
        )
    if "intercept" in scalars:
        yield from judge_intercept(scalars["intercept"][0])
