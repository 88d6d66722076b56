"""Corrections by hand: a table of record, item and value that goes over what the rules read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace

from paracrine.core.errors import InputError
from paracrine.evidence.extract.found import NOT_STATED, Dose, Extraction

Corrections = Mapping[tuple[str, str], str]
"""Value by (record key, item); an empty value takes a correction back."""

DOSE = "dose"
BY_HAND = "by hand"
_KINDS = {
    "particles": "particles", "ug": "mass", "mg": "mass", "ng": "mass", "ug protein": "mass", "mg protein": "mass",
    "pmol": "phospholipid", "pmol phospholipid": "phospholipid", "nmol phospholipid": "phospholipid", "ml": "volume",
    "producing cells": "producing cells", "cells": "cells",
}  # fmt: skip
_NUMBER = r"\d+(?:\.\d+)?(?:[eE][+]?\d+)?"
_DOSE = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s*-\s*(?P<high>{_NUMBER}))?\s*(?P<unit>[a-z]+(?: [a-z]+)?)"
    r"(?:\s*(?:/|\bper )\s*(?P<per>[\w ]{1,12}))?",
    re.ASCII,
)


def read_corrections(text: str, *, name: str) -> dict[tuple[str, str], str]:
    """Read corrections made by hand: a CSV with the columns key, item, value.

    Raises:
        InputError: when a column is missing.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    missing = {"key", "item", "value"} - set(rows.fieldnames or ())
    if missing:
        raise InputError(f"corrections lack {', '.join(sorted(missing))}", where=name, hint="columns key,item,value")
    return {
        ((row["key"] or "").strip(), (row["item"] or "").strip()): (row["value"] or "").strip()
        for row in rows
        if (row["key"] or "").strip()
    }


def corrections_for(key: str, corrections: Corrections) -> dict[str, str]:
    """Return the corrections of one record by item, without those taken back."""
    return {item: value for (record, item), value in corrections.items() if record == key and value}


def correct(extraction: Extraction, corrections: Corrections) -> Extraction:
    """Return an extraction with the values a person corrected; what the rules had found stays as the words.

    Raises:
        InputError: when a correction names an item that was not looked for, or a dose cannot be read.
    """
    mine = corrections_for(extraction.key, corrections)
    known = {DOSE, *(one.item for one in extraction.values)}
    unknown = sorted(set(mine) - known)
    if unknown:
        raise InputError(f"no item {unknown[0]!r} to correct", where=extraction.key, hint=", ".join(sorted(known)[:12]))
    values = tuple(
        one.model_copy(update={"value": mine[one.item], "status": "reported", "confidence": BY_HAND})
        if one.item in mine
        else one
        for one in extraction.values
    )
    doses = read_doses(mine[DOSE], where=extraction.key) if DOSE in mine else extraction.doses
    return replace(extraction, values=values, doses=doses)


def read_doses(text: str, *, where: str) -> tuple[Dose, ...]:
    """Read doses as a person writes them: `1e10 particles; 20 pmol phospholipid per kg`, or `not stated`.

    Raises:
        InputError: when a number or its unit is missing; no unit is ever guessed.
    """
    if text == NOT_STATED:
        return ()
    doses = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        found = _DOSE.fullmatch(part)
        kind = _KINDS.get(found["unit"]) if found else None
        if not found or not kind:
            raise InputError(
                f"{part!r} is no dose", where=where, hint="1e10 particles; 2e6-4e6 producing cells per kg; 50 ug"
            )
        low = float(found["low"])
        high = float(found["high"] or low)
        per = (found["per"] or "").strip()
        doses.append(
            Dose(dose_kind=kind, low=low, high=high, unit=found["unit"], per=per, words=part, confidence=BY_HAND)
        )
    return tuple(doses)
