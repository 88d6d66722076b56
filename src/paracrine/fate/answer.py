"""The answer to a fate question in bands: what is where, when, what the label shows, how sure, resting on what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.notice import Notice, Severity
from paracrine.core.parameter import Grade
from paracrine.facts.disposition import read_disposition_rows
from paracrine.facts.species import ORGANS
from paracrine.fate.guard import CALIBRATED_SPECIES
from paracrine.fate.model import ROUTES, Form
from paracrine.fate.posterior import read_posterior
from paracrine.fate.predict import FILLED_FRAC, FateDraws, FateQuestion
from paracrine.fate.vesicles import informs

Floats = npt.NDArray[np.float64]
TITLES = {"gut": "stomach and gut", "rest": "rest of the body"}
BRAIN_PARTS = (
    ("brain_blood", "brain, in its vessels"),
    ("brain_endothelium", "brain, vessel wall"),
    ("brain_parenchyma", "brain, parenchyma"),
)
BRAIN_SOURCE = "doi:10.3390/ijms21124407"
"""Ten populations of vesicles crossed into the brain of mice; how fast differed more than tenfold."""
_QUANTILES = (0.025, 0.5, 0.975)


@dataclass(frozen=True, slots=True)
class Band:
    """Median and 95 % interval over time, % of the dose."""

    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One place: intact vesicles in it, and what the label shows there (None without label)."""

    name: str
    title: str
    volume_ml: float | None
    grade: Grade
    vesicle_datum: bool
    """Whether any published number on vesicles stands behind this place."""
    intact: Band
    shown: Band | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its 95 % interval."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    grade: Grade


@dataclass(frozen=True)
class FateAnswer:
    """Everything a page or a table shows."""

    dose: str
    species: str
    weight_g: float
    route: str
    route_title: str
    label: str
    label_summary: str
    label_shows: bool
    decay_corrected: bool
    perfused: bool
    surface: str
    disease: str
    sizes: str
    times_h: tuple[float, ...]
    places: tuple[Place, ...]
    brain_parts: tuple[Place, ...]
    balance: tuple[Estimate, ...]
    """After the last time: shares that add up to the dose in every draw."""
    balance_error_frac: float
    estimates: tuple[Estimate, ...]
    grade: Grade
    not_assessed: tuple[tuple[str, str], ...]
    notices: tuple[Notice, ...]
    cites: tuple[str, ...]
    calibration: dict[str, Any]

    def place(self, name: str) -> Place:
        """Return a place by its name."""
        return next(one for one in (*self.places, *self.brain_parts) if one.name == name)

    def at(self, hours: float) -> int:
        """Return the index of the time nearest to a time."""
        return int(np.argmin(np.abs(np.array(self.times_h) - hours)))

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        data = asdict(self)
        data["notices"] = [notice.to_data() for notice in self.notices]
        return data


def answer(draws: FateDraws) -> FateAnswer:
    """Put draws into bands."""
    question = draws.question
    return FateAnswer(
        dose=f"{question.particles:g}".replace("e+", "e") + " particles",
        species=draws.species.name,
        weight_g=draws.species.weight_g,
        route=question.route,
        route_title=route_title(question),
        label=draws.label.title,
        label_summary=draws.label.summary,
        label_shows=draws.label.shows,
        decay_corrected=draws.label.decay_corrected,
        perfused=question.perfused,
        surface=draws.surface.title,
        disease=draws.disease.title,
        sizes=_sizes_text(draws),
        times_h=tuple(float(one) for one in draws.times_h),
        places=tuple(_places(draws)),
        brain_parts=tuple(_brain(draws)),
        balance=tuple(_balance(draws)),
        balance_error_frac=draws.balance_error_frac,
        estimates=tuple(_estimates(draws)),
        grade=_grade(draws, "liver"),
        not_assessed=draws.species.not_assessed,
        notices=(*draws.notices, *_filling(draws)),
        cites=_cites(draws),
        calibration=read_posterior(draws.question.posterior).facts,
    )


def route_title(question: FateQuestion) -> str:
    """Return the way into the body in words."""
    title = str(ROUTES.load(question.route).TITLE)
    return f"{title} over {question.duration_h:g} h" if question.duration_h else title


def organs_with_vesicle_datum() -> frozenset[str]:
    """Return the organs on which a published number on vesicles is used."""
    return frozenset(row.organ for row in read_disposition_rows() if informs(row))


def _places(draws: FateDraws) -> Iterator[Place]:
    shows = draws.label.shows
    yield Place(
        "blood", "blood, all of it", draws.species.blood_ml, _grade(draws, "blood"), True,
        _band(draws.blood(draws.vesicles)),
        _band(draws.blood(draws.signal) + draws.free_label) if shows else None,
    )  # fmt: skip
    known = organs_with_vesicle_datum()
    entrance = [organ for organ in draws.model.organs() if organ not in ("blood", *ORGANS, "rest")]
    for organ in (*entrance, *ORGANS, "rest"):
        if organ in draws.left_out or organ not in draws.model.organs():
            continue
        found = draws.species.organ(organ)
        yield Place(
            organ, TITLES.get(organ, organ), found.volume_ml if found else None, _grade(draws, organ), organ in known,
            _band(draws.intact(organ)), _band(draws.shown(organ)) if shows else None,
        )  # fmt: skip


def _brain(draws: FateDraws) -> Iterator[Place]:
    if "brain" in draws.left_out:
        return
    for name, title in BRAIN_PARTS:
        column = draws.vesicles[:, :, draws.model.place(name)]
        yield Place(name, title, None, _grade(draws, "brain"), False, _band(column))


def _balance(draws: FateDraws) -> Iterator[Estimate]:
    last = draws.vesicles[:, -1]
    words = {
        Form.OUTSIDE: "not yet arrived", Form.CIRCULATING: "intact in blood", Form.HELD: "intact in cells and tissue",
        Form.REMNANT: "broken down, remains in the organ", Form.GONE: "broken down and carried away",
    }  # fmt: skip
    for form, title in words.items():
        chosen = [index for index, state in enumerate(draws.model.states) if state.form is form]
        if chosen:
            yield _estimate(title, 100 * last[:, chosen].sum(axis=1), "%", draws.model.grade)


def _estimates(draws: FateDraws) -> Iterator[Estimate]:
    grade = _grade(draws, "blood")
    yield _estimate("half-life in blood, first phase", 60 * draws.fast_half_life_h, "min", grade)
    yield _estimate("half-life in blood, second phase", draws.slow_half_life_h, "h", grade)
    yield _estimate("share of the first phase", 100 * draws.fast_frac, "%", grade)
    if draws.model.entry == "blood":
        intact = draws.blood(draws.vesicles)
        yield _estimate("clearance of intact vesicles", _clearance_ml_min(draws, intact), "mL/min", grade)
        if draws.label.shows:
            shown = draws.blood(draws.signal) + draws.free_label
            yield _estimate("clearance that the label shows", _clearance_ml_min(draws, shown), "mL/min", grade)
    yield _estimate("second phase that is intact vesicle", 100 * draws.intact_late_frac, "%", Grade.ASSUMPTION)


def _clearance_ml_min(draws: FateDraws, circulating: Floats) -> Floats:
    """Dose over the area under the concentration in blood, up to the last time."""
    area_h = np.trapezoid(circulating, draws.times_h, axis=1)
    return np.asarray(draws.species.blood_ml / area_h / 60, dtype=np.float64)


def _estimate(name: str, values: Floats, unit: str, grade: Grade) -> Estimate:
    low, middle, high = (float(one) for one in np.quantile(values, _QUANTILES))
    return Estimate(name, middle, low, high, unit, grade)


def _band(fractions: Floats) -> Band:
    low, middle, high = 100 * np.quantile(fractions, _QUANTILES, axis=0)
    return Band(tuple(low.tolist()), tuple(middle.tolist()), tuple(high.tolist()))


def _grade(draws: FateDraws, organ: str) -> Grade:
    """The weakest of what a number rests on: route, organ, species, surface and disease."""
    if organ == "brain" or draws.model.grade is Grade.ASSUMPTION:
        return Grade.ASSUMPTION
    changed = [one for one in (draws.surface, draws.disease) if "phagocyte_uptake" in one.multiplies]
    if any(one.grade == Grade.ASSUMPTION.value for one in changed):
        return Grade.ASSUMPTION
    own = read_posterior(draws.question.posterior).facts
    if not changed and organ in own.get("measured_organs", ()) and draws.species.name in own["measured_species"]:
        return Grade.MEASURED_HERE
    here = draws.species.name == CALIBRATED_SPECIES and not changed
    return Grade.EV_LITERATURE if here and organ in organs_with_vesicle_datum() else Grade.OTHER_PARTICLE


def _filling(draws: FateDraws) -> Iterator[Notice]:
    if draws.filled_frac > 0.05:
        yield Notice(
            code="phagocytes-may-fill",
            message=f"In {100 * draws.filled_frac:.0f} % of the draws liver or spleen fills by more than "
            f"{100 * FILLED_FRAC:.0f} %: whether this dose saturates them is not known.",
            concerns="dose",
        )
    if draws.model.entry != "blood" and draws.label.free_in_injectate_frac is not None:
        yield Notice(
            code="free-label-not-followed", severity=Severity.NOTE, concerns="label",
            message="Label that no vesicle carries is not followed on this route.",
        )  # fmt: skip
    if draws.question.perfused:
        yield Notice(
            code="vascular-content-subtracted", severity=Severity.NOTE, concerns="label",
            message="The assay perfuses: what the label shows in an organ leaves out the blood in it.",
        )  # fmt: skip


def _sizes_text(draws: FateDraws) -> str:
    sizes = draws.question.sizes
    if sizes is None:
        return "not given; taken as the 100 nm of the calibration"
    return f"D10 {sizes.d10_nm:.0f}, D50 {sizes.d50_nm:.0f}, D90 {sizes.d90_nm:.0f} nm, {sizes.source}"


def _soft_sources() -> tuple[str, ...]:
    facts = read_posterior().facts
    return (str(facts["soft_source"]), *(str(one) for one in facts["soft_sources"].values()))


def _cites(draws: FateDraws) -> tuple[str, ...]:
    rows = {row.source for row in read_disposition_rows() if informs(row)}
    physiology = {row.source for row in draws.species.rows}
    brain = () if "brain" in draws.left_out else (BRAIN_SOURCE,)
    own = [draws.label.source, draws.surface.source, draws.disease.source]
    named = {word.rstrip(",;.)") for text in own for word in text.split() if word.startswith(("doi:", "https://"))}
    return tuple(sorted({*draws.model.references, *brain, *rows, *physiology, *named, *_soft_sources()}))
