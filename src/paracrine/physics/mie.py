"""Light scattered by a homogeneous sphere of any size: Mie's series.

References:
    doi:10.1002/9783527618156
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]


def mie_amplitudes(
    size_parameter: FloatArray, *, relative_index: float, cos_angle: float
) -> tuple[ComplexArray, ComplexArray]:
    """Return the scattering amplitudes S1 (perpendicular) and S2 (parallel) of spheres that absorb nothing.

    Args:
        size_parameter: pi d n_medium / wavelength in vacuum, any shape, above 0.
        relative_index: index of the sphere over that of the liquid.
        cos_angle: cosine of the angle between incoming and scattered light.

    Returns:
        Two arrays of the same shape.
    """
    x = np.asarray(size_parameter, dtype=np.float64)
    inside = relative_index * x
    largest = float(np.max(x, initial=0.1))
    terms = int(largest + 4.05 * largest ** (1 / 3) + 8)
    slopes = _log_derivatives(inside, terms)
    before, now = np.cos(x), np.sin(x)
    other_before, other = -np.sin(x), np.cos(x)
    pi_before, pi_now = 0.0, 1.0
    first, second = np.zeros(x.shape, dtype=np.complex128), np.zeros(x.shape, dtype=np.complex128)
    for n in range(1, terms + 1):
        before, now = now, (2 * n - 1) / x * now - before
        other_before, other = other, (2 * n - 1) / x * other - other_before
        # Beyond its own number of terms a small sphere adds nothing but rounding.
        needed = n <= x + 4.05 * np.cbrt(x) + 2
        outgoing, outgoing_before = now - 1j * other, before - 1j * other_before
        electric, magnetic = slopes[n] / relative_index + n / x, relative_index * slopes[n] + n / x
        a = np.where(needed, (electric * now - before) / (electric * outgoing - outgoing_before), 0)
        b = np.where(needed, (magnetic * now - before) / (magnetic * outgoing - outgoing_before), 0)
        tau = n * cos_angle * pi_now - (n + 1) * pi_before
        share = (2 * n + 1) / (n * (n + 1))
        first = first + share * (a * pi_now + b * tau)
        second = second + share * (a * tau + b * pi_now)
        pi_before, pi_now = pi_now, ((2 * n + 1) * cos_angle * pi_now - (n + 1) * pi_before) / n
    return first, second


def _log_derivatives(argument: FloatArray, terms: int) -> list[FloatArray]:
    """Return the logarithmic derivative of each Riccati-Bessel function, order 0 to `terms`, downwards: stable."""
    start = int(max(terms, float(np.max(argument, initial=0.0)))) + 16
    value = np.zeros(argument.shape)
    found = [value] * (terms + 1)
    for n in range(start, 0, -1):
        value = n / argument - 1 / (value + n / argument)
        if n - 1 <= terms:
            found[n - 1] = value
    return found
