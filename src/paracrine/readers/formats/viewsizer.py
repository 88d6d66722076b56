"""Horiba ViewSizer 3000 `ConstantBinsTable_*.dat`: densities per nm, with settings in an XML file beside it."""

from __future__ import annotations

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind, Measurand, Weighting
from paracrine.core.notice import Notice, Severity
from paracrine.core.run import Maturity, Run, Technique
from paracrine.payloads.size_distribution import FloatArray, SizeDistribution
from paracrine.readers.decoding.decimal import decide_decimal
from paracrine.readers.decoding.text import require_number
from paracrine.readers.draft import draft_notices
from paracrine.readers.format import Format, Sniffed
from paracrine.readers.settings_xml import read_settings
from paracrine.readers.source import SourceFile

FORMAT = Format(
    name="viewsizer",
    title="ViewSizer 3000 constant bins table",
    technique=Technique.NTA,
    version="1",
    maturity=Maturity.DRAFT,
    suffixes=(".dat",),
    samples=("none",),
    known_limits="tables of single videos are not read; dilution is not in the file",
    open_ended=True,
)
_LOWER, _UPPER, _DENSITY = "LowerBinDiameter_[nm]", "UpperBinDiameter_[nm]", "PSD_corrected_[counts/mL/nm]"
_PREFIX = "ConstantBinsTable_"


def sniff(source: SourceFile) -> Sniffed:
    """Say whether this is a table of constant bins."""
    header = _header(source.first_line)
    if _LOWER in header and _DENSITY in header:
        return Sniffed(True, f"columns {_LOWER} and {_DENSITY}")
    return Sniffed(False, f"no columns {_LOWER} and {_DENSITY}")


def read(source: SourceFile) -> tuple[Run, ...]:
    """Read the one distribution.

    Raises:
        InputError: when a column is missing, bins do not adjoin or the last line does not end.
    """
    text = source.text
    if not text.endswith("\n"):
        raise InputError("the last line does not end", hint="the file is truncated; export it again")
    columns, others = _columns(text)
    lower, upper, density = columns[_LOWER], columns[_UPPER], columns[_DENSITY]
    if lower.size > 1 and not np.allclose(lower[1:], upper[:-1], rtol=1e-6, atol=0):
        raise InputError("bins do not adjoin", hint="rows are missing, doubled or out of order")
    settings, origin = read_settings(source, prefix=_PREFIX)
    distribution = SizeDistribution(
        edges_nm=np.append(lower, upper[-1]),
        contents=density * (upper - lower),
        contents_unit="1/mL",
        measurand=Measurand(diameter=DiameterKind.HYDRODYNAMIC, weighting=Weighting.NUMBER),
    )
    notices = [*draft_notices(FORMAT), _of_density()]
    if distribution.is_empty:
        notices.append(Notice(code="no-particles", message="all bins are empty", severity=Severity.SERIOUS))
    return (
        Run(
            source=source.ref(locator="all rows", reader=FORMAT.name, reader_version=FORMAT.version),
            name=source.name.rsplit(".", 1)[0].removeprefix(_PREFIX),
            technique=Technique.NTA,
            instrument="Horiba ViewSizer 3000",
            measured_at=settings.get("MeasurementStartDateTime", "").replace(" ", "T"),
            settings={**origin, **settings},
            payloads=(distribution,),
            maturity=Maturity.DRAFT,
            unread=others,
            notices=tuple(notices),
        ),
    )


def _header(text: str) -> list[str]:
    line = text.lstrip("\n ").partition("\n")[0]
    return [cell.strip().lstrip("/") for cell in line.split("\t")]


def _columns(text: str) -> tuple[dict[str, FloatArray], dict[str, str]]:
    """Return the three columns that are used, and what the others span."""
    header = _header(text)
    while header and not header[-1]:
        header.pop()
    lines = [line for line in text.split("\n") if line.strip()][1:]
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines]
    if not rows or any(name not in header for name in (_LOWER, _UPPER, _DENSITY)):
        raise InputError("a column or all rows are missing", hint="the file is truncated; export it again")
    for index, row in enumerate(rows):
        if len(row) < len(header) or any(row[len(header) :]):
            raise InputError(f"{len(row)} cells where {len(header)} are expected", where=f"row {index + 1}")
    decimal = decide_decimal((cell for row in rows for cell in row), where="all numbers")
    used = {
        name: np.array(
            [
                require_number(row[header.index(name)], decimal=decimal, where=f"row {index + 1}, {name}")
                for index, row in enumerate(rows)
            ]
        )
        for name in (_LOWER, _UPPER, _DENSITY)
    }
    others = {
        f"column {name}": f"{rows[0][index]} to {rows[-1][index]}"
        for index, name in enumerate(header)
        if name not in used
    }
    return used, others


def _of_density() -> Notice:
    return Notice(
        code="density-multiplied",
        message="the file states counts per mL and nm; each bin is multiplied by its width",
        severity=Severity.NOTE,
    )
