"""Likelihoods of correlated effects, and the search for their maximum."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from paracrine.core.errors import SolveError
from paracrine.numerics.pooling.weighted import FloatArray

Objective = Callable[[FloatArray], float]


def minimise(function: Objective, start: FloatArray, *, what: str) -> tuple[FloatArray, float]:
    """Return the point and value of the minimum from a start, by simplex and a second simplex from where it ends.

    Raises:
        SolveError: when the search does not settle; `what` names it.
    """
    from scipy.optimize import minimize

    options = {"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000 * start.size}
    here = start
    for _ in range(2):
        found: Any = minimize(function, here, method="Nelder-Mead", options=options)  # type: ignore[call-overload]
        here = np.asarray(found.x, float)
    if not found.success or not math.isfinite(float(found.fun)):
        raise SolveError(f"{what} did not settle", hint="too little data for so many variances")
    return here, float(found.fun)


def climb(function: Objective, start: FloatArray, *, what: str) -> FloatArray:
    """Return the minimum of a smooth function of many parameters by quasi-Newton steps.

    Raises:
        SolveError: when the search ends nowhere; `what` names it.
    """
    from scipy.optimize import minimize

    found: Any = minimize(function, start, method="BFGS", options={"gtol": 1e-7})
    again: Any = minimize(function, found.x, method="BFGS", options={"gtol": 1e-8})
    if not math.isfinite(float(again.fun)) or float(np.abs(again.jac).max()) > 1e-3:
        raise SolveError(f"{what} did not settle", hint="too few events for so many parameters")
    return np.asarray(again.x, float)


def curvature(function: Objective, at: FloatArray, *, step: float = 1e-3) -> FloatArray:
    """Return the matrix of second differences of a function, shape (p, p)."""
    size = at.size
    matrix = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            a, b = np.eye(size)[i] * step, np.eye(size)[j] * step
            corners = function(at + a + b) - function(at + a - b) - function(at - a + b) + function(at - a - b)
            matrix[i, j] = corners / (4 * step**2)
    return matrix


def fit_marginal(y: FloatArray, x: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return beta (p,), its covariance (p, p) and the generalised residual square, under a covariance (k, k)."""
    solved = np.linalg.solve(covariance, x)
    inverse = np.linalg.inv(x.T @ solved)
    beta = inverse @ (solved.T @ y)
    residual = y - x @ beta
    return beta, inverse, float(residual @ np.linalg.solve(covariance, residual))


def marginal_likelihood(y: FloatArray, x: FloatArray, covariance: FloatArray, *, restricted: bool) -> float:
    """Return the log-likelihood, with the constants of metafor; minus infinity where it does not exist."""
    sign, log_det = np.linalg.slogdet(covariance)
    if sign <= 0:
        return -math.inf
    _, inverse, square = fit_marginal(y, x, covariance)
    total = -0.5 * (float(log_det) + square)
    if not restricted:
        return total - 0.5 * y.size * math.log(2 * math.pi)
    total += 0.5 * float(np.linalg.slogdet(inverse)[1] + np.linalg.slogdet(x.T @ x)[1])
    return float(total - 0.5 * (y.size - x.shape[1]) * math.log(2 * math.pi))
