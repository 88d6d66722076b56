"""A few simulations of a flow system, together and without compilation: numpy alone, every individual a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError, SolveError
from paracrine.numerics.ode.expression import evaluate
from paracrine.numerics.ode.flows import FlowSystem
from paracrine.numerics.ode.normal_form import NormalForm, normal_form
from paracrine.numerics.ode.rodas import D2, D3, GAMMA, GROW, MAX_STEPS, SAFETY, SHRINK, A, C

Floats = npt.NDArray[np.float64]
SMALLEST_FRAC = 1e-4
"""Absolute error allowed, as a share of the relative error times the dose: an amount far below is not resolved."""


@dataclass(frozen=True, slots=True)
class Injection:
    """An amount that enters one state, at once or evenly over a duration."""

    state: str
    amount: float
    at_h: float = 0.0
    duration_h: float = 0.0


@dataclass(frozen=True)
class Stretch:
    """A time between two doses, with what enters at its start and what flows in all along."""

    start_h: float
    end_h: float
    jump: Floats
    inflow_per_h: Floats


def stretches(states: Sequence[str], injections: Sequence[Injection], end_h: float) -> tuple[Stretch, ...]:
    """Cut the time up to `end_h` at every injection.

    Raises:
        InputError: when an injection has a negative amount, time or duration.
    """
    place = {name: index for index, name in enumerate(states)}
    for one in injections:
        if one.amount < 0 or one.at_h < 0 or one.duration_h < 0:
            raise InputError("an injection has no negative amount, time or duration", where=f"into {one.state}")
    cuts = {0.0} | {one.at_h for one in injections} | {one.at_h + one.duration_h for one in injections}
    starts = sorted(cut for cut in cuts if cut <= end_h)
    found = []
    for start, end in zip(starts, (*starts[1:], end_h), strict=True):
        jump, inflow = np.zeros(len(place)), np.zeros(len(place))
        for one in injections:
            if one.duration_h == 0 and one.at_h == start:
                jump[place[one.state]] += one.amount
            elif one.duration_h > 0 and one.at_h <= start < one.at_h + one.duration_h:
                inflow[place[one.state]] += one.amount / one.duration_h
        found.append(Stretch(start, end, jump, inflow))
    return tuple(found)


def check_times(times_h: Floats) -> None:
    """Refuse times that mean nothing.

    Raises:
        InputError: when they are not finite, not negative and increasing.
    """
    if times_h.size == 0 or not np.all(np.isfinite(times_h)) or times_h[0] < 0 or np.any(np.diff(times_h) <= 0):
        raise InputError("times must be finite, not negative and increasing", where="times")


def dose_factors(factor: Floats | None, states_count: int) -> Floats:
    """Return a factor for each individual and state."""
    if factor is None:
        return np.ones((1, states_count))
    return factor if factor.ndim == 2 else np.repeat(factor[:, None], states_count, axis=1)


def absolute_error(
    injections: Sequence[Injection], relative_error: float, smallest_frac: float = SMALLEST_FRAC
) -> float:
    """Return the error allowed of an amount however small."""
    return max(sum(one.amount for one in injections), 1e-300) * relative_error * smallest_frac


def solve_system(
    system: FlowSystem,
    values: Mapping[str, float | Floats],
    injections: Sequence[Injection],
    times_h: Floats,
    *,
    dose_factor: Floats | None = None,
    relative_error: float = 1e-6,
) -> Floats:
    """Return the states at the wanted times, starting empty at time zero.

    Args:
        system: the flows.
        values: every parameter by name: a number, or an array with one value an individual.
        injections: what enters when; at the time of an injection the state after it is returned.
        times_h: increasing, not negative [h].
        dose_factor: factor on every injection, one an individual, or [individual, state].
        relative_error: wanted of each state, with an absolute floor of a ten-thousandth of that times the dose.

    Returns:
        [time, state], or [individual, time, state] where a value is an array.

    Raises:
        InputError: when the times are not increasing or an injection is negative.
        SolveError: when the solver gives up.
    """
    check_times(times_h)
    form = normal_form(system)
    arrays = {name: np.asarray(values[name], dtype=np.float64) for name in system.parameters}
    factors = dose_factors(dose_factor, len(system.states))
    many = dose_factor is not None or any(array.ndim for array in arrays.values())
    count = max((array.size for array in arrays.values() if array.ndim), default=1)
    count = max(count, len(factors))
    run = _Run(form, arrays, count, relative_error, absolute_error(injections, relative_error))
    result = np.zeros((count, times_h.size, len(form.states)))
    state = np.zeros((count, len(form.states)))
    for stretch in stretches(form.states, injections, float(times_h[-1])):
        state = state + stretch.jump * factors
        result[:, times_h == stretch.start_h] = state[:, None]
        if stretch.end_h > stretch.start_h:
            inside = (times_h > stretch.start_h) & (times_h <= stretch.end_h)
            state, result[:, inside] = run.through(stretch, state, times_h[inside], factors)
    return result if many else np.asarray(result[0])


class _Run:
    """The coefficients of some individuals, and steps that fit all of them."""

    def __init__(
        self, form: NormalForm, values: Mapping[str, Floats], count: int, relative: float, absolute: float
    ) -> None:
        self.form, self.relative, self.absolute = form, relative, absolute
        self.named = {name: evaluate(formula, values) for name, formula in form.coefficients.items()}
        size = len(form.states)
        self.linear = np.zeros((count, size, size))
        for (row, column), name in form.linear.items():
            self.linear[:, row, column] = self.named[name]
        self.unit = np.eye(size)

    def slopes(self, state: Floats) -> Floats:
        result = (self.linear @ state[:, :, None])[:, :, 0]
        if self.form.bent:
            here = self.named | {name: state[:, column] for column, name in enumerate(self.form.states)}
            place = self.form.states.index
            for flow in self.form.bent:
                rate = evaluate(flow.rate, here)
                if flow.source is not None:
                    result[:, place(flow.source)] -= rate
                if flow.target is not None:
                    result[:, place(flow.target)] += rate
        return np.asarray(result)

    def jacobian(self, state: Floats) -> Floats:
        result = self.linear.copy()
        if self.form.bent_jacobian:
            here = self.named | {name: state[:, column] for column, name in enumerate(self.form.states)}
            for (row, column), formula in self.form.bent_jacobian.items():
                result[:, row, column] += evaluate(formula, here)
        return result

    def through(self, stretch: Stretch, state: Floats, times_h: Floats, factor: Floats) -> tuple[Floats, Floats]:
        """Integrate one stretch; returns its last state and the states at the times inside it."""
        now, inflow = stretch.start_h, stretch.inflow_per_h * factor
        result = np.zeros((state.shape[0], times_h.size, state.shape[1]))
        step = self._first_step(state, self.slopes(state) + inflow, stretch.end_h - now)
        jacobian, filled = self.jacobian(state), 0
        for _ in range(MAX_STEPS):
            last = now + step >= stretch.end_h * (1 - 1e-15)
            step = stretch.end_h - now if last else step
            new, stages, error = self._step(state, jacobian, inflow, step)
            if error <= 1.0:
                end = stretch.end_h if last else now + step
                while filled < times_h.size and times_h[filled] <= end:
                    result[:, filled] = between(state, new, stages, (times_h[filled] - now) / step)
                    filled += 1
                now, state = end, new
                if last:
                    return state, result
                jacobian = self.jacobian(state)
            step *= min(GROW, max(SHRINK, SAFETY * (error + 1e-12) ** -0.25)) if np.isfinite(error) else SHRINK
            if now + step <= now:
                break
        raise SolveError(f"the solver stopped at {now:g} h: steps of {step:g} h lead nowhere")

    def _step(
        self, state: Floats, jacobian: Floats, inflow: Floats, step_h: float
    ) -> tuple[Floats, list[Floats], float]:
        inverse = np.linalg.inv(self.unit / (GAMMA * step_h) - jacobian)
        stages: list[Floats] = []
        place = state
        for index in range(6):
            if index in (1, 2, 3, 4):
                place = state + sum(a * k for a, k in zip(A[index - 1], stages, strict=True))
            elif index == 5:
                place = place + stages[-1]
            right = self.slopes(place) + inflow
            if index:
                right = right + sum(c * k for c, k in zip(C[index - 1], stages, strict=True)) / step_h
            stages.append((inverse @ right[:, :, None])[:, :, 0])
        new = place + stages[-1]
        scale = self.absolute + self.relative * np.maximum(np.abs(state), np.abs(new))
        error = float(np.sqrt(np.mean((stages[-1] / scale) ** 2, axis=1)).max())
        return new, stages, error

    def _first_step(self, state: Floats, slope: Floats, longest_h: float) -> float:
        scale = self.absolute + self.relative * np.abs(state)
        size, speed = float(np.abs(state / scale).max()), float(np.abs(slope / scale).max())
        return min(longest_h, 1e-2 * max(size, 1.0) / speed if speed > 0 else longest_h)


def between(state: Floats, new: Floats, stages: Sequence[Floats], share: float) -> Floats:
    """Return the state inside a step, `share` of the way."""
    second = sum(d * k for d, k in zip(D2, stages, strict=False))
    third = sum(d * k for d, k in zip(D3, stages, strict=False))
    rest = 1 - share
    return np.asarray(state * rest + share * (new + rest * (second + share * third)))
