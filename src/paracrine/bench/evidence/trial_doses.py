"""Doses read from registered trials of the base, in the form in which `dose` shows them."""

from __future__ import annotations

from collections.abc import Iterator

from paracrine.bench.evidence.correcting import read_kept_corrections
from paracrine.bench.evidence.opening import EvidenceBase
from paracrine.evidence.extract.correcting import BY_HAND, correct
from paracrine.evidence.extract.extraction import extract_trial
from paracrine.evidence.extract.found import NOT_STATED, Dose, Extraction
from paracrine.evidence.extract.passages import EV, passages
from paracrine.evidence.extract.products import ProductContent, find_conflicts, find_contents
from paracrine.evidence.trial import Trial
from paracrine.facts.disposition import TrialDose

_ROUTES = {"intravenous": "iv", "inhalation": "inhaled"}
_UNITS = {"pmol": "pmol phospholipid", "nmol": "nmol phospholipid"}


def read_base_doses(base: EvidenceBase) -> tuple[TrialDose, ...]:
    """Return the doses of every trial of MSC vesicles in the base, corrected ones as corrected."""
    kept = read_kept_corrections(base)
    doses: list[TrialDose] = []
    contents: list[ProductContent] = []
    for record in base.records(Trial.kind):
        if isinstance(record, Trial) and any(EV.search(part.text) for part in passages(record)):
            found = correct(extract_trial(record), kept)
            if found.is_vesicle_therapy:
                doses.extend(_rows(found, record.url))
                contents.extend(find_contents(record))
    disputed = {
        (one.key.removeprefix("trial:"), one.particles): conflict.product
        for conflict in find_conflicts(contents)
        for one in conflict.statements
    }
    return tuple(one.model_copy(update={"conflict": disputed.get((one.trial, one.amount), "")}) for one in doses)


def _rows(found: Extraction, url: str) -> Iterator[TrialDose]:
    number = found.key.removeprefix("trial:")
    source = f"https://clinicaltrials.gov/study/{number}" if number.startswith("NCT") else url or number
    said = {one.item: "" if one.value == NOT_STATED else one.value for one in found.values}
    route = _ROUTES.get(said.get("route", ""), said.get("route", ""))
    for dose in found.doses:
        if dose.dose_kind == "cells":
            # Cells of another arm are no dose of vesicles; cells that made them are `producing cells`.
            continue
        ends = (("", dose.low),) if dose.low == dose.high else (("from", dose.low), ("to", dose.high))
        for level, amount in ends:
            yield TrialDose(
                trial=number, condition=said.get("condition", ""), route=route, level=level, amount=amount,
                unit=_unit(dose), basis=dose.dose_kind, schedule=said.get("schedule", ""), source=source,
                read_from=_origin(dose), conflict="", note=dose.doubt,
            )  # fmt: skip


def _unit(dose: Dose) -> str:
    unit = _UNITS.get(dose.unit, dose.unit)
    return f"{unit}/{dose.per}" if dose.per else unit


def _origin(dose: Dose) -> str:
    if dose.confidence == BY_HAND:
        return f"your evidence base, corrected by hand: {dose.words}"
    return f"your evidence base, {dose.field}: {dose.words}"
