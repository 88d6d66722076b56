"""The same exposure in another species, as a page."""

from __future__ import annotations

from collections.abc import Sequence

from paracrine.core.parameter import Grade
from paracrine.facts.disposition import TrialDose
from paracrine.facts.references import reference_lines
from paracrine.fate.equivalent import DoseComparison, EquivalentDose
from paracrine.figures.dose_rows import DoseRow, draw_doses
from paracrine.report.html_page import render_html
from paracrine.report.numbers import THIN, write_value
from paracrine.report.results import Notes
from paracrine.report.view import Chart


def dose_headline(found: DoseComparison) -> str:
    """Say what compares with the dose, and that it is an extrapolation."""
    first = found.by_exposure[0]
    given = f"{write_value(found.given.particles)} particles ({found.given.route}) in a {found.given.species}"
    return (
        f"The {found.organ} exposure of {given} would be reached in a {found.wanted.species} with {dose_text(first)} "
        f"particles ({found.wanted.route}): an extrapolation, no advice. Grade: {first.grade.value}."
    )


def dose_text(one: EquivalentDose, *, divided_by: float = 1.0) -> str:
    """Write a dose with its interval; on assumption alone the range."""
    value = write_value(one.particles / divided_by, digits=2)
    if one.low is None or one.high is None:
        return value
    ends = f"{write_value(one.low / divided_by, digits=2)} to {write_value(one.high / divided_by, digits=2)}"
    return ends if one.grade is Grade.ASSUMPTION else f"{value} ({ends})"


def dose_html(found: DoseComparison, trials: Sequence[TrialDose], *, per: float, per_unit: str) -> str:
    """Return the comparison as one HTML page.

    Args:
        found: the comparison.
        trials: registered doses by the wanted route, in the order shown.
        per: measured particles per unit.
        per_unit: `ug` or `cells`, `particles` without a ratio.
    """
    own_unit = per_unit != "particles"
    rows = [
        (
            one.name, dose_text(one), *((dose_text(one, divided_by=per),) if own_unit else ()), one.grade.value,
            " ".join(part for part in (one.source, one.note) if part),
        )
        for one in (*found.by_exposure, *found.by_rule)
    ]  # fmt: skip
    works = [key for key in (*found.cites, *(trial.source for trial in trials)) if key != "proportion"]
    return render_html(
        "dose.html.j2",
        footer=f"{found.given.species} to {found.wanted.species}, an extrapolation",
        charts=(Chart("chart-doses", "Doses beside one another", _CAPTION, draw_doses(_drawn(found, trials))),),
        title=f"{found.given.species} to {found.wanted.species}: same exposure",
        headline=dose_headline(found),
        notes=Notes().of(found.notices),
        rows=rows,
        other_unit={"ug": "µg protein, by your ratio", "cells": "cells, by your ratio", "particles": ""}[per_unit],
        reason=found.width_reason,
        not_assessed=found.not_assessed,
        trials=[trial_row(trial) for trial in trials],
        works=[(key, "" if line.startswith("reference not") else line) for key, line in reference_lines(works)],
    )


_CAPTION = "Bars hold 95 % of the draws; the rules have no interval of their own, and trials state single numbers."


def trial_row(trial: TrialDose) -> tuple[str, str, str, str, str, str]:
    """Return the cells of one stated dose."""
    level = f" ({trial.level})" if trial.level else ""
    dose = f"{write_value(trial.amount)}{THIN}{trial.unit}{level}"
    said = f"{trial.conflict}: sources disagree" if trial.conflict else ""
    remark = "; ".join(part for part in (said, trial.note) if part)
    return trial.trial, trial.condition, dose, trial.schedule, trial.read_from, remark


def _drawn(found: DoseComparison, trials: Sequence[TrialDose]) -> list[DoseRow]:
    rows = [
        DoseRow(one.name, one.particles, one.low, one.high, "exposure", one.grade is not Grade.ASSUMPTION)
        for one in found.by_exposure
    ]
    rows += [DoseRow(one.name, one.particles, None, None, "rule") for one in found.by_rule]
    rows += [
        DoseRow(f"{trial.trial} {trial.level or trial.condition}", trial.amount, None, None, "registered trial")
        for trial in trials
        if trial.unit == "particles"
    ]
    return rows
