"""Spectradyne nCS1 and ARC, HDF5: pulses as stored. How a pulse becomes a diameter is not public and not computed."""

from __future__ import annotations

import math

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Payload, Run, Technique
from paracrine.payloads.events import EventTable
from paracrine.payloads.size_distribution import FloatArray
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.draft import draft_notices
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.pulse_tables import TABLE_NAME, PulseTable, read_pulse_tables
from paracrine.readers.single_particles import count_diameters
from paracrine.readers.source import SourceFile

FORMAT = Format(
    name="spectradyne",
    title="Spectradyne nCS1 and ARC pulses (HDF5)",
    technique=Technique.TRPS,
    version="1",
    maturity=Maturity.DRAFT,
    suffixes=(".h5",),
    samples=("none",),
    known_limits="diameters only where the file stores a column in nm; otherwise pulses without a size",
)
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_NAMES = {"pk_width": "transit_time_us", "pk_sym": "symmetry_ratio", "pk_sn": "signal_to_noise_ratio"}


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is an HDF5 file with a table of pulses."""
    if not source.data.startswith(_SIGNATURE):
        return Sniffed(False, "no HDF5 file")
    if b"pk_width" in source.data and TABLE_NAME.encode() in source.data:
        return Sniffed(True, "HDF5 with a table pks and its column pk_width")
    return Sniffed(False, "an HDF5 file without a table pks and its column pk_width")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read every acquisition.

    Raises:
        MissingExtra: when h5py is not installed.
        InputError: when the file is truncated or broken, or a column is missing.
    """
    return tuple(_make_run(source, table) for table in read_pulse_tables(source.data))


def _make_run(source: SourceFile, table: PulseTable) -> Run:
    if "pk_width" not in table.columns:
        raise InputError("column pk_width is missing", where=table.path)
    columns = {_NAMES.get(name, name): values for name, values in table.columns.items()}
    if any(not np.all(np.isfinite(values)) for values in columns.values()):
        raise InputError("a pulse holds NaN or infinity", where=table.path, hint="export it again")
    attributes = {key: without_folders(text) for key, text in table.attributes.items() if not is_personal(key)}
    columns |= _times(table.columns, attributes)
    stored = _diameters(table.columns)
    payloads: list[Payload] = [EventTable(columns)]
    notices = list(draft_notices(FORMAT))
    if stored is None:
        notices.append(
            Notice(
                code="no-size-stored",
                message="the file holds pulses without diameters, and the maker's size formula is not public",
                severity=Severity.SERIOUS,
                action="export sizes with the instrument's software and read them as a histogram",
            )
        )
    else:
        payloads.append(count_diameters(stored, kind=DiameterKind.RESISTIVE_PULSE))
    if not columns["transit_time_us"].size:
        notices.append(Notice(code="no-particles", message="no pulse was recorded", severity=Severity.SERIOUS))
    group = table.path.rpartition("/")[0].strip("/")
    return Run(
        source=source.ref(locator=table.path, reader=FORMAT.name, reader_version=FORMAT.version),
        name=group or source.name.rsplit(".", 1)[0],
        technique=Technique.TRPS,
        instrument="Spectradyne",
        measured_at=attributes.get("stats_gen_date", ""),
        settings=attributes,
        payloads=tuple(payloads),
        maturity=Maturity.DRAFT,
        notices=tuple(notices),
    )


def _times(table: dict[str, FloatArray], attributes: dict[str, str]) -> dict[str, FloatArray]:
    """Return the time of each pulse where the file states acquisition time and number of samples."""
    try:
        seconds, samples = float(attributes["acqtime"]), float(attributes["n_samp"])
    except (KeyError, ValueError):
        return {}
    if "pk_index" not in table or not (math.isfinite(seconds) and samples > 0):
        return {}
    return {"time_s": table["pk_index"] * seconds / samples}


def _diameters(table: dict[str, FloatArray]) -> FloatArray | None:
    name = next((name for name in table if "diam" in name.lower() and name.lower().endswith("_nm")), None)
    return None if name is None else table[name]
