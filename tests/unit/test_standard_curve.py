"""Standard curves: recovered laws, a certified data set, choice, inversion and its uncertainty."""

from __future__ import annotations

import numpy as np
import pytest

from paracrine.core.errors import LimitError, SolveError
from paracrine.numerics.fit.curve import LOGISTIC, fit_curve
from paracrine.numerics.interval import coverage_factor

LEVELS = np.repeat([0.0, 25, 50, 100, 200, 400, 800, 2000], 2)


def logistic(x: np.ndarray) -> np.ndarray:
    return 2.2 + (0.06 - 2.2) / (1 + (x / 650.0) ** 1.15)


def test_straight_line_has_the_textbook_parameters() -> None:
    """Rung 1: y = 1, 2, 4, 4, 6 at 0 to 4: slope 1.2, intercept 1, residual variance 0.8/3."""
    fit = fit_curve([0, 1, 2, 3, 4], [1, 2, 4, 4, 6], shapes=("linear",))
    assert fit.parameters == pytest.approx([1.0, 1.2])
    assert fit.residual_deviation**2 == pytest.approx(0.8 / 3)
    assert fit.covariance[1, 1] == pytest.approx(0.8 / 3 / 10)
    assert fit.residuals == pytest.approx([0, -0.2, 0.6, -0.6, 0.2])


def test_inverse_of_a_straight_line_has_the_classical_standard_error() -> None:
    """Rung 1: s/b sqrt(1/m + 1/n + (y - ybar)²/(b² Sxx))."""
    fit = fit_curve([0, 1, 2, 3, 4], [1, 2, 4, 4, 6], shapes=("linear",))
    x = fit.invert(5.2)
    assert x == pytest.approx(3.5)
    ours = np.hypot(fit.reading_deviation(x, readings=3), np.linalg.norm(fit.inverse_parts(x)))
    s, b = np.sqrt(0.8 / 3), 1.2
    assert ours == pytest.approx(s / b * np.sqrt(1 / 3 + 1 / 5 + (5.2 - 3.4) ** 2 / (b**2 * 10)))


def test_two_amounts_read_off_one_curve_are_correlated_as_its_covariance_says() -> None:
    """Rung 1: the products of the parts sum to g1ᵀ C g2 over both slopes."""
    rng = np.random.default_rng(5)
    fit = fit_curve(LEVELS, logistic(LEVELS) + rng.normal(0, 0.01, LEVELS.size), shapes=("4PL",))
    first, second = (LOGISTIC.gradient(np.array([x]), fit.parameters)[0] / fit.slope(x) for x in (120.0, 900.0))
    assert fit.inverse_parts(120.0) @ fit.inverse_parts(900.0) == pytest.approx(first @ fit.covariance @ second)


def test_gradient_and_slope_of_the_logistic_are_the_differences() -> None:
    """Rung 1: central differences."""
    parameters = np.array([0.06, 2.2, np.log(650.0), np.log(1.15)])
    at = np.array([0.0, 40.0, 650.0, 1900.0])
    for index in range(4):
        step = np.zeros(4)
        step[index] = 1e-6
        numeric = (LOGISTIC.value(at, parameters + step) - LOGISTIC.value(at, parameters - step)) / 2e-6
        assert LOGISTIC.gradient(at, parameters)[:, index] == pytest.approx(numeric, abs=1e-8)
    numeric = (LOGISTIC.value(at[1:] + 1e-4, parameters) - LOGISTIC.value(at[1:] - 1e-4, parameters)) / 2e-4
    assert LOGISTIC.slope(at[1:], parameters) == pytest.approx(numeric, rel=1e-6)


@pytest.mark.parametrize(
    ("law", "name"),
    [
        (lambda x: 0.07 + 0.0011 * x, "linear"),
        (lambda x: 0.07 + 0.0011 * x - 1.7e-7 * x**2, "quadratic"),
        (logistic, "4PL"),
    ],
)
def test_aicc_finds_the_law_behind_the_wells(law, name: str) -> None:
    """Rung 1: known law, exact and with 1 % noise in most of 15 plates; exact data give the plainest curve."""
    assert fit_curve(LEVELS, law(LEVELS)).name == name
    rng = np.random.default_rng(11)
    names = [fit_curve(LEVELS, law(LEVELS) + rng.normal(0, 0.012, LEVELS.size)).name for _ in range(15)]
    assert names.count(name) >= 10


def test_logistic_parameters_are_recovered() -> None:
    """Rung 1."""
    fit = fit_curve(LEVELS, logistic(LEVELS), shapes=("4PL",))
    assert fit.parameters == pytest.approx([0.06, 2.2, np.log(650.0), np.log(1.15)], rel=1e-6)


def test_rivals_shift_what_is_read_by_their_weight() -> None:
    """Rung 1: weight of the rival exp(-d/2) over the sum of all, times the distance of the two readings."""
    rng = np.random.default_rng(8)
    bent = 0.07 + 0.0011 * LEVELS - 2.5e-8 * LEVELS**2
    fit = fit_curve(LEVELS, bent + rng.normal(0, 0.05, LEVELS.size), shapes=("linear", "quadratic"))
    (rival,) = fit.rivals
    assert {fit.name, rival.name} == {"linear", "quadratic"}
    likelihood = np.exp((fit.aicc - rival.aicc) / 2)
    assert 0.01 < likelihood < 100
    distance = rival.invert(float(fit.predict(700.0)[0])) - 700.0
    assert fit.rival_shifts(700.0) == pytest.approx([np.sqrt(likelihood / (1 + likelihood)) * distance])
    assert abs(distance) > 5


def test_falling_curves_are_read_too() -> None:
    """Rung 1: a competitive assay falls."""
    fit = fit_curve(LEVELS, 2.3 - logistic(LEVELS), shapes=("4PL",))
    assert fit.invert(float(2.3 - logistic(np.array([321.0]))[0])) == pytest.approx(321.0)
    with pytest.raises(LimitError, match="below"):
        fit.invert(2.5)


def test_weights_make_the_bad_wells_count_less() -> None:
    """Rung 1: weight 0.0 leaves the outlier out of a straight line."""
    x, y = [0, 1, 2, 3, 4, 5], [0.5, 2.5, 4.5, 6.5, 8.5, 90.0]
    fit = fit_curve(x, y, weights=[1, 1, 1, 1, 1, 1e-12], shapes=("linear",))
    assert fit.parameters == pytest.approx([0.5, 2.0], abs=1e-6)


@pytest.mark.parametrize(("response", "side", "where"), [(0.01, "below", "0"), (2.4, "above", "2000")])
def test_responses_outside_the_curve_are_refused_with_the_side(response: float, side: str, where: str) -> None:
    fit = fit_curve(LEVELS, logistic(LEVELS))
    with pytest.raises(LimitError, match=side) as refused:
        fit.invert(response)
    assert refused.value.where == where


def test_curve_that_turns_round_is_refused() -> None:
    x = np.linspace(0, 10, 12)
    with pytest.raises(SolveError, match="no standard curve"):
        fit_curve(x, 5 * x - 0.5 * x**2 + 0.01 * np.cos(x), shapes=("quadratic",))


def test_too_few_wells_give_no_curve() -> None:
    with pytest.raises(SolveError, match="4 wells"):
        fit_curve([0, 1, 2, 3], [0.1, 0.2, 0.3, 0.4])


def test_intervals_of_read_back_amounts_cover_the_truth() -> None:
    """Rung 1: 600 plates, seeds fixed; the exact binomial band of 95 % is 558 to 580."""
    rng = np.random.default_rng(71)
    truth, inside = 310.0, 0
    for _ in range(600):
        fit = fit_curve(LEVELS, 0.07 + 0.0011 * LEVELS + rng.normal(0, 0.02, LEVELS.size), shapes=("linear",))
        x = fit.invert(0.07 + 0.0011 * truth + rng.normal(0, 0.02, 3).mean())
        error = np.hypot(fit.reading_deviation(x, readings=3), np.linalg.norm(fit.inverse_parts(x)))
        inside += abs(x - truth) <= coverage_factor(float(fit.degrees_of_freedom)) * error
    assert 558 <= inside <= 580
