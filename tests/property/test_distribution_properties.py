"""What must hold for every histogram."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paracrine.numerics.distributions.moment import mean_and_deviation
from paracrine.numerics.distributions.percentile import Cumulative, percentiles
from paracrine.numerics.distributions.rebin import rebin


@st.composite
def histograms(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    size = draw(st.integers(1, 25))
    widths = draw(st.lists(st.floats(0.1, 50), min_size=size, max_size=size))
    contents = draw(st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e9)), min_size=size, max_size=size))
    if not any(contents):
        contents[0] = 1.0
    return np.concatenate(([0.5], 0.5 + np.cumsum(widths))), np.array(contents)


@settings(max_examples=60, deadline=None)
@given(histograms(), st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_percentiles_rise_and_stay_inside(histogram, fractions) -> None:
    edges, contents = histogram
    found = percentiles(edges, contents, sorted(fractions))
    assert np.all(np.diff(found) >= -1e-9 * edges[-1])
    assert edges[0] - 1e-9 <= found[0]
    assert found[-1] <= edges[-1] * (1 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(histograms(), st.floats(0.01, 0.99))
def test_percentile_and_fraction_undo_one_another(histogram, fraction) -> None:
    cumulative = Cumulative(*histogram)
    assert cumulative.fraction_below(cumulative.percentiles(fraction)) == pytest.approx(fraction, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(histograms(), st.floats(0.02, 40), st.floats(1e-6, 1e6), st.floats(0, 1))
def test_scaling_the_axis_scales_sizes_and_scaling_contents_does_not(histogram, axis, amount, fraction) -> None:
    edges, contents = histogram
    plain, scaled = percentiles(edges, contents, fraction), percentiles(axis * edges, amount * contents, fraction)
    assert scaled == pytest.approx(axis * plain, rel=1e-6, abs=1e-6 * axis)
    assert mean_and_deviation(axis * edges, amount * contents) == pytest.approx(
        tuple(axis * x for x in mean_and_deviation(edges, contents)), rel=1e-6, abs=1e-5 * axis
    )


@settings(max_examples=60, deadline=None)
@given(histograms(), st.lists(st.floats(0.01, 0.99), min_size=1, max_size=12, unique=True))
def test_rebinning_keeps_the_content_and_the_cumulative(histogram, cuts) -> None:
    edges, contents = histogram
    inner = edges[0] + (edges[-1] - edges[0]) * np.sort(cuts)
    wider = np.unique(np.concatenate(([edges[0] - 1], inner, [edges[-1] + 1])))
    moved = rebin(edges, contents, wider)
    assert moved.min() >= 0
    assert moved.sum() == pytest.approx(contents.sum(), rel=1e-12)
    before = Cumulative(edges, contents).fraction_below(wider)
    assert Cumulative(wider, moved).fraction_below(wider) == pytest.approx(before, abs=1e-12)
