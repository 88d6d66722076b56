"""A dose carried to another species, with the doses of registered trials beside it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from paracrine.bench.outputs import write_outputs
from paracrine.core.errors import InputError
from paracrine.core.parameter import Grade
from paracrine.facts.disposition import ScalingFactor, TrialDose, read_scaling_factors, read_trial_doses
from paracrine.facts.table import number, read_fact_table
from paracrine.fate.amount import in_particles, read_amount, read_ratio
from paracrine.fate.equivalent import DoseComparison, EquivalentDose, compare_doses
from paracrine.fate.predict import FateQuestion
from paracrine.report.dose_page import dose_headline, dose_html, dose_text, trial_row

_WEIGHT = re.compile(r"([0-9.]+)\s*(g|kg)", re.ASCII)


@dataclass(frozen=True)
class DoseReport:
    """The comparison, its sentence, registered doses by the same route, and where the page is."""

    comparison: DoseComparison
    trials: tuple[TrialDose, ...]
    headline: str
    page: Path | None
    per: float = 1.0
    """Measured particles per `per_unit`."""
    per_unit: str = "particles"

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Rows of rule, dose with interval in particles and in the unit of a measured ratio, grade, source."""
        found = (*self.comparison.by_exposure, *self.comparison.by_rule)
        return [(one.name, self._text(one), one.grade.value, one.source) for one in found]

    def _text(self, one: EquivalentDose) -> str:
        text = dose_text(one)
        return (
            text if self.per_unit == "particles" else f"{text} = {dose_text(one, divided_by=self.per)} {self.per_unit}"
        )

    def trial_rows(self) -> list[tuple[str, ...]]:
        """Rows of the registered doses."""
        return [trial_row(trial) for trial in self.trials]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        found = self.comparison
        return {
            "headline": self.headline,
            "page": None if self.page is None else str(self.page),
            "from": {"species": found.given.species, "particles": found.given.particles, "route": found.given.route,
                     "weight_g": found.given_weight_g},
            "to": {"species": found.wanted.species, "route": found.wanted.route, "weight_g": found.wanted_weight_g},
            "by_exposure": [asdict(one) for one in found.by_exposure],
            "by_rule": [asdict(one) for one in found.by_rule],
            "width_reason": found.width_reason,
            "notices": [notice.to_data() for notice in found.notices],
            "trials": [trial.to_data() for trial in self.trials],
        }  # fmt: skip


def compare(
    given: str,
    wanted: str,
    *,
    organ: str,
    ratio: str,
    factors: Path | None,
    own_rows: Path | None,
    trials: tuple[TrialDose, ...] = (),
    out: Path | None,
) -> DoseReport:
    """Read both sides, compare, and write the page where a place is given.

    `trials` are doses of the user's evidence base; they stand in the place of shipped rows of the same trials.
    """
    first, second = _read_given(given, ratio, own_rows), _read_wanted(wanted, own_rows)
    if not second.route:
        second = _with_route(second, first.route)
    found = compare_doses(first, second, organ=organ, factors=_factors(factors))
    own = {trial.trial for trial in trials}
    known = (*trials, *(trial for trial in read_trial_doses() if trial.trial not in own))
    shown = tuple(trial for trial in known if second.species == "human" and trial.route == _trial_route(second.route))
    per, unit = read_ratio(ratio) if ratio else (1.0, "particles")
    if out is not None:
        write_outputs(out.parent, {out.name: dose_html(found, shown, per=per, per_unit=unit).encode()})
    return DoseReport(found, shown, dose_headline(found), out, per, unit)


def _trial_route(route: str) -> str:
    return "iv" if route == "infusion" else route.replace("_", "-")


def _read_given(text: str, ratio: str, own_rows: Path | None) -> FateQuestion:
    parts = text.split(":")
    if len(parts) not in (2, 3):
        raise InputError(f"{text!r} is no dose to start from", where="from", hint="such as mouse:1e10particles:iv")
    species, weight_g = _read_body(parts[0])
    amount = read_amount(parts[1])
    needed = "" if amount.unit == "particles" else ratio
    route = parts[2] if len(parts) == 3 else "iv"
    return FateQuestion(species, in_particles(amount, needed), route=route, weight_g=weight_g, own_rows=own_rows)


def _read_wanted(text: str, own_rows: Path | None) -> FateQuestion:
    body, _, route = text.partition(":")
    species, weight_g = _read_body(body)
    return FateQuestion(species, 1.0, route=route, weight_g=weight_g, own_rows=own_rows)


def _with_route(question: FateQuestion, route: str) -> FateQuestion:
    from dataclasses import replace

    return replace(question, route=route)


def _read_body(text: str) -> tuple[str, float | None]:
    species, _, weight = text.partition("@")
    if not weight:
        return species, None
    found = _WEIGHT.fullmatch(weight)
    if found is None:
        raise InputError(f"{weight!r} is no weight", where=text, hint="such as mouse@22g or human@58kg")
    return species, number(found[1], where=text) * (1000 if found[2] == "kg" else 1)


def _factors(place: Path | None) -> tuple[ScalingFactor, ...]:
    """The factors that ship, those of the user's file first."""
    if place is None:
        return read_scaling_factors()
    rows = read_fact_table(place, columns=tuple(ScalingFactor.model_fields))
    own = []
    for row in rows:
        if not row["source"]:
            raise InputError(f"factor {row['key']!r} has no source", where=str(place))
        value = number(row["value"], where=str(place))
        own.append(ScalingFactor.model_validate({**row, "value": value, "grade": Grade(row["grade"])}))
    return (*own, *read_scaling_factors())
