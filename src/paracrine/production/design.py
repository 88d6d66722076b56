"""A line as a person designs it, and the reasons to refuse one that makes no sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from paracrine.core.errors import InputError
from paracrine.core.parameter import Parameter
from paracrine.facts.production_facts import find_medium, find_platform, find_treatment
from paracrine.production.culture_model import MODELS, SECRETION_LAWS
from paracrine.production.step import STEPS, StepInfo, settle

SEED, EXCHANGE, FEED, HARVEST, PERFUSE = "seed", "exchange", "feed", "harvest", "perfuse"
EVENTS = (SEED, EXCHANGE, FEED, HARVEST, PERFUSE)
EVENT_KEYS = {
    SEED: ("medium",),
    EXCHANGE: ("medium", "volume"),
    FEED: ("medium", "volume", "glucose"),
    HARVEST: ("medium", "volume"),
    PERFUSE: ("medium", "rate", "retained", "protein_retained", "to"),
}
"""What each event may say beside its time."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something done to the culture.

    Attributes:
        time_h: after the start of the plan; a number or an array over draws.
        what: `seed`, `exchange` and `harvest` (medium out, as much fresh in), `feed` (medium or glucose in) or
            `perfuse` (medium through, until the next such event).
        medium: name of the fresh medium; empty keeps the last one.
        glucose_mm: added by a feed.
        volume_ml: exchanged, harvested or fed; None: all medium, and for a feed none.
        rate_ml_per_h: of a perfusion; 0 ends it.
        retained_frac: particles that a perfusion leaves in the vessel.
        protein_retained_frac: the same for protein.
        to_waste: whether what leaves a perfusion is thrown away instead of pooled with the harvest.
    """

    time_h: Any
    what: str
    medium: str = ""
    glucose_mm: float = 0.0
    volume_ml: Any = None
    rate_ml_per_h: Any = None
    retained_frac: float = 0.0
    protein_retained_frac: float = 0.0
    to_waste: bool = False


@dataclass(frozen=True, slots=True)
class CulturePlan:
    """Vessel, seeding and events."""

    platform: str
    medium: str
    area_cm2: Any
    seeded_per_cm2: Any
    events: tuple[Event, ...]
    volume_ml: Any = None
    """None takes the platform's working volume."""
    max_volume_ml: float | None = None
    """Of the vessel, for the check of feeds; None: not checked."""
    doublings_count: float = 10.0
    oxygen_pct: float = 21.0
    model: str = "attached_growth"
    secretion: str = "pool_release"
    shear_pa: float | None = None


@dataclass(frozen=True, slots=True)
class Enhancement:
    """A treatment with its fold: published by name, or the user's own."""

    name: str
    fold: Parameter


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step of the isolation train."""

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CostRow:
    """A price: so much per unit of a driver (`batch`, `labour_h`, `medium_l`, ...)."""

    name: str
    category: str
    per: str
    price: float
    low: float | None = None
    high: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class CostSheet:
    """Prices of one currency and year."""

    currency: str
    price_year: int
    rows: tuple[CostRow, ...]


@dataclass(frozen=True, slots=True)
class LineDesign:
    """A line from seeded cells to stored vials."""

    name: str
    culture: CulturePlan
    steps: tuple[StepPlan, ...]
    product: str = ""
    cell_source: str = ""
    donor: str = ""
    enhancements: tuple[Enhancement, ...] = ()
    interaction: Parameter | None = None
    """Further fold of platform and treatments together; None: folds multiply."""
    cost: CostSheet | None = None
    dose_particles: float | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    """The user's own values, by scoped name."""


COST_CATEGORIES = ("labour", "medium", "consumables", "equipment", "qc", "facility")


def published_enhancement(name: str) -> Enhancement:
    """Return a treatment of the fact table.

    Raises:
        UnknownName: when no fold is published under this name.
    """
    return Enhancement(name, find_treatment(name))


def require_sensible(design: LineDesign) -> tuple[StepPlan, ...]:
    """Refuse a line that makes no sense; return its steps with all settings.

    Raises:
        InputError: with the place and the reason.
        UnknownName: when a platform, medium, model, step or setting is unknown.
    """
    _require_culture(design.culture)
    steps = tuple(_settled(number, plan) for number, plan in enumerate(design.steps, 1))
    _require_order([(place_of(n, s.kind), STEPS.load(s.kind).STEP) for n, s in enumerate(steps, 1)])
    _require_cost(design, steps)
    return steps


def place_of(number: int, kind: str) -> str:
    """Return how messages name a step: `step 3 (ultracentrifugation)`."""
    return f"step {number} ({kind})"


def _settled(number: int, plan: StepPlan) -> StepPlan:
    module = STEPS.load(plan.kind)
    return StepPlan(plan.kind, settle(module.SETTINGS, plan.settings, where=place_of(number, plan.kind)))


def _require_culture(plan: CulturePlan) -> None:
    find_platform(plan.platform)
    find_medium(plan.medium)
    MODELS.load(plan.model)
    SECRETION_LAWS.load(plan.secretion)
    for name in ("area_cm2", "seeded_per_cm2", "volume_ml"):
        value = getattr(plan, name)
        if value is not None and not (np.asarray(value) > 0).all():
            raise InputError(f"{name} must be above 0, not {float(np.ravel(value)[0]):g}", where="culture")
    if not 0 < plan.oxygen_pct <= 100:
        raise InputError(f"oxygen must be above 0 and at most 100 %, not {plan.oxygen_pct:g}", where="culture")
    if plan.doublings_count < 0:
        raise InputError(f"doublings must not be negative, not {plan.doublings_count:g}", where="cells")
    _require_events(plan.events)


def _require_events(events: tuple[Event, ...]) -> None:
    if not events or HARVEST not in [event.what for event in events]:
        raise InputError("nothing is harvested", where="culture.event", hint='add what = "harvest"')
    seedings = [event for event in events if event.what == SEED]
    if len(seedings) != 1:
        raise InputError(f"cells must be seeded once, not {len(seedings)} times", where="culture.event")
    seeded = np.asarray(seedings[0].time_h)
    last = None
    for event in events:
        if event.what not in EVENTS:
            raise InputError(f"{event.what!r} is no event; one of {', '.join(EVENTS)}", where="culture.event")
        time = np.asarray(event.time_h)
        if (time < 0).any():
            raise InputError(f"a time must not be negative, not {float(np.ravel(time)[0]):g} h", where="culture.event")
        if event.what != SEED and (time <= seeded).any():
            raise InputError(
                f"{event.what} at {float(np.ravel(time)[0]):g} h comes before or with seeding at "
                f"{float(np.ravel(seeded)[0]):g} h",
                where="culture.event",
            )
        if last is not None and (time < last).any():
            raise InputError("events must stand in order of time", where="culture.event")
        if event.medium:
            find_medium(event.medium)
        _require_amounts(event)
        last = time
    if events[-1].what != HARVEST:
        raise InputError(f"the plan ends with {events[-1].what}, not with a harvest", where="culture.event")


def _require_amounts(event: Event) -> None:
    place = "culture.event"
    if event.volume_ml is not None and not (np.asarray(event.volume_ml) > 0).all():
        shown = float(np.ravel(event.volume_ml)[0])
        raise InputError(f"the volume of a {event.what} must be above 0, not {shown:g} mL", where=place)
    if event.what == PERFUSE and event.rate_ml_per_h is None:
        raise InputError("a perfusion needs its rate", where=place, hint='rate = "2 mL/h"; "0 mL/h" ends it')
    if event.rate_ml_per_h is not None and not (np.asarray(event.rate_ml_per_h) >= 0).all():
        shown = float(np.ravel(event.rate_ml_per_h)[0])
        raise InputError(f"the rate of a perfusion must not be negative, not {shown:g} mL/h", where=place)
    if not (0 <= event.retained_frac <= 1 and 0 <= event.protein_retained_frac <= 1):
        raise InputError("what a perfusion retains lies between 0 and 1", where=place)
    if event.glucose_mm < 0:
        raise InputError(f"a feed must not add {event.glucose_mm:g} mM glucose", where=place)


def _require_order(steps: list[tuple[str, StepInfo]]) -> None:
    stages: list[str] = []
    for place, step in steps:
        for before in step.never_after:
            if before in stages:
                raise InputError(
                    f"{step.title.lower()} cannot come after a step that {_DOES[before]}",
                    where=place,
                    hint="change the order",
                )
        if step.needs_before and not set(step.needs_before) & set(stages):
            wanted = " or ".join(_DOES[stage] for stage in step.needs_before)
            raise InputError(f"{step.title.lower()} needs a step before it that {wanted}", where=place)
        stages.append(step.stage)


_DOES = {
    "clarify": "clarifies",
    "concentrate": "concentrates",
    "purify": "purifies",
    "modify": "loads or modifies",
    "finish": "finishes",
    "store": "stores",
}


def _require_cost(design: LineDesign, steps: tuple[StepPlan, ...]) -> None:
    from paracrine.core.catalog import nearest

    if design.cost is None:
        return
    known = cost_drivers(steps)
    for row in design.cost.rows:
        if row.category not in COST_CATEGORIES:
            hint = f"one of {', '.join(COST_CATEGORIES)}"
            raise InputError(f"unknown category {row.category!r}", where=f"cost row {row.name}", hint=hint)
        if row.per not in known:
            raise InputError(
                f"nothing in this line uses {row.per!r}", where=f"cost row {row.name}", hint=nearest(row.per, known)
            )
        ends = [end for end in (row.low, row.price, row.high) if end is not None]
        if min(ends) < 0 or ends != sorted(ends):
            raise InputError("prices must be 0 or more, and low <= price <= high", where=f"cost row {row.name}")


LINE_DRIVERS = {
    "batch": "one batch",
    "line_h": "hours from seeding to the end",
    "culture_h": "hours of culture",
    "medium_l": "culture medium",
    "area_cm2": "growth area",
    "labour_h": "operator hours of all steps and of the culture",
}


def cost_drivers(steps: tuple[StepPlan, ...]) -> dict[str, str]:
    """Return every driver a price may refer to, with its meaning."""
    found = dict(LINE_DRIVERS)
    for step in steps:
        found.update(STEPS.load(step.kind).COST)
    return found
