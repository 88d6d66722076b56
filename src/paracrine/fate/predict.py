"""How much of a dose is where and when, with bands, and what a label would show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError
from paracrine.core.notice import Notice
from paracrine.facts.species import Species, read_species
from paracrine.fate.drawing import Drawn, draw_values, from_span, stream
from paracrine.fate.guard import Sizes, guard_question
from paracrine.fate.mixed import MODEL
from paracrine.fate.model import ROUTES, FateModel, Form, load_model
from paracrine.fate.modifiers import Label, Modifier, read_disease, read_label, read_surface
from paracrine.fate.posterior import read_posterior
from paracrine.numerics.ode.propagate import bending_states, clock_times, propagate, propagate_filling
from paracrine.numerics.ode.solve import Injection, solve_system

Floats = npt.NDArray[np.float64]

SIZE_REFERENCE_NM = 100.0
SIZE_POWER = (-1.0, 2.0)
"""Assumed range of the power with which phagocytic uptake follows diameter; it holds no effect."""
_INFUSION_STRIDE = 4
"""An infusion is solved for every fourth draw, because the stiff solver takes its time."""
FILLED_FRAC = 0.05
"""Above this filling of liver or spleen a draw is stepped, below it the flows are linear."""


@dataclass(frozen=True, slots=True)
class FateQuestion:
    """What is asked."""

    species: str
    particles: float
    route: str = "iv"
    label: str = "none"
    surface: str = "native"
    disease: str = "none"
    until_h: float = 48.0
    duration_h: float = 0.0
    """Of an infusion, 0 for all else."""
    weight_g: float | None = None
    sizes: Sizes | None = None
    own_rows: Path | None = None
    perfused: bool = False
    posterior: Path | None = None
    """From `fate fit`; None takes the one that ships."""
    seed: int = 1


@dataclass(frozen=True)
class FateDraws:
    """Amounts of every draw, as fractions of what was given: of vesicles, and of the label.

    `vesicles` and `signal` have shape (draw, time, state), `free_label` (draw, time): in the blood.
    """

    question: FateQuestion
    model: FateModel
    species: Species
    label: Label
    surface: Modifier
    disease: Modifier
    times_h: Floats
    vesicles: Floats
    signal: Floats
    free_label: Floats
    fast_half_life_h: Floats
    slow_half_life_h: Floats
    unknown: Mapping[str, Floats]
    fast_frac: Floats
    intact_late_frac: Floats
    filled_frac: float
    """Share of draws in which liver or spleen filled by more than `FILLED_FRAC`."""
    notices: tuple[Notice, ...]
    left_out: tuple[str, ...]

    @property
    def balance_error_frac(self) -> float:
        """Largest distance of the sum of all vesicle states from what was given by then."""
        given = np.ones_like(self.times_h)
        if self.question.duration_h:
            given = np.minimum(self.times_h / self.question.duration_h, 1.0)
        return float(np.abs(self.vesicles.sum(axis=2) - given).max())

    def columns(self, organ: str, *forms: Form) -> list[int]:
        """Return the states of an organ, of all forms or of the given ones."""
        return [
            index
            for index, state in enumerate(self.model.states)
            if state.organ == organ and (not forms or state.form in forms)
        ]

    def intact(self, organ: str) -> Floats:
        """Return intact vesicles in an organ, its blood included, shape (draw, time)."""
        chosen = self.columns(organ, Form.CIRCULATING, Form.HELD, Form.OUTSIDE)
        return np.asarray(self.vesicles[:, :, chosen].sum(axis=2), dtype=np.float64)

    def shown(self, organ: str) -> Floats:
        """Return what the label shows in an organ, without its blood where the assay perfuses, shape (draw, time)."""
        forms = [Form.OUTSIDE, Form.HELD, Form.REMNANT]
        if not self.question.perfused:
            forms.append(Form.CIRCULATING)
        found = self.signal[:, :, self.columns(organ, *forms)].sum(axis=2)
        if not self.question.perfused or organ == "blood":
            found = found + self.free_label * self._blood_share(organ)
        return np.asarray(found, dtype=np.float64)

    def blood(self, source: Floats) -> Floats:
        """Return all that circulates, in large vessels and organs, shape (draw, time)."""
        chosen = [index for index, state in enumerate(self.model.states) if state.form is Form.CIRCULATING]
        return np.asarray(source[:, :, chosen].sum(axis=2), dtype=np.float64)

    def _blood_share(self, organ: str) -> float:
        found = self.species.organ(organ)
        return found.vascular_ml / self.species.blood_ml if found else 0.0


def predict(question: FateQuestion) -> FateDraws:
    """Follow a dose through a body, once a draw of the posterior.

    Raises:
        UnknownName: when species, route, label, surface or disease does not exist.
        InputError: when a number means nothing.
        LimitError: when the question lies outside what the model holds for.
    """
    species = read_species(question.species, weight_g=question.weight_g, own_rows=question.own_rows)
    label, surface, disease = read_label(question.label), read_surface(question.surface), read_disease(question.disease)
    model = load_model(MODEL, route=question.route)
    takes_time = _takes_time(model, question)
    if not question.particles > 0:
        raise InputError("a dose is a number of particles above zero", where="dose")
    notices = tuple(guard_question(species, question.particles, until_h=question.until_h, sizes=question.sizes))
    draws = read_posterior(question.posterior).vesicles
    if takes_time:
        draws = draws[::_INFUSION_STRIDE]
    count = draws.shape[0]
    loss = np.ones(count)
    if label.label_loss_factor is not None:
        loss = from_span(label.label_loss_factor, count, stream(question.seed, "label loss"))
    drawn = draw_values(
        model, species, draws, modifiers=(surface, disease),
        size_factor=_size_factor(question.sizes, count, question.seed),
        loss_factor=loss, seed=question.seed,
    )  # fmt: skip
    times_h = clock_times(question.until_h)
    intact_late: Floats = np.asarray(stream(question.seed, "intact late").uniform(0.0, 1.0, count))
    borne = drawn.fast_frac + intact_late * (1 - drawn.fast_frac)
    follow = _infuse if takes_time else _follow
    fast, slow, filled = follow(model, drawn, drawn.fast_frac / borne, question, times_h)
    fast_of_vesicles = (drawn.fast_frac / borne)[:, None, None]
    free_frac, free_label = _free_label(label, times_h, count, question)
    fast_of_label = drawn.fast_frac[:, None, None]
    signal = (1 - free_frac)[:, None, None] * (fast_of_label * fast + (1 - fast_of_label) * slow)
    missing = tuple(name for name, _ in species.not_assessed)
    return FateDraws(
        question=question, model=model, species=species, label=label, surface=surface, disease=disease,
        times_h=times_h, vesicles=fast_of_vesicles * fast + (1 - fast_of_vesicles) * slow, signal=signal,
        free_label=free_frac[:, None] * free_label,
        fast_half_life_h=_half_life_h(model, drawn.fast, count),
        slow_half_life_h=_half_life_h(model, drawn.slow, count),
        unknown=drawn.unknown,
        fast_frac=drawn.fast_frac, intact_late_frac=intact_late, filled_frac=filled, notices=notices, left_out=missing,
    )  # fmt: skip


def _follow(
    model: FateModel, drawn: Drawn, fast_frac: Floats, question: FateQuestion, times_h: Floats
) -> tuple[Floats, Floats, float]:
    """Unit amounts of both populations, and the share of draws that filled."""
    particles = question.particles
    count = fast_frac.size
    start = np.zeros((count, len(model.states)))
    start[:, model.place(model.entry)] = 1.0
    fast = propagate(model.system, drawn.fast, start, times_h)
    slow = propagate(model.system, drawn.slow, start, times_h)
    filling = np.zeros(count)
    for name in bending_states(model.system):
        organ = model.states[model.place(name)].organ
        capacity = np.asarray(drawn.slow[f"{organ}_capacity_per_ml"]) * drawn.slow[f"{organ}_volume_ml"]
        held = (
            fast_frac[:, None] * fast[:, :, model.place(name)]
            + (1 - fast_frac)[:, None] * slow[:, :, model.place(name)]
        )
        filling = np.maximum(filling, particles * held.max(axis=1) / capacity)
    bent = np.flatnonzero(filling > FILLED_FRAC)
    if bent.size:
        shares = (fast_frac[bent] * particles, (1 - fast_frac[bent]) * particles)
        found = propagate_filling(
            model.system,
            (_chosen(drawn.fast, bent), _chosen(drawn.slow, bent)),
            tuple(start[bent] * share[:, None] for share in shares),
            times_h,
        )
        fast[bent], slow[bent] = (
            amounts / np.maximum(share, 1e-300)[:, None, None] for amounts, share in zip(found, shares, strict=True)
        )
    return fast, slow, bent.size / count


def _infuse(
    model: FateModel, drawn: Drawn, fast_frac: Floats, question: FateQuestion, times_h: Floats
) -> tuple[Floats, Floats, float]:
    """Both populations by the stiff solver, each as if it filled its own share of the cells."""
    dose = [Injection(model.entry, question.particles, duration_h=question.duration_h)]
    fast, slow = (
        solve_system(model.system, values, dose, times_h) / question.particles for values in (drawn.fast, drawn.slow)
    )
    return fast, slow, 0.0


def _takes_time(model: FateModel, question: FateQuestion) -> bool:
    """Whether the dose takes time.

    Raises:
        InputError: when a route that needs a duration has none, or the other way round.
    """
    if model.needs_duration and not question.duration_h > 0:
        raise InputError(
            f"{question.route} takes hours above zero", where="duration", hint="say how long with --duration"
        )
    if question.duration_h and not model.needs_duration:
        raise InputError(f"{question.route} is given at once", where="duration", hint="only an infusion takes time")
    return model.needs_duration


def _chosen(values: Mapping[str, float | Floats], rows: npt.NDArray[np.int64]) -> dict[str, float | Floats]:
    return {name: value[rows] if isinstance(value, np.ndarray) else value for name, value in values.items()}


def _half_life_h(model: FateModel, values: Mapping[str, float | Floats], count: int) -> Floats:
    """From the blood at large: what all organs clear together, over the blood volume."""
    cleared = np.zeros(count)
    blood = float(np.asarray(values["blood_ml"]))
    for organ in model.organs():
        uptake = values.get(f"{organ}_uptake_ml_h")
        vascular = values.get(f"{organ}_vascular_ml")
        if vascular is not None:
            blood += float(np.asarray(vascular))
        if uptake is not None:
            scale = (float(np.asarray(values["weight_g"])) / 24.0) ** np.asarray(values["uptake_exponent"])
            flow = values.get(f"{organ}_flow_ml_h")
            taken = uptake * scale
            cleared = cleared + (taken if flow is None else flow * taken / (flow + taken + 1e-300))
    return np.asarray(np.log(2) * blood / cleared, dtype=np.float64)


def _size_factor(sizes: Sizes | None, count: int, seed: int) -> Floats:
    if sizes is None:
        return np.ones(count)
    power = stream(seed, "size power").uniform(*SIZE_POWER, count)[:, None]
    diameters = np.array([sizes.d10_nm, sizes.d50_nm, sizes.d90_nm]) / SIZE_REFERENCE_NM
    return np.asarray((diameters**power) @ np.array([0.3, 0.4, 0.3]), dtype=np.float64)


def _free_label(label: Label, times_h: Floats, count: int, question: FateQuestion) -> tuple[Floats, Floats]:
    """Share of the label that no vesicle carries, and what of it is in blood over time."""
    seed, duration_h = question.seed, question.duration_h
    arrives = ROUTES.load(question.route).ENTRY in ("", "blood")
    if label.free_in_injectate_frac is None or label.free_half_life_h is None or not arrives:
        return np.zeros(count), np.zeros((count, times_h.size))
    rate = np.log(2) / from_span(label.free_half_life_h, count, stream(seed, "free half-life"))
    share = from_span(label.free_in_injectate_frac, count, stream(seed, "free share"))
    left = np.exp(-rate[:, None] * times_h)
    if duration_h:
        running = np.exp(-rate[:, None] * np.maximum(times_h - duration_h, 0.0))
        left = (running - left) / (rate[:, None] * duration_h)
    return share, left
