"""What stands behind the results: replicates, budgets, samples, methods, rule books."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from paracrine.core.measurement import Measurement
from paracrine.core.product import DilutionBy, Role, Sample
from paracrine.core.quantity import Budget, Component
from paracrine.figures.budget import variance_shares
from paracrine.report.content import CertificateContent, RunEntry
from paracrine.report.numbers import THIN, split_at_mark, write_column, write_share, write_value
from paracrine.report.origins import Origins
from paracrine.report.results import Notes, Results, subtitle
from paracrine.report.view import (
    BudgetPart,
    BudgetTable,
    CoverageBook,
    CoverageLine,
    MethodBlock,
    ReplicateRow,
    ReplicateTable,
    SampleRow,
    Shown,
)
from paracrine.report.words import title_of, write_unit
from paracrine.rulebooks.line import ChecklistLine

ANSWER_MARKS = {"met": "✓", "not met": "✕", "not assessed": "–", "not applicable": "○"}
_DILUTED_BY = {DilutionBy.INSTRUMENT: "the instrument", DilutionBy.PARACRINE: "Paracrine", DilutionBy.UNKNOWN: ""}
_COLUMNS_AT_MOST = 6
_VALUES_AT_MOST = 4


def replicate_tables(content: CertificateContent, origins: Origins) -> tuple[ReplicateTable, ...]:
    """Return one table a set of runs of the product, with at most six results as columns.

    Those of blanks, controls and beads are shown where a run of theirs is excluded.
    """
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for index, measurement in enumerate(content.measurements):
        wanted = measurement.role is Role.PRODUCT or any(not r.included for r in measurement.replicates)
        if wanted and len(measurement.replicates) > 1:
            key = (measurement.sample, tuple(replicate.run for replicate in measurement.replicates))
            groups.setdefault(key, []).append(index)
    tables = []
    for (sample, runs), indices in groups.items():
        for start in range(0, len(indices), _COLUMNS_AT_MOST):
            tables.append(_replicate_table(content, origins, sample, runs, indices[start : start + _COLUMNS_AT_MOST]))
    return tuple(tables)


def _replicate_table(
    content: CertificateContent, origins: Origins, sample: str, runs: tuple[str, ...], indices: list[int]
) -> ReplicateTable:
    chosen = [content.measurements[index] for index in indices]
    columns = [_column(measurement, index, origins) for measurement, index in zip(chosen, indices, strict=True)]
    rows = []
    for position, run in enumerate(runs):
        values = [measurement.replicates[position] for measurement in chosen]
        reasons = dict.fromkeys(value.reason for value in values if value.reason)
        cells = tuple(column[position] for column in columns)
        rows.append(ReplicateRow(run, cells, all(value.included for value in values), "; ".join(reasons)))
    titles = tuple(_with_unit(title_of(m.attribute, m.title), m.replicates[0].unit) for m in chosen)
    return ReplicateTable(f"{sample} · {chosen[0].method or chosen[0].technique}", titles, tuple(rows))


def _column(measurement: Measurement, index: int, origins: Origins) -> list[Shown]:
    """The replicates of one result, all to one place, so that they compare at a glance."""
    written = write_column([replicate.value for replicate in measurement.replicates])
    cells = []
    for replicate, text in zip(measurement.replicates, written, strict=True):
        anchor, origin = origins.of_source(replicate.source, index=index)
        whole, rest = split_at_mark(text)
        unit = write_unit(replicate.unit)
        cells.append(Shown(whole, rest, unit=unit, anchor=anchor, origin=origin, is_number=replicate.value is not None))
    return cells


def budget_tables(content: CertificateContent, results: Results) -> tuple[BudgetTable, ...]:
    """Return the budget behind each of the product's intervals, components by share."""
    return tuple(
        BudgetTable(
            title=title_of(measurement.attribute, measurement.title),
            shown=results.shown(index),
            summary=f"{subtitle(measurement)}: {_budget_summary(measurement, measurement.budget)}",
            parts=_budget_parts(measurement, measurement.budget),
            combined=_uncertainty(measurement.budget.standard_uncertainty(), measurement, measurement.budget),
            degrees_of_freedom=_write_dof(measurement.budget.degrees_of_freedom()),
            is_judged=results.is_judged(index),
        )
        for index, measurement in enumerate(content.measurements)
        if measurement.role is Role.PRODUCT and measurement.budget is not None and measurement.budget.components
    )


def _budget_summary(measurement: Measurement, budget: Budget) -> str:
    combined = _uncertainty(budget.standard_uncertainty(), measurement, budget)
    dof = _write_dof(budget.degrees_of_freedom())
    calibrated = "" if budget.calibrated else "; no bead or standard run backs it, so it is called repeatability"
    return f"combined standard uncertainty {combined}, {dof} effective degrees of freedom{calibrated}"


def _budget_parts(measurement: Measurement, budget: Budget) -> tuple[BudgetPart, ...]:
    shares = sorted(variance_shares(budget), key=lambda pair: -abs(pair[1]))
    return tuple(
        BudgetPart(
            name=component.name,
            uncertainty=_uncertainty(_part(component), measurement, budget),
            degrees_of_freedom=_write_dof(component.degrees_of_freedom),
            share=write_share(share),
            share_frac=min(max(share, 0.0), 1.0),
            source=_component_source(component),
        )
        for component, share in shares
    )


def _part(component: Component) -> float:
    """What a component adds; one that is already inside another is shown as it would be alone."""
    return (abs(component.sensitivity) or 1.0) * component.standard_uncertainty


def _component_source(component: Component) -> str:
    shape = "" if component.distribution == "normal" else component.distribution
    shared = f"shared as {component.shared_id}" if component.shared_id else ""
    return "; ".join(part for part in (component.source, shape, shared) if part)


def _uncertainty(value: float, measurement: Measurement, budget: Budget) -> str:
    if budget.scale == "relative":
        return f"{write_value(100 * value, digits=2)}{THIN}%"
    unit = write_unit(measurement.quantity.unit) if measurement.quantity else ""
    return f"{write_value(value, digits=2)}{THIN}{unit}".rstrip(THIN)


def _write_dof(dof: float | None) -> str:
    return "∞" if dof is None or math.isinf(dof) else write_value(dof, digits=2)


def sample_rows(content: CertificateContent) -> tuple[SampleRow, ...]:
    """Return the samples of this batch with role, dilution and runs."""
    entries: dict[str, list[RunEntry]] = {}
    for entry in content.runs:
        entries.setdefault(entry.sample, []).append(entry)
    planned = [sample for sample in content.plan.samples if sample.batch == content.batch.name]
    rows = [_sample_row(sample, entries.pop(sample.name, [])) for sample in planned]
    rows += [
        SampleRow(name or "not named", found[0].role, "", _dilution(None, found), _runs_text(found), "")
        for name, found in entries.items()
    ]
    return tuple(rows)


def _sample_row(sample: Sample, entries: list[RunEntry]) -> SampleRow:
    details = [f"biological replicate {sample.biological_replicate}" if sample.biological_replicate else ""]
    if sample.pipetting_cv_pct is not None:
        steps = f"{sample.dilution_steps} step{'s' if sample.dilution_steps > 1 else ''}"
        details.append(f"pipetting CV {sample.pipetting_cv_pct:g}{THIN}% in {steps}")
    if sample.nominal_diameter_nm is not None:
        spread = f" ± {sample.nominal_diameter_u_nm:g}" if sample.nominal_diameter_u_nm else ""
        details.append(f"nominal {sample.nominal_diameter_nm:g}{spread}{THIN}nm")
    dilution, runs = _dilution(sample, entries), _runs_text(entries)
    detail = "; ".join(part for part in details if part)
    return SampleRow(sample.name, sample.role.value, sample.stage, dilution, runs, detail)


def _dilution(sample: Sample | None, entries: list[RunEntry]) -> str:
    factors = {entry.run.dilution_factor for entry in entries if entry.run.dilution_factor is not None}
    if sample is not None and sample.dilution_factor is not None:
        factors = {sample.dilution_factor}
    if not factors:
        return "not stated"
    said = " or ".join(f"{write_value(factor, digits=6)}×" for factor in sorted(factors))
    by = sorted({_DILUTED_BY[entry.run.dilution_by] for entry in entries} - {""})
    return f"{said}, applied by {' and '.join(by)}" if by else said


def _runs_text(entries: list[RunEntry]) -> str:
    excluded = sum(not entry.included for entry in entries)
    text = f"{len(entries)} run{'' if len(entries) == 1 else 's'}"
    return f"{text}, {excluded} excluded" if excluded else text


def method_blocks(runs: Sequence[RunEntry], notes: Notes) -> tuple[MethodBlock, ...]:
    """Return each instrument with its settings; values that varied over runs are all listed."""
    groups: dict[tuple[str, str, str], list[RunEntry]] = {}
    for entry in runs:
        run = entry.run
        groups.setdefault((run.technique.value, run.instrument, run.software), []).append(entry)
    blocks = []
    for (technique, instrument, software), entries in groups.items():
        readers = dict.fromkeys(
            f"{e.run.source.reader} ({e.run.maturity.value})" for e in entries if e.run.source.reader
        )
        dates = sorted({e.run.measured_at for e in entries if e.run.measured_at})
        period = f"measured {dates[0]}" + (f" to {dates[-1]}" if len(dates) > 1 else "") if dates else ""
        detail = " · ".join(
            part
            for part in (software, _runs_text(entries), period, f"read by {', '.join(readers)}" if readers else "")
            if part
        )
        said = {(n.code, n.message): n for entry in entries for n in entry.run.notices}
        title = f"{technique} · {instrument}" if instrument else technique
        blocks.append(MethodBlock(title, detail, _settings(entries), notes.of(said.values())))
    return tuple(blocks)


def _settings(entries: Iterable[RunEntry]) -> tuple[tuple[str, str], ...]:
    values: dict[str, dict[str, None]] = {}
    for entry in entries:
        for key, value in entry.run.settings.items():
            values.setdefault(key, {})[value] = None
    return tuple((key, _varied(list(found))) for key, found in values.items())


def _varied(found: list[str]) -> str:
    if len(found) == 1:
        return found[0]
    more = f" and {len(found) - _VALUES_AT_MOST} more" if len(found) > _VALUES_AT_MOST else ""
    return f"varied: {'; '.join(found[:_VALUES_AT_MOST])}{more}"


def coverage_books(checklist: Sequence[ChecklistLine]) -> tuple[CoverageBook, ...]:
    """Return each rule book with counts by answer, unmet rules first."""
    order = {answer: position for position, answer in enumerate(("not met", "not assessed", "met", "not applicable"))}
    books: dict[str, list[ChecklistLine]] = {}
    for line in checklist:
        books.setdefault(line.rulebook, []).append(line)
    found = []
    for title, lines in books.items():
        counts = {answer: sum(line.answer == answer for line in lines) for answer in ANSWER_MARKS}
        summary = ", ".join(f"{count} {answer}" for answer, count in counts.items() if count)
        ranked = sorted(lines, key=lambda line: order.get(line.answer, len(order)))
        found.append(
            CoverageBook(
                title,
                f"{len(lines)} rule{'s' if len(lines) > 1 else ''}: {summary}",
                tuple(_coverage_line(one) for one in ranked),
            )
        )
    return tuple(found)


def _coverage_line(line: ChecklistLine) -> CoverageLine:
    mark = ANSWER_MARKS.get(line.answer, "·")
    to_confirm = line.basis != "read"
    return CoverageLine(line.rule_id, line.level, line.text, mark, line.answer, line.because, to_confirm)


def _with_unit(title: str, unit: str) -> str:
    written = write_unit(unit)
    return f"{title} ({written})" if written else title
