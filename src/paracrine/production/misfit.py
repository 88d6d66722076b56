"""Where batches do not follow the structure of a line: each check asks for one effect the structure does not have.

An effect is a column of the observations, fitted by generalised least squares beside everything the fit leaves open
(scores, donors, batches, measurement): `c P y / c P c` with variance `1 / c P c`, averaged over the pairs of spreads.
All checks of a fit share one rate of false alarms.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from paracrine.payloads.size_distribution import FloatArray
from paracrine.production.observed import Cell, Data, Observation
from paracrine.production.straight import Straight

ALARM_FRAC = 0.05
"""Rate of false alarms of all checks of a fit together."""
HARVESTED = ("harvest_particles", "harvest_as_nta_per_ml")
FILLED = ("yield_particles", "yield_as_nta_particles")
_FEWEST = 4
_REACH = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Check:
    """One effect that was asked for.

    Attributes:
        asked: what was asked, in words.
        said: what was found, with its 95 % interval, in words.
        p_frac: chance of an effect as large where there is none, over all places it was looked for.
        limit_frac: below which it is called a misfit.
    """

    asked: str
    said: str
    p_frac: float
    limit_frac: float

    @property
    def is_misfit(self) -> bool:
        """Whether the effect is too large for chance."""
        return self.p_frac < self.limit_frac


@dataclass(frozen=True, slots=True)
class Effect:
    """A fitted column: value and standard deviation."""

    value: float
    sd: float

    @property
    def p_frac(self) -> float:
        """Chance of a value as far from 0."""
        from scipy.special import ndtr

        return float(2 * ndtr(-abs(self.value) / self.sd))

    def folds(self, scale: float = 1.0) -> tuple[float, float, float]:
        """Return middle, low and high of the effect as a fold."""
        ends = (self.value, self.value - _REACH * self.sd, self.value + _REACH * self.sd)
        middle, low, high = (float(np.exp(scale * end)) for end in ends)
        return middle, low, high


def effect_of(straight: Straight, column: FloatArray) -> Effect | None:
    """Return how large an effect is; None where the data cannot tell."""
    values, variances = [], []
    for part in straight.parts:
        weighed = part.precision @ column
        known = float(weighed @ column)
        if not known > 1e-9:
            return None
        values.append(float(weighed @ straight.target) / known)
        variances.append(1 / known)
    mean = float(straight.share @ values)
    spread = float(straight.share @ (np.array(variances) + (np.array(values) - mean) ** 2))
    return Effect(mean, float(np.sqrt(spread)))


def misfit_checks(
    data: Data, straight: Straight, cells: Sequence[Cell], *, interacting: Sequence[str] = ()
) -> tuple[Check, ...]:
    """Ask for every effect these batches can show; the interaction alone may use half of the false alarms."""
    wanted = [
        one
        for one in (
            _along(data, straight, HARVESTED, "recovery against load", _load_words),
            _along(data, straight, ("volume_ml",), "yield against volume", _volume_words),
            _over_order(data, straight),
            _donors(data, straight),
            _cells(data, straight, cells),
            _values(data, straight, cells),
        )
        if one is not None
    ]
    both = [found for line in interacting if (found := _interaction(data, straight, line)) is not None]
    share = ALARM_FRAC * (0.5 if both else 1.0) / max(len(wanted), 1)
    checks = [Check(asked, said, p, share) for asked, said, p in wanted]
    return (*(Check(asked, said, p, 0.5 * ALARM_FRAC / len(both)) for asked, said, p in both), *checks)


Asked = tuple[str, str, float]
"""What was asked, what was found, the chance of it."""


def interaction_column(data: Data, straight: Straight, line: str) -> FloatArray:
    """Return how the observations of a line would answer to a further fold of its secretion."""
    return np.asarray(straight.rate * np.array([row.line == line for row in data.rows]))


def _interaction(data: Data, straight: Straight, line: str) -> Asked | None:
    effect = effect_of(straight, interaction_column(data, straight, line))
    if effect is None:
        return None
    fold, low, high = effect.folds()
    said = (
        f"folds of platform and treatment do not multiply in {line}: together {fold:.2g} times ({low:.2g} to "
        f"{high:.2g}) what they give apart"
    )
    return f"platform times treatment, {line}", said, effect.p_frac


def _along(
    data: Data, straight: Straight, outputs: Sequence[str], asked: str, words: Callable[[Effect], str]
) -> Asked | None:
    """Hold what batches were filled with against another output of the same batches, within each line."""
    rows = data.rows
    measured = {r.batch: float(v) for r, v in zip(rows, data.log_value, strict=True) if r.output in outputs}
    of_line: dict[str, list[float]] = {}
    for batch, line in {r.batch: r.line for r in rows if r.batch in measured and r.output in FILLED}.items():
        of_line.setdefault(line, []).append(measured[batch])
    middle = {line: float(np.mean(values)) for line, values in of_line.items()}
    column = np.zeros(len(rows))
    for at, row in enumerate(rows):
        if row.output in FILLED and row.batch in measured:
            column[at] = measured[row.batch] - middle[row.line]
    effect = effect_of(straight, column) if np.count_nonzero(column) >= _FEWEST else None
    return None if effect is None else (asked, words(effect), effect.p_frac)


def _load_words(effect: Effect) -> str:
    fold, low, high = (2 * f for f in effect.folds(float(np.log(2))))
    falls = "falls" if effect.value < 0 else "rises"
    return f"recovery {falls} with load: twice the harvest gives {fold:.2g} times ({low:.2g} to {high:.2g}) the product"


def _volume_words(effect: Effect) -> str:
    fold, low, high = effect.folds(float(np.log(2)))
    return f"yield goes with volume: twice the volume gives {fold:.2g} times ({low:.2g} to {high:.2g}) the product"


def _over_order(data: Data, straight: Straight) -> Asked | None:
    """Ask for a drift over the batches, in the order of the table."""
    batches = list(dict.fromkeys(row.batch for row in data.rows))
    if len(batches) < _FEWEST:
        return None
    at = np.array([batches.index(row.batch) for row in data.rows]) / (len(batches) - 1)
    effect = effect_of(straight, straight.rate * (at - at.mean()))
    if effect is None:
        return None
    fold, low, high = effect.folds()
    said = f"batches drift: the last of the table gives {fold:.2g} times ({low:.2g} to {high:.2g}) what the first gives"
    return "drift over the order of batches", said, effect.p_frac


def _donors(data: Data, straight: Straight) -> Asked | None:
    """Ask whether a donor answers otherwise on one line than on the others."""
    lines: dict[str, set[str]] = {}
    for row in data.rows:
        if row.donor:
            lines.setdefault(row.donor, set()).add(row.line)
    pairs = [(donor, line) for donor, on in lines.items() if len(on) > 1 for line in sorted(on)]

    def effects() -> Iterator[tuple[str, Effect | None]]:
        for donor, line in pairs:
            here = np.array([row.donor == donor and row.line == line for row in data.rows])
            yield f"cells of donor {donor} answer otherwise in {line}", effect_of(straight, straight.rate * here)

    return _largest("donor against line", effects())


def _cells(data: Data, straight: Straight, cells: Sequence[Cell]) -> Asked | None:
    """Ask whether an output of a line lies off what all others say of it."""

    def effects() -> Iterator[tuple[str, Effect | None]]:
        for position, cell in enumerate(cells):
            yield f"{cell.output} of {cell.line} is off", effect_of(straight, (data.cell == position).astype(float))

    return _largest("each output against all others", effects())


def _values(data: Data, straight: Straight, cells: Sequence[Cell]) -> Asked | None:
    """Ask whether one value lies off what all others say of it."""

    def effects() -> Iterator[tuple[str, Effect | None]]:
        for at, row in enumerate(data.rows):
            yield f"{_name(row)} is off", effect_of(straight, np.eye(len(data.rows))[at])

    return _largest("each value against all others", effects())


def _name(row: Observation) -> str:
    return f"{row.output} of batch {row.batch}"


def _largest(asked: str, effects: Iterator[tuple[str, Effect | None]]) -> Asked | None:
    """Return the effect that chance explains least, its chance counted over all of them."""
    found = [(words, effect) for words, effect in itertools.chain(effects) if effect is not None]
    if not found:
        return None
    words, effect = min(found, key=lambda one: one[1].p_frac)
    fold, low, high = effect.folds()
    said = f"{words}: {fold:.2g} times ({low:.2g} to {high:.2g}) what all others say"
    return asked, said, min(1.0, effect.p_frac * len(found))
