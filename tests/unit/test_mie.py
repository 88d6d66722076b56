from __future__ import annotations

import math

import numpy as np
import pytest

from paracrine.instruments.nta.contrast.mie import MieContrast
from paracrine.instruments.nta.contrast.mixed import MixedContrast
from paracrine.instruments.nta.contrast.rayleigh_gans import RayleighGansContrast
from paracrine.physics.mie import mie_amplitudes


def test_efficiencies_are_those_printed_by_bohren_and_huffman() -> None:
    """Rung 2, doi:10.1002/9783527618156, appendix A: radius 0.525 um, 0.6328 um, index 1.55 in vacuum."""
    x = np.array([2 * math.pi * 0.525 / 0.6328])
    forward, _ = mie_amplitudes(x, relative_index=1.55, cos_angle=1.0)
    backward, _ = mie_amplitudes(x, relative_index=1.55, cos_angle=-1.0)
    assert float(4 / x[0] ** 2 * forward[0].real) == pytest.approx(3.10543, abs=6e-6)
    assert float(4 / x[0] ** 2 * abs(backward[0]) ** 2) == pytest.approx(2.92534, abs=6e-6)


def test_small_spheres_scatter_as_rayleigh_says() -> None:
    """Rung 1: S1 = -i x^3 (m^2 - 1) / (m^2 + 2), S2 = S1 cos(angle)."""
    x, m = np.array([0.004, 0.007]), 1.06
    first, second = mie_amplitudes(x, relative_index=m, cos_angle=0.3)
    expected = x**3 * (m**2 - 1) / (m**2 + 2)
    assert np.allclose(np.abs(first), expected, rtol=1e-4)
    assert np.allclose(np.abs(second), 0.3 * expected, rtol=1e-4)


def test_mie_meets_rayleigh_gans_where_contrast_is_small_and_leaves_it_where_it_is_not() -> None:
    """Rung 1: both laws have one limit, in absolute units."""
    size = np.array([30.0, 80.0, 150.0])
    weak, same = MieContrast(1.333).collected(size), RayleighGansContrast(1.333).collected(size)
    assert np.allclose(weak, same, rtol=0.02)
    strong, other = MieContrast(1.59).collected(size), RayleighGansContrast(1.59).collected(size)
    assert strong[0] == pytest.approx(other[0], rel=0.1)
    assert abs(strong[2] / other[2] - 1) > 0.1


def test_kinds_are_mixed_by_number_whatever_their_size() -> None:
    size = np.full(4000, 100.0)
    light = MixedContrast(((3.0, MieContrast(1.38)), (1.0, MieContrast(1.45)))).collected(size)
    dim, bright = np.unique(light)
    assert np.mean(light == dim) == pytest.approx(0.75, abs=0.002)
    assert bright / dim == pytest.approx(5.8, rel=0.2)
