"""Spectradyne nCS1 and ARC, HDF5: pulses as stored. How a pulse becomes a diameter is not public and not computed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np

from paracrine.core.errors import InputError, MissingExtra
from paracrine.core.measurand import DiameterKind
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Payload, Run, Technique
from paracrine.payloads.events import EventTable
from paracrine.payloads.size_distribution import FloatArray
from paracrine.readers.decoding.personal import is_personal, without_folders
from paracrine.readers.draft import draft_notices
from paracrine.readers.format import Format, Sniffed
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
_PULSES = "pks"
_NAMES = {"pk_width": "transit_time_us", "pk_sym": "symmetry_ratio", "pk_sn": "signal_to_noise_ratio"}
_MOST_BYTES = 500_000_000
_DEEPEST = 6


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is an HDF5 file with a table of pulses."""
    if not source.data.startswith(_SIGNATURE):
        return Sniffed(False, "no HDF5 file")
    if b"pk_width" in source.data and _PULSES.encode() in source.data:
        return Sniffed(True, "HDF5 with a table pks and its column pk_width")
    return Sniffed(False, "an HDF5 file without a table pks and its column pk_width")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read every acquisition.

    Raises:
        MissingExtra: when h5py is not installed.
        InputError: when the file is truncated or broken, or a column is missing.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingExtra("HDF5 files need h5py", hint="pip install 'paracrine[hdf5]'") from error
    try:
        with h5py.File(BytesIO(source.data), "r") as file:
            found = list(_tables(file, file, depth=0))
            return tuple(_make_run(source, path, table, attributes) for path, table, attributes in found)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise InputError(
            f"the HDF5 file is truncated or broken: {error}".splitlines()[0], hint="copy it from the instrument again"
        ) from error


def _tables(file: Any, group: Any, *, depth: int) -> Iterator[tuple[str, dict[str, FloatArray], dict[str, str]]]:
    """Yield path, columns and attributes of every table of pulses; links to other files are never followed."""
    import h5py

    for name in sorted(group):
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        item = group[name]
        if isinstance(item, h5py.Group):
            if depth < _DEEPEST:
                yield from _tables(file, item, depth=depth + 1)
        elif isinstance(item, h5py.Dataset) and name == _PULSES:
            attributes = {**_attributes(file), **_attributes(group), **_attributes(item)}
            yield item.name, _columns(item), attributes


def _columns(table: Any) -> dict[str, FloatArray]:
    if table.external or table.is_virtual:
        raise InputError("the pulses are stored in another file", where=table.name)
    if table.dtype.names is None or table.ndim != 1 or table.nbytes > _MOST_BYTES:
        raise InputError("the pulses are no table of named columns", where=table.name)
    rows = table[:]
    columns = {}
    for name in table.dtype.names:
        values = np.asarray(rows[name])
        if values.ndim == 1 and values.dtype.kind in "iuf":
            columns[name] = values.astype(np.float64)
    return columns


def _attributes(item: Any) -> dict[str, str]:
    return {name: without_folders(_text(value)) for name, value in item.attrs.items() if not is_personal(name)}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return ", ".join(_text(part) for part in value.ravel()[:50].tolist())
    return str(value)


def _make_run(source: SourceFile, path: str, table: dict[str, FloatArray], attributes: dict[str, str]) -> Run:
    if "pk_width" not in table:
        raise InputError("column pk_width is missing", where=path)
    columns = {_NAMES.get(name, name): values for name, values in table.items()}
    if any(not np.all(np.isfinite(values)) for values in columns.values()):
        raise InputError("a pulse holds NaN or infinity", where=path, hint="export it again")
    columns |= _times(table, attributes)
    stored = _diameters(table)
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
    group = path.rpartition("/")[0].strip("/")
    return Run(
        source=source.ref(locator=path, reader=FORMAT.name, reader_version=FORMAT.version),
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
