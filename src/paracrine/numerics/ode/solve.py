"""One simulation of a flow system, without compilation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import InputError, SolveError
from paracrine.numerics.ode.expression import evaluate
from paracrine.numerics.ode.flows import FlowSystem

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Injection:
    """An amount that enters one state, at once or evenly over a duration."""

    state: str
    amount: float
    at_h: float = 0.0
    duration_h: float = 0.0


def solve_system(
    system: FlowSystem,
    values: Mapping[str, float],
    injections: Sequence[Injection],
    times_h: Floats,
    *,
    relative_error: float = 1e-8,
) -> Floats:
    """Return the states [time, state] at the wanted times, starting empty at time zero.

    Args:
        system: the flows.
        values: every parameter of the system by name.
        injections: what enters when; at the time of an injection the state after it is returned.
        times_h: increasing, not negative [h].
        relative_error: wanted of each state, with an absolute floor of a millionth of that times the dose.

    Raises:
        InputError: when the times are not increasing or an injection is negative.
        SolveError: when the solver gives up.
    """
    from scipy.integrate import solve_ivp

    check_times(times_h, injections)
    place = {name: index for index, name in enumerate(system.states)}
    constant = dict(values)
    floor = max(sum(one.amount for one in injections), 1e-300) * relative_error * 1e-6
    result = np.zeros((times_h.size, len(place)))
    state = np.zeros(len(place))
    last = float(times_h[-1])
    starts = sorted(time for time in breaks(injections) if time <= last)
    for now, end in zip(starts, (*starts[1:], last), strict=True):
        inflow = np.zeros(len(place))
        for one in injections:
            if one.duration_h == 0 and one.at_h == now:
                state[place[one.state]] += one.amount
            elif one.duration_h > 0 and one.at_h <= now < one.at_h + one.duration_h:
                inflow[place[one.state]] += one.amount / one.duration_h
        result[times_h == now] = state
        if end <= now:
            continue
        inside = (times_h > now) & (times_h <= end)
        at = np.append(times_h[inside], end)

        def slopes(_: float, y: Floats, inflow: Floats = inflow) -> Floats:
            here = constant | dict(zip(system.states, y.tolist(), strict=True))
            return np.array([evaluate(slope, here) for slope in system.slopes]) + inflow

        done = solve_ivp(
            slopes, (now, end), state, method="LSODA", t_eval=np.unique(at), rtol=relative_error, atol=floor
        )
        if not done.success:
            raise SolveError(f"the solver stopped at {done.t[-1]:g} h: {done.message}")
        result[inside] = done.y.T[np.searchsorted(done.t, times_h[inside])]
        state = done.y[:, -1].copy()
    return result


def check_times(times_h: Floats, injections: Sequence[Injection]) -> None:
    """Refuse times and injections that mean nothing.

    Raises:
        InputError: naming what is wrong.
    """
    if times_h.size == 0 or np.any(np.diff(times_h) <= 0) or times_h[0] < 0 or not np.all(np.isfinite(times_h)):
        raise InputError("times must be finite, not negative and increasing", where="times")
    for one in injections:
        if one.amount < 0 or one.at_h < 0 or one.duration_h < 0:
            raise InputError("an injection has no negative amount, time or duration", where=f"into {one.state}")


def breaks(injections: Sequence[Injection]) -> set[float]:
    """Return the times at which the right-hand side or the state jumps."""
    return {0.0} | {one.at_h for one in injections} | {one.at_h + one.duration_h for one in injections}
