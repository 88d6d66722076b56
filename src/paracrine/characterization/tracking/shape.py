"""Compiled steps of the fit of one spot: an elliptical Gaussian, by Fisher scoring with the camera's own noise.

The model is `A exp(-d' C^-1 d / 2) + b` with d = (x - x0, y - y0). Every derivative is the Gaussian times a
polynomial of second degree, so that one sweep over the window gathers all sums, and the step is taken in the
polynomial's coefficients. Motion blur stretches spots: C is free, with a normal prior around the video's usual shape.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paracrine.numerics.kernel import kernel

Image = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

X, Y, AMPLITUDE, CXX, CXY, CYY, OFFSET, SIGMA_X, SIGMA_Y, SCORE, BACKGROUND, SATURATED, DOUBT, EVIDENCE = range(14)
PARAMETERS = 14
"""Numbers of one spot; the names above are their places. `DOUBT` is 0 where there is none, else see `split.py`."""
SUMS = 29
XS, YS, DATA, OTHERS, VALID = range(5)
"""Rows of a window, each with one number a pixel: place, counts over the background, light of other spots, use."""
BASE, GAIN, MISFIT = range(3)
"""Noise: variance of the empty background, variance per count, squared relative error of the Gaussian shape."""
USUAL, STIFFNESS, FLATNESS = range(3)
"""Prior: usual variance of a spot (px^2), precision of its relative deviation, precision of the offset."""


@kernel
def gaussian(square: np.float32) -> np.float32:
    """Return exp(-square / 2) within 1e-3: a short series, squared eight times."""
    # Beyond 1 the series rises again, to infinity from 2 on: far pixels of narrow spots.
    z = min(square * np.float32(1 / 512), np.float32(1))
    e = np.float32(1) - z + np.float32(0.5) * z * z
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    return e


@kernel
def add_light(window: Image, row: int, spot: Floats, factor: float) -> None:
    """Add a spot's light times a factor to one row of a window."""
    determinant = spot[CXX] * spot[CYY] - spot[CXY] ** 2
    ixx, iyy = np.float32(spot[CYY] / determinant), np.float32(spot[CXX] / determinant)
    ixy = np.float32(-2 * spot[CXY] / determinant)
    x0, y0, light = np.float32(spot[X]), np.float32(spot[Y]), np.float32(factor * spot[AMPLITUDE])
    xs, ys, target = window[XS], window[YS], window[row]
    for i in range(target.size):
        dx, dy = xs[i] - x0, ys[i] - y0
        target[i] += light * gaussian(ixx * dx * dx + ixy * dx * dy + iyy * dy * dy)


@kernel
def gather(window: Image, spot: Floats, noise: Floats, scale: float, sums: Floats) -> None:
    """Gather the 29 weighted sums of one Fisher scoring step.

    Args:
        window: shape (5, pixels).
        spot: current parameters.
        noise: base, gain, misfit.
        scale: length that makes the polynomial's coordinates about 1, px.
        sums: result: 15 of G^2 x^i y^j (by j, then i), 6 of G x^i y^j, 1 of 1, 6 of G r x^i y^j, 1 of r.
    """
    determinant = spot[CXX] * spot[CYY] - spot[CXY] ** 2
    ixx, iyy = np.float32(spot[CYY] / determinant), np.float32(spot[CXX] / determinant)
    ixy = np.float32(-2 * spot[CXY] / determinant)
    x0, y0, unit = np.float32(spot[X]), np.float32(spot[Y]), np.float32(1 / scale)
    amplitude, offset = np.float32(spot[AMPLITUDE]), np.float32(spot[OFFSET])
    base, gain, misfit = np.float32(noise[BASE]), np.float32(noise[GAIN]), np.float32(noise[MISFIT])
    xs, ys, data, others, valid = window[XS], window[YS], window[DATA], window[OTHERS], window[VALID]
    zero = np.float32(0)
    a00 = a10 = a20 = a30 = a40 = a01 = a11 = a21 = a31 = a02 = a12 = a22 = a03 = a13 = a04 = zero
    h00 = h10 = h20 = h01 = h11 = h02 = k00 = zero
    r00 = r10 = r20 = r01 = r11 = r02 = s00 = zero
    for i in range(xs.size):
        dx, dy = xs[i] - x0, ys[i] - y0
        shape = gaussian(ixx * dx * dx + ixy * dx * dy + iyy * dy * dy)
        light = amplitude * shape
        weight = valid[i] / (base + gain * max(light + others[i], zero) + misfit * light * light)
        residual = weight * (data[i] - others[i] - light - offset)
        x, y = dx * unit, dy * unit
        xx, xy, yy = x * x, x * y, y * y
        h = weight * shape
        t = h * shape
        r = residual * shape
        k00, s00 = k00 + weight, s00 + residual
        r00, r10, r01 = r00 + r, r10 + r * x, r01 + r * y
        r20, r11, r02 = r20 + r * xx, r11 + r * xy, r02 + r * yy
        h00, h10, h01 = h00 + h, h10 + h * x, h01 + h * y
        h20, h11, h02 = h20 + h * xx, h11 + h * xy, h02 + h * yy
        txx, txy, tyy = t * xx, t * xy, t * yy
        a00 += t
        a10 += t * x
        a01 += t * y
        a20 += txx
        a11 += txy
        a02 += tyy
        a30 += txx * x
        a21 += txx * y
        a12 += tyy * x
        a03 += tyy * y
        a40 += txx * xx
        a31 += txx * xy
        a22 += txx * yy
        a13 += txy * yy
        a04 += tyy * yy
    sums[0], sums[1], sums[2], sums[3], sums[4] = a00, a10, a20, a30, a40
    sums[5], sums[6], sums[7], sums[8], sums[9] = a01, a11, a21, a31, a02
    sums[10], sums[11], sums[12], sums[13], sums[14] = a12, a22, a03, a13, a04
    sums[15], sums[16], sums[17], sums[18], sums[19], sums[20] = h00, h10, h20, h01, h11, h02
    sums[21], sums[22], sums[23], sums[24] = k00, r00, r10, r20
    sums[25], sums[26], sums[27], sums[28] = r01, r11, r02, s00


_POWERS = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
_ROWS = (0, 5, 9, 12, 14)
_PLACE = np.array([[_ROWS[p[1] + q[1]] + p[0] + q[0] for q in _POWERS] for p in _POWERS])
"""Place of G^2 x^i y^j among the sums, by j: rows of 5, 4, 3, 2, 1."""
_ONCE, _SEEN = np.array([15, 16, 18, 17, 19, 20]), np.array([22, 23, 25, 24, 26, 27])


@kernel
def fill_equations(sums: Floats, normal: Floats, right: Floats) -> None:
    """Lay the sums out as normal equations of the coefficients 1, x, y, x^2, xy, y^2 (times G) and the offset."""
    for p in range(6):
        for q in range(p + 1):
            normal[p, q] = normal[q, p] = sums[_PLACE[p, q]]
        normal[p, 6] = normal[6, p] = sums[_ONCE[p]]
        right[p] = sums[_SEEN[p]]
    normal[6, 6] = sums[21]
    right[6] = sums[28]


@kernel
def solve(matrix: Floats, right: Floats, lower: Floats, result: Floats) -> bool:
    """Solve symmetric positive equations by Cholesky, the matrix untouched; False when it is singular.

    Args:
        matrix: shape (n, n).
        right: shape (n,).
        lower: scratch, shape (n, n); its diagonal holds inverse pivots.
        result: shape (n,).
    """
    size = right.size
    for i in range(size):
        total = right[i]
        for j in range(i):
            part = matrix[i, j]
            for k in range(j):
                part -= lower[i, k] * lower[j, k]
            part *= lower[j, j]
            lower[i, j] = part
            total -= part * result[j]
        pivot = matrix[i, i]
        for k in range(i):
            pivot -= lower[i, k] * lower[i, k]
        if pivot < 1e-30:
            return False
        lower[i, i] = 1 / math.sqrt(pivot)
        result[i] = total * lower[i, i]
    for i in range(size - 1, -1, -1):
        total = result[i]
        for k in range(i + 1, size):
            total -= lower[k, i] * result[k]
        result[i] = total * lower[i, i]
    return True


@kernel
def invert(matrix: Floats, size: int) -> bool:
    """Invert a symmetric positive matrix in place by Gauss-Jordan; False when it is singular."""
    for p in range(size):
        if matrix[p, p] < 1e-30:
            return False
        pivot = 1 / matrix[p, p]
        matrix[p, p] = 1.0
        for q in range(size):
            matrix[p, q] *= pivot
        for r in range(size):
            if r != p:
                factor = matrix[r, p]
                matrix[r, p] = 0.0
                for q in range(size):
                    matrix[r, q] -= factor * matrix[p, q]
    return True


@kernel
def add_prior(spot: Floats, prior: Floats, scale: float, normal: Floats, right: Floats) -> None:
    """Add the priors of shape and offset to the normal equations.

    Args:
        spot: current parameters.
        prior: usual variance, stiffness, flatness.
        scale: length unit of the coefficients, px.
        normal: normal equations, changed in place.
        right: right side, changed in place.
    """
    unit = 1 / (scale * scale)
    cxx, cxy, cyy = spot[CXX] * unit, spot[CXY] * unit, spot[CYY] * unit
    usual = prior[USUAL] * unit
    change = 2 / spot[AMPLITUDE]
    strength = prior[STIFFNESS] * change * change
    normal[3, 3] += strength * cxx * cxx
    normal[5, 5] += strength * cyy * cyy
    normal[4, 4] += strength * 0.5 * (cxy * cxy + cxx * cyy)
    normal[3, 4] += strength * cxx * cxy
    normal[4, 3] += strength * cxx * cxy
    normal[4, 5] += strength * cyy * cxy
    normal[5, 4] += strength * cyy * cxy
    normal[3, 5] += strength * cxy * cxy
    normal[5, 3] += strength * cxy * cxy
    pull = prior[STIFFNESS] * change
    right[3] -= pull * (cxx - usual)
    right[4] -= pull * cxy
    right[5] -= pull * (cyy - usual)
    normal[6, 6] += prior[FLATNESS]
    right[6] -= prior[FLATNESS] * spot[OFFSET]


@kernel
def take_step(spot: Floats, step: Floats, scale: float, prior: Floats) -> float:
    """Move the parameters by a step of the coefficients, within reason; return the movement of the centre, px.

    Args:
        spot: parameters, changed in place.
        step: shape (7,), coefficients of 1, x, y, x^2, xy, y^2 and the offset.
        scale: length unit of the coefficients, px.
        prior: usual variance first.
    """
    amplitude = spot[AMPLITUDE]
    cxx, cxy, cyy = spot[CXX], spot[CXY], spot[CYY]
    a, b = step[1] / (amplitude * scale), step[2] / (amplitude * scale)
    dx, dy = cxx * a + cxy * b, cxy * a + cyy * b
    length = math.sqrt(dx * dx + dy * dy)
    shorter = min(1.0, 0.5 * math.sqrt(prior[USUAL]) / (length + 1e-12))
    change = 2 / (amplitude * scale * scale)
    q, r, s = step[3] * change, 0.5 * step[4] * change, step[5] * change
    m11, m12 = cxx * q + cxy * r, cxx * r + cxy * s
    m21, m22 = cxy * q + cyy * r, cxy * r + cyy * s
    nxx, nxy, nyy = m11 * cxx + m12 * cxy, m11 * cxy + m12 * cyy, m21 * cxy + m22 * cyy
    most = max(abs(nxx) / cxx, abs(nyy) / cyy, abs(nxy) / math.sqrt(cxx * cyy))
    damping = min(1.0, 0.5 / (most + 1e-12))
    spot[X] += shorter * dx
    spot[Y] += shorter * dy
    spot[AMPLITUDE] = max(amplitude + step[0], 0.3 * amplitude)
    spot[CXX] = min(max(cxx + damping * nxx, 0.3 * prior[USUAL]), 6 * prior[USUAL])
    spot[CYY] = min(max(cyy + damping * nyy, 0.3 * prior[USUAL]), 6 * prior[USUAL])
    bound = 0.8 * math.sqrt(spot[CXX] * spot[CYY])
    spot[CXY] = min(max(cxy + damping * nxy, -bound), bound)
    spot[OFFSET] += step[6]
    return shorter * length
