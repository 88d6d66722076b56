"""Attribute names and the unit a value of an attribute is kept in."""

from __future__ import annotations

import re

from paracrine.core.errors import InputError
from paracrine.core.units import canonical_unit, dimension_of, spelling

_UNIT_BY_NAME = (
    (re.compile(r"^(particles?|concentration)_(.*_)?per_ml$|^particles_per_ml_|_concentration_per_ml$"), "1/mL"),
    (re.compile(r"^particles_per_ug"), "particles/ug"),
    (re.compile(r"^particles_per_cell"), "particles/cell"),
    (re.compile(r"_ug_per_ml$"), "ug/mL"),
    (re.compile(r"_ng_per_ml$"), "ng/mL"),
    (re.compile(r"_eu_per_ml$"), "EU/mL"),
    (re.compile(r"_eu_per_kg$"), "EU/kg"),
    (re.compile(r"_mpa_s$"), "mPa.s"),
    (re.compile(r"_nm$"), "nm"),
    (re.compile(r"_pct$"), "%"),
    (re.compile(r"_frac$"), "1"),
    (re.compile(r"_mv$"), "mV"),
    (re.compile(r"(?<!per)_ml$"), "mL"),
    (re.compile(r"(?<!per)_ug$"), "ug"),
    (re.compile(r"(?<!per)_h$"), "h"),
)
_UNIT_WORDS = re.compile(r"_((ug_|ng_|eu_)?per_ml|eu_per_kg|mpa_s|nm|pct|frac|mv|ml|ug|h)$")
_SIGNED_DIMENSIONS = frozenset({"voltage", "temperature", "mobility", "speed", "absorbance"})
_SPLIT = re.compile(r"[\s\-/]+")
_MARKER_LIKE = re.compile(r"[a-z]+\d+[a-z]?\d*")


def attribute_word(text: str) -> str:
    """Return an attribute name as it is kept: lower case, underscores between words."""
    return _SPLIT.sub("_", text.strip().lower()).strip("_")


def named_unit(attribute: str) -> str:
    """Return the unit that an attribute's name states (`nm` for `diameter_d50_nm`), empty when it states none."""
    return next((unit for name, unit in _UNIT_BY_NAME if name.search(attribute)), "")


def attribute_title(attribute: str) -> str:
    """Return words for an attribute that nobody gave a title: `marker_cd63` becomes `Marker CD63`."""
    stem = _UNIT_WORDS.sub("", attribute) if named_unit(attribute) else attribute
    words = [word.upper() if _MARKER_LIKE.fullmatch(word) else word for word in stem.split("_") if word]
    title = " ".join(words) or attribute
    return title[:1].upper() + title[1:]


def stored_unit(attribute: str, unit: str) -> str:
    """Return the unit in which values of this attribute are kept.

    The name decides (`_pct` is per cent, `_frac` is 1); else the canonical unit of the dimension, per cent staying
    per cent; a unit that the table does not know (`CFU/mL`) stays as typed.

    Raises:
        InputError: when the name and the unit contradict each other, or neither states a unit.
    """
    named, given = named_unit(attribute), spelling(unit) if unit.strip() else ""
    if not given:
        if named:
            return named
        raise InputError(f"{attribute}: the unit is missing", hint="write 1 for a plain ratio")
    if not is_known_unit(given):
        if named:
            raise InputError(f"{attribute} is kept in {named}, and {unit!r} is not a unit that converts to it")
        return given
    if not named:
        return "%" if given == "%" else canonical_unit(given)
    if dimension_of(named) != dimension_of(given):
        raise InputError(f"{attribute} is kept in {named}, the unit given is {unit!r}")
    return named


def is_known_unit(unit: str) -> bool:
    """Whether the unit table converts this unit."""
    try:
        dimension_of(unit)
    except InputError:
        return False
    return True


def can_be_negative(unit: str) -> bool:
    """Whether a value in this unit may lie below zero; a unit nobody knows may."""
    return not is_known_unit(unit) or dimension_of(unit) in _SIGNED_DIMENSIONS
