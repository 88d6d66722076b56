"""Rung 3, a live peer: miepython gives the same amplitudes."""

from __future__ import annotations

import numpy as np
import pytest

from paracrine.physics.mie import mie_amplitudes

miepython = pytest.importorskip("miepython", reason="extra peers is not installed")


@pytest.mark.parametrize("index", [1.04, 1.12, 1.6])
@pytest.mark.parametrize("cos_angle", [-0.7, 0.13, 0.9])
def test_amplitudes_agree(index: float, cos_angle: float) -> None:
    size = np.array([0.2, 0.9, 2.4, 7.0, 19.0])
    first, second = mie_amplitudes(size, relative_index=index, cos_angle=cos_angle)
    for at, x in enumerate(size):
        one, two = miepython.S1_S2(index, float(x), np.array([cos_angle]), norm="wiscombe")
        assert abs(first[at]) == pytest.approx(abs(one[0]), rel=1e-9)
        assert abs(second[at]) == pytest.approx(abs(two[0]), rel=1e-9)
