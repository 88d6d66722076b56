"""Compiled choice between one stretched spot and two usual ones."""

from __future__ import annotations

import math

import numpy as np

from paracrine.characterization.tracking.filters import Frame
from paracrine.characterization.tracking.locate import (
    copy_row,
    half_window,
    light_reach,
    score_of,
)
from paracrine.characterization.tracking.shape import (
    AMPLITUDE,
    CXX,
    CXY,
    CYY,
    EVIDENCE,
    USUAL,
    XS,
    YS,
    Floats,
    Image,
    X,
    Y,
)
from paracrine.characterization.tracking.together import (
    STEPS,
    Ints,
    cost,
    fit_together,
    open_around,
    scratch_for,
)
from paracrine.numerics.kernel import kernel

STRETCHED, ELONGATED = 1.6, 1.5
"""Longest variance over the usual one, and over the shortest, from which a spot may be two."""
LEAST_EVIDENCE = 8.0
"""Gain in twice the log-likelihood, priors of the shapes included, from which two spots are worth a thought."""


@kernel
def _axes(spot: Floats) -> tuple[float, float]:
    """Return the variances along the long and the short axis."""
    middle, root = 0.5 * (spot[CXX] + spot[CYY]), math.hypot(0.5 * (spot[CXX] - spot[CYY]), spot[CXY])
    return middle + root, middle - root


@kernel
def _may_be_two(spot: Floats, noise: Floats, usual: float, lowest_score: float) -> bool:
    longest, shortest = _axes(spot)
    return bool(longest >= max(STRETCHED * usual, ELONGATED * shortest) and score_of(spot, noise) >= 2 * lowest_score)


@kernel
def _are_apart(spot: Floats, other: Floats, noise: Floats, usual: float, lowest_score: float) -> bool:
    square = (spot[X] - other[X]) ** 2 + (spot[Y] - other[Y]) ** 2
    return bool(square > 2 * usual and min(score_of(spot, noise), score_of(other, noise)) >= lowest_score)


@kernel
def _place_parts(single: Floats, spot: Floats, other: Floats, usual: float, share: float) -> None:
    """Put two usual spots along the long axis that have the light, the middle and the variance of a stretched one."""
    copy_row(single, spot)
    copy_row(single, other)
    angle = 0.5 * math.atan2(single[CXY], 0.5 * (single[CXX] - single[CYY]))
    apart = math.sqrt(max(_axes(single)[0] - usual, 0.25 * usual) / (share * (1 - share)))
    light = single[AMPLITUDE] * math.sqrt(single[CXX] * single[CYY] - single[CXY] ** 2) / usual
    for row, along, part in ((spot, (1 - share) * apart, share), (other, -share * apart, 1 - share)):
        row[X] += along * math.cos(angle)
        row[Y] += along * math.sin(angle)
        row[CXX] = row[CYY] = usual
        row[CXY] = 0.0
        row[AMPLITUDE] = part * light


@kernel
def _best_start(
    window: Image, scratch: Image, single: Floats, spots: Floats, members: Ints, noise: Floats, prior: Floats
) -> None:
    """Share a stretched spot's light between two as the window, without a fit, likes best."""
    least, best = math.inf, 0.5
    for share in (0.15, 0.3, 0.5, 0.7, 0.85):
        _place_parts(single, spots[members[0]], spots[members[1]], prior[USUAL], share)
        value = cost(window, scratch, spots, members, noise, prior)
        if value < least:
            least, best = value, share
    _place_parts(single, spots[members[0]], spots[members[1]], prior[USUAL], best)


@kernel
def split_stretched(
    frame: Frame,
    static: Image,
    grid: Image,
    camera: Floats,
    noise: Floats,
    prior: Floats,
    reaches: Floats,
    spots: Floats,
    count: int,
    own: int,
    lowest_score: float,
    single: Floats,
) -> bool:
    """Put two spots in the place of a stretched one where that explains the frame better; return whether there are two.

    Args:
        frame: camera counts.
        static: counts of what never moves, or empty.
        grid: background.
        camera: sign, clipping count.
        noise: base, gain, misfit.
        prior: usual variance, stiffness, flatness.
        reaches: from `light_reach`.
        spots: shape (most, 13); the second spot goes to row `count`.
        count: spots known so far.
        own: row of the stretched spot.
        lowest_score: of each of the two.
        single: result, the stretched spot as it was.
    """
    spot, usual = spots[own], prior[USUAL]
    if count == spots.shape[0] or not _may_be_two(spot, noise, usual, lowest_score):
        return False
    half = half_window(prior)
    members = np.array([own, count])
    window = open_around(
        frame, static, grid, camera, spots, reaches, count, members[:1], half, math.ceil(math.sqrt(usual))
    )
    scratch = scratch_for(window, 2)
    scratch[XS, :], scratch[YS, :] = window[XS], window[YS]
    one = cost(window, scratch[:5], spots, members[:1], noise, prior)
    copy_row(spot, single)
    other = spots[count]
    _best_start(window, scratch[:5], single, spots, members, noise, prior)
    two = fit_together(window, scratch, spots, members, noise, prior, STEPS)
    reaches[own], reaches[count] = light_reach(spot), light_reach(other)
    if one - two > LEAST_EVIDENCE and _are_apart(spot, other, noise, usual, lowest_score):
        single[EVIDENCE] = one - two
        return True
    copy_row(single, spot)
    reaches[own] = light_reach(spot)
    return False
