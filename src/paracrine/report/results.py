"""Results beside their limits: rows of the tables, in the order of the specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from paracrine.core.measurand import Weighting
from paracrine.core.measurement import Beside, Measurement
from paracrine.core.notice import Notice
from paracrine.core.product import Role
from paracrine.core.quantity import Quantity
from paracrine.core.run import Technique
from paracrine.core.specification import Limit, LimitKind, Outcome, Verdict
from paracrine.figures.limit_strip import draw_limit_strip
from paracrine.report.content import CertificateContent, TruthEntry
from paracrine.report.numbers import DIGITS_MEASURED, DIGITS_STATED, NOT_ASSESSED, split_at_mark, write_quantity
from paracrine.report.origins import Origins
from paracrine.report.view import BesideLine, Note, ResultGroup, ResultRow, Shown
from paracrine.report.words import MARKS, RULES, capitalised, sentence, title_of, write_limit, write_unit

BLANK_ROLES = (Role.DILUENT_BLANK, Role.PROCESS_BLANK)
_CONCENTRATION = "particle_concentration"
_DIGITS_BESIDE = 4
_UNGROUPED = "Limits"


class Notes:
    """Numbers the notices of a page: said in full once, referred to after that."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def of(self, notices: Iterable[Notice], *, attribute: str = "") -> tuple[Note, ...]:
        """Return notices as notes, in order."""
        return tuple(self._note(notice, attribute) for notice in notices)

    def _note(self, notice: Notice, attribute: str) -> Note:
        key = (notice.code, notice.message)
        repeated = key in self._numbers
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        where = f" Concerns {notice.concerns}." if notice.concerns and notice.concerns != attribute else ""
        message = sentence(notice.message) + where
        return Note(number, notice.severity.value, message, sentence(notice.action), repeated)


class Results:
    """Makes the rows of one certificate."""

    def __init__(self, content: CertificateContent, origins: Origins, notes: Notes) -> None:
        self._content = content
        self._origins = origins
        self._notes = notes
        self._truth = content.truth
        self._judged: set[int] = set()

    def judged(self) -> tuple[ResultGroup, ...]:
        """Return one row a verdict, grouped as the specification groups its limits."""
        groups: dict[str, list[ResultRow]] = {}
        for verdict in self._content.verdicts:
            title = capitalised(verdict.limit.group) or _UNGROUPED
            groups.setdefault(title, []).append(self._judged_row(verdict))
        return tuple(ResultGroup(title, tuple(rows)) for title, rows in groups.items())

    def is_judged(self, index: int) -> bool:
        """Whether the n-th measurement met a limit; ask after `judged`."""
        return index in self._judged

    def unjudged(self) -> tuple[ResultGroup, ...]:
        """Return the product's results that no limit asked for, by sample and method; call after `judged`."""
        product = [i for i, m in enumerate(self._content.measurements) if m.role is Role.PRODUCT]
        return self._by_method([index for index in product if index not in self._judged])

    def controls(self) -> tuple[ResultGroup, ...]:
        """Return results on blanks, controls and reference beads, by sample and method."""
        return self._by_method([i for i, m in enumerate(self._content.measurements) if m.role is not Role.PRODUCT])

    def _by_method(self, indices: Sequence[int]) -> tuple[ResultGroup, ...]:
        """Group results; a result that stands alone joins the others that do, with its own method below it."""
        grouped: dict[str, list[int]] = {}
        for index in indices:
            grouped.setdefault(subtitle(self._content.measurements[index]), []).append(index)
        groups = [self._group(title, found) for title, found in grouped.items() if len(found) > 1]
        alone = [found[0] for found in grouped.values() if len(found) == 1]
        if alone:
            groups.append(ResultGroup("Single results" if groups else "", tuple(self.row(index) for index in alone)))
        return tuple(groups)

    def _group(self, title: str, indices: Sequence[int]) -> ResultGroup:
        """Say what concerns several rows once, above them."""
        notices = [notice for index in indices for notice in self._content.measurements[index].notices]
        counts = Counter((notice.code, notice.message) for notice in notices)
        shared = {(n.code, n.message): n for n in notices if counts[(n.code, n.message)] > 1}
        notes = self._notes.of(shared.values())
        return ResultGroup(title, tuple(self.row(index, above=frozenset(shared)) for index in indices), notes)

    def row(
        self, index: int, verdict: Verdict | None = None, *, above: frozenset[tuple[str, str]] | None = None
    ) -> ResultRow:
        """Return the row of the n-th measurement.

        Args:
            index: of the measurement.
            verdict: the verdict it met.
            above: code and message of notices said above the row, where sample and method stand too.
        """
        measurement = self._content.measurements[index]
        own = [notice for notice in measurement.notices if (notice.code, notice.message) not in (above or ())]
        limit = verdict.limit if verdict else None
        return ResultRow(
            title=title_of(measurement.attribute, measurement.title or (limit.title if limit else "")),
            subtitle=subtitle(measurement) if above is None else "",
            shown=self.shown(index),
            interval_name=_interval_name(measurement),
            besides=self._besides(index),
            notes=self._notes.of(own, attribute=measurement.attribute),
            truth=self._true_value(measurement),
            **(_verdict_fields(verdict, measurement.quantity) if verdict else {"reason": sentence(measurement.reason)}),
        )

    def shown(self, index: int) -> Shown:
        """Return the result of the n-th measurement as it is printed."""
        measurement = self._content.measurements[index]
        anchor, origin = self._origins.of_result(index)
        if measurement.quantity is not None:
            digits = DIGITS_STATED if measurement.technique == Technique.EXTERNAL.value else DIGITS_MEASURED
            return show_quantity(measurement.quantity, anchor=anchor, origin=origin, digits=digits)
        word = measurement.finding if measurement.finding is not None else measurement.state.value
        return Shown(word, anchor=anchor, origin=origin, is_number=False)

    def _judged_row(self, verdict: Verdict) -> ResultRow:
        index = self._find(verdict)
        if index is not None:
            self._judged.add(index)
            return self.row(index, verdict)
        limit = verdict.limit
        shown = Shown(verdict.outcome.value if verdict.outcome in _WITHOUT_RESULT else NOT_ASSESSED, is_number=False)
        title = title_of(limit.attribute, limit.title)
        return ResultRow(title, limit.method, shown, **_verdict_fields(verdict, None))

    def _find(self, verdict: Verdict) -> int | None:
        if not verdict.sample and not verdict.method and verdict.quantity is None and verdict.finding is None:
            return None
        for index, measurement in enumerate(self._content.measurements):
            same = measurement.attribute == verdict.limit.attribute and measurement.role is Role.PRODUCT
            same = same and measurement.sample == verdict.sample and measurement.method == verdict.method
            if same and measurement.quantity == verdict.quantity and measurement.finding == verdict.finding:
                return index
        return None

    def _besides(self, index: int) -> tuple[BesideLine, ...]:
        measurement = self._content.measurements[index]
        lines = [self._beside(index, beside) for beside in measurement.beside]
        is_level = measurement.attribute.startswith(_CONCENTRATION) and "blank" not in measurement.attribute
        if measurement.role is Role.PRODUCT and is_level and measurement.quantity is not None:
            lines += self._blank_lines(measurement)
        return tuple(lines)

    def _beside(self, index: int, beside: Beside) -> BesideLine:
        anchor, origin = self._origins.of_source(beside.source, index=index)
        shown = show_quantity(beside.quantity, anchor=anchor, origin=origin, digits=_DIGITS_BESIDE)
        return BesideLine(capitalised(beside.label), shown)

    def _blank_lines(self, measurement: Measurement) -> list[BesideLine]:
        """The blank level stands beside each concentration; without a blank run that is said."""
        blanks = [
            (index, other)
            for index, other in enumerate(self._content.measurements)
            if other.role in BLANK_ROLES
            and (other.attribute, other.method) == (measurement.attribute, measurement.method)
        ]
        if any("blank" in beside.label.lower() for beside in measurement.beside):
            return []
        if not blanks:
            why = Shown(NOT_ASSESSED, interval="no blank was measured by this method", is_number=False)
            return [BesideLine("Blank level", why)]
        return [
            BesideLine(f"{capitalised(other.role.value)} {other.sample}", self.shown(index)) for index, other in blanks
        ]

    def _true_value(self, measurement: Measurement) -> Shown | None:
        true = find_truth(measurement, self._truth)
        return show_quantity(Quantity(value=true.value, unit=true.unit), digits=_DIGITS_BESIDE) if true else None


_WITHOUT_RESULT = (Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED)


def find_truth(measurement: Measurement, truth: Iterable[TruthEntry]) -> TruthEntry | None:
    """Return the stated truth of this result: that of the product by this method; sizes are counted by number."""
    weighting = measurement.measurand.weighting if measurement.measurand else None
    of_size = measurement.attribute.startswith(("diameter_", "particles_in_window"))
    by_number = not of_size or weighting in (None, Weighting.NUMBER)
    if measurement.role is not Role.PRODUCT or not by_number:
        return None
    named = (true for true in truth if true.attribute == measurement.attribute)
    return next((true for true in named if true.method in measurement.method), None)


def show_quantity(quantity: Quantity, *, anchor: str = "", origin: str = "", digits: int = DIGITS_MEASURED) -> Shown:
    """Return a quantity as it is printed, cut at its decimal mark; `digits` counts where there is no interval."""
    written = write_quantity(quantity, digits=digits)
    whole, rest = split_at_mark(written.value)
    return Shown(whole, rest, written.interval, write_unit(quantity.unit), anchor, origin)


def subtitle(measurement: Measurement) -> str:
    """Return sample, stage, method and laboratory of a result on one line."""
    role = "" if measurement.role is Role.PRODUCT else measurement.role.value
    stage = "" if measurement.stage == "final product" else measurement.stage
    method = measurement.method or measurement.technique
    kind = measurement.measurand.weighting if measurement.measurand else None
    weighting = f"{kind.value}-weighted" if kind and kind.value not in method else ""
    parts = (measurement.sample, role, stage, method, weighting, measurement.laboratory)
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _interval_name(measurement: Measurement) -> str:
    quantity = measurement.quantity
    if quantity is None or quantity.low is None:
        return ""
    name = f" {measurement.budget.interval_name.removesuffix(' interval')}" if measurement.budget else ""
    return f"{quantity.coverage_pct:g} %{name}" + (f", {quantity.basis.value}" if quantity.basis else "")


def _verdict_fields(verdict: Verdict, quantity: Quantity | None) -> dict[str, Any]:
    limit = verdict.limit
    other = ""
    if verdict.other_outcome is not None and verdict.other_rule is not None:
        other = f"{RULES[verdict.other_rule]}: {MARKS[verdict.other_outcome]} {verdict.other_outcome.value}"
    return {
        "limit": write_limit(limit),
        "limit_note": "" if limit.source in ("", "user") else limit.source,
        "strip": _strip(limit, quantity),
        "mark": MARKS[verdict.outcome],
        "outcome": verdict.outcome.value,
        "rule": "" if limit.limit_kind in (LimitKind.REPORT, LimitKind.FINDING) else RULES[limit.rule],
        "other_rule": other,
        "reason": sentence(verdict.reason),
    }


def _strip(limit: Limit, quantity: Quantity | None) -> str:
    numeric = limit.limit_kind in (LimitKind.NUMERIC, LimitKind.PERCENT_IN_RANGE)
    if (
        quantity is None
        or not numeric
        or quantity.comparator != "="
        or write_unit(quantity.unit) != write_unit(limit.unit)
    ):
        return ""
    return draw_limit_strip(
        quantity.value, low=quantity.low, high=quantity.high, limit_low=limit.low, limit_high=limit.high
    )


def find_reasons(groups: Sequence[ResultGroup]) -> tuple[ResultRow, ...]:
    """Return the rows that keep a batch from passing: failed, borderline, then not assessed."""
    order = [Outcome.FAIL.value, Outcome.BORDERLINE.value, Outcome.NOT_ASSESSED.value]
    rows = [row for group in groups for row in group.rows if row.outcome in order]
    return tuple(sorted(rows, key=lambda row: order.index(row.outcome)))
