"""Tables of pulses out of an HDF5 file, read in a process of their own: a damaged file can crash the HDF5 library.

The child (`python -m paracrine.readers.pulse_tables`) gets the file on its input and writes an npz archive: one array a
column, and a JSON text that names tables, columns and attributes.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np

from paracrine.core.errors import InputError, MissingExtra
from paracrine.payloads.size_distribution import FloatArray

TABLE_NAME = "pks"
_REFUSED = 3
_TIMEOUT_S = 120
_MOST_BYTES = 500_000_000
_DEEPEST = 6
_MOST_ATTRIBUTE_VALUES = 50


@dataclass(frozen=True, slots=True)
class PulseTable:
    """One table: its path in the file, numeric columns, and the attributes of file, group and table."""

    path: str
    columns: dict[str, FloatArray]
    attributes: dict[str, str]


def read_pulse_tables(data: bytes) -> tuple[PulseTable, ...]:
    """Read every table called `pks`.

    Raises:
        MissingExtra: when h5py is not installed.
        InputError: when the file is truncated, broken, or stores its tables elsewhere.
    """
    if importlib.util.find_spec("h5py") is None:
        raise MissingExtra("HDF5 files need h5py", hint="pip install 'paracrine[hdf5]'")
    command = [sys.executable, "-m", "paracrine.readers.pulse_tables"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise InputError("the HDF5 file cannot be read in time", hint="copy it from the instrument again") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1] if said and done.returncode == _REFUSED else "the HDF5 library gave up on it"
        raise InputError(f"the HDF5 file is truncated or broken: {reason}", hint="copy it from the instrument again")
    with np.load(BytesIO(done.stdout), allow_pickle=False) as archive:
        tables = json.loads(bytes(archive["tables"]))
        return tuple(
            PulseTable(
                path=table["path"],
                columns={name: archive[f"{number}/{index}"] for index, name in enumerate(table["columns"])},
                attributes=table["attributes"],
            )
            for number, table in enumerate(tables)
        )


def main() -> int:
    """Read the file on standard input and write the archive to standard output."""
    import h5py

    try:
        with h5py.File(BytesIO(sys.stdin.buffer.read()), "r") as file:
            tables = list(_find_tables(file, file, depth=0))
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError, InputError) as error:
        sys.stderr.write(str(error).replace("\n", " ")[:200] + "\n")
        return _REFUSED
    arrays: dict[str, Any] = {
        f"{number}/{index}": values
        for number, table in enumerate(tables)
        for index, values in enumerate(table.columns.values())
    }
    names = [{"path": t.path, "columns": list(t.columns), "attributes": t.attributes} for t in tables]
    arrays["tables"] = np.frombuffer(json.dumps(names).encode(), dtype=np.uint8)
    buffer = BytesIO()
    np.savez(buffer, **arrays)
    sys.stdout.buffer.write(buffer.getvalue())
    return 0


def _find_tables(file: Any, group: Any, *, depth: int) -> Iterator[PulseTable]:
    """Yield the tables below a group; links to other files are never followed."""
    import h5py

    for name in sorted(group):
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        item = group[name]
        if isinstance(item, h5py.Group):
            if depth < _DEEPEST:
                yield from _find_tables(file, item, depth=depth + 1)
        elif isinstance(item, h5py.Dataset) and name == TABLE_NAME:
            attributes = {**_attributes(file), **_attributes(group), **_attributes(item)}
            yield PulseTable(str(item.name), _columns(item), attributes)


def _columns(table: Any) -> dict[str, FloatArray]:
    if table.external or table.is_virtual:
        raise InputError("the pulses are stored in another file")
    if table.dtype.names is None or table.ndim != 1 or table.nbytes > _MOST_BYTES:
        raise InputError("the pulses are no table of named columns")
    rows = table[:]
    with np.errstate(invalid="ignore", over="ignore"):
        return {
            name: np.asarray(rows[name]).astype(np.float64)
            for name in table.dtype.names
            if rows[name].ndim == 1 and rows[name].dtype.kind in "iuf"
        }


def _attributes(item: Any) -> dict[str, str]:
    return {name: _text(value) for name, value in item.attrs.items()}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return ", ".join(_text(part) for part in value.ravel()[:_MOST_ATTRIBUTE_VALUES].tolist())
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
