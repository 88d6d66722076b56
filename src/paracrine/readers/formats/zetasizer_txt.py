"""Zetasizer Nano text export: one row a size or zeta measurement, arrays expanded over columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import Weighting
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Payload, Run, Technique, VendorNumber
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution
from paracrine.payloads.trace import Trace
from paracrine.readers.decoding.decimal import decide_decimal
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.decoding.text import decode, is_missing, require_number
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.scattering.classes import judge_sum, make_distribution, weighted_mean
from paracrine.readers.scattering.quality import judge_intercept
from paracrine.readers.source import SourceFile
from paracrine.readers.zetasizer.columns import (
    MEANS,
    SCALARS,
    SETTINGS,
    diameter_factor,
    number_cells,
    read_numbers,
    split_name,
)
from paracrine.readers.zetasizer.dates import iso_time
from paracrine.readers.zetasizer.nano_table import ArrayCells, Measurement, read_measurements

FORMAT = Format(
    name="zetasizer_txt",
    title="Zetasizer Nano table (text export)",
    technique=Technique.DLS,
    version="1",
    maturity=Maturity.TESTED,
    maturity_by_version=(
        ("7.11, zeta with arrays", Maturity.TESTED),
        ("8.02, size distributions and zeta", Maturity.TESTED),
        ("other versions", Maturity.CANDIDATE),
        ("filled Z-average, PdI or correlation columns; several tables", Maturity.CANDIDATE),
    ),
    suffixes=(".txt",),
    samples=(
        "parse-zetasizer/chc_zetaPotential.txt",
        "parse-zetasizer/mxd_particleSize.txt",
        "parse-zetasizer/mxd_zetaPotential.txt",
        "parse-zetasizer/mxd_zetaPotential_full.txt",
    ),
    references=("sample files of cheminfo/parse-zetasizer (MIT)",),
    known_limits="arrays whose header has no index, and undersize or fit curves, are kept unread",
    open_ended=True,
)
_OPENING = re.compile(r"\W*(?:type|record)\"?[\t;,]", re.IGNORECASE)
_WORDS = re.compile(
    r"\((?:[dr]\.[nu]m|mV)\)|Z-Ave|S/W Version|Zeta Potential|Measurement Date and Time|Correlation D", re.I
)
_WEIGHTINGS = (
    ("Intensities", Weighting.INTENSITY),
    ("Volumes", Weighting.VOLUME),
    ("Numbers", Weighting.NUMBER),
)
_TESTED_VERSIONS = ("7.11", "8.02")
_ZETA_TOLERANCE_MV = 1.0
_REPEAT = re.compile(r"(.+?)\s+\d+")


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is a Zetasizer Nano table."""
    text = source.head_text
    if not _OPENING.match(text):
        return Sniffed(False, "the first cell is neither 'Type' nor 'Record'")
    header = text.split("\n", 1)[0]
    if _WORDS.search(header):
        return Sniffed(True, "table of Zetasizer columns")
    return Sniffed(False, "no Zetasizer column in the header")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read every measurement of every table.

    Raises:
        InputError: when a row is truncated, shifted or contradicts itself.
    """
    measurements = list(read_measurements(decode(source.data, where=source.name)))
    cells = (cell for measurement in measurements for cell in number_cells(measurement))
    decimal = decide_decimal(cells, where=source.name)
    names = [measurement.cell("Sample Name") for measurement in measurements]
    run_names = _unique_names(measurements, names)
    hints = _sample_hints(names)
    return tuple(
        _make_run(source, measurement, name, hint, decimal)
        for measurement, name, hint in zip(measurements, run_names, hints, strict=True)
    )


def _unique_names(measurements: Sequence[Measurement], names: Sequence[str]) -> list[str]:
    counts = Counter(names)
    return [
        name if name and counts[name] == 1 else f"{name} line {measurement.line}".strip()
        for measurement, name in zip(measurements, names, strict=True)
    ]


def _sample_hints(names: Sequence[str]) -> list[str]:
    """Return names without the repeat number that the software adds, where several rows differ in it alone."""
    stems = [match.group(1) if (match := _REPEAT.fullmatch(name)) else name for name in names]
    counts = Counter(stems)
    return [stem if counts[stem] > 1 else name for stem, name in zip(stems, names, strict=True)]


def _make_run(source: SourceFile, measurement: Measurement, name: str, hint: str, decimal: str) -> Run:
    technique = _technique(measurement)
    scalars = read_numbers(measurement, SCALARS, decimal=decimal)
    means = read_numbers(measurement, MEANS, decimal=decimal)
    payloads: list[Payload] = []
    if scalars:
        values = {number.name: number.value for number in scalars}
        payloads.append(Scalars(values, {number.name: number.unit for number in scalars}, origin="table row"))
    used: set[str] = set()
    if technique is Technique.DLS:
        payloads += _size_payloads(measurement, decimal, used)
    else:
        payloads += _zeta_payloads(measurement, decimal, used)
    rederived = tuple(_rederive(payloads))
    settings, unread = _fields(measurement, used)
    version = measurement.cell("S/W Version")
    return Run(
        source=source.ref(
            locator=f"table {measurement.table}, line {measurement.line}",
            reader=FORMAT.name,
            reader_version=FORMAT.version,
        ),
        name=name,
        technique=technique,
        instrument=f"Malvern Zetasizer {measurement.cell('Serial Number')}".strip(),
        software=version,
        measured_at=iso_time(measurement.cell("Measurement Date and Time")),
        settings=settings,
        payloads=tuple(payloads),
        vendor=(*scalars, *means),
        rederived=rederived,
        sample_hint=hint,
        maturity=_maturity(measurement, version, payloads),
        unread=unread,
        notices=tuple(_judge(measurement, payloads, (*scalars, *means), rederived)),
    )


def _technique(measurement: Measurement) -> Technique:
    kind = measurement.cell("Type").lower()
    if not kind:
        has_zeta = "Zeta Potentials" in measurement.arrays or bool(measurement.cell("Zeta Potential (mV)"))
        return Technique.ELS if has_zeta else Technique.DLS
    if "zeta" in kind:
        return Technique.ELS
    if "size" in kind:
        return Technique.DLS
    raise InputError(
        f"measurements of type {kind!r} are not read",
        where=f"line {measurement.line}",
        hint="export size and zeta measurements alone",
    )


def _numbers(array: ArrayCells, decimal: str, line: int) -> FloatArray:
    return np.array([require_number(cell, decimal=decimal, where=f"line {line}, {array.base}") for cell in array.cells])


def _filled(measurement: Measurement, base: str) -> ArrayCells | None:
    array = measurement.arrays.get(base)
    return None if array is None or all(is_missing(cell) for cell in array.cells) else array


def _size_payloads(measurement: Measurement, decimal: str, used: set[str]) -> Iterator[Payload]:
    sizes = _filled(measurement, "Sizes")
    for base, weighting in _WEIGHTINGS:
        contents = _filled(measurement, base)
        if contents is None:
            continue
        if sizes is None:
            raise InputError(f"{base} without Sizes", where=f"line {measurement.line}", hint="export both columns")
        if "percent" not in contents.unit.lower():
            raise InputError(f"{base} of a size measurement are not in percent", where=f"line {measurement.line}")
        axis = _numbers(sizes, decimal, measurement.line) * diameter_factor(sizes.unit)
        used |= {"Sizes", base}
        yield make_distribution(axis, _numbers(contents, decimal, measurement.line), weighting)
    yield from _trace(measurement, "correlogram", "Correlation Delay Times", "Correlation Data", decimal, used)


def _zeta_payloads(measurement: Measurement, decimal: str, used: set[str]) -> Iterator[Payload]:
    yield from _trace(measurement, "zeta distribution", "Zeta Potentials", "Intensities", decimal, used)
    yield from _trace(measurement, "phase plot", "Times", "Phases", decimal, used)


_UNITS = {"µs": "us", "μs": "us", "us": "us", "s": "s", "mV": "mV", "rad": "rad", "Percent": "%"}


def _trace(
    measurement: Measurement, name: str, axis: str, values: str, decimal: str, used: set[str]
) -> Iterator[Trace]:
    axis_cells, value_cells = _filled(measurement, axis), _filled(measurement, values)
    if axis_cells is None or value_cells is None:
        return
    where = f"line {measurement.line}, {axis}"
    if axis_cells.unit not in _UNITS:
        raise InputError(f"unit {axis_cells.unit!r} is not known for {axis}", where=where)
    points = _numbers(axis_cells, decimal, measurement.line)
    if np.any(np.diff(points) <= 0):
        raise InputError("the axis does not rise", where=where, hint="the row may be shifted; export it again")
    contents = _numbers(value_cells, decimal, measurement.line)
    counts = "counts" if name == "zeta distribution" else "1"
    if name == "zeta distribution" and np.any(contents < 0):
        raise InputError("a negative count", where=f"line {measurement.line}, {values}")
    used |= {axis, values}
    yield Trace(
        name=name,
        axis=points,
        axis_unit=_UNITS[axis_cells.unit],
        values=contents,
        values_unit=_UNITS.get(value_cells.unit, counts),
    )


def _rederive(payloads: Sequence[Payload]) -> Iterator[VendorNumber]:
    for payload in payloads:
        if isinstance(payload, SizeDistribution) and not payload.is_empty and payload.measurand.weighting:
            mean = weighted_mean(np.sqrt(payload.edges_nm[1:] * payload.edges_nm[:-1]), payload.contents)
            name = f"diameter_mean_{payload.measurand.weighting.value}_nm"
            yield VendorNumber(name, mean, "nm", "mean of the size classes")
        if isinstance(payload, Trace) and payload.name == "zeta distribution" and payload.values.any():
            mean = weighted_mean(payload.axis, payload.values)
            yield VendorNumber("zeta_potential_mv", mean, "mV", "intensity-weighted mean of the zeta distribution")


def _fields(measurement: Measurement, used: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    settings: dict[str, str] = {}
    unread: dict[str, str] = {}
    for column, cell in measurement.scalars:
        base, _ = split_name(column)
        if is_personal(column):
            continue
        known = base in SETTINGS or base in SCALARS or base in MEANS
        target = settings if known else unread
        if not target.get(f"Record / {column}"):
            target[f"Record / {column}"] = without_folders(cell)
    for base in measurement.arrays.keys() - used:
        unread[f"Record / {base}"] = f"{len(measurement.arrays[base].cells)} values"
    return settings, unread


def _maturity(measurement: Measurement, version: str, payloads: Sequence[Payload]) -> Maturity:
    untested = {"z_average_nm", "polydispersity_index", "intercept"}
    seen_elsewhere_only = any(
        (isinstance(payload, Scalars) and untested & payload.values.keys())
        or (isinstance(payload, Trace) and payload.name == "correlogram")
        for payload in payloads
    )
    tested = version in _TESTED_VERSIONS and measurement.table == 1 and not seen_elsewhere_only
    return Maturity.TESTED if tested else Maturity.CANDIDATE


def _judge(
    measurement: Measurement,
    payloads: Sequence[Payload],
    vendor: Sequence[VendorNumber],
    rederived: Sequence[VendorNumber],
) -> Iterator[Notice]:
    if not payloads:
        yield Notice(
            code="no-result-columns",
            message="the row names a measurement and holds no result",
            action="export again with a template that has result columns",
        )
    if measurement.surplus_count:
        yield Notice(
            code="row-longer-than-header",
            message=f"the row has {measurement.surplus_count} fields more than its header names; "
            f"{' and '.join(measurement.grown)} are read longer by as much",
            severity=Severity.NOTE,
        )
    for payload in payloads:
        if isinstance(payload, SizeDistribution):
            yield from judge_sum(payload)
        elif isinstance(payload, Trace) and payload.name == "correlogram":
            yield from judge_intercept(float(payload.values[0]))
        elif isinstance(payload, Scalars) and "intercept" in payload.values:
            yield from judge_intercept(payload.values["intercept"])
    yield from _judge_means(vendor, rederived)


def _judge_means(vendor: Sequence[VendorNumber], rederived: Sequence[VendorNumber]) -> Iterator[Notice]:
    for printed in vendor:
        for ours in rederived:
            slack = _ZETA_TOLERANCE_MV if printed.unit == "mV" else 0.01 * printed.value
            if ours.name == printed.name and abs(ours.value - printed.value) > slack + printed.rounding:
                yield Notice(
                    code="vendor-summary-differs",
                    message=f"the file prints {printed.value:g} {printed.unit}, its distribution gives "
                    f"{ours.value:.4g} {ours.unit} ({printed.source_field})",
                    concerns=printed.name,
                    action="compare with the instrument's own report",
                )
