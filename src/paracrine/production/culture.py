"""From seeding to the last harvest: cells, medium, particles, in one pass over all draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from paracrine.core.errors import LimitError
from paracrine.core.notice import Notice, Severity
from paracrine.core.parameter import Grade, Parameter
from paracrine.facts.production_facts import Medium, Platform, find_medium, find_platform, read_populations
from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.culture_model import AIR_OXYGEN_UM, MODELS, SECRETION_LAWS, CellView, Vessel
from paracrine.production.design import EXCHANGE, FEED, HARVEST, PERFUSE, SEED, CulturePlan, Event, LineDesign
from paracrine.production.perfusion import Perfusion, perfused
from paracrine.production.populations import ORIGINS, Amount, Feed, Origin, empty_amount, lognormal_shares
from paracrine.production.prior import Draws
from paracrine.production.step import assumed

STEP_H = 1.0
SHEAR_LIMIT_PA = 0.12
PROTEIN_RATE = assumed(
    "culture.protein_pg_per_cell_d", 10.0, 1.0, 100.0, unit="pg/cell", spread="log", meaning="soluble protein"
)
DEBRIS = assumed("culture.debris_per_death_ratio", 100.0, 5.0, 2000.0, spread="log", meaning="debris of one dead cell")
SCATTER = assumed(
    "batch.scatter_ratio", 1.0, 0.5, 2.0, spread="log", meaning="a batch over the mean of its line: donor and run"
)
CONTENT = (Origin.CELL, Origin.MEDIUM, Origin.LIPOPROTEIN, Origin.AGGREGATE)


@dataclass
class Course:
    """States over time, each a list over time points of arrays over draws."""

    time_h: list[FloatArray] = field(default_factory=list)
    series: dict[str, list[FloatArray]] = field(default_factory=dict)

    def note(self, time_h: FloatArray, **values: FloatArray) -> None:
        """Add a time point."""
        self.time_h.append(np.array(time_h))
        for name, value in values.items():
            self.series.setdefault(name, []).append(np.array(value))


@dataclass(frozen=True)
class CultureResult:
    """What the culture gave.

    Attributes:
        harvest: pooled medium of all harvests.
        brought: particles and protein that came with medium.
        made: by name.
        lost: by name.
        course: over time.
        hours: from seeding to the last harvest.
        medium_l: medium used.
        peak_cells: largest number of cells.
        notices: doubts.
    """

    harvest: Feed
    brought: Amount
    made: Mapping[str, Amount]
    lost: Mapping[str, Amount]
    course: Course
    hours: FloatArray
    medium_l: FloatArray
    peak_cells: FloatArray
    notices: tuple[Notice, ...]


class _Culture:
    """The state between events; numbers over draws."""

    def __init__(self, design: LineDesign, draws: Draws) -> None:
        plan = design.culture
        self.plan, self.draws = plan, draws
        self.size = draws.size
        self.platform = find_platform(plan.platform)
        self.model, self.law = MODELS.load(plan.model), SECRETION_LAWS.load(plan.secretion)
        volume = plan.volume_ml
        self.area = _over_draws(plan.area_cm2, self.size)
        self.volume = self.area * self.platform.working_ml_per_cm2 if volume is None else _over_draws(volume, self.size)
        self.beside = self.volume * (self.platform.circuit_ratio - 1)
        self.vessel = self._vessel(self.platform, plan)
        self.flow = Perfusion(np.zeros(self.size))
        self.drained, self.wasted = empty_amount(self.size), empty_amount(self.size)
        self.drained_ml = np.zeros(self.size)
        self.secretion = {p.name: draws.of(p, name=f"{plan.secretion}.{p.name}") for p in self.law.PARAMETERS}
        self.fold = self._fold(design)
        self.particles = np.zeros((len(ORIGINS), self.size))
        self.protein = np.zeros(self.size)
        self.pool = self.law.start(self.size)
        self.state: FloatArray = np.zeros((0, 0))
        self.course = Course()
        self.brought = empty_amount(self.size)
        self.released, self.taken, self.debris = np.zeros(self.size), empty_amount(self.size), np.zeros(self.size)
        self.secreted_ug = np.zeros(self.size)
        self.medium_ml, self.peak_cells = np.zeros(self.size), np.zeros(self.size)
        self.medium = find_medium(plan.medium)
        self.unchecked = False

    def _vessel(self, platform: Platform, plan: CulturePlan) -> Vessel:
        values = {p.name: self.draws.of(p, name=f"{plan.model}.{p.name}") for p in self.model.PARAMETERS}
        return Vessel(
            area_cm2=self.area,
            volume_ml=self.volume * self.platform.circuit_ratio,
            density_limit_per_cm2=self.draws.of(platform.parameters["density_limit_per_cm2"]),
            oxygen_transfer_per_h=self.draws.of(platform.parameters["oxygen_transfer_per_h"]),
            oxygen_saturation_um=AIR_OXYGEN_UM * plan.oxygen_pct / 21.0,
            values=values,
        )

    def _fold(self, design: LineDesign) -> FloatArray:
        fold = self.draws.of(self.platform.parameters["secretion_fold_ratio"]) * self.draws.of(self._scatter())
        for enhancement in design.enhancements:
            fold = fold * self.draws.of(enhancement.fold)
        if design.interaction is not None:
            fold = fold * self.draws.of(design.interaction)
        return fold

    def _scatter(self) -> Parameter:
        posterior = self.draws.posterior
        if posterior is None or not posterior.scatter_sd > 0:
            return SCATTER
        reach = 1.96 * posterior.scatter_sd
        ends = {"low": float(np.exp(-reach)), "high": float(np.exp(reach))}
        known = {"source": posterior.source, "grade": Grade.MEASURED_HERE}
        return SCATTER.model_copy(update={**ends, **known})

    def fill(self, medium: Medium, volume: FloatArray | None = None) -> None:
        """Put fresh medium in: as much as the vessel and its circuit hold, or a part beside what is there."""
        self.medium = medium
        whole = self.volume if volume is None else volume
        fresh = self._content(medium).times(whole)
        self.particles, self.protein = self.particles + fresh.particles, self.protein + fresh.protein_ug
        self.brought = self.brought.plus(fresh)
        added = self.volume + self.beside if volume is None else volume
        self.medium_ml = self.medium_ml + added
        if self.state.size:
            new = added / (self.volume + self.beside)
            for row, level in ((2, medium.glucose_mm), (3, 0.0), (4, 0.0)):
                self.state[row] += new * (level - self.state[row])

    def feed(self, event: Event, medium: Medium) -> None:
        """Add medium, glucose or both; the volume rises by what is added."""
        if event.volume_ml is not None:
            self.volume = self.volume + _over_draws(event.volume_ml, self.size)
            self.vessel = replace(self.vessel, volume_ml=self.volume + self.beside)
            self._require_room()
            self.fill(medium, _over_draws(event.volume_ml, self.size))
        self.state[2] += event.glucose_mm

    def take(self, event: Event) -> tuple[Amount, FloatArray]:
        """Take medium out, all or a part; return what was in it, and its volume."""
        if event.volume_ml is None:
            part, volume = np.ones(self.size), self.volume
        else:
            volume = _over_draws(event.volume_ml, self.size)
            asked = volume / self.volume - 1
            self._hold(asked, f"a {event.what} of {volume[0]:.4g} mL", f"the vessel holds {self.volume[0]:.4g} mL")
            part = np.minimum(volume / self.volume, 1.0)
            volume = part * self.volume
        out = Amount(self.particles * part, self.protein * part)
        self.particles, self.protein = self.particles * (1 - part), self.protein * (1 - part)
        return out, volume

    def perfuse(self, event: Event, medium: Medium) -> None:
        """Begin, change or end the flow of medium through the vessel."""
        rate = _over_draws(event.rate_ml_per_h, self.size)
        self.medium = medium
        kept = (event.retained_frac, event.protein_retained_frac)
        self.flow = Perfusion(rate, self._content(medium), medium.glucose_mm, kept, event.to_waste)

    def _content(self, medium: Medium) -> Amount:
        vesicles, lipoproteins, protein = (
            self.draws.of(medium.parameters[name])
            for name in ("vesicles_per_ml", "lipoproteins_per_ml", "protein_ug_per_ml")
        )
        nothing = np.zeros(self.size)
        return Amount(np.stack([nothing, vesicles, lipoproteins, nothing]), protein)

    def _require_room(self) -> None:
        most = self.plan.max_volume_ml
        if most is None:
            self.unchecked = True
            return
        self._hold(
            self.volume / most - 1, f"{self.volume[0]:.4g} mL after the feed", f"the typed max_volume is {most:.4g} mL"
        )

    def _hold(self, beyond: FloatArray, what: str, limit: str) -> None:
        if self.draws.beyond is not None:
            self.draws.beyond += np.maximum(0.0, beyond)
        elif beyond[0] > 1e-9:
            raise LimitError(f"{what}, but {limit}", where="culture.event")

    def advance(self, start_h: FloatArray, end_h: FloatArray) -> None:
        """Move from one event to the next."""
        fastest = max(1.0, 2.0 * float((self.flow.rate_ml_per_h / self.volume).max()) * STEP_H)
        count = max(1, int(np.ceil(float((end_h - start_h).max()) / STEP_H * fastest)))
        step = (end_h - start_h) / count
        protein_rate = self.draws.of(PROTEIN_RATE) * 1e-6 / 24
        debris_rate = self.draws.of(DEBRIS)
        for number in range(count):
            before = self.state
            self.state = self._runge_kutta(before, step)
            cells = (before[1] + self.state[1]) / 2
            view = CellView(
                cells=cells,
                density_per_cm2=cells / self.area,
                cells_per_ml=cells / self.volume,
                glucose_uptake_pmol_per_cell_h=self.model.glucose_uptake((before[2] + self.state[2]) / 2, self.vessel),
                volume_ml=self.volume,
                fold_ratio=self.fold,
            )
            self._wash(step / 2)
            self.pool, self.particles, released, taken = self.law.advance(
                self.pool, self.particles, view=view, values=self.secretion, time_h=step
            )
            secreted, debris = protein_rate * cells * step, debris_rate * (self.state[6] - before[6])
            self.particles[3] += debris
            self.protein = self.protein + secreted
            self.released, self.debris = self.released + released, self.debris + debris
            self.secreted_ug = self.secreted_ug + secreted
            self.taken = self.taken.plus(Amount(taken, np.zeros(self.size)))
            self._wash(step / 2)
            self.peak_cells = np.maximum(self.peak_cells, self.state[1])
            self.note(start_h + step * (number + 1))

    def _wash(self, time_h: FloatArray) -> None:
        """Let the perfusion run for a while."""
        if not self.flow.runs:
            return
        here, came, gone = perfused(Amount(self.particles, self.protein), self.volume, flow=self.flow, time_h=time_h)
        self.particles, self.protein = here.particles, here.protein_ug
        self.brought = self.brought.plus(came)
        volume = self.flow.rate_ml_per_h * time_h
        self.medium_ml = self.medium_ml + volume
        if self.flow.to_waste:
            self.wasted = self.wasted.plus(gone)
        else:
            self.drained, self.drained_ml = self.drained.plus(gone), self.drained_ml + volume

    def _rates(self, state: FloatArray, vessel: Vessel) -> FloatArray:
        """Return the model's rates, and what a perfusion adds and takes of glucose, lactate and ammonia."""
        change: FloatArray = self.model.rates(state, vessel)
        if self.flow.runs:
            turnover = self.flow.rate_ml_per_h / vessel.volume_ml
            change[2] += turnover * (self.flow.glucose_mm - state[2])
            change[3:5] -= turnover * state[3:5]
        return change

    def _runge_kutta(self, state: FloatArray, step: FloatArray) -> FloatArray:
        rates = self._rates
        one = rates(state, self.vessel)
        two = rates(state + one * (step / 2), self.vessel)
        three = rates(state + two * (step / 2), self.vessel)
        four = rates(state + three * step, self.vessel)
        later = state + (one + 2 * two + 2 * three + four) * (step / 6)
        return np.asarray(np.maximum(later, 0.0))

    def note(self, time_h: FloatArray) -> None:
        """Write the state down."""
        named = dict(zip(self.model.STATES, self.state, strict=True))
        self.course.note(
            time_h,
            cells=named["cells"],
            glucose_mm=named["glucose_mm"],
            lactate_mm=named["lactate_mm"],
            oxygen_um=self.vessel.oxygen_um(named["cells"]),
            vesicles_per_ml=self.particles[0] / self.volume,
        )

    def seed(self, plan: CulturePlan, time_h: FloatArray) -> None:
        """Put cells in."""
        cells = _over_draws(plan.seeded_per_cm2, self.size) * self.area
        glucose, age = self.medium.glucose_mm, plan.doublings_count
        self.state = self.model.start(cells, glucose_mm=glucose, doublings_count=age)
        self.note(time_h)


def run_culture(design: LineDesign, draws: Draws) -> CultureResult:
    """Follow a culture plan that `require_sensible` let pass."""
    culture = _Culture(design, draws)
    size, plan = draws.size, design.culture
    harvested, discarded, volume = empty_amount(size), empty_amount(size), np.zeros(size)
    seeded = now = np.zeros(size)
    for position, event in enumerate(plan.events):
        then = _over_draws(event.time_h, size)
        medium = find_medium(event.medium) if event.medium else culture.medium
        if event.what == SEED:
            culture.fill(medium)
            culture.seed(plan, then)
            seeded = now = then
            continue
        culture.advance(now, then)
        now = then
        if event.what == FEED:
            culture.feed(event, medium)
        elif event.what == PERFUSE:
            culture.perfuse(event, medium)
        else:
            out, taken_ml = culture.take(event)
            is_harvest, is_last = event.what == HARVEST, position + 1 == len(plan.events)
            if is_harvest:
                harvested, volume = harvested.plus(out), volume + taken_ml
            else:
                discarded = discarded.plus(out)
            if not is_last:
                culture.fill(medium, None if event.volume_ml is None else taken_ml)
    harvested, volume = harvested.plus(culture.drained), volume + culture.drained_ml
    made = empty_amount(size)
    made.particles[0], made.particles[3] = culture.released, culture.debris
    return CultureResult(
        harvest=_with_sizes(harvested, volume, draws),
        brought=culture.brought,
        made={"by the cells": Amount(made.particles, culture.secreted_ug)},
        lost=_lost(culture, discarded),
        course=culture.course,
        hours=now - seeded,
        medium_l=culture.medium_ml * 1e-3,
        peak_cells=culture.peak_cells,
        notices=_culture_notices(culture),
    )


def _lost(culture: _Culture, discarded: Amount) -> dict[str, Amount]:
    """Return what the culture lost by name; ways it could not lose anything are left out."""
    events = culture.plan.events
    found = {"taken up by cells": culture.taken}
    if any(event.what == EXCHANGE for event in events):
        found["medium exchanged before the harvest"] = discarded
    if any(event.what == PERFUSE and event.to_waste for event in events):
        found["perfused to waste"] = culture.wasted
    if events[-1].volume_ml is not None:
        found["left in the vessel"] = Amount(culture.particles, culture.protein)
    return found


def _with_sizes(harvested: Amount, volume_ml: FloatArray, draws: Draws) -> Feed:
    shares, densities = [], []
    for origin in CONTENT:
        known = read_populations()[origin.value]
        shares.append(lognormal_shares(draws.of(known["median_nm"]), draws.of(known["geometric_sd"])))
        densities.append(draws.of(known["density_g_per_cm3"]))
    particles = np.stack(shares) * harvested.particles[..., None]
    return Feed(volume_ml, particles, harvested.protein_ug, np.stack(densities))


def _culture_notices(culture: _Culture) -> tuple[Notice, ...]:
    found = []
    oxygen = min(float(point[0]) for point in culture.course.series["oxygen_um"])
    glucose = min(float(point[0]) for point in culture.course.series["glucose_mm"])
    if oxygen < 10:
        message = f"oxygen falls to {oxygen:.2g} umol/L in the central case: supply limits growth"
        found.append(
            Notice(code="oxygen-low", message=message, concerns="culture", action="fewer cells or more gas exchange")
        )
    if glucose < 0.5:
        message = f"glucose falls to {glucose:.2g} mM in the central case"
        found.append(Notice(code="glucose-low", message=message, concerns="culture", action="feed or exchange earlier"))
    if culture.unchecked:
        message = "the volume after a feed was not checked: no max_volume typed"
        found.append(Notice(code="limit-not-checked", message=message, concerns="culture"))
    shear = culture.plan.shear_pa
    if shear is not None and shear > SHEAR_LIMIT_PA:
        message = f"shear {shear:g} Pa is above the 0.12 Pa at which MSC react (doi:10.1155/2018/2547098); not modelled"
        found.append(Notice(code="shear-high", message=message, concerns="culture", severity=Severity.CAUTION))
    return tuple(found)


def _over_draws(value: Any, size: int) -> FloatArray:
    return np.array(np.broadcast_to(np.asarray(value, dtype=float), (size,)))


def fold_parameter(name: str, value: float, low: float | None, high: float | None, source: str) -> Parameter:
    """Return the user's own fold."""
    spread = "fixed" if low is None or high is None else "log"
    grade = Grade.MEASURED_HERE if source and not source.startswith("assumption") else Grade.ASSUMPTION
    return Parameter(
        name=name,
        value=value,
        low=low,
        high=high,
        unit="1",
        spread=spread,
        source=source or "assumption: typed",
        grade=grade,
    )
