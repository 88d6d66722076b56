"""A dose in, amounts over time out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice
from paracrine.core.parameter import Grade
from paracrine.facts.species import Species
from paracrine.fate.body import body_of
from paracrine.fate.model import FateModel, Form, State, check_values, load_model
from paracrine.numerics.ode.solve import Injection, solve_system

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dose:
    """Vesicles given at once, or evenly over a duration."""

    particles: float
    at_h: float = 0.0
    duration_h: float = 0.0


@dataclass(frozen=True)
class Trajectory:
    """What is where, when."""

    model: FateModel
    values: Mapping[str, float]
    doses: tuple[Dose, ...]
    times_h: Floats
    amounts: Floats
    """[time, state], in particles."""
    left_out: tuple[str, ...] = ()
    """Organs that this species' table does not cover: not assessed."""
    notices: tuple[Notice, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.model.system.states

    @property
    def states(self) -> tuple[State, ...]:
        """Columns with organ and form."""
        return self.model.states

    @property
    def dose_particles(self) -> float:
        """All doses together."""
        return sum(dose.particles for dose in self.doses)

    @property
    def grade(self) -> Grade:
        """Of the route: an assumed route gives no point first."""
        return self.model.grade

    def of(self, name: str) -> Floats:
        """Return one state over time [particles]."""
        return self.amounts[:, self.model.place(name)]

    def organ(self, organ: str, *forms: Form) -> Floats:
        """Return the sum of an organ's states over time, of all forms or of the given ones [particles]."""
        chosen = [state.organ == organ and (not forms or state.form in forms) for state in self.states]
        return np.asarray(self.amounts[:, chosen].sum(axis=1), dtype=np.float64)

    def form(self, form: Form) -> Floats:
        """Return all that is of one form, over time [particles]."""
        return np.asarray(self.amounts[:, [state.form == form for state in self.states]].sum(axis=1), dtype=np.float64)

    @property
    def balance_error_frac(self) -> float:
        """Largest distance of the sum of all states from what was given by then, over the whole dose."""
        given = np.zeros_like(self.times_h)
        for dose in self.doses:
            since = self.times_h - dose.at_h
            share = np.clip(since / dose.duration_h, 0, 1) if dose.duration_h else (since >= 0)
            given = given + dose.particles * share
        return float(np.max(np.abs(self.amounts.sum(axis=1) - given)) / self.dose_particles)


def simulate(
    model: str,
    *,
    species: Species,
    doses: Dose | Sequence[Dose],
    times_h: Sequence[float] | Floats,
    route: str = "iv",
    parameters: Mapping[str, float] | None = None,
    parts: Iterable[str] = (),
) -> Trajectory:
    """Follow doses through a body.

    Args:
        model: name of a file in `fate/models`.
        species: whose flows and volumes.
        doses: what is given when [particles].
        times_h: when to look [h].
        route: name of a file in `fate/routes`.
        parameters: values that replace those of the files, physiology included.
        parts: names of files in `fate/parts`.

    Raises:
        UnknownName: when model, route, part or parameter does not exist.
        InputError: when a dose is not above zero, or the times are not increasing.
        LimitError: when the route does not fit the model.
        SolveError: when the solver gives up.
    """
    chosen = load_model(model, route=route, parts=parts)
    check_values(chosen, parameters or {})
    given = (doses,) if isinstance(doses, Dose) else tuple(doses)
    if not given or any(not dose.particles > 0 for dose in given):
        raise InputError("a dose is a number of particles above zero", where="dose")
    if chosen.needs_duration and not all(dose.duration_h > 0 for dose in given):
        raise InputError(f"{route} needs a duration with every dose", where="dose")
    body = body_of(species, chosen)
    values = chosen.defaults | body.values | dict(parameters or {})
    at = np.asarray(times_h, dtype=np.float64)
    amounts = solve_system(chosen.system, values, injections(chosen, given), at)
    return Trajectory(chosen, values, given, at, amounts, body.left_out, body.notices)


def injections(model: FateModel, doses: Iterable[Dose]) -> list[Injection]:
    """Return doses as what enters the state where this model and route begin."""
    return [Injection(model.entry, dose.particles, dose.at_h, dose.duration_h) for dose in doses]
