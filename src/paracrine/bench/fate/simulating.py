"""A fate question answered, drawn and written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paracrine.bench.outputs import write_outputs
from paracrine.fate.amount import in_particles, read_amount
from paracrine.fate.answer import FateAnswer, answer
from paracrine.fate.guard import Sizes
from paracrine.fate.predict import FateQuestion, predict
from paracrine.report.fate_headline import estimate_text, fate_headline, range_text
from paracrine.report.fate_page import fate_html


@dataclass(frozen=True)
class FateReport:
    """The answer, its sentence and where the page is."""

    answer: FateAnswer
    headline: str
    page: Path | None

    def organ_rows(self, hours: tuple[float, ...] = (1.0, 4.0, 24.0)) -> list[tuple[str, ...]]:
        """Rows of place, share of intact vesicles at some hours, what the label shows at the last of them, grade."""
        found = self.answer
        rows = []
        for place in (*found.places, *found.brain_parts):
            at = [found.at(hour) for hour in hours]
            shown = range_text(place.shown, at[-1], place.grade) if place.shown else "–"
            datum = "" if place.vesicle_datum else ", no datum on vesicles"
            cells = [range_text(place.intact, i, place.grade) for i in at]
            rows.append((place.title, *cells, shown, f"{place.grade.value}{datum}"))
        return rows

    def blood_rows(self) -> list[tuple[str, str, str]]:
        """Rows of half-lives: name, value with interval, grade."""
        return [(one.name, estimate_text(one), one.grade.value) for one in self.answer.estimates]

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        page = None if self.page is None else str(self.page)
        return {"headline": self.headline, "page": page, **self.answer.to_data()}


def simulate_fate(
    species: str,
    dose: str,
    *,
    route: str,
    label: str,
    surface: str,
    disease: str,
    sizes: Sizes | None,
    until_h: float,
    duration_h: float,
    weight_g: float | None,
    own_rows: Path | None,
    perfused: bool,
    ratio: str,
    posterior: Path | None,
    out: Path | None,
) -> FateReport:
    """Answer one question and write its page where a place is given."""
    question = FateQuestion(
        species=species, particles=in_particles(read_amount(dose), ratio), route=route, label=label, surface=surface,
        disease=disease, sizes=sizes, until_h=until_h, duration_h=duration_h, weight_g=weight_g, own_rows=own_rows,
        perfused=perfused, posterior=posterior,
    )  # fmt: skip
    found = answer(predict(question))
    if out is not None:
        write_outputs(out.parent, {out.name: fate_html(found).encode()})
    return FateReport(found, fate_headline(found), out)
