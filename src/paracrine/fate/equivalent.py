"""What dose in another species gives the same exposure, and what the common rules say; never what dose to give."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError, LimitError, UnknownName
from paracrine.core.notice import Notice, Severity
from paracrine.core.parameter import Grade
from paracrine.facts.disposition import ScalingFactor
from paracrine.facts.species import ORGANS
from paracrine.fate.drawing import SPECIES_FACTOR
from paracrine.fate.predict import FateDraws, FateQuestion, predict

Floats = npt.NDArray[np.float64]
EXPOSURE_UNTIL_H = 480.0
_SETTLED = 0.02


@dataclass(frozen=True, slots=True)
class EquivalentDose:
    """A dose in the other species by one way of comparing; a rule has no interval of its own."""

    name: str
    particles: float
    low: float | None
    high: float | None
    grade: Grade
    source: str
    note: str = ""


@dataclass(frozen=True)
class DoseComparison:
    """One dose in one species and what compares with it in another."""

    given: FateQuestion
    wanted: FateQuestion
    given_weight_g: float
    wanted_weight_g: float
    organ: str
    by_exposure: tuple[EquivalentDose, ...]
    by_rule: tuple[EquivalentDose, ...]
    width_reason: str
    notices: tuple[Notice, ...]
    not_assessed: tuple[tuple[str, str], ...]
    cites: tuple[str, ...]


def compare_doses(
    given: FateQuestion, wanted: FateQuestion, *, organ: str, factors: Sequence[ScalingFactor]
) -> DoseComparison:
    """Find the dose in `wanted.species` with the exposure of `given`.

    Args:
        given: dose and species that are known.
        wanted: the other species and route; its particles are not used.
        organ: whose exposure is compared, beside that of blood.
        factors: of the rules.

    Raises:
        UnknownName: when the organ does not exist.
        LimitError: when the organ is not assessed in one of the species.
        InputError: when a factor is missing.
    """
    if organ not in ORGANS:
        raise UnknownName(f"no organ called {organ!r}", where="organ", hint=nearest(organ, ORGANS))
    first = predict(replace(given, until_h=EXPOSURE_UNTIL_H))
    _require(first, organ)
    rules = tuple(_rules(first, wanted, factors))
    per_power = next(rule for rule in rules if rule.name.startswith("body weight"))
    other = predict(replace(wanted, particles=per_power.particles, until_h=EXPOSURE_UNTIL_H))
    _require(other, organ)
    found = []
    reason = ""
    for name in (organ, "blood"):
        goal = exposure(first, name)
        guess = per_power.particles
        draws = other
        for _ in range(3):
            ratio = goal / exposure(draws, name)
            middle = float(np.median(guess * ratio))
            if abs(middle / guess - 1) < _SETTLED:
                break
            guess = middle
            draws = predict(replace(wanted, particles=guess, until_h=EXPOSURE_UNTIL_H))
        low, middle, high = (float(one) for one in np.quantile(guess * ratio, (0.025, 0.5, 0.975)))
        title = f"same {name} exposure to intact vesicles"
        reason = reason or _reason(other, np.log(ratio))
        found.append(EquivalentDose(title, middle, low, high, _grade(first, other), "this model", ""))
    return DoseComparison(
        given=given, wanted=wanted, given_weight_g=first.species.weight_g, wanted_weight_g=other.species.weight_g,
        organ=organ, by_exposure=tuple(found), by_rule=rules, width_reason=reason,
        notices=(_not_advice(), *other.notices), not_assessed=other.species.not_assessed,
        cites=tuple(dict.fromkeys([*(factor.source for factor in factors), *first.model.references])),
    )  # fmt: skip


def exposure(draws: FateDraws, organ: str) -> Floats:
    """Return the area under intact vesicles over time, particles h per mL, shape (draw,).

    Past the last time it goes on falling as over the last two.
    """
    if organ == "blood":
        share, volume_ml = draws.blood(draws.vesicles), draws.species.blood_ml
    else:
        found = draws.species.organ(organ)
        share, volume_ml = draws.intact(organ), found.volume_ml if found else math.nan
    area = np.trapezoid(share, draws.times_h, axis=1)
    step = float(draws.times_h[-1] - draws.times_h[-2])
    falling = np.log(np.maximum(share[:, -2], 1e-12) / np.maximum(share[:, -1], 1e-12)) / step
    tail = np.where(falling > 1e-6, share[:, -1] / np.maximum(falling, 1e-6), 0.0)
    return np.asarray((area + tail) * draws.question.particles / volume_ml, dtype=np.float64)


def _require(draws: FateDraws, organ: str) -> None:
    why = dict(draws.species.not_assessed).get(organ)
    if why is not None:
        raise LimitError(
            f"{organ} of the {draws.species.name} is not assessed: {why}", where="organ",
            hint="supply the missing rows with --physiology",
        )  # fmt: skip


def _rules(first: FateDraws, wanted: FateQuestion, factors: Sequence[ScalingFactor]) -> Iterable[EquivalentDose]:
    from paracrine.facts.species import read_species

    given_g = first.species.weight_g
    wanted_g = read_species(wanted.species, weight_g=wanted.weight_g, own_rows=wanted.own_rows).weight_g
    dose, ratio = first.question.particles, wanted_g / given_g
    power = _factor(factors, "exponent", "all")
    yield EquivalentDose(
        f"body weight to the power {power.value:g}", dose * ratio**power.value, None, None, power.grade, power.source,
        power.note,
    )  # fmt: skip
    here, there = (_factor(factors, "km", name) for name in (first.species.name, wanted.species))
    surface = dose * ratio * here.value / there.value
    yield EquivalentDose(
        f"body surface, Km {here.value:g} and {there.value:g}", surface, None, None, here.grade, here.source, here.note
    )
    yield EquivalentDose("per kg of body weight", dose * ratio, None, None, Grade.ASSUMPTION, "proportion", "")


def _factor(factors: Sequence[ScalingFactor], key: str, species: str) -> ScalingFactor:
    found = next((one for one in factors if one.key == key and one.species == species), None)
    if found is None:
        raise InputError(f"no factor {key!r} for {species}", where="factors")
    return found


def _grade(first: FateDraws, other: FateDraws) -> Grade:
    grades = {draws.model.grade for draws in (first, other)}
    changed = {one.grade for draws in (first, other) for one in (draws.surface, draws.disease) if one.multiplies}
    weak = Grade.ASSUMPTION in grades or Grade.ASSUMPTION.value in changed
    return Grade.ASSUMPTION if weak else Grade.OTHER_PARTICLE


def _reason(other: FateDraws, log_ratio: Floats) -> str:
    """Name what carries the width, by the share of variance that goes with each unknown."""
    shares = {
        name: float(np.corrcoef(values, log_ratio)[0, 1] ** 2)
        for name, values in other.unknown.items()
        if values.std() > 0 and log_ratio.std() > 0
    }
    if not shares:
        return "Both species have the same body: the interval has no width of its own."
    parts = [f"{100 * share:.0f} % with {name}" for name, share in sorted(shares.items(), key=lambda item: -item[1])]
    return (
        f"Of the variance of the {other.species.name} dose, {', '.join(parts)}; the rest with what differs between "
        "studies in mice. The power is known to lie between 0.67 and 1; that the two others stay within a factor of "
        f"{SPECIES_FACTOR:g} is an assumption."
    )


def _not_advice() -> Notice:
    return Notice(
        code="extrapolation-not-advice",
        message="This is an extrapolation of exposure from animals to another species; it says nothing on effect or "
        "safety and is no advice on what to give.",
        severity=Severity.SERIOUS,
        concerns="dose",
    )
