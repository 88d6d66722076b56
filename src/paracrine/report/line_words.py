"""A line's answers in words: bands before points, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paracrine.core.parameter import Grade, Parameter
from paracrine.production.findings import Band, RatioFinding, band_of, dominant_terms, loss_table, prediction_grade
from paracrine.production.line import LineResult
from paracrine.report.numbers import write_share, write_value

OUTPUT_TITLES = {
    "yield_particles": "cell-derived particles in the product",
    "yield_as_nta_particles": "particles as an NTA would count",
    "recovery_frac": "recovery from harvest to product",
    "cell_derived_frac": "cell-derived share of particles",
    "particles_per_ug_protein": "particles per µg protein",
    "protein_ug": "soluble protein, µg",
    "volume_ml": "volume, mL",
    "harvest_particles": "cell-derived particles harvested",
    "harvest_as_nta_per_ml": "harvest as an NTA would count, per mL",
    "cells_at_peak": "cells at their peak",
    "yield_per_cell": "product particles per cell",
    "hours": "hours from seeding to vials",
    "cost": "cost of the batch",
    "cost_per_1e9_particles": "cost of 1e9 cell-derived particles",
    "cost_per_dose": "cost of a dose",
}


def band_text(band: Band, *, digits: int = 2) -> str:
    """Return a band as `low to high`; one number where there is no spread."""
    low, high = write_value(band.low, digits=digits), write_value(band.high, digits=digits)
    return low if low == high else f"{low} to {high}"


def graded_text(band: Band, grade: Grade) -> str:
    """Return a band for print: the middle comes first only where data of this laboratory stand behind it."""
    if grade is Grade.MEASURED_HERE:
        return f"{write_value(band.centre, digits=2)} ({band_text(band)})"
    return band_text(band)


def ratio_text(band: Band, grade: Grade) -> str:
    """Return a ratio with its band: the range alone where it rests on an assumption."""
    if grade is Grade.ASSUMPTION or band.low == band.high:
        return band_text(band)
    return f"{write_value(band.centre, digits=2)} ({band_text(band)})"


def rests_on(found: RatioFinding, parameters: Mapping[str, Parameter]) -> str:
    """Name the assumption that decides a ratio, in brackets; nothing where data do."""
    if not found.terms or found.grade is not Grade.ASSUMPTION:
        return ""
    name, share = found.terms[0].name, write_share(found.terms[0].share_frac)
    said = f"{share} of it is {term_words(parameters[name], name)}, graded {Grade.ASSUMPTION.value}"
    return f" (a range and no best value: {said})"


def range_from(found: RatioFinding, parameters: Mapping[str, Parameter]) -> str:
    """Name the assumption most of a range comes from, in few words; nothing where data decide."""
    if not found.terms or found.grade is not Grade.ASSUMPTION:
        return ""
    name, share = found.terms[0].name, write_share(found.terms[0].share_frac)
    return f" (a range, {share} of it from {term_words(parameters[name], name)}, {Grade.ASSUMPTION.value})"


def line_headline(result: LineResult) -> str:
    """Return the answer: yield, what decides it, recovery, the largest loss."""
    values = result.outputs()
    terms = dominant_terms(result, values["yield_particles"])
    grade = prediction_grade(result, terms)
    amount = band_of(values["yield_particles"])
    if grade is Grade.MEASURED_HERE:
        first = f"{graded_text(amount, grade)} cell-derived particles a batch, measured here"
    else:
        first = f"Prior-driven: {band_text(amount)} cell-derived particles a batch"
        first += f", a {write_value(amount.span_ratio, digits=2)}-fold band"
    if terms and grade is not Grade.MEASURED_HERE:
        share = write_share(terms[0].share_frac)
        grade_word = result.parameters[terms[0].name].grade.value
        first += f", {share} of it from {term_name(result, terms[0].name)}, graded {grade_word}"
    recovery = band_of(100 * values["recovery_frac"])
    return f"{first}. {band_text(recovery)} % of the harvest reach the vials{_largest_loss(result)}."


def term_name(result: LineResult, name: str) -> str:
    """Return what a parameter means and where it acts: `net release per cell and day (pool release)`."""
    return term_words(result.parameters[name], name)


def term_words(parameter: Parameter, name: str) -> str:
    """Return what a parameter means and where it acts."""
    scope, _, own = name.rpartition(".")
    meaning = parameter.meaning.split(",")[0].split(";")[0] or own.replace("_", " ")
    return f"{meaning} ({scope.replace('_', ' ')})" if scope else meaning


def output_rows(result: LineResult) -> list[tuple[str, str, str]]:
    """Return rows of output, band, what it depends on most."""
    rows = []
    for name, values in result.outputs().items():
        terms = dominant_terms(result, values, at_most=1)
        band = band_of(100 * values if name.endswith("_frac") else values)
        text = graded_text(band, prediction_grade(result, terms))
        unit = (
            f" {result.cost.currency}"
            if name.startswith("cost") and result.cost
            else " %"
            if name.endswith("_frac")
            else ""
        )
        why = f"{term_name(result, terms[0].name)}: {write_share(terms[0].share_frac)}" if terms else ""
        rows.append((OUTPUT_TITLES.get(name, name), text + unit, why))
    return rows


def _largest_loss(result: LineResult) -> str:
    losses = [row for row in loss_table(result) if row[0] != result.stages[0].title]
    if not losses:
        return ""
    harvest = result.harvest.cell_derived
    place, name, lost = max(losses, key=lambda row: float(row[2][0]))
    share = f"{band_text(band_of(100 * lost / np.maximum(harvest, 1e-300)))} %"
    return f"; the largest loss is {share} of the harvest, {name}, at {place.partition('. ')[2].lower() or place}"
