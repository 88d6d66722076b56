"""Many individuals of a flow system at once, where the amounts that bend the flows are held for a step.

Each flow is taken as proportional to what it leaves; a flow that fills up keeps the filling expected at the middle
of the step, and stops where that is full.
Without filling the result is the matrix exponential.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from paracrine.numerics.ode.expression import evaluate, symbols
from paracrine.numerics.ode.flows import FlowSystem

Floats = npt.NDArray[np.float64]
Values = Mapping[str, float | Floats]


def flow_matrix(system: FlowSystem, values: Values, held: Mapping[str, Floats], count: int) -> Floats:
    """Return the matrix of each individual, shape (individual, state, state), per hour.

    Args:
        system: flows, each proportional to its source.
        values: parameters, a number or an array (individual,).
        held: amounts of states that slow a flow down, shape (individual,); zero where not given.
        count: individuals.
    """
    place = {name: index for index, name in enumerate(system.states)}
    matrix = np.zeros((count, len(place), len(place)))
    empty: dict[str, float | Floats] = dict.fromkeys(system.states, 0.0)
    constant = {**empty, **values, **held}
    for flow in system.flows:
        if flow.source is None:
            continue
        column = place[flow.source]
        rate = np.maximum(evaluate(flow.rate, {**constant, flow.source: 1.0}), 0.0)
        matrix[:, column, column] -= rate
        if flow.target is not None:
            matrix[:, place[flow.target], column] += rate
    return matrix


def bending_states(system: FlowSystem) -> tuple[str, ...]:
    """Return the states that stand in a flow which they do not feed: those that fill up."""
    states = set(system.states)
    found = {name for flow in system.flows for name in symbols(flow.rate) if name in states and name != flow.source}
    return tuple(name for name in system.states if name in found)


def exponential(matrix: Floats) -> Floats:
    """Return the matrix exponential of a stack, by scaling, a diagonal Padé approximant and squaring.

    References:
        doi:10.1137/04061101X
    """
    norm = float(np.abs(matrix).sum(axis=1).max())
    squarings = max(0, int(np.ceil(np.log2(max(norm, 1e-300) / 0.5))))
    small = matrix / 2.0**squarings
    unit = np.eye(matrix.shape[-1])
    square = small @ small
    even = unit + square @ (unit * (5 / 44) + square @ (unit * (1 / 792) + square * (1 / 665280)))
    odd = small @ (unit * 0.5 + square @ (unit * (1 / 66) + square * (1 / 15840)))
    result = np.linalg.solve(even - odd, even + odd)
    for _ in range(squarings):
        result = result @ result
    return np.asarray(result, dtype=np.float64)


def clock_times(until_h: float, *, first_h: float = 1 / 128) -> Floats:
    """Return 0 and two times an octave, 1, 1.5, 2, 3 … 24, 32, 48 h among them, to the first at or past an end."""
    times = [0.0]
    step = first_h
    while times[-1] < until_h:
        times += [step, 1.5 * step]
        step *= 2
    last = next(index for index, time in enumerate(times) if time >= until_h)
    return np.array(times[: last + 1])


def propagate(system: FlowSystem, values: Values, start: Floats, times_h: Floats) -> Floats:
    """Return amounts at `clock_times` without filling, shape (individual, time, state).

    Args:
        system: flows.
        values: parameters, a number or an array (individual,).
        start: amounts at time zero, shape (individual, state).
        times_h: from `clock_times`; each pair an octave above the one before.
    """
    result = np.zeros((start.shape[0], times_h.size, start.shape[1]))
    result[:, 0] = start
    matrix = flow_matrix(system, values, {}, start.shape[0])
    for chain in (1, 2):
        if chain >= times_h.size:
            break
        step = _kept_whole(system, exponential(matrix * times_h[chain]))
        for index in range(chain, times_h.size, 2):  # each step is the square of the one before
            result[:, index] = np.einsum("nij,nj->ni", step, start)
            if index + 2 < times_h.size:
                step = _kept_whole(system, step @ step)
    return result


def propagate_filling(
    system: FlowSystem, values: tuple[Values, ...], starts: tuple[Floats, ...], times_h: Floats
) -> tuple[Floats, ...]:
    """Return amounts of populations that fill the same cells, an array (individual, time, state) each.

    Args:
        system: flows.
        values: parameters of each population.
        starts: amounts of each population at time zero, shape (individual, state).
        times_h: increasing from zero.
    """
    place = {name: index for index, name in enumerate(system.states)}
    bending = bending_states(system)
    results = [np.zeros((start.shape[0], times_h.size, start.shape[1])) for start in starts]
    for result, start in zip(results, starts, strict=True):
        result[:, 0] = start
    steps_h = np.diff(times_h)
    for index, step_h in enumerate(steps_h):
        now = _together(results, index)
        middle = now
        if index:
            middle = now + (now - _together(results, index - 1)) * step_h / (2 * steps_h[index - 1])
        held = {name: middle[:, place[name]] for name in bending}
        for own, result in zip(values, results, strict=True):
            step = _kept_whole(system, exponential(flow_matrix(system, own, held, len(result)) * step_h))
            result[:, index + 1] = np.einsum("nij,nj->ni", step, result[:, index])
    return tuple(results)


def _together(results: Sequence[Floats], index: int) -> Floats:
    return np.asarray(np.sum([result[:, index] for result in results], axis=0), dtype=np.float64)


def _kept_whole(system: FlowSystem, step: Floats) -> Floats:
    """Shares of what a state sends on, adding up to one where nothing enters or leaves the system."""
    return np.asarray(step / step.sum(axis=1, keepdims=True), dtype=np.float64) if system.closed else step
