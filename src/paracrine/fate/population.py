"""A dose in many bodies: weights, organs and flows differ, and so does what is not known of the vesicles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.core.parameter import Parameter
from paracrine.core.progress import Progress
from paracrine.facts.species import Species, read_species
from paracrine.fate.body import body_of
from paracrine.fate.drawing import (
    BREAKDOWN_UNKNOWN,
    FROM_NOTHING,
    SPECIES_FACTOR,
    UPTAKE_UNKNOWN,
    Drawn,
    from_nothing,
    is_free,
    two_populations,
)
from paracrine.fate.guard import CALIBRATED_SPECIES, guard_question
from paracrine.fate.mixed import MODEL, UPTAKE_ORGANS
from paracrine.fate.model import FateModel, Form, load_model
from paracrine.fate.modifiers import Modifier, Span, read_disease
from paracrine.fate.posterior import read_posterior
from paracrine.numerics.ode.solve import Injection
from paracrine.numerics.ode.twice import SECOND, twice

Floats = npt.NDArray[np.float64]

WEIGHT_CV, VOLUME_CV, FLOW_CV = 0.12, 0.15, 0.2
"""Lognormal spreads between bodies: assumptions, wider than inbred mice, narrower than patients."""
FEW = 200
"""Up to so many individuals are solved without compilation."""
_CHUNK = 2000
_FILLED_FRAC = 0.02
GROUPS = {
    "weight": "body weight", "volume": "organ volumes", "flow": "blood flows", "posterior": "how vesicles are cleared",
    "late": "late signal that is vesicle", "capacity": "capacity of phagocytes", "brain": "passage into the brain",
    "species": "scaling between species", "route": "what the route lets through", "disease": "state of the body",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PopulationQuestion:
    """What is asked of a population."""

    species: str
    particles: float
    individuals_count: int = 10_000
    route: str = "iv"
    duration_h: float = 0.0
    disease: str = "none"
    until_h: float = 48.0
    weight_g: float | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Input:
    """One unknown of an individual, and the group it belongs to."""

    group: str
    name: str


@dataclass(frozen=True)
class Population:
    """The bodies of a question: what differs, and how a point of the unit cube becomes an individual."""

    question: PopulationQuestion
    model: FateModel
    species: Species
    disease: Modifier
    inputs: tuple[Input, ...]
    times_h: Floats
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Outcome:
    """Intact vesicles by place, as fractions of the dose, shape (individual, time)."""

    times_h: Floats
    places: Mapping[str, Floats]
    filled_frac: float
    """Share of individuals in whom liver or spleen fills by more than a fiftieth."""

    def exposure(self, place: str) -> Floats:
        """Return the area under the curve of each individual, % of the dose times hours."""
        return np.asarray(100 * np.trapezoid(self.places[place], self.times_h, axis=1), dtype=np.float64)


def describe_population(question: PopulationQuestion) -> Population:
    """Set up the bodies of a question.

    Raises:
        UnknownName: when species, route or disease does not exist.
        InputError: when a number means nothing.
        LimitError: when the question lies outside what the model holds for.
    """
    if not question.particles > 0:
        raise InputError("a dose is a number of particles above zero", where="dose")
    if not 2 <= question.individuals_count <= 200_000:
        raise InputError(f"{question.individuals_count} individuals", where="n", hint="between 2 and 200 000")
    if question.duration_h < 0:
        raise InputError("a duration is not negative", where="duration")
    species = read_species(question.species, weight_g=question.weight_g)
    model, disease = load_model(MODEL, route=question.route), read_disease(question.disease)
    if model.needs_duration and not question.duration_h > 0:
        raise InputError(f"{question.route} needs a duration", where="duration", hint="--duration 1")
    notices = list(guard_question(species, question.particles, until_h=question.until_h, sizes=None))
    notices.append(
        Notice(
            code="spread-assumed", severity=Severity.CAUTION, concerns="population",
            message=f"How bodies differ is assumed: {100 * WEIGHT_CV:.0f} % in weight, {100 * VOLUME_CV:.0f} % in each "
            f"organ's volume, {100 * FLOW_CV:.0f} % in each flow.",
        )
    )  # fmt: skip
    inputs = tuple(_inputs(model, species, disease))
    return Population(question, model, species, disease, inputs, _times_h(question), tuple(notices))


def _times_h(question: PopulationQuestion) -> Floats:
    marks = [1 / 60, 0.05, 0.25, 1.0, 4.0, 24.0, question.duration_h, question.until_h]
    grid = np.geomspace(0.02, question.until_h, 40)
    return np.unique(np.concatenate([[0.0], grid, [mark for mark in marks if 0 < mark <= question.until_h]]))


def _inputs(model: FateModel, species: Species, disease: Modifier) -> Iterator[Input]:
    yield Input("weight", "weight")
    for organ in species.organs:
        yield Input("volume", organ.name)
    for organ in species.organs:
        if organ.name != "lung":
            yield Input("flow", organ.name)
    yield Input("posterior", "posterior")
    yield Input("late", "late")
    for parameter in _free(model, species):
        yield Input(_group(parameter.name), parameter.name)
    if species.name != CALIBRATED_SPECIES:
        yield Input("species", UPTAKE_UNKNOWN)
        yield Input("species", BREAKDOWN_UNKNOWN)
    for name in disease.multiplies:
        yield Input("disease", name)


def _free(model: FateModel, species: Species) -> list[Parameter]:
    body = body_of(species, model)
    return [
        one
        for one in model.parameters
        if is_free(one.name, body.values) and not one.name.startswith(tuple(f"{name}_" for name in body.left_out))
    ]


def _group(name: str) -> str:
    if "capacity" in name:
        return "capacity"
    if name.startswith("brain_"):
        return "brain"
    return "species" if name == "uptake_exponent" else "route"


def simulate_population(
    found: Population, points: Floats, *, workers: int, progress: Progress, label: str = "bodies"
) -> Outcome:
    """Follow the dose through one individual a point.

    Args:
        found: from `describe_population`.
        points: shape (individual, input), between 0 and 1: the quantile of each input.
        workers: threads.
        progress: told after each chunk.
        label: of the stage.

    Raises:
        SolveError: when the steps of an individual lead nowhere.
    """
    progress.start(label, len(points))
    parts = []
    for start in range(0, len(points), _CHUNK):
        chunk = points[start : start + _CHUNK]
        parts.append(_chunk(found, chunk, workers=workers, compiled=len(points) > FEW))
        progress.advance(label, len(chunk))
    places = {name: np.concatenate([part.places[name] for part in parts]) for name in parts[0].places}
    filled = sum(part.filled_frac * len(part.places["blood"]) for part in parts) / len(points)
    return Outcome(found.times_h, places, filled)


def _chunk(found: Population, points: Floats, *, workers: int, compiled: bool) -> Outcome:
    drawn, intact_late = individuals(found, points)
    vesicles = drawn.fast_frac / (drawn.fast_frac + intact_late * (1 - drawn.fast_frac))
    total = _solve(found, drawn, vesicles, workers=workers, compiled=compiled) / found.question.particles
    model = found.model
    filled = np.zeros(len(points))
    for organ in ("liver", "spleen"):
        room = np.asarray(drawn.slow[f"{organ}_capacity_per_ml"]) * drawn.slow[f"{organ}_volume_ml"]
        held = found.question.particles * total[:, :, model.place(f"{organ}_cells")].max(axis=1)
        filled = np.maximum(filled, held / room)
    return Outcome(found.times_h, dict(_places(found, total)), float(np.mean(filled > _FILLED_FRAC)))


def _solve(found: Population, drawn: Drawn, fast_share: Floats, *, workers: int, compiled: bool) -> Floats:
    """Follow both populations together, because they fill the same phagocytes; returns their sum."""
    system = twice(found.model.system, [f"{organ}_uptake_ml_h" for organ in UPTAKE_ORGANS])
    count = len(found.model.states)
    values = {**drawn.slow, **{f"{name}{SECOND}": value for name, value in drawn.fast.items()}}
    entry, question = found.model.entry, found.question
    given = [Injection(place, question.particles, 0.0, question.duration_h) for place in (entry, f"{entry}{SECOND}")]
    factor = np.repeat([1 - fast_share, fast_share], count, axis=0).T
    if compiled:
        from paracrine.numerics.ode.population import solve_population

        both = solve_population(
            system, values, given, found.times_h, dose_factor=factor, relative_error=1e-5, workers=workers
        )
    else:
        from paracrine.numerics.ode.solve import solve_system

        both = solve_system(system, values, given, found.times_h, dose_factor=factor, relative_error=1e-5)
    return both[:, :, :count] + both[:, :, count:]


def _places(found: Population, total: Floats) -> Iterator[tuple[str, Floats]]:
    states = found.model.states
    left_out = {name for name, _ in found.species.not_assessed}

    def summed(*chosen: bool) -> Floats:
        return np.asarray(total[:, :, list(chosen)].sum(axis=2), dtype=np.float64)

    yield "blood", summed(*(state.form is Form.CIRCULATING for state in states))
    for organ in found.model.organs():
        if organ != "blood" and organ not in left_out:
            yield organ, summed(*(state.organ == organ and state.form is not Form.REMNANT for state in states))
    if "brain" not in left_out:
        yield "brain parenchyma", summed(*(state.name == "brain_parenchyma" for state in states))


def individuals(found: Population, points: Floats) -> tuple[Drawn, Floats]:
    """Turn points of the unit cube into parameter values of a fast and a slow population, and the share `late`."""
    column = {(one.group, one.name): points[:, index] for index, one in enumerate(found.inputs)}
    draws = read_posterior().vesicles
    chosen = draws[np.minimum((column["posterior", "posterior"] * len(draws)).astype(int), len(draws) - 1)]
    count = len(points)
    factors = {"phagocyte_uptake": np.ones(count), "brain_influx": np.ones(count)}
    for name, span in found.disease.multiplies.items():
        factors[name] = factors[name] * _in_span(span, column["disease", name])
    body = _bodies(found, column)
    free: dict[str, float | Floats] = {one.name: one.value for one in found.model.parameters if is_free(one.name, body)}
    free |= {one.name: _in_range(one, column[_group(one.name), one.name]) for one in _free(found.model, found.species)}
    for name in (UPTAKE_UNKNOWN, BREAKDOWN_UNKNOWN):
        share = column.get(("species", name))
        factors[name] = np.ones(count) if share is None else _spread(share, np.log(SPECIES_FACTOR) / 1.96)
    return two_populations(free, body, chosen, factors=factors), column["late", "late"]


def _bodies(found: Population, column: Mapping[tuple[str, str], Floats]) -> dict[str, float | Floats]:
    """Flows grow with weight to the power 0.75, volumes in proportion; the rest takes what the organs leave."""
    base = body_of(found.species, found.model).values
    weight = _spread(column["weight", "weight"], WEIGHT_CV)
    values: dict[str, float | Floats] = {**base, "weight_g": base["weight_g"] * weight}
    for name in ("blood_ml", "rest_vascular_ml"):
        values[name] = base[name] * weight
    values["rest_flow_ml_h"] = base["rest_flow_ml_h"] * weight**0.75
    for organ in found.species.organs:
        size = weight * _spread(column["volume", organ.name], VOLUME_CV)
        for ending in ("vascular_ml", "volume_ml"):
            if f"{organ.name}_{ending}" in base:
                values[f"{organ.name}_{ending}"] = base[f"{organ.name}_{ending}"] * size
    speed = {
        organ.name: weight**0.75 * _spread(column["flow", organ.name], FLOW_CV)
        for organ in found.species.organs
        if organ.name != "lung"
    }
    for name, factor in speed.items():
        values[f"{name}_flow_ml_h"] = base[f"{name}_flow_ml_h"] * factor
    arterial = base["liver_flow_ml_h"] - base["gut_flow_ml_h"] - base["spleen_flow_ml_h"]
    values["liver_flow_ml_h"] = arterial * speed["liver"] + values["gut_flow_ml_h"] + values["spleen_flow_ml_h"]
    return values


def _spread(share: Floats, cv: float) -> Floats:
    from scipy.special import ndtri

    return np.asarray(np.exp(cv * ndtri(np.clip(share, 1e-9, 1 - 1e-9))), dtype=np.float64)


def _in_span(span: Span, share: Floats) -> Floats:
    if span.low > 0:
        return np.asarray(span.low * (span.high / span.low) ** share, dtype=np.float64)
    return np.asarray(span.low + (span.high - span.low) * share, dtype=np.float64)


def _in_range(parameter: Parameter, share: Floats) -> Floats:
    low, high = parameter.low, parameter.high
    if low is None or high is None:
        return np.full(share.shape, parameter.value)
    if parameter.spread == FROM_NOTHING:
        return from_nothing(share, low, high)
    if parameter.spread == "lognormal":
        centre = np.sqrt(low * high) if low > 0 else parameter.value
        return np.asarray(centre * _spread(share, np.log(high / centre) / 1.96), dtype=np.float64)
    return np.asarray(low + (high - low) * share, dtype=np.float64)
