"""The time stepping of a population, eight individuals abreast; `written.py` completes it for one flow system.

This file is a template that is itself valid: the block between the two marks is replaced by constants and functions
written from the flows. All amounts of eight individuals lie in one array `w`, in rows of eight, so that the
compiler can do eight individuals with one instruction; the eight share their steps, and the worst decides.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.numerics.kernel import kernel
from paracrine.numerics.ode.rodas import D2, D3, GAMMA, GROW, MAX_STEPS, SAFETY, SHRINK, A, C

Floats = npt.NDArray[np.float64]
LANES = 8

# -- written for each system --
STATES_COUNT, FACTORS_COUNT, COEFFICIENTS_COUNT = 0, 0, 0


@kernel
def prepare(values: Floats, first: int, w: Floats) -> None:
    """Compute the coefficients of individuals `first` to `first + 7`."""


@kernel
def slopes(w: Floats) -> None:
    """Compute the slopes at `PLACE` into `RIGHT`."""


@kernel
def factorise(w: Floats, diagonal: float) -> None:
    """Factorise `diagonal I - J`, J at `NOW`."""


@kernel
def substitute(w: Floats) -> None:
    """Solve for `RIGHT`, in place."""


# -- end --

N = STATES_COUNT * LANES
NOW, PLACE, RIGHT, INFLOW = 0, N, 2 * N, 3 * N
K1, K2, K3, K4, K5, K6 = 4 * N, 5 * N, 6 * N, 7 * N, 8 * N, 9 * N
SECOND, THIRD = 10 * N, 11 * N
FACTORS = 12 * N
COEFFICIENTS = FACTORS + FACTORS_COUNT * LANES
ERRORS = COEFFICIENTS + COEFFICIENTS_COUNT * LANES
ROOM = ERRORS + LANES
((A21,), (A31, A32), (A41, A42, A43), (A51, A52, A53, A54)) = A
((C21,), (C31, C32), (C41, C42, C43), (C51, C52, C53, C54), (C61, C62, C63, C64, C65)) = C
D21, D22, D23, D24, D25 = D2
D31, D32, D33, D34, D35 = D3


@kernel
def take_step(w: Floats, step_h: float, relative: float, absolute: float) -> float:
    """Try one step from `NOW`; the result lies in `PLACE`, the last stage in `K6`. Returns the error, 1 is allowed."""
    back = 1.0 / step_h
    factorise(w, back / GAMMA)
    for i in range(N):
        w[PLACE + i] = w[NOW + i]
    slopes(w)
    for i in range(N):
        w[RIGHT + i] += w[INFLOW + i]
    substitute(w)
    for i in range(N):
        w[K1 + i] = w[RIGHT + i]
        w[PLACE + i] = w[NOW + i] + A21 * w[K1 + i]
    slopes(w)
    for i in range(N):
        w[RIGHT + i] += w[INFLOW + i] + back * (C21 * w[K1 + i])
    substitute(w)
    for i in range(N):
        w[K2 + i] = w[RIGHT + i]
        w[PLACE + i] = w[NOW + i] + A31 * w[K1 + i] + A32 * w[K2 + i]
    slopes(w)
    for i in range(N):
        w[RIGHT + i] += w[INFLOW + i] + back * (C31 * w[K1 + i] + C32 * w[K2 + i])
    substitute(w)
    for i in range(N):
        w[K3 + i] = w[RIGHT + i]
        w[PLACE + i] = w[NOW + i] + A41 * w[K1 + i] + A42 * w[K2 + i] + A43 * w[K3 + i]
    slopes(w)
    for i in range(N):
        w[RIGHT + i] += w[INFLOW + i] + back * (C41 * w[K1 + i] + C42 * w[K2 + i] + C43 * w[K3 + i])
    substitute(w)
    for i in range(N):
        w[K4 + i] = w[RIGHT + i]
        w[PLACE + i] = w[NOW + i] + A51 * w[K1 + i] + A52 * w[K2 + i] + A53 * w[K3 + i] + A54 * w[K4 + i]
    slopes(w)
    for i in range(N):
        w[RIGHT + i] += w[INFLOW + i] + back * (C51 * w[K1 + i] + C52 * w[K2 + i] + C53 * w[K3 + i] + C54 * w[K4 + i])
    substitute(w)
    for i in range(N):
        w[K5 + i] = w[RIGHT + i]
        w[PLACE + i] += w[K5 + i]
    return finish_step(w, back, relative, absolute)


@kernel
def finish_step(w: Floats, back: float, relative: float, absolute: float) -> float:
    """Do the last stage and measure the error: the worst individual's root mean square over the states."""
    slopes(w)
    for i in range(N):
        w[RIGHT + i] += w[INFLOW + i] + back * (
            C61 * w[K1 + i] + C62 * w[K2 + i] + C63 * w[K3 + i] + C64 * w[K4 + i] + C65 * w[K5 + i]
        )
    substitute(w)
    for lane in range(LANES):
        w[ERRORS + lane] = 0.0
    for state in range(STATES_COUNT):
        for lane in range(LANES):
            i = state * LANES + lane
            w[PLACE + i] += w[RIGHT + i]
            scale = absolute + relative * max(abs(w[NOW + i]), abs(w[PLACE + i]))
            w[ERRORS + lane] += (w[RIGHT + i] / scale) ** 2
    worst = 0.0
    for lane in range(LANES):
        worst = max(worst, w[ERRORS + lane])
    return math.sqrt(worst / STATES_COUNT)


@kernel
def first_step(w: Floats, longest_h: float, relative: float, absolute: float) -> float:
    """Return a step after which no state has moved by more than a hundredth of the largest."""
    for i in range(N):
        w[PLACE + i] = w[NOW + i]
    slopes(w)
    size, speed = 1.0, 0.0
    for i in range(N):
        scale = absolute + relative * abs(w[NOW + i])
        size = max(size, abs(w[NOW + i]) / scale)
        speed = max(speed, abs(w[RIGHT + i] + w[INFLOW + i]) / scale)
    return min(longest_h, 1e-2 * size / speed) if speed > 0 else longest_h


@kernel
def write_between(w: Floats, out: Floats, first: int, at: int, share: float) -> None:
    """Write the states inside the step just done, `share` of the way."""
    rest = 1.0 - share
    for lane in range(min(LANES, out.shape[0] - first)):
        for state in range(STATES_COUNT):
            i = state * LANES + lane
            bend = rest * (w[SECOND + i] + share * w[THIRD + i])
            out[first + lane, at, state] = w[NOW + i] * rest + share * (w[PLACE + i] + bend)


@kernel
def prepare_between(w: Floats) -> None:
    """Compute what the states inside a step need."""
    for i in range(N):
        w[SECOND + i] = D21 * w[K1 + i] + D22 * w[K2 + i] + D23 * w[K3 + i] + D24 * w[K4 + i] + D25 * w[K5 + i]
        w[THIRD + i] = D31 * w[K1 + i] + D32 * w[K2 + i] + D33 * w[K3 + i] + D34 * w[K4 + i] + D35 * w[K5 + i]


@kernel
def begin_stretch(w: Floats, jump: Floats, inflow: Floats, dose: Floats, first: int) -> None:
    """Give what enters at once, and note what flows in."""
    for state in range(STATES_COUNT):
        for lane in range(LANES):
            scale = dose[min(first + lane, dose.shape[0] - 1), state]
            w[NOW + state * LANES + lane] += jump[state] * scale
            w[INFLOW + state * LANES + lane] = inflow[state] * scale


@kernel
def run_stretch(
    w: Floats, start_h: float, end_h: float, times_h: Floats, filled: int, accuracy: Floats, out: Floats, first: int
) -> int:
    """Integrate eight individuals from one dose to the next; returns the next time to fill, -1 for failure."""
    relative, absolute = accuracy[0], accuracy[1]
    now = start_h
    step = first_step(w, end_h - start_h, relative, absolute)
    for _ in range(MAX_STEPS):
        last = now + step >= end_h * (1 - 1e-15)
        if last:
            step = end_h - now
        error = take_step(w, step, relative, absolute)
        if error <= 1.0:
            ends = end_h if last else now + step
            if filled < times_h.size and times_h[filled] <= ends:
                prepare_between(w)
                while filled < times_h.size and times_h[filled] <= ends:
                    write_between(w, out, first, filled, (times_h[filled] - now) / step)
                    filled += 1
            now = ends
            for i in range(N):
                w[NOW + i] = w[PLACE + i]
            if last:
                return filled
        elif not error < 1e30:
            error = 1e30
        step *= min(GROW, max(SHRINK, SAFETY / math.sqrt(math.sqrt(error + 1e-12))))
        if now + step <= now:
            return -1
    return -1


@kernel
def run_population(
    values: Floats, dose: Floats, cuts_h: Floats, given: Floats, times_h: Floats, accuracy: Floats, out: Floats
) -> int:
    """Follow every individual; returns the first of eight for whom the steps lead nowhere, -1 when there is none.

    Args:
        values: [individual, parameter].
        dose: [individual, state], factor on everything given.
        cuts_h: start of each stretch between doses, and the end of the last.
        given: [stretch, 2, state], at once and per hour.
        times_h: when to look.
        accuracy: relative and absolute error.
        out: [individual, time, state], filled here.
    """
    w = np.zeros(ROOM)
    for first in range(0, values.shape[0], LANES):
        for i in range(N):
            w[NOW + i] = 0.0
        prepare(values, first, w)
        filled = 0
        for stretch in range(given.shape[0]):
            begin_stretch(w, given[stretch, 0], given[stretch, 1], dose, first)
            if filled < times_h.size and times_h[filled] == cuts_h[stretch]:
                filled += 1
            if filled > 0 and times_h[filled - 1] == cuts_h[stretch]:
                write_between(w, out, first, filled - 1, 0.0)
            if cuts_h[stretch + 1] > cuts_h[stretch]:
                filled = run_stretch(w, cuts_h[stretch], cuts_h[stretch + 1], times_h, filled, accuracy, out, first)
                if filled < 0:
                    return first
    return -1
