"""Zetasizer database of ZS XPLORER (`.zmes`): size records, both analysis branches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from paracrine.core.errors import InputError
from paracrine.core.measurand import Weighting
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Payload, Run, Technique, VendorNumber
from paracrine.payloads.scalars import Scalars
from paracrine.payloads.trace import Trace
from paracrine.physics.stokes_einstein import hydrodynamic_diameter_nm
from paracrine.readers.decoding.personal import base_name, is_personal, without_folders
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.scattering.classes import judge_sum, make_distribution
from paracrine.readers.scattering.quality import judge_intercept
from paracrine.readers.source import SourceFile
from paracrine.readers.zetasizer.records import MAGIC, TABLES, ZetasizerRecord, read_records

FORMAT = Format(
    name="zetasizer_zmes",
    title="Zetasizer database of ZS XPLORER (.zmes)",
    technique=Technique.DLS,
    version="1",
    maturity=Maturity.TESTED,
    maturity_by_version=(("ZS XPLORER 4.1, size", Maturity.TESTED), ("other versions", Maturity.CANDIDATE)),
    suffixes=(".zmes",),
    samples=("zmes-parser/test.zmes",),
    references=("sample file of cheminfo/zmes-parser (MIT)",),
    known_limits="numbers come from the steady-state branch; zeta records are listed and not read",
)
MAIN = "Size Analysis Result"
ALL_RUNS = "Unclassified Size Analysis Result"
_SIZE_KIND = "Size Measurement Result"
_BRANCH_SCALARS = (
    ("z_average_nm", "nm", "Cumulants Result / Z-Average (nm)"),
    ("polydispersity_index", "1", "Cumulants Result / Polydispersity Index (PI)"),
    ("intercept", "1", "Cumulants Result / Intercept"),
    ("diffusion_coefficient_um2_per_s", "um2/s", "Diffusion Coefficient (µm^2/s)"),
)
_COUNT_RATE = "Size Data / Summary Information / Size Run Summary Information / Mean Count Rate (kcps)"
_RETENTION = "Size Data / Summary Information / Size Run Summary Information / Run Retention (%)"
_DISTRIBUTIONS = (
    ("Particle Size Intensity Distribution", Weighting.INTENSITY),
    ("Particle Size Volume Distribution (%)", Weighting.VOLUME),
    ("Particle Size Number Distribution", Weighting.NUMBER),
)
_INSTRUMENT = "Actual Instrument Settings"
_SETTINGS = (_INSTRUMENT, "Data Quality Result", "Sample Settings")


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is a ZS XPLORER database."""
    if not source.head.startswith(MAGIC):
        return Sniffed(False, "not an SQLite database")
    if all(name.encode() in source.data for name in TABLES):
        return Sniffed(True, "SQLite database with the tables of ZS XPLORER")
    return Sniffed(False, "an SQLite database without the tables of ZS XPLORER")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read every record.

    Raises:
        InputError: when the database is truncated, damaged or hostile.
    """
    records = read_records(source)
    if not records:
        raise InputError("the database holds no record", hint="export measurements into it")
    names = Counter(_name(record) for record in records)
    return tuple(_make_run(source, record, is_unique=names[_name(record)] == 1) for record in records)


def _name(record: ZetasizerRecord) -> str:
    repeat = record.text("Repeat")
    return f"{record.text('Sample Settings / Sample Name')} repeat {repeat}".strip()


def _make_run(source: SourceFile, record: ZetasizerRecord, *, is_unique: bool) -> Run:
    is_size = record.kind == _SIZE_KIND
    payloads = tuple(_payloads(record)) if is_size else ()
    vendor = (*_branch(record, MAIN), *_branch(record, ALL_RUNS, suffix="_all_runs")) if is_size else ()
    rederived = tuple(_rederive(record)) if is_size else ()
    settings, unread = _fields(record)
    software = record.text("Software Version")
    return Run(
        source=source.ref(locator=f"record {record.number}", reader=FORMAT.name, reader_version=FORMAT.version),
        name=_name(record) if is_unique else f"{_name(record)} record {record.number}",
        technique=Technique.ELS if "zeta" in record.kind.lower() else Technique.DLS,
        instrument=f"Malvern Zetasizer {record.text(f'{_INSTRUMENT} / Instrument Serial Number')}".strip(),
        software=f"ZS XPLORER {software}".strip(),
        measured_at=record.text("Measurement Start Date And Time"),
        settings=settings,
        payloads=payloads,
        vendor=vendor,
        rederived=rederived,
        sample_hint=record.text("Sample Settings / Sample Name"),
        maturity=Maturity.TESTED if software.startswith("4.1.") and is_size else Maturity.CANDIDATE,
        unread=unread,
        notices=tuple(_judge(record, payloads, vendor, rederived)),
    )


def _branch(record: ZetasizerRecord, branch: str, *, suffix: str = "") -> Iterator[VendorNumber]:
    for name, unit, path in _BRANCH_SCALARS:
        value = record.number_at(f"{branch} / {path}")
        if value is not None:
            yield VendorNumber(name + suffix, value, unit, f"record {record.number}, {branch} / {path}")


def _payloads(record: ZetasizerRecord) -> Iterator[Payload]:
    numbers = {number.name: (number.value, number.unit) for number in _branch(record, MAIN)}
    count_rate = record.number_at(_COUNT_RATE)
    if count_rate is not None:
        numbers["count_rate_kcps"] = (count_rate, "kcps")
    if numbers:
        yield Scalars(
            {name: value for name, (value, _) in numbers.items()},
            {name: unit for name, (_, unit) in numbers.items()},
            origin=f"{MAIN} (steady-state runs)",
        )
    sizes = record.array_at(f"{MAIN} / Sizes")
    for name, weighting in _DISTRIBUTIONS:
        contents = record.array_at(f"{MAIN} / {name}")
        if contents is None:
            continue
        if sizes is None:
            raise InputError(f"{name} without Sizes", where=f"record {record.number}")
        yield make_distribution(sizes, contents, weighting)
    times, correlation = (record.array_at(f"{MAIN} / {name}") for name in ("Times", "g2-1 correlation coefficients"))
    if times is not None and correlation is not None:
        yield Trace("correlogram", times, "us", correlation, "1")


def _rederive(record: ZetasizerRecord) -> Iterator[VendorNumber]:
    diffusion = record.number_at(f"{MAIN} / Diffusion Coefficient (µm^2/s)")
    temperature = record.number_at(f"{_INSTRUMENT} / Temperature (°C)")
    viscosity = record.number_at(f"{_INSTRUMENT} / Dispersant Viscosity (cP)")
    if diffusion and temperature is not None and viscosity:
        diameter = hydrodynamic_diameter_nm(diffusion, temperature_c=temperature, viscosity_mpas=viscosity)
        yield VendorNumber("z_average_nm", diameter, "nm", "Stokes-Einstein from the stored diffusion coefficient")


def _fields(record: ZetasizerRecord) -> tuple[dict[str, str], dict[str, str]]:
    settings: dict[str, str] = {}
    unread: dict[str, str] = {}
    used = {f"{MAIN} / {path}" for _, _, path in _BRANCH_SCALARS}
    used.add(_COUNT_RATE)
    used |= {f"{ALL_RUNS} / {path}" for _, _, path in _BRANCH_SCALARS}
    used |= {f"{MAIN} / {name}" for name, _ in _DISTRIBUTIONS}
    used |= {f"{MAIN} / {name}" for name in ("Sizes", "Times", "g2-1 correlation coefficients")}
    for path, entry in record.entries.items():
        key = path.rpartition(" / ")[2]
        if path in used or is_personal(key):
            continue
        text = base_name(entry.text()) if key == "Method Path" else without_folders(entry.text())
        target = settings if " / " not in path or path.startswith(_SETTINGS) or path == _RETENTION else unread
        target[path if " / " in path else f"Record / {path}"] = text
    return settings, unread


def _judge(
    record: ZetasizerRecord,
    payloads: tuple[Payload, ...],
    vendor: tuple[VendorNumber, ...],
    rederived: tuple[VendorNumber, ...],
) -> Iterator[Notice]:
    if not payloads:
        yield Notice(
            code="no-result-read",
            message=f"{record.kind or 'the record'} is listed and not read",
            action="export zeta measurements as text",
        )
    values = {number.name: number.value for number in vendor}
    yield from _judge_branches(record, values)
    for distribution in payloads:
        if distribution.payload_kind == "size_distribution":
            yield from judge_sum(distribution)  # type: ignore[arg-type]
    if "intercept" in values:
        yield from judge_intercept(values["intercept"])
    if rederived and abs(rederived[0].value / values["z_average_nm"] - 1) > 1e-4:
        yield Notice(
            code="vendor-summary-differs",
            message=f"the stored Z-average is {values['z_average_nm']:.2f} nm, the stored diffusion coefficient gives "
            f"{rederived[0].value:.2f} nm",
            concerns="z_average_nm",
            action="check viscosity and temperature of the record",
        )
    yield from _judge_instrument_flags(record)


def _judge_branches(record: ZetasizerRecord, values: dict[str, float]) -> Iterator[Notice]:
    steady, every = (values.get(f"z_average_nm{suffix}") for suffix in ("", "_all_runs"))
    steady_pi, every_pi = (values.get(f"polydispersity_index{suffix}") for suffix in ("", "_all_runs"))
    if None in (steady, every, steady_pi, every_pi) or (steady, steady_pi) == (every, every_pi):
        return
    retention = record.number_at(_RETENTION)
    kept = "" if retention is None else f" ({retention:.0f} % of the runs)"
    yield Notice(
        code="analysis-branches-differ",
        message=f"steady-state runs{kept} give Z-average {steady:.2f} nm and PI {steady_pi:.3f}, all runs "
        f"{every:.2f} nm and {every_pi:.3f}; the steady-state branch is used",
        concerns="z_average_nm",
        action="look for dust or aggregates and measure again if the difference matters",
    )


def _judge_instrument_flags(record: ZetasizerRecord) -> Iterator[Notice]:
    quality, issue = (record.text(f"Data Quality Result / {name}") for name in ("Name", "Data Quality Issue"))
    if quality and quality.lower() != "good":
        yield Notice(
            code="instrument-quality-flag",
            message=f"the instrument judges the data {quality!r}: {issue}",
            severity=Severity.SERIOUS,
            action=record.text("Data Quality Result / Data Quality Improvement Instruction"),
        )
    indicator = record.text("Quality Indicator")
    if indicator and indicator != "GoodData":
        yield Notice(
            code="instrument-advice",
            message=f"the instrument marks the record {indicator!r}",
            action=record.text("Data Quality Result / Data Usage Guidance"),
        )
    state = record.text("Result State")
    if state and state != "Completed":
        yield Notice(
            code="measurement-not-completed",
            message=f"the measurement is {state!r}",
            severity=Severity.SERIOUS,
            action="measure again",
        )
