"""What the columns of a generic histogram say about themselves; nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paracrine.core.errors import InputError
from paracrine.core.measurand import DiameterKind, Weighting
from paracrine.core.units import convert, dimension_of

WRITE = "write for instance `diameter (nm);count` or `size_um,particles/mL`"
_SIZE = re.compile(r"size|sizes|diameter|diameters|radius|radii|bin|bins", re.IGNORECASE)
_CONTENT = re.compile(
    r"count|counts|particles|tracks|events|number|concentration|percent|frequency|intensity|volume|%|per|1|#", re.I
)
_BRACKET = re.compile(r"(?P<name>.*?)\s*[(\[](?P<unit>[^)\]]*)[)\]]\s*")
_LENGTHS = ("nm", "um", "µm", "μm", "mm")
_COUNTS = frozenset({"count", "counts", "particles", "tracks", "events", "particle"})
_WEIGHTINGS = {
    "number": Weighting.NUMBER,
    "area": Weighting.AREA,
    "surface": Weighting.AREA,
    "volume": Weighting.VOLUME,
    "intensity": Weighting.INTENSITY,
}
_KINDS = {
    "hydrodynamic": DiameterKind.HYDRODYNAMIC,
    "optical": DiameterKind.OPTICAL,
    "geometric": DiameterKind.GEOMETRIC,
}
_SIDES = {
    "lower": ("lower", "low", "left", "from", "min", "start"),
    "upper": ("upper", "high", "right", "to", "max", "end"),
    "centre": ("centre", "center", "centres", "centers", "mid", "middle", "midpoint", "mean"),
}


@dataclass(frozen=True, slots=True)
class SizeColumn:
    """Which side of a bin a size column gives, and what turns it into a diameter in nm."""

    side: str
    """`lower`, `upper`, `centre`, or empty when the header does not say."""
    factor: float
    is_radius: bool
    kind: DiameterKind


@dataclass(frozen=True, slots=True)
class ContentColumn:
    """Unit of the contents and the factor that leads to it."""

    unit: str
    factor: float
    weighting: Weighting


def words(header: str) -> list[str]:
    """Split a header into lower-case words at blanks, underscores, brackets and slashes."""
    return [word for word in re.split(r"[\s_()\[\]/,\-]+", header.lower()) if word]


def looks_like_size(header: str) -> bool:
    """Whether a header has a size word, or a side of a bin with a unit of length."""
    parts = words(header)
    if any(_SIZE.fullmatch(word) for word in parts):
        return True
    return any(part in _LENGTHS for part in parts) and any(part in side for part in parts for side in _SIDES.values())


def looks_like_content(header: str) -> bool:
    """Whether a header has a word or a unit of contents."""
    return any(_CONTENT.fullmatch(word) for word in words(header))


def read_size_header(header: str) -> SizeColumn:
    """Read side, unit and kind of a size column.

    Raises:
        InputError: when the unit is missing, stands there twice or the side is ambiguous.
    """
    parts = words(header)
    units = [word for word in parts if word in _LENGTHS]
    if not units:
        raise InputError(f"the size column {header!r} has no unit", hint=WRITE)
    if len({unit.replace("µ", "u").replace("μ", "u") for unit in units}) > 1:
        raise InputError(f"the size column {header!r} has two units", hint=WRITE)
    sides = [side for side, names in _SIDES.items() if any(word in names for word in parts)]
    if len(sides) > 1:
        raise InputError(f"is {header!r} the lower edge, the upper edge or the centre of a bin?", hint=WRITE)
    is_radius = any(word in ("radius", "radii") for word in parts)
    kinds = [kind for word, kind in _KINDS.items() if word in parts]
    factor = convert(1.0, units[0], "nm") * (2 if is_radius else 1)
    return SizeColumn(sides[0] if sides else "", factor, is_radius, kinds[0] if kinds else DiameterKind.UNSTATED)


def read_content_header(header: str) -> ContentColumn:
    """Read unit and weighting of the content column.

    Raises:
        InputError: when the unit is missing, a density, or no unit of a histogram.
    """
    unit = _content_unit(header)
    parts = words(header)
    if re.search(r"/\s*(nm|um|µm)|per[ _](nm|um)|nm-1|nm\^-1", header, re.IGNORECASE):
        raise InputError(
            f"{header!r} is a density per size; only contents of bins can be read",
            hint="multiply each value by its bin width and write `count` or `particles/mL`",
        )
    weightings = {_WEIGHTINGS[word] for word in parts if word in _WEIGHTINGS}
    if unit in ("%", "percent", "pct"):
        if len(weightings) != 1:
            raise InputError(
                f"{header!r}: percent of what?", hint="write `number (%)`, `volume (%)` or `intensity (%)`"
            )
        return ContentColumn("%", 1.0, weightings.pop())
    if weightings - {Weighting.NUMBER}:
        raise InputError(f"{header!r} is neither a count, a concentration nor a percentage", hint=WRITE)
    if unit in _COUNTS:
        return ContentColumn("particles", 1.0, Weighting.NUMBER)
    return ContentColumn("1/mL", _concentration_factor(unit, header), Weighting.NUMBER)


def _concentration_factor(unit: str, header: str) -> float:
    try:
        if dimension_of(unit) == "concentration":
            return convert(1.0, unit, "1/mL")
    except InputError:
        pass
    raise InputError(f"the content column {header!r} has no unit of count, concentration or percentage", hint=WRITE)


def _content_unit(header: str) -> str:
    """Return the unit in brackets, else the header itself when it is one, else what follows its last name word."""
    bracket = _BRACKET.fullmatch(header.strip())
    text = header.strip().lower()
    if bracket:
        unit = bracket["unit"].strip()
    elif "%" in text or "percent" in words(text) or "pct" in words(text):
        unit = "%"
    else:
        unit = re.sub(r"^(?:concentration|conc\.?|number concentration)[\s_]*(?:in)?[\s_:/]*", "", text)
    return _spelled(unit)


def _spelled(unit: str) -> str:
    """Return `1/mL` for `particles per ml`, `particles_per_ml`, `#/mL`, `particles mL-1` and the like."""
    text = " ".join(unit.replace("_", " ").split()).lower()
    match = re.fullmatch(
        r"(?:particles?|counts?|tracks?|#|1|no\.?|number)?\s*(?:/|per)\s*(ml|ul|µl|l|cm3|cm\^3|m3)", text
    )
    if match is None:
        match = re.fullmatch(r"(?:particles?|counts?|#)?\s*(ml|ul|µl|l|cm|m)\^?-(?:1|3)", text)
    if match is None:
        return text
    volume = {"ml": "mL", "ul": "uL", "µl": "uL", "l": "L", "cm^3": "cm3", "cm": "cm3", "m": "m3"}
    return f"1/{volume.get(match.group(1), match.group(1))}"
