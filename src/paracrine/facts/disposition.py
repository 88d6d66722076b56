"""What is known of vesicles in a body: blood and organ rows, doses of registered trials, scaling factors."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from paracrine.core.parameter import Grade
from paracrine.core.records import Record
from paracrine.facts.table import number, optional_number, read_fact_table


class DispositionRow(Record):
    """A published number on vesicles in blood or in an organ; `low` and `high` are its range, equal for one value."""

    kind: ClassVar[str] = "disposition"

    key: str
    source: str
    species: str
    label: str
    route: str
    condition: str
    organ: str
    time_h: float | None
    quantity: str
    low: float | None
    high: float | None
    unit: str
    where: str
    level: str
    note: str


class TrialDose(Record):
    """One dose level of a registered trial as one source states it; rows that share `conflict` disagree."""

    kind: ClassVar[str] = "trial_dose"

    trial: str
    condition: str
    route: str
    level: str
    amount: float
    unit: str
    basis: str
    schedule: str
    source: str
    read_from: str
    conflict: str
    note: str


class ScalingFactor(Record):
    """A factor of a rule that carries a dose from one species to another."""

    kind: ClassVar[str] = "scaling_factor"

    key: str
    species: str
    value: float
    unit: str
    source: str
    grade: Grade
    note: str


@cache
def read_disposition_rows() -> tuple[DispositionRow, ...]:
    """Return the published rows on vesicles, in the order of the table."""
    name = "fate/ev_rows.csv"
    rows = read_fact_table(name, columns=tuple(DispositionRow.model_fields))
    numeric = ("time_h", "low", "high")
    return tuple(
        DispositionRow.model_validate({**row, **{key: optional_number(row[key], where=name) for key in numeric}})
        for row in rows
    )


@cache
def read_trial_doses() -> tuple[TrialDose, ...]:
    """Return every stated dose level of every trial, conflicting ones side by side."""
    name = "fate/trial_doses.csv"
    rows = read_fact_table(name, columns=tuple(TrialDose.model_fields))
    return tuple(TrialDose.model_validate({**row, "amount": number(row["amount"], where=name)}) for row in rows)


@cache
def read_scaling_factors() -> tuple[ScalingFactor, ...]:
    """Return the factors of the dose-scaling rules."""
    name = "fate/scaling.csv"
    rows = read_fact_table(name, columns=tuple(ScalingFactor.model_fields))
    return tuple(
        ScalingFactor.model_validate({**row, "value": number(row["value"], where=name), "grade": Grade(row["grade"])})
        for row in rows
    )
