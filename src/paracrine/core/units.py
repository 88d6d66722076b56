"""Units at the rim: one canonical unit per quantity, conversion by table."""

from __future__ import annotations

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError

# dimension -> spelling -> (factor, offset): canonical = value * factor + offset. The first spelling is canonical.
_TABLE: dict[str, dict[str, tuple[float, float]]] = {
    "length": {"nm": (1, 0), "um": (1e3, 0), "mm": (1e6, 0), "m": (1e9, 0), "angstrom": (0.1, 0)},
    "concentration": {
        "1/mL": (1, 0),
        "particles/mL": (1, 0),
        "1/cm3": (1, 0),
        "1/uL": (1e3, 0),
        "1/L": (1e-3, 0),
        "1/m3": (1e-6, 0),
    },
    "mass concentration": {
        "ug/mL": (1, 0),
        "mg/mL": (1e3, 0),
        "ng/mL": (1e-3, 0),
        "g/L": (1e3, 0),
        "mg/L": (1, 0),
        "ug/uL": (1e3, 0),
        "ng/uL": (1, 0),
    },
    "mass": {"ug": (1, 0), "mg": (1e3, 0), "ng": (1e-3, 0), "g": (1e6, 0)},
    "volume": {"mL": (1, 0), "uL": (1e-3, 0), "L": (1e3, 0)},
    "time": {"h": (1, 0), "min": (1 / 60, 0), "s": (1 / 3600, 0), "d": (24, 0)},
    "temperature": {"degC": (1, 0), "K": (1, -273.15), "degF": (5 / 9, -160 / 9)},
    "viscosity": {"mPa.s": (1, 0), "cP": (1, 0), "Pa.s": (1e3, 0)},
    "voltage": {"mV": (1, 0), "V": (1e3, 0)},
    "diffusion": {"um2/s": (1, 0), "m2/s": (1e12, 0), "nm2/s": (1e-6, 0), "cm2/s": (1e8, 0)},
    "endotoxin": {"EU/mL": (1, 0), "IU/mL": (1, 0)},
    "endotoxin dose": {"EU/kg": (1, 0), "IU/kg": (1, 0)},
    "particles per mass": {"particles/ug": (1, 0), "1/ug": (1, 0), "1/mg": (1e-3, 0)},
    "fraction": {"1": (1, 0), "%": (0.01, 0)},
    "count": {"particles": (1, 0)},
    "per cell": {"particles/cell": (1, 0)},
    "speed": {"um/s": (1, 0)},
    "mobility": {"um.cm/(V.s)": (1, 0)},
    "frame": {"1/frame": (1, 0)},
    "count rate": {"kcps": (1, 0)},
    "absorbance": {"AU": (1, 0)},
    "area": {"cm2": (1, 0), "m2": (1e4, 0), "mm2": (1e-2, 0)},
    "cells per area": {"cells/cm2": (1, 0), "cells/m2": (1e-4, 0)},
    "cells": {"cells": (1, 0)},
    "relative force": {"x g": (1, 0)},
    "rotation": {"rpm": (1, 0)},
    "pressure": {"kPa": (1, 0), "bar": (100, 0), "mbar": (0.1, 0), "Pa": (1e-3, 0)},
    "amount concentration": {"mM": (1, 0), "mmol/L": (1, 0), "umol/L": (1e-3, 0)},
    "density": {"g/cm3": (1, 0), "g/mL": (1, 0), "kg/m3": (1e-3, 0)},
    "volume per area": {"mL/cm2": (1, 0), "L/m2": (0.1, 0)},
    "area per volume": {"cm2/mL": (1, 0)},
    "flow": {"mL/h": (1, 0), "L/h": (1e3, 0), "mL/min": (60, 0), "mL/d": (1 / 24, 0), "L/d": (1e3 / 24, 0)},
}
_SPELLINGS = {
    "µm": "um", "μm": "um", "µl": "uL", "ul": "uL", "ml": "mL", "l": "L", "µg": "ug", "μg": "ug",
    "µg/ml": "ug/mL", "ug/ml": "ug/mL", "mg/ml": "mg/mL", "ng/ml": "ng/mL", "/ml": "1/mL", "ml-1": "1/mL",
    "per ml": "1/mL", "particles/ml": "particles/mL", "p/ml": "1/mL", "cm-3": "1/cm3", "/cm3": "1/cm3",
    "°c": "degC", "c": "degC", "cp": "cP", "mpa·s": "mPa.s", "pa·s": "Pa.s", "percent": "%", "pct": "%",
    "eu/ml": "EU/mL", "iu/ml": "IU/mL", "eu/kg": "EU/kg", "hours": "h", "hour": "h", "days": "d", "sec": "s",
    "µm²/s": "um2/s", "nm²/s": "nm2/s", "particles/µg": "particles/ug", "ratio": "1", "": "1", "a.u.": "AU",
    "µg/µl": "ug/uL", "å": "angstrom", "1/µg": "1/ug", "mv": "mV",
}  # fmt: skip


def dimension_of(unit: str) -> str:
    """Return the dimension a unit belongs to.

    Raises:
        InputError: when the unit is not known; the hint names the nearest.
    """
    spelled = spelling(unit)
    for dimension, units in _TABLE.items():
        if spelled in units:
            return dimension
    known = [name for units in _TABLE.values() for name in units]
    raise InputError(f"unknown unit {unit!r}", hint=nearest(unit, known))


def spelling(unit: str) -> str:
    """Return our spelling of a unit, the text itself when it has none."""
    text = unit.strip()
    return _SPELLINGS.get(text.lower(), text)


def canonical_unit(unit: str) -> str:
    """Return the canonical unit of the dimension that `unit` belongs to."""
    return next(iter(_TABLE[dimension_of(unit)]))


def convert(value: float, unit: str, to: str) -> float:
    """Convert between two units of one dimension.

    Raises:
        InputError: when a unit is unknown or the dimensions differ.
    """
    dimension = dimension_of(unit)
    if dimension_of(to) != dimension:
        raise InputError(f"cannot convert {unit!r} ({dimension}) to {to!r} ({dimension_of(to)})")
    factor, offset = _TABLE[dimension][spelling(unit)]
    to_factor, to_offset = _TABLE[dimension][spelling(to)]
    return (value * factor + offset - to_offset) / to_factor
