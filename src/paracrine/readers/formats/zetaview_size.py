"""ZetaView size distribution, text export of one video."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.notice import Notice, Severity
from paracrine.core.product import DilutionBy
from paracrine.core.run import Maturity, Run, Technique, VendorNumber
from paracrine.payloads.size_distribution import SizeDistribution
from paracrine.readers.decoding.decimal import decide_decimal, half_digit
from paracrine.readers.decoding.personal import base_name
from paracrine.readers.decoding.text import decode
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.source import SourceFile
from paracrine.readers.zetaview.conventions import percentile_nm, volume_contents
from paracrine.readers.zetaview.header import Field, Header, is_zetaview, read_header, split_rows
from paracrine.readers.zetaview.quality import judge_quality
from paracrine.readers.zetaview.size_table import (
    SizeTable,
    bin_edges_nm,
    is_table_header,
    read_size_table,
)

FORMAT = Format(
    name="zetaview_size",
    title="ZetaView size distribution (text export)",
    technique=Technique.NTA,
    version="1",
    maturity=Maturity.TESTED,
    maturity_by_version=(
        ("8.05.16, decimal comma", Maturity.TESTED),
        ("8.05.16, decimal point", Maturity.CANDIDATE),
        ("8.05.14", Maturity.CANDIDATE),
        ("8.06", Maturity.CANDIDATE),
        ("aborted run", Maturity.CANDIDATE),
    ),
    suffixes=(".txt",),
    samples=("EV-NTA/Sample1_35nm_1-5pool.txt",),
    references=("sample file of irispota/EV-NTA, doi 10.5281/zenodo.15497706",),
    known_limits="one linear block of 1200 bins of 5 nm is expected; ZetaSphere archives are not read",
)
_SIZE_TYPE = re.compile(r"^type of measurement:\W*size distribution", re.IGNORECASE | re.MULTILINE)
_SIZE_HEADER = re.compile(r"^\"?size / nm", re.IGNORECASE | re.MULTILINE)
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?")
_MEDIANS = (
    ("diameter_d50_nm", "Median Number (D50)"),
    ("diameter_d50_concentration_nm", "Median Concentration (D50)"),
    ("diameter_d50_volume_nm", "Median Volume (D50)"),
)


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is a ZetaView size export."""
    text = source.head_text
    if not is_zetaview(text):
        return Sniffed(False, "does not open with 'Original File:' and a ZetaView serial number")
    if _SIZE_TYPE.search(text) or _SIZE_HEADER.search(text):
        return Sniffed(True, "ZetaView header, type of measurement Size Distribution")
    return Sniffed(False, "a ZetaView file, but no size distribution")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read the one run of the file.

    Raises:
        InputError: when the table is truncated, changed or contradicts itself.
    """
    rows = split_rows(decode(source.data, where=source.name))
    tables = [index for index, row in enumerate(rows) if is_table_header(row)]
    if len(tables) != 1:
        raise InputError(
            f"{len(tables)} size tables where one is expected", hint="the file is truncated or several were joined"
        )
    header = read_header(rows[: tables[0]])
    body = (cell for row in rows[tables[0] + 1 :] for cell in row)
    decimal = decide_decimal((*header.number_cells(), *body), where=source.name)
    table = read_size_table(rows, tables[0], decimal=decimal)
    return (_make_run(source, header, table, decimal),)


def _make_run(source: SourceFile, header: Header, table: SizeTable, decimal: str) -> Run:
    traces = header.number("Number of Traces", decimal=decimal)
    counted = float(table.number.values.sum())
    if table.aborted and traces:
        raise InputError(
            f"the table is empty although {traces:.0f} traces are stated", hint="the file is truncated; export it again"
        )
    correction = _correction_factor(header, decimal)
    settings, unread = header.kept()
    vendor = tuple(_vendor_numbers(header, decimal, empty=counted == 0))
    rederived = tuple(_rederive(table, vendor))
    dilution = _dilution(header, decimal)
    return Run(
        source=source.ref(locator="linear block", reader=FORMAT.name, reader_version=FORMAT.version),
        name=base_name(header.text("Original File")).rsplit(".", 1)[0] or header.text("Experiment"),
        technique=Technique.NTA,
        instrument=f"Particle Metrix ZetaView {header.text('ZetaView S/N')}".strip(),
        software=header.text("Software"),
        measured_at="T".join(part for part in (header.text("Date"), header.text("Time")) if part),
        settings=settings,
        payloads=(_distribution(table, correction),),
        vendor=vendor,
        rederived=rederived,
        dilution_factor=dilution,
        dilution_by=DilutionBy.UNKNOWN if dilution is None else DilutionBy.PARACRINE,
        sample_hint=header.text("Sample"),
        maturity=_maturity(header, table, decimal),
        unread=unread,
        notices=(
            *_notices_of_table(table, traces, correction),
            *_notices_of_dilution(dilution),
            *_notices_of_summary(vendor, rederived),
            *judge_quality(header, decimal=decimal, traces_count=counted),
        ),
    )


def _distribution(table: SizeTable, correction: float) -> SizeDistribution:
    return SizeDistribution(
        edges_nm=bin_edges_nm(),
        contents=table.concentration_per_ml.values * correction,
        contents_unit="1/mL",
        measurand=Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER),
        tracks_count=float(table.number.values.sum()),
        tracks_per_bin=table.number.values,
    )


def _maturity(header: Header, table: SizeTable, decimal: str) -> Maturity:
    version = _VERSION.search(header.text("Software"))
    tested = version is not None and version.group() == "8.05.16" and decimal == "," and not table.aborted
    return Maturity.TESTED if tested else Maturity.CANDIDATE


def _dilution(header: Header, decimal: str) -> float | None:
    factor = header.number("Dilution", decimal=decimal)
    if factor is not None and (factor < 0 or 0 < factor < 1):
        raise InputError(f"dilution factor {factor:g} is below 1", hint="correct it in the instrument software")
    return factor or None


def _correction_factor(header: Header, decimal: str) -> float:
    factor = header.number("Concentration Correction Factor", decimal=decimal)
    if factor is not None and factor <= 0:
        raise InputError(f"concentration correction factor {factor:g} is not positive")
    return 1.0 if factor is None else factor


def _vendor_numbers(header: Header, decimal: str, *, empty: bool) -> Iterator[VendorNumber]:
    names = [
        ("tracks_count", "Number of Traces", "particles"),
        ("particles_per_frame", "Average Number of Particles", "1/frame"),
        ("concentration_correction_factor", "Concentration Correction Factor", "1"),
    ]
    # An empty run prints medians of 0; that is no size.
    names += [] if empty else [(name, key, "nm") for name, key in _MEDIANS]
    for name, key, unit in names:
        field = header.find(key)
        value = header.number(key, decimal=decimal)
        if field is not None and value is not None:
            yield VendorNumber(name, value, unit, _place(field), half_digit(field.value.split()[0]))


def _place(field: Field) -> str:
    return f"line {field.line}, {field.path}"


def _rederive(table: SizeTable, vendor: tuple[VendorNumber, ...]) -> Iterator[VendorNumber]:
    counts = table.number.values
    yield VendorNumber("tracks_count", float(counts.sum()), "particles", "sum of Number, linear block")
    if not counts.any():
        return
    by_name = {
        "diameter_d50_nm": counts,
        "diameter_d50_concentration_nm": _shape_of_concentration(table),
        "diameter_d50_volume_nm": volume_contents(counts),
    }
    for number in vendor:
        if number.name in by_name:
            value = percentile_nm(by_name[number.name], 0.5)
            yield VendorNumber(number.name, value, "nm", "cumulative at bin centres, from Number", number.rounding)


def _shape_of_concentration(table: SizeTable) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return counts where the concentration is proportional to them: they carry more digits than its column."""
    return table.number.values if _is_proportional(table) else table.concentration_per_ml.values


def _is_proportional(table: SizeTable) -> bool:
    counts, concentration = table.number.values, table.concentration_per_ml
    if not counts.any():
        return not concentration.values.any()
    scale = concentration.values.sum() / counts.sum()
    slack = concentration.rounding + table.number.rounding * scale + 1e-3 * concentration.values
    return bool(np.all(np.abs(concentration.values - scale * counts) <= slack * (1 + 1e-9)))


def _notices_of_table(table: SizeTable, traces: float | None, correction: float) -> Iterator[Notice]:
    counts = table.number
    total, rounding = float(counts.values.sum()), float(counts.rounding.sum())
    if table.aborted:
        yield Notice(
            code="aborted-run",
            message="the run was aborted: the header is complete and no particle was tracked",
            severity=Severity.SERIOUS,
            action="measure again, or keep it as a blank without particles",
        )
    elif total == 0:
        yield Notice(code="no-particles", message="no particle was tracked", severity=Severity.SERIOUS)
    if traces is not None and abs(traces - total) > 0.5 + rounding:
        yield Notice(
            code="traces-differ",
            message=f"the header states {traces:.0f} traces, the table holds {total:.0f}",
            severity=Severity.SERIOUS,
            action="use the original export",
        )
    if abs(table.log_total_count - total) > 0.5 + rounding + table.log_rounding_count:
        yield Notice(
            code="log-block-differs",
            message=f"the linear table holds {total:.0f} particles, the logarithmic one {table.log_total_count:.0f}",
            severity=Severity.SERIOUS,
            action="use the original export",
        )
    if not _is_proportional(table):
        yield Notice(
            code="concentration-not-proportional",
            message="concentrations per bin are not proportional to the counted particles",
            severity=Severity.SERIOUS,
            action="use the original export",
        )
    if correction != 1:
        yield Notice(
            code="concentration-correction-applied",
            message=f"concentrations are multiplied by the correction factor {correction:g} stated in the file",
            severity=Severity.NOTE,
        )


def _notices_of_dilution(dilution: float | None) -> Iterator[Notice]:
    if dilution is None:
        yield Notice(
            code="dilution-not-stated",
            message="the file states no dilution factor",
            action="give dilution_factor of the sample in study.toml",
        )
    elif dilution == 1:
        yield Notice(
            code="dilution-one",
            message="the file states dilution 1: undiluted, or nobody entered it",
            severity=Severity.NOTE,
            action="give dilution_factor of the sample in study.toml if it was diluted",
        )


def _notices_of_summary(vendor: tuple[VendorNumber, ...], ours: tuple[VendorNumber, ...]) -> Iterator[Notice]:
    for printed in vendor:
        for number in ours:
            if number.name != printed.name or not printed.name.endswith("_nm"):
                continue
            if abs(number.value - printed.value) > printed.rounding + 1e-6:
                yield Notice(
                    code="vendor-summary-differs",
                    message=f"the file prints {printed.value:g} nm, its table gives {number.value:g} nm "
                    f"({printed.source_field})",
                    severity=Severity.SERIOUS,
                    action="use the original export",
                )
