"""The answer to a population question: quantiles of exposures and shares, and what makes them spread."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from paracrine.core.notice import Notice
from paracrine.core.parameter import Grade
from paracrine.facts.references import read_references
from paracrine.fate.answer import TITLES, Band
from paracrine.fate.guard import CALIBRATED_SPECIES
from paracrine.fate.model import ROUTES
from paracrine.fate.population import Outcome, Population
from paracrine.fate.sensitivity import SobolIndex

Floats = npt.NDArray[np.float64]
QUANTILES = (0.025, 0.25, 0.5, 0.75, 0.975)
SOBOL_PLACES = ("blood", "liver", "brain parenchyma")


@dataclass(frozen=True, slots=True)
class PlaceSpread:
    """One place in all bodies: shares over time, and quantiles of the exposure, % of the dose times hours."""

    name: str
    title: str
    grade: Grade
    shares: Band
    exposure_pct_h: tuple[float, ...]
    """At `QUANTILES`."""

    @property
    def fold(self) -> float:
        """Upper over lower end of 95 %."""
        return self.exposure_pct_h[-1] / max(self.exposure_pct_h[0], 1e-12)


@dataclass(frozen=True)
class Spread:
    """Everything a page or a table shows."""

    dose: str
    species: str
    weight_g: float
    route: str
    route_title: str
    duration_h: float
    disease: str
    individuals_count: int
    seed: int
    times_h: tuple[float, ...]
    places: tuple[PlaceSpread, ...]
    sobol: tuple[SobolIndex, ...]
    not_assessed: tuple[tuple[str, str], ...]
    notices: tuple[Notice, ...]
    cites: tuple[str, ...]
    grade: Grade

    def place(self, name: str) -> PlaceSpread:
        """Return a place by its name."""
        return next(one for one in self.places if one.name == name)

    def leading(self, place: str) -> SobolIndex | None:
        """Return the group that explains most of a place's exposure, None where it was not asked."""
        own = [one for one in self.sobol if one.place == place]
        return max(own, key=lambda one: one.total) if own else None

    def to_data(self) -> dict[str, Any]:
        """Return plain JSON values."""
        data = asdict(self)
        data["notices"] = [notice.to_data() for notice in self.notices]
        data["quantiles"] = QUANTILES
        return data


def describe_spread(found: Population, outcome: Outcome, sobol: tuple[SobolIndex, ...]) -> Spread:
    """Put the outcome of all bodies into quantiles."""
    question = found.question
    assumed = found.model.grade is Grade.ASSUMPTION
    base = Grade.ASSUMPTION if assumed or question.disease != "none" else Grade.OTHER_PARTICLE
    places = tuple(
        PlaceSpread(
            name, _title(name), Grade.ASSUMPTION if name.startswith("brain") else base, _band(values),
            tuple(np.quantile(outcome.exposure(name), QUANTILES).tolist()),
        )
        for name, values in outcome.places.items()
    )  # fmt: skip
    sources = {row.source for row in found.species.rows if row.source.lower() in read_references()}
    cites = {*found.model.references, *sources, *(["doi:10.21105/joss.00097"] if sobol else [])}
    return Spread(
        dose=f"{question.particles:g}".replace("e+", "e") + " particles",
        species=question.species,
        weight_g=found.species.weight_g,
        route=question.route,
        route_title=str(ROUTES.load(question.route).TITLE),
        duration_h=question.duration_h,
        disease=found.disease.title,
        individuals_count=question.individuals_count,
        seed=question.seed,
        times_h=tuple(outcome.times_h.tolist()),
        places=places,
        sobol=sobol,
        not_assessed=found.species.not_assessed,
        notices=(*found.notices, *_filling(outcome)),
        cites=tuple(sorted(cites)),
        grade=base if question.species == CALIBRATED_SPECIES else Grade.ASSUMPTION if assumed else base,
    )


def _title(name: str) -> str:
    return "blood, all of it" if name == "blood" else TITLES.get(name, name)


def _band(shares: Floats) -> Band:
    low, middle, high = 100 * np.quantile(shares, (0.025, 0.5, 0.975), axis=0)
    return Band(tuple(low.tolist()), tuple(middle.tolist()), tuple(high.tolist()))


def _filling(outcome: Outcome) -> list[Notice]:
    if outcome.filled_frac <= 0.05:
        return []
    return [
        Notice(
            code="phagocytes-may-fill", concerns="dose",
            message=f"In {100 * outcome.filled_frac:.0f} % of the bodies liver or spleen fills by more than 2 %: "
            "whether this dose saturates them is not known.",
        )
    ]  # fmt: skip
