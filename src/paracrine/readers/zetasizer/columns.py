"""What the scalar columns of a Zetasizer Nano export mean, and in which unit they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from paracrine.core.errors import InputError
from paracrine.core.run import VendorNumber
from paracrine.readers.decoding.decimal import half_digit
from paracrine.readers.decoding.text import is_missing, to_number
from paracrine.readers.zetasizer.nano_table import Measurement

_NAME = re.compile(r"(?P<base>[^(]+?)\s*(?:\((?P<unit>.+)\))?")
_TEXT = re.compile(
    r"name|version|date|serial|notes|comment|path|file|\buser\b|status|instruction|description|origin|template|report"
    r"|\bid\b|enabled|^type$|^sop",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Our name and unit of a column, with the factor for each unit the column may be in."""

    name: str
    unit: str
    factors: tuple[tuple[str, float], ...]


_LENGTHS = (("d.nm", 1.0), ("r.nm", 2.0), ("nm", 1.0), ("d.um", 1e3), ("r.um", 2e3))
_PLAIN = (("", 1.0),)
_Z_AVERAGE = Meaning("z_average_nm", "nm", _LENGTHS)
_PDI = Meaning("polydispersity_index", "1", _PLAIN)
_ZETA = Meaning("zeta_potential_mv", "mV", (("mv", 1.0), ("v", 1e3)))
_DEVIATION = Meaning("zeta_deviation_mv", "mV", (("mv", 1.0), ("v", 1e3)))
_MOBILITY = Meaning("electrophoretic_mobility_um_cm_per_vs", "um.cm/(V.s)", (("umcm/vs", 1.0), ("um.cm/vs", 1.0)))
_CONDUCTIVITY = Meaning("conductivity_ms_per_cm", "mS/cm", (("ms/cm", 1.0), ("us/cm", 1e-3), ("s/m", 10.0)))
_COUNT_RATE = Meaning("count_rate_kcps", "kcps", (("kcps", 1.0), ("cps", 1e-3)))
SCALARS = {
    "z-ave": _Z_AVERAGE,
    "z-average": _Z_AVERAGE,
    "pdi": _PDI,
    "zeta potential": _ZETA,
    "zp": _ZETA,
    "zeta deviation": _DEVIATION,
    "mobility": _MOBILITY,
    "mob": _MOBILITY,
    "conductivity": _CONDUCTIVITY,
    "cond": _CONDUCTIVITY,
    "mean count rate": _COUNT_RATE,
    "intercept": Meaning("intercept", "1", _PLAIN),
}
MEANS = {
    "intensity mean": Meaning("diameter_mean_intensity_nm", "nm", _LENGTHS),
    "volume mean": Meaning("diameter_mean_volume_nm", "nm", _LENGTHS),
    "number mean": Meaning("diameter_mean_number_nm", "nm", _LENGTHS),
}
SETTINGS = frozenset({
    "type", "sample name", "s/w version", "serial number", "measurement date and time", "record", "record number",
    "temperature", "t", "viscosity", "dispersant name", "dispersant ri", "dispersant viscosity", "material name",
    "material ri", "material absorption", "attenuator", "measurement position", "duration", "duration used",
    "size runs", "zeta runs", "derived count rate", "quality factor", "cell type", "measurement status",
    "zeta analysis version", "sop name", "result quality",
})  # fmt: skip


def split_name(column: str) -> tuple[str, str]:
    """Split `Z-Ave (d.nm)` into `z-ave` and `d.nm`, lower case, with plain u for micro."""
    match = _NAME.fullmatch(column.strip())
    if match is None:
        return column.strip().lower(), ""
    unit = (match["unit"] or "").replace("µ", "u").replace("μ", "u").replace(" ", "")
    return match["base"].lower(), unit.lower()


def diameter_factor(unit: str) -> float:
    """Return what turns a size in `d.nm`, `r.nm` ... into a diameter in nm.

    Raises:
        InputError: when the unit does not say whether it is a diameter or a radius.
    """
    spelled = split_name(f"x ({unit})")[1]
    for known, factor in _LENGTHS:
        if spelled == known and known != "nm":
            return factor
    raise InputError(f"sizes in {unit!r}: diameter or radius?", hint="export with d.nm or r.nm")


def number_cells(measurement: Measurement) -> Iterator[str]:
    """Yield the cells that may decide the decimal mark."""
    for column, cell in measurement.scalars:
        if not _TEXT.search(column):
            yield cell
    for array in measurement.arrays.values():
        yield from array.cells


def read_numbers(measurement: Measurement, meanings: dict[str, Meaning], *, decimal: str) -> tuple[VendorNumber, ...]:
    """Read the columns that `meanings` knows, in canonical units; missing cells are absent.

    Raises:
        InputError: when a unit is not known or two columns of one quantity contradict each other.
    """
    found: dict[str, VendorNumber] = {}
    for column, cell in measurement.scalars:
        base, unit = split_name(column)
        meaning = meanings.get(base)
        if meaning is None or is_missing(cell):
            continue
        where = f"line {measurement.line}, {column}"
        factor = dict(meaning.factors).get(unit)
        if factor is None:
            raise InputError(f"unit {unit!r} is not known for this column", where=where, hint=_known(meaning))
        value = to_number(cell, decimal=decimal, where=where)
        if value is None:
            continue
        number = VendorNumber(meaning.name, value * factor, meaning.unit, where, half_digit(cell) * factor)
        other = found.setdefault(meaning.name, number)
        if abs(other.value - number.value) > other.rounding + number.rounding:
            raise InputError(f"{other.value:g} and {number.value:g} {meaning.unit} stand for one quantity", where=where)
    return tuple(found.values())


def _known(meaning: Meaning) -> str:
    return "known: " + ", ".join(unit or "no unit" for unit, _ in meaning.factors)
