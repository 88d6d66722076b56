"""Standard curves: linear, quadratic and four-parameter logistic, chosen by AICc, read backwards with uncertainty."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from paracrine.core.errors import LimitError, SolveError

FloatArray = npt.NDArray[np.float64]
_GRID = 257
_AS_GOOD = 2.0
"""AICc difference that does not favour the richer curve; taking the lowest each time made intervals too narrow."""
_EXACT = 1e-9
"""Residuals below this share of the range are rounding, not evidence for one curve over another."""


@dataclass(frozen=True)
class Shape:
    """One family of curves: value, gradient by parameter and slope, each at x of shape (n,)."""

    name: str
    parameters_count: int
    value: Callable[[FloatArray, FloatArray], FloatArray]
    gradient: Callable[[FloatArray, FloatArray], FloatArray]
    """Shape (n, parameters)."""
    slope: Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class CurveFit:
    """A fitted standard curve.

    Attributes:
        parameters: shape (p,).
        covariance: shape (p, p), of the parameters.
        residuals: shape (n,), response minus curve.
        residual_deviation: standard deviation of one response of weight 1.
        low, high: range of x over which it was fitted and rises or falls throughout.
        rivals: the other families that fit, each with its own AICc.
    """

    shape: Shape
    parameters: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    residual_deviation: float
    degrees_of_freedom: int
    aicc: float
    low: float
    high: float
    rivals: tuple[CurveFit, ...] = ()

    @property
    def name(self) -> str:
        """Family of the curve."""
        return self.shape.name

    def predict(self, x: npt.ArrayLike) -> FloatArray:
        """Return the response at x."""
        return self.shape.value(np.atleast_1d(np.asarray(x, dtype=np.float64)), self.parameters)

    def slope(self, x: float) -> float:
        """Return the change of response per x."""
        return float(self.shape.slope(np.array([x]), self.parameters)[0])

    def invert(self, response: float) -> float:
        """Return the x with this response.

        Raises:
            LimitError: when the response lies outside the curve; the message says on which side.
        """
        from scipy.optimize import brentq

        at_low, at_high = (float(y) for y in self.predict((self.low, self.high)))
        if not min(at_low, at_high) <= response <= max(at_low, at_high):
            below = (response < at_low) == (at_high > at_low)
            side, limit = ("below", self.low) if below else ("above", self.high)
            raise LimitError(f"{side} the standard curve", where=f"{limit:g}")
        if response in (at_low, at_high):
            return self.low if response == at_low else self.high
        return float(brentq(lambda x: float(self.predict(x)[0]) - response, self.low, self.high, xtol=1e-12))

    def inverse_parts(self, x: float) -> FloatArray:
        """Return how each independent direction of the parameters moves the x that is read back, shape (p,).

        Their squares sum to the variance the curve gives to x; two samples read off one curve share the directions.
        """
        gradient = self.shape.gradient(np.array([x]), self.parameters)[0]
        return np.asarray(-(_root(self.covariance).T @ gradient) / self.slope(x))

    def rival_shifts(self, x: float) -> FloatArray:
        """Return how far each rival reads the response at x from x, times the root of its Akaike weight.

        Their squares sum to the variance that the choice among the families gives to x. A rival that cannot read the
        response counts as no shift.

        References:
            doi:10.2307/2533961
        """
        if not self.rivals:
            return np.zeros(0)
        response = float(self.predict(x)[0])
        likelihoods = np.exp([(self.aicc - rival.aicc) / 2 for rival in self.rivals])
        shifts = np.zeros(len(self.rivals))
        for index, rival in enumerate(self.rivals):
            with suppress(LimitError):
                shifts[index] = rival.invert(response) - x
        return np.asarray(np.sqrt(likelihoods / (1 + likelihoods.sum())) * shifts)

    def reading_deviation(self, x: float, *, readings: int) -> float:
        """Return the standard deviation of x from the scatter of `readings` averaged responses."""
        return self.residual_deviation / math.sqrt(readings) / abs(self.slope(x))


def fit_curve(
    x: npt.ArrayLike, response: npt.ArrayLike, *, weights: npt.ArrayLike | None = None, shapes: Sequence[str] = ()
) -> CurveFit:
    """Fit every family that rises or falls throughout and return the plainest within 2 of the lowest AICc.

    Args:
        x: known amounts, shape (n,), not negative.
        response: shape (n,).
        weights: shape (n,), 1 over the relative variance of each response; None weighs all alike.
        shapes: families to try; empty tries all.

    Raises:
        SolveError: when no family fits.

    References:
        doi:10.1093/biomet/76.2.297
    """
    known, seen = np.asarray(x, dtype=np.float64), np.asarray(response, dtype=np.float64)
    weight = np.ones_like(known) if weights is None else np.asarray(weights, dtype=np.float64)
    fits = [
        fitted
        for shape in SHAPES
        if not shapes or shape.name in shapes
        if (fitted := _fit(shape, known, seen, weight)) is not None
    ]
    if not fits:
        raise SolveError(
            f"no standard curve fits {np.unique(known).size} levels in {known.size} wells",
            hint="a straight line needs at least 5 wells at 3 levels that rise or fall throughout",
        )
    lowest = min(fitted.aicc for fitted in fits)
    best = next(fitted for fitted in fits if fitted.aicc <= lowest + _AS_GOOD)
    return replace(best, rivals=tuple(fitted for fitted in fits if fitted is not best))


def _fit(shape: Shape, x: FloatArray, y: FloatArray, weight: FloatArray) -> CurveFit | None:
    count, freedom = x.size, x.size - shape.parameters_count
    if count < shape.parameters_count + 3 or np.unique(x).size <= shape.parameters_count:
        return None
    parameters = _solve_logistic(x, y, weight) if shape is LOGISTIC else _solve_polynomial(shape, x, y, weight)
    if parameters is None:
        return None
    residuals = y - shape.value(x, parameters)
    squares = float(np.sum(weight * residuals**2))
    gradient = shape.gradient(x, parameters) * np.sqrt(weight)[:, None]
    inverse = _inverse_of_normal(gradient)
    if inverse is None or not _is_monotonic(shape, parameters, float(x.min()), float(x.max())):
        return None
    variance = squares / freedom
    return CurveFit(
        shape=shape,
        parameters=parameters,
        covariance=inverse * variance,
        residuals=residuals,
        residual_deviation=math.sqrt(variance),
        degrees_of_freedom=freedom,
        aicc=_aicc(squares, count, shape.parameters_count, floor=count * (_EXACT * float(np.ptp(y))) ** 2),
        low=float(x.min()),
        high=float(x.max()),
    )


def _aicc(squares: float, count: int, parameters: int, *, floor: float) -> float:
    estimated = parameters + 1
    own = count * math.log(max(squares, floor) / count) + 2 * estimated
    return own + 2 * estimated * (estimated + 1) / (count - estimated - 1)


def _solve_polynomial(shape: Shape, x: FloatArray, y: FloatArray, weight: FloatArray) -> FloatArray | None:
    root = np.sqrt(weight)
    design = shape.gradient(x, np.zeros(shape.parameters_count))
    solution, _, rank, _ = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)
    return np.asarray(solution) if rank == shape.parameters_count else None


def _solve_logistic(x: FloatArray, y: FloatArray, weight: FloatArray) -> FloatArray | None:
    """Search half-way amount and steepness; for each pair the two asymptotes are a straight-line fit.

    Returns None when the data do not bound the search: then they cannot tell the asymptotes.
    """
    from scipy.optimize import least_squares

    positive = x[x > 0]
    if positive.size < 4:
        return None
    scale = max(float(np.ptp(y)), 1e-300)
    root = np.sqrt(weight) / scale

    def misfit(searched: FloatArray) -> FloatArray:
        response, _, _ = _asymptotes(x, y, weight, searched)
        return np.asarray(root * (y - response))

    half_way = np.linspace(math.log(positive.min()) - 2.5, math.log(positive.max()) + 2.5, 15)
    steepness = np.linspace(-1.6, 2.1, 9)
    costs = np.array([[float(np.sum(misfit(np.array([a, b])) ** 2)) for b in steepness] for a in half_way])
    row, column = (int(place) for place in np.unravel_index(costs.argmin(), costs.shape))
    if row in (0, half_way.size - 1) or column in (0, steepness.size - 1):
        return None
    bounds = ([half_way[0], steepness[0]], [half_way[-1], steepness[-1]])
    best = least_squares(misfit, [half_way[row], steepness[column]], bounds=bounds, max_nfev=60)
    if not best.success or np.any(best.active_mask):
        return None
    searched = np.asarray(best.x, dtype=np.float64)
    _, at_zero, at_infinity = _asymptotes(x, y, weight, searched)
    return np.array([at_zero, at_infinity, *searched])


def _asymptotes(
    x: FloatArray, y: FloatArray, weight: FloatArray, searched: FloatArray
) -> tuple[FloatArray, float, float]:
    """Return the best curve of given half-way amount and steepness, and its responses at 0 and infinity."""
    share = 1 / (1 + _logistic_terms(x, np.array([0.0, 0.0, *searched]))[0])
    total = weight.sum()
    middle, level = float(weight @ share / total), float(weight @ y / total)
    offset = share - middle
    squares = float(weight @ (offset * offset))
    rise = float(weight @ (offset * (y - level))) / squares if squares > 0 else 0.0
    at_infinity = level - rise * middle
    return np.asarray(at_infinity + rise * share), at_infinity + rise, at_infinity


def _inverse_of_normal(gradient: FloatArray) -> FloatArray | None:
    """Return the inverse of gradientᵀ gradient; None when the parameters cannot be told apart."""
    size = np.linalg.norm(gradient, axis=0)
    if not np.all(size > 0):
        return None
    scaled = gradient / size
    singular = np.linalg.svd(scaled, compute_uv=False)
    if singular[-1] < 1e-6 * singular[0]:
        return None
    inverse = np.linalg.inv(scaled.T @ scaled)
    return np.asarray(inverse / np.outer(size, size))


def _is_monotonic(shape: Shape, parameters: FloatArray, low: float, high: float) -> bool:
    steps = np.diff(shape.value(np.linspace(low, high, _GRID), parameters))
    return bool(np.all(steps > 0) or np.all(steps < 0))


def _root(covariance: FloatArray) -> FloatArray:
    """Return R with R Rᵀ = covariance, also where rounding makes it a little indefinite."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _polynomial(name: str, count: int) -> Shape:
    powers = np.arange(count)

    def gradient(x: FloatArray, parameters: FloatArray) -> FloatArray:
        return np.asarray(x[:, None] ** powers, dtype=np.float64)

    def value(x: FloatArray, parameters: FloatArray) -> FloatArray:
        return np.asarray(gradient(x, parameters) @ parameters)

    def slope(x: FloatArray, parameters: FloatArray) -> FloatArray:
        return np.asarray((x[:, None] ** powers[:-1]) @ (parameters[1:] * powers[1:]))

    return Shape(name, count, value, gradient, slope)


def _logistic_terms(x: FloatArray, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return x over its half-way point to the power of the steepness, and the logarithm of that ratio."""
    ratio = np.log(np.maximum(x, 1e-300)) - parameters[2]
    return np.exp(np.clip(math.exp(parameters[3]) * ratio, -690, 300)), ratio


def _logistic_value(x: FloatArray, parameters: FloatArray) -> FloatArray:
    term, _ = _logistic_terms(x, parameters)
    return np.asarray(parameters[1] + (parameters[0] - parameters[1]) / (1 + term))


def _logistic_gradient(x: FloatArray, parameters: FloatArray) -> FloatArray:
    term, ratio = _logistic_terms(x, parameters)
    rise = (parameters[0] - parameters[1]) * math.exp(parameters[3]) * term / (1 + term) ** 2
    return np.column_stack((1 / (1 + term), term / (1 + term), rise, -rise * ratio))


def _logistic_slope(x: FloatArray, parameters: FloatArray) -> FloatArray:
    at = np.maximum(x, 1e-12 * math.exp(parameters[2]))
    term, _ = _logistic_terms(at, parameters)
    steep = math.exp(parameters[3])
    return np.asarray((parameters[1] - parameters[0]) * steep * term / (1 + term) ** 2 / at)


LINEAR = _polynomial("linear", 2)
QUADRATIC = _polynomial("quadratic", 3)
LOGISTIC = Shape("4PL", 4, _logistic_value, _logistic_gradient, _logistic_slope)
"""Response at 0, response at infinity, logarithm of the half-way amount, logarithm of the steepness."""
SHAPES = (LINEAR, QUADRATIC, LOGISTIC)
